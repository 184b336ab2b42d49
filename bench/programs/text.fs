\ text.fs - makes a text, splits it into words and counts each word.
\
\ Byte by byte loops, string comparison and short calls, as in a compiler's scanner.

40000 constant text-size
1024 constant buckets           \ a power of two
4096 constant entries-most

create text text-size allot
create heads buckets cells allot
create links entries-most cells allot
create starts entries-most cells allot
create lengths entries-most cells allot
create counts entries-most cells allot
variable entries                \ number 0 is not used
variable seed
variable checksum
variable at                     \ offset of the next character

: random ( n -- 0..n-1 )
    seed @ 1103515245 * 12345 + 2147483647 and dup seed !
    8 rshift swap mod ;
: mix ( x -- )  checksum @ 31 * + 1073741823 and checksum ! ;

\ ---- the text: words of one to four letters, some of them capitals ----

: put ( char -- )  at @ text-size < if text at @ + c! 1 at +! else drop then ;
: letter ( -- char )
    9 random 97 +  6 random 0= if 32 - then ;
: make-text ( -- )
    4711 seed !  0 at !
    begin at @ text-size < while
        4 random 1+ 0 do letter put loop
        12 random 0= if 44 put then
        32 put
    repeat ;

\ ---- the scanner ----

: lower ( char -- char )  dup 65 < 0= over 91 < and if 32 + then ;
: letter? ( char -- flag )  lower dup 96 > swap 123 < and ;
: text@ ( offset -- char )  text + c@ ;
: at-end? ( -- flag )  at @ text-size < 0= ;

: skip ( -- )  begin at-end? if exit then at @ text@ letter? 0= while 1 at +! repeat ;
: scan ( -- start length )      \ the next word, length 0 at the end
    skip at @
    begin at-end? if false else at @ text@ letter? then while
        at @ text@ lower at @ text + c!
        1 at +!
    repeat
    at @ over - ;

\ ---- the counts ----

: hash ( start length -- bucket )
    0 rot rot over + swap
    begin 2dup > while
        rot 33 * over text@ + rot rot 1+
    repeat
    2drop buckets 1- and ;

: same? ( start1 start2 length -- flag )
    0 begin 2dup > while                        \ ( start1 start2 length i )
        3 pick over + text@  3 pick 2 pick + text@
        = 0= if 2drop 2drop false exit then
        1+
    repeat
    2drop 2drop true ;

: match? ( start length entry -- flag )
    dup cells lengths + @ 2 pick = 0= if drop 2drop false exit then
    cells starts + @ swap same? ;

: find-entry ( start length bucket -- entry )  \ 0 if there is none
    cells heads + @
    begin dup while
        >r 2dup r@ match? if 2drop r> exit then
        r> cells links + @
    repeat
    nip nip ;

: new-entry ( start length bucket -- entry )
    1 entries +!
    cells heads + dup @ entries @ cells links + !
    entries @ swap !
    entries @ cells lengths + !
    entries @ cells starts + !
    0 entries @ cells counts + !
    entries @ ;

: count-word ( start length -- )
    2dup hash >r
    2dup r@ find-entry dup if nip nip else drop r@ new-entry then
    r> drop
    cells counts + 1 swap +! ;

: once ( -- )
    make-text
    heads buckets cells 0 fill  0 entries !  0 at !
    begin scan dup while count-word repeat 2drop
    entries @ 1+ 1 do i cells counts + @ mix loop
    entries @ mix ;

: main ( -- )  0 checksum !  10 0 do once loop ;
