\ core.fs - CORE and CORE EXT words that are best said in Forth.
\
\ The .fs files of this folder are compiled once, in the order of asm/engine/base_source.asm, when the
\ base dictionary is built; the result is frozen and shared by all VMs.

0 CONSTANT FALSE   ( -- flag )
-1 CONSTANT TRUE   ( -- flag )
32 CONSTANT BL     ( -- char )

: DECIMAL ( -- )  10 BASE ! ;
: HEX ( -- )      16 BASE ! ;

: CHARS ( n -- n ) ;
: CHAR+ ( addr -- addr )  1+ ;
: ALIGNED ( addr -- addr )  7 + -8 AND ;
: ALIGN ( -- )  HERE ALIGNED HERE - ALLOT ;
: ERASE ( addr u -- )  0 FILL ;
: RESIZE ( addr1 u -- addr2 ior )
    DUP >R (RESIZE) DUP 1 = IF
        DROP R> ALLOCATE IF 2DROP -61 EXIT THEN             \ addr1, bytes to move, addr2
        SWAP >R 2DUP R> MOVE  SWAP FREE DROP 0 EXIT
    THEN NIP R> DROP ;
: BUFFER: ( u "name" -- )  CREATE ALLOT ;

: D0< ( d -- flag )  NIP 0< ;
: DABS ( d -- ud )  DUP 0< IF DNEGATE THEN ;
: M+ ( d n -- d )  S>D D+ ;

: [COMPILE] ( "name" -- )  ' COMPILE, ; IMMEDIATE
8 CONSTANT CELL ( -- u )

\ A word that looks at STATE does so here as if compiling: POSTPONE compiles it to this.
: (COMPILING) ( i*x xt -- j*x )  STATE @ >R  TRUE STATE ! EXECUTE  R> STATE ! ;

\ Declares locals up to |, the first from the top of the stack (obsolescent).
: LOCALS| ( "ccc" -- )
    BEGIN
        PARSE-NAME DUP 0= IF -263 THROW THEN
        2DUP S" |" COMPARE
    WHILE (LOCAL) REPEAT
    2DROP ; IMMEDIATE

: ABORT ( i*x -- )  -1 THROW ;

\ What a DEFERred word does until IS gives it something to do.
: (NO-ACTION) ( -- )  -261 THROW ;

\ ---- console ----

: CR ( -- )  10 EMIT ;
: SPACE ( -- )  BL EMIT ;
: SPACES ( n -- )  BEGIN DUP 0> WHILE SPACE 1- REPEAT DROP ;

: KEY ( -- char )
    BEGIN (KEY) DUP -2 = WHILE DROP (WAIT) REPEAT
    DUP -1 = IF -39 THROW THEN ;

\ A line from the console; -39 at the end of input, so that the prompt can tell.
: (ACCEPT) ( addr +n -- +n )
    DUP 0< IF -24 THROW THEN
    (EDIT)
    BEGIN
        (KEY) DUP -2 = IF DROP (WAIT) 0 ELSE (EDIT-KEY) THEN
    UNTIL
    (EDIT-LINE) ;

: ACCEPT ( addr +n -- +n )
    ['] (ACCEPT) CATCH DUP -39 = IF DROP 2DROP 0 ELSE THROW THEN ;

\ ---- numbers out: Forth-2012 pictured numeric output ----

: <# ( -- )  HOLD-END HLD ! ;
: HOLD ( char -- )
    HLD @ 1-  DUP HOLD-START HOLD-END WITHIN 0= IF -17 THROW THEN
    DUP HLD ! C! ;
: HOLDS ( addr u -- )
    BEGIN DUP WHILE 1- 2DUP + C@ HOLD REPEAT 2DROP ;
: >DIGIT ( u -- char )  DUP 9 > IF 7 + THEN 48 + ;
: # ( ud -- ud )
    BASE @ DUP 2 37 WITHIN 0= IF DECIMAL -40 THROW THEN
    UD/MOD ROT >DIGIT HOLD ;
: #S ( ud -- 0. )  BEGIN # 2DUP OR 0= UNTIL ;
: #> ( xd -- addr u )  2DROP HLD @ HOLD-END OVER - ;
: SIGN ( n -- )  0< IF 45 HOLD THEN ;

: (D.) ( d -- addr u )  DUP >R DABS <# #S R> SIGN #> ;
: D. ( d -- )  (D.) TYPE SPACE ;
: D.R ( d n -- )  >R (D.) R> OVER - SPACES TYPE ;
: . ( n -- )  S>D D. ;
: U. ( u -- )  0 <# #S #> TYPE SPACE ;
: .R ( n +n -- )  >R S>D R> D.R ;
: U.R ( u +n -- )  >R 0 <# #S #> R> OVER - SPACES TYPE ;
: ? ( addr -- )  @ . ;
