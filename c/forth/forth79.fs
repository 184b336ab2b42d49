\ forth79.fs - the vocabulary of 79-STANDARD: words whose FORTH-79 meaning differs from Forth-2012.
\
\ In this list true is 1, PICK and ROLL count from 1, MOVE counts cells, and loops end as FORTH-79 says: at
\ or beyond the limit, signed, LEAVE taking effect at the next LOOP or +LOOP.

WORDLIST CONSTANT FORTH-79-WORDLIST ( -- wid )

\ Searches the FORTH-79 words first; ONLY goes back.
: 79-STANDARD ( -- )  FORTH-WORDLIST FORTH-79-WORDLIST 2 SET-ORDER ;

FORTH-79-WORDLIST SET-CURRENT

: = ( x1 x2 -- flag )  = NEGATE ;
: < ( n1 n2 -- flag )  < NEGATE ;
: > ( n1 n2 -- flag )  > NEGATE ;
: U< ( u1 u2 -- flag )  U< NEGATE ;
: 0= ( x -- flag )  0= NEGATE ;
: 0< ( n -- flag )  0< NEGATE ;
: 0> ( n -- flag )  0> NEGATE ;
: D< ( d1 d2 -- flag )  ROT 2DUP = IF 2DROP U< ELSE > NIP NIP THEN NEGATE ;
: NOT ( x -- flag )  0= NEGATE ;

: PICK ( x*n n -- x*n x )  1- PICK ;
: ROLL ( x*n n -- x*n )  1- ROLL ;
: 2+ ( n -- n )  2 + ;
: 2- ( n -- n )  2 - ;
: U* ( u u -- ud )  UM* ;
: U/MOD ( ud u -- u u )  UM/MOD ;
: MOVE ( addr1 addr2 n -- )  0 MAX CELLS MOVE ;
: <CMOVE ( addr1 addr2 n -- )  CMOVE> ;

SYNONYM LOOP (LOOP79)
SYNONYM +LOOP (+LOOP79)
SYNONYM LEAVE (LEAVE79)

: CONVERT ( ud1 addr1 -- ud2 addr2 )  1+ 255 >NUMBER DROP ;
: EXPECT ( addr n -- )  OVER SWAP ACCEPT + 0 SWAP C! ;
: QUERY ( -- )  TIB DUP 80 ACCEPT (SOURCE!) ;
: FIND ( "name" -- addr )  BL WORD FIND 0= IF DROP 0 THEN ;
: ' ( "name" -- addr )  ' >BODY STATE @ IF POSTPONE LITERAL THEN ; IMMEDIATE
: COMPILE ( "name" -- )  ' POSTPONE LITERAL POSTPONE COMPILE, ; IMMEDIATE
: [COMPILE] ( "name" -- )  ' COMPILE, ; IMMEDIATE
: FORGET ( "name" -- )  ' (FORGET) ;

FORTH-WORDLIST SET-CURRENT
