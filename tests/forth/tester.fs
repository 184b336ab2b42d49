\ tester.fs - the tester: T{ code -> expected results }T, counted by suites.
\
\ SUITE: name ... END-SUITE prints "name: N passed, N failed"; REPORT-TOTAL, after the last suite,
\ "forth: N passed, N failed". A case that fails prints its source line, what it expected and what
\ it got. Compared are the number of results and each cell of them. All names that are not for the
\ tests themselves begin with T-.

DECIMAL

1 63 LSHIFT             CONSTANT MIN-INT
MIN-INT INVERT          CONSTANT MAX-INT
-1                      CONSTANT MAX-UINT

64 CONSTANT T-MOST                      \ results that one case may have
CREATE T-ACTUAL   T-MOST CELLS ALLOT    \ top of stack first
CREATE T-EXPECTED T-MOST CELLS ALLOT
VARIABLE T-START                        \ depth at T{
VARIABLE T-ACTUALS                      \ number of results, negative after an underflow
VARIABLE T-EXPECTEDS
VARIABLE T-PASSED       0 T-PASSED !    \ in this suite
VARIABLE T-FAILED       0 T-FAILED !
VARIABLE T-ALL-PASSED   0 T-ALL-PASSED !
VARIABLE T-ALL-FAILED   0 T-ALL-FAILED !
CREATE T-NAME 64 ALLOT                  \ of the suite
VARIABLE T-NAME-SIZE

: T-LEVEL ( i*x n -- j*x ) \ Drops items, or adds zeros, until n are left.
  >R  BEGIN DEPTH R@ > WHILE DROP REPEAT  BEGIN DEPTH R@ < WHILE 0 REPEAT  R> DROP ;

: T-TAKE ( i*x array -- n ) \ Moves the items above the start to an array, and counts them.
  DEPTH 1- T-START @ - DUP >R             ( ... array n )
  DUP T-MOST > IF DROP T-MOST THEN
  0 ?DO SWAP OVER I CELLS + ! LOOP DROP
  T-START @ T-LEVEL R> ;

: T-SAME? ( -- flag )
  T-ACTUALS @ T-EXPECTEDS @ <> IF FALSE EXIT THEN
  T-ACTUALS @ T-MOST > IF FALSE EXIT THEN
  TRUE T-ACTUALS @ 0 ?DO
    T-ACTUAL I CELLS + @ T-EXPECTED I CELLS + @ = AND
  LOOP ;

: T-SHOW ( array n -- )
  DUP 0< IF ." stack underflow" 2DROP EXIT THEN
  DUP 0= IF ." nothing" 2DROP EXIT THEN
  DUP T-MOST > IF DROP T-MOST ." ... " THEN
  BEGIN DUP WHILE 1- 2DUP CELLS + @ . REPEAT 2DROP ;

: T-COMPLAIN ( -- )
  BASE @ DECIMAL
  CR ." FAIL: " SOURCE TYPE
  CR ."   expected: " T-EXPECTED T-EXPECTEDS @ T-SHOW
  CR ."   got:      " T-ACTUAL T-ACTUALS @ T-SHOW CR
  BASE ! ;

: T{ ( -- ) DEPTH T-START ! 0 T-ACTUALS ! ;

: -> ( i*x -- ) T-ACTUAL T-TAKE T-ACTUALS ! ;

: }T ( i*x -- )
  T-EXPECTED T-TAKE T-EXPECTEDS !
  T-SAME? IF 1 T-PASSED +! ELSE 1 T-FAILED +! T-COMPLAIN THEN ;

: TESTING ( "text" -- ) POSTPONE \ ;      \ says what the cases below are about

: T-COUNTS ( passed failed -- )
  BASE @ >R DECIMAL SWAP ." : " 0 .R ."  passed, " 0 .R ."  failed" CR R> BASE ! ;

: SUITE: ( "name" -- )
  PARSE-NAME 63 MIN DUP T-NAME-SIZE ! T-NAME SWAP MOVE  0 T-PASSED !  0 T-FAILED ! ;

: END-SUITE ( -- )
  T-PASSED @ T-ALL-PASSED +!  T-FAILED @ T-ALL-FAILED +!
  T-NAME T-NAME-SIZE @ TYPE  T-PASSED @ T-FAILED @ T-COUNTS ;

: REPORT-TOTAL ( -- ) ." forth" T-ALL-PASSED @ T-ALL-FAILED @ T-COUNTS ;

\ ---- words that the suites share ----

: S= ( c-addr1 u1 c-addr2 u2 -- flag ) \ Are the strings the same?
  ROT OVER <> IF DROP 2DROP FALSE EXIT THEN
  TRUE SWAP 0 ?DO                         ( a1 a2 flag )
    2 PICK I + C@ 2 PICK I + C@ = AND
  LOOP NIP NIP ;

VARIABLE T-MARK
VARIABLE T-CODE

: THROWN ( xt -- n ) \ Executes xt, which must need no arguments, and returns what it throws, or 0.
  DEPTH 1- T-MARK !  CATCH T-CODE !  T-MARK @ T-LEVEL  T-CODE @ ;

VARIABLE T-TEXT
VARIABLE T-TEXT-SIZE
: T-EVALUATE ( -- ) T-TEXT @ T-TEXT-SIZE @ EVALUATE ;

: EVAL-THROWN ( c-addr u -- n ) \ The same for a piece of source text; interpreting afterwards.
  T-TEXT-SIZE ! T-TEXT !  ['] T-EVALUATE THROWN  POSTPONE [ ;

VARIABLE T-BASE
VARIABLE T-ORDER
: SURVIVES ( c-addr u -- flag ) \ Evaluates a text that may end in any way: is all well after it?
  BASE @ T-BASE !  EVAL-THROWN DROP  T-BASE @ BASE !  0 T-ORDER !
  S" :NONAME 1 SWAP 0 ?DO 2* LOOP ; 10 SWAP EXECUTE 1024 = T-ORDER !" EVAL-THROWN 0=
  T-ORDER @ AND ;

CREATE T-QUERY 80 ALLOT
: DEFINED? ( c-addr u -- flag )
  70 MIN  S" ' " T-QUERY SWAP MOVE  DUP >R T-QUERY 2 + SWAP MOVE
  T-QUERY R> 2 + EVAL-THROWN -13 <> ;

: NEEDS ( "name" -- ) \ Skips the rest of the line when a word that we do not promise is missing.
  PARSE-NAME 2DUP DEFINED? IF 2DROP EXIT THEN
  ." skipped: " TYPE ."  is not defined" CR POSTPONE \ ;
