\ fib.fs - Fibonacci numbers by recursion, of gforth-common.
\
\ file: gforth-fib.fs from gforth:fib.fs
\ unit: FIB-UNIT -> 75025
\ units: 20
\ watch: FIB

INCLUDE gforth-fib.fs

: FIB-UNIT ( -- n ) 24 FIB ;
