\ mandel.fs - the Mandelbrot set in fixed point.
\
\ Arithmetic with many live values and few calls. The checksum takes in the number of steps at each point.

13 constant fraction            \ bits after the point
1 fraction lshift constant one

320 constant width
200 constant height
250 constant most-steps

variable c-re  variable c-im
variable checksum

\ Shifts toward zero, so that the result does not depend on how a system rounds quotients.
: fix ( n -- n )  dup 0< if negate fraction rshift negate else fraction rshift then ;

: steps ( -- n )
    0 0 0                                       \ ( re im n )
    begin
        over dup * fix                          \ ( re im n im^2 )
        3 pick dup * fix                        \ ( re im n im^2 re^2 )
        2dup + one 4 * <
        3 pick most-steps < and
    while
        swap - c-re @ +                         \ ( re im n re' )
        swap 1+                                 \ ( re im re' n )
        2swap * 2* fix c-im @ +                 \ ( re' n im' )
        swap                                    \ ( re' im' n )
    repeat
    2drop >r 2drop r> ;

: point! ( column row -- )
    one 2 * height */ one -  c-im !
    one 3 * width */ one 2 * -  c-re ! ;

: main ( -- )
    0 checksum !
    height 0 do
        width 0 do
            i j point!
            checksum @ 31 * steps + 2147483647 and checksum !
        loop
    loop ;
