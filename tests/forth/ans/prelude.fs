\ prelude.fs - what gforth's copies of the ANS suites expect of gforth beyond the standard.

: STR= ( addr1 u1 addr2 u2 -- flag )  COMPARE 0= ;
WORDLIST CONSTANT ENVIRONMENT-WORDLIST
: >ORDER ( wid -- )  >R GET-ORDER R> SWAP 1+ SET-ORDER ;
$7FFFFFFFFFFFFFFF CONSTANT MAX-N
-1 CONSTANT MAX-U

\ The tester names these even where it does not use them; there are no floats in the kernel.
: 0E ( -- n )  0 ;
: 5E ( -- n )  5 ;
: FDROP ( n -- )  DROP ;
: F@ ( addr -- n )  @ ;
: FCONF= ( n n -- flag )  = ;
