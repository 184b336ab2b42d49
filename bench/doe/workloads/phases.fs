\ phases.fs - four programs in turns, each for several units: arithmetic, memory, calls, and text.
\
\ Between them the words that are hot change at once and for good, which the adapting loops are for.
\
\ setup: PHASES-SETUP
\ unit: PHASES-UNIT -> 1
\ units: 32
\ changes: by design
\ watch: PHASE-ARITHMETIC PHASE-MEMORY PHASE-CALLS PHASE-TEXT * @ COMPARE

8 CONSTANT PHASES-LENGTH  \ units in a phase
VARIABLE PHASES-COUNT
: PHASES-SETUP ( -- ) 0 PHASES-COUNT ! ;

: PHASE-ARITHMETIC ( -- flag ) 1 150000 0 DO 6364136223846793005 * I + LOOP 0<> ;

4096 CONSTANT PHASE-CELLS
CREATE PHASE-ARRAY PHASE-CELLS CELLS ALLOT
: PHASE-WRITE ( -- ) PHASE-CELLS 0 DO I PHASE-ARRAY I CELLS + ! LOOP ;
: PHASE-SUM ( -- n ) 0 PHASE-CELLS 0 DO PHASE-ARRAY I CELLS + @ + LOOP ;
: PHASE-MEMORY ( -- flag ) TRUE 15 0 DO PHASE-WRITE PHASE-SUM 8386560 = AND LOOP ;

: PHASE-ACKERMANN ( m n -- r )
  OVER 0= IF NIP 1+ EXIT THEN
  DUP 0= IF DROP 1- 1 RECURSE EXIT THEN
  OVER 1- ROT ROT 1- RECURSE RECURSE ;
: PHASE-CALLS ( -- flag ) 3 6 PHASE-ACKERMANN 509 = ;

: PHASE-TEXT ( -- flag )
  0 20000 0 DO S" a heart that beats" S" a heart that beasts" COMPARE + S" counted words" NIP + LOOP 280000 = ;

: PHASES-NUMBER ( -- n ) PHASES-COUNT @ PHASES-LENGTH / 3 AND 1 PHASES-COUNT +! ;
: PHASES-UNIT ( -- n )
  PHASES-NUMBER
  DUP 0 = IF DROP PHASE-ARITHMETIC 1 AND EXIT THEN
  DUP 1 = IF DROP PHASE-MEMORY 1 AND EXIT THEN
  2 = IF PHASE-CALLS 1 AND EXIT THEN
  PHASE-TEXT 1 AND ;
