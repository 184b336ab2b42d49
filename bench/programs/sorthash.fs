\ sorthash.fs - quicksort, binary search and an open hash table over the same numbers.
\
\ Data-dependent branches, recursion and scattered memory accesses, in turns.

20000 constant size
65536 constant slots            \ of the hash table, a power of two

create numbers size cells allot
create table slots cells allot  \ 0 is an empty slot
variable seed
variable checksum

: random ( -- n )  seed @ 1103515245 * 12345 + 2147483647 and dup seed ! ;
: number ( i -- addr )  cells numbers + ;
: fill-numbers ( -- )  20261 seed !  size 0 do random 1+ i number ! loop ;
: mix ( x -- )  checksum @ 31 * + 1073741823 and checksum ! ;

\ ---- quicksort ----

: exchange ( addr1 addr2 -- )  2dup @ swap @ rot ! swap ! ;
: middle ( low high -- x )  over - 1 cells / 2/ cells + @ ;

\ Splits a range: items up to `low2` are at most the pivot, items from `high2` at least.
: split ( low high -- low high2 low2 high )
    2dup middle >r 2dup
    begin
        swap begin dup @ r@ < while cell+ repeat
        swap begin dup @ r@ > while 1 cells - repeat
        2dup > 0= if 2dup exchange >r cell+ r> 1 cells - then
        2dup >
    until
    r> drop
    swap rot ;

: quicksort ( low high -- )
    2dup < 0= if 2drop exit then
    split recurse recurse ;

\ ---- binary search ----

: search ( x -- index )         \ of x, which is there
    >r 0 size                                   \ ( from to )
    begin 2dup 1- < while
        2dup + 2/                               \ ( from to mid )
        dup number @ r@ > if nip else rot drop swap then
    repeat
    drop r> drop ;

\ ---- hash table with linear probing ----

: hash ( x -- slot )  dup 7 rshift xor 40503 * 5 rshift slots 1- and ;
: slot ( x -- addr )            \ where x is or would be
    dup hash
    begin
        dup cells table + @                     \ ( x slot y )
        dup 0= swap 3 pick = or 0=
    while
        1+ slots 1- and
    repeat
    cells table + nip ;
: insert ( x -- )  dup slot ! ;
: present ( x -- flag )  slot @ 0= 0= ;

: once ( -- )
    fill-numbers
    table slots cells 0 fill
    size 0 do i number @ insert loop
    0 number size 1- number quicksort
    size 1- 0 do
        i number @ i 1+ number @ > if -1 mix then
        i number @ search mix
        i number @ i + present 1 and mix
    loop ;

: main ( -- )  0 checksum !  6 0 do once loop ;
