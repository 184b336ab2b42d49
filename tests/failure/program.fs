\ program.fs - a program that needs memory of every kind: code, words, names, data space, stacks, heap, hot words.
\
\ It ends with RESULT, which leaves one number. What memory refuses it, it does not catch.

variable checksum
: mix ( x -- )  checksum @ 31 * + 1073741823 and checksum ! ;

\ ---- data space, some of it far away ----

create numbers 4000 cells allot
: number ( i -- addr )  cells numbers + ;
: fill-numbers  4000 0 do i dup * 7919 mod i number ! loop ;
: sum-numbers ( -- n )  0 4000 0 do i number @ + loop ;

create island 300000 allot
: visit  300000 0 do i island i + c! 40000 +loop ;

\ ---- defining words, deferred words, values, locals ----

: array ( n "name" -- )  create cells allot does> ( i -- addr ) swap cells + ;
20 array fibs
defer step
0 value turns
: fib-step ( i -- )  dup 2 < if 1 else dup 1- fibs @ over 2 - fibs @ + then swap fibs ! ;
' fib-step is step
: run-steps  20 0 do i step turns 1+ to turns loop ;
: weigh {: a b | c -- n :}  a b * to c c a + b - ;

\ ---- strings, searching, pictured numbers ----

: greeting ( -- addr u )  s" the quick brown fox jumps over the lazy dog" ;
: vowels ( addr u -- n )
    0 -rot over + swap do
        i c@ case
            [char] a of 1+ endof [char] e of 1+ endof [char] i of 1+ endof
            [char] o of 1+ endof [char] u of 1+ endof
        endcase
    loop ;
: digits ( u -- addr u )  s>d <# #s #> ;

\ ---- stacks: a recursion deep enough to need more pages ----

: deep ( n -- n )  dup if dup >r 1- recurse r> drop 1+ then ;
: pile ( n -- sum )  dup >r 0 do i loop 0 r> 0 do + loop ;

\ ---- the heap ----

: heap-ok ( -- n )
    5000 allocate throw
    dup 5000 [char] x fill
    90000 resize throw
    dup 4999 + c@ swap
    20 allocate throw free throw
    free throw ;

\ ---- exceptions ----

: risky ( n -- )  dup 3 mod 0= if -4000 throw then drop ;
: risks ( -- n )  0 30 0 do i ['] risky catch if drop 1+ then loop ;

\ ---- many words, compiled from a string ----

: generate  200 0 do s" : generated 1 2 + 3 * 4 - if 5 then 6 drop ; immediate" evaluate loop ;

: result ( -- n )
    true hot-words fill-numbers sum-numbers mix visit island 40000 + c@ mix
    run-steps 19 fibs @ mix turns mix 6 7 weigh mix
    greeting vowels mix 987654 digits nip mix
    3000 deep mix 2000 pile mix heap-ok mix risks mix
    generate s" generated" evaluate mix  checksum @ ;
result constant outcome
