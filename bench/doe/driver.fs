\ driver.fs - one run of an experiment, for bench/doe/run.py: configures, measures and says what came of it.
\
\ A run does a number of units of a workload. A unit is a word ( -- n ), and n is what the workload's file promises.
\ Whatever differs from run to run without being the experiment's (busy VMs, calibration, printing) lies before
\ PHYSICS-RESET or behind the reading of the hash, so that it cannot be seen in what the physics have counted.

DECIMAL

\ ---- what is measured ----

20 CONSTANT DOE-METRICS  \ PHYSICS-METRIC has so many: metrics.py
CREATE DOE-METRIC DOE-METRICS CELLS ALLOT
7 CONSTANT DOE-LOOPS
CREATE DOE-LOOP-HASH DOE-LOOPS CELLS ALLOT  \ of what each loop knows
VARIABLE DOE-HASH    VARIABLE DOE-PEERS   \ of this VM, and of those that a workload has started
VARIABLE DOE-WRONG   VARIABLE DOE-EXPECTED
VARIABLE DOE-CYCLES  VARIABLE DOE-NS
VARIABLE DOE-BEFORE  VARIABLE DOE-AFTER   \ calibration
VARIABLE DOE-DEPTH

\ A chain of dependent additions, the shortest of some: it changes with the processor's clock alone.
: DOE-CHAIN ( -- u ) CYCLES 0 1000 0 DO 1+ LOOP DROP CYCLES SWAP - ;
: DOE-CALIBRATE ( -- u ) DOE-CHAIN 15 0 DO DOE-CHAIN MIN LOOP ;

\ ---- the configuration ----

CREATE DOE-SETTINGS 6 CELLS ALLOT  \ five knobs and the loops, as children get them
: LOOPS ( u -- ) DUP DOE-SETTINGS 5 CELLS + ! PHYSICS! ;
: KNOBS ( window half-life beat least most -- )
  0 4 DO DUP DOE-SETTINGS I CELLS + ! I KNOB! -1 +LOOP ;

VARIABLE DOE-TURN
: TURNS ( ns words -- ) COUNTED-QUANTUM DUP DOE-TURN ! VM-ID QUANTUM! ;

64 CONSTANT DOE-BUSY-MOST
CREATE DOE-BUSY DOE-BUSY-MOST CELLS ALLOT
VARIABLE DOE-BUSY-COUNT
: DOE-SPIN ( -- vm ) S" : SPIN 0 BEGIN 1+ AGAIN ; SPIN" 65536 SPAWN-VM DOE-TURN @ OVER QUANTUM! ;
: BUSY ( n -- ) DOE-BUSY-MOST MIN DUP DOE-BUSY-COUNT ! 0 ?DO DOE-SPIN DOE-BUSY I CELLS + ! LOOP ;
: DOE-END ( vm -- ) DUP KILL-VM WAIT-VM 2DROP ;
: IDLE ( -- ) DOE-BUSY-COUNT @ 0 ?DO DOE-BUSY I CELLS + @ DOE-END LOOP 0 DOE-BUSY-COUNT ! ;

\ ---- VMs that take part in a workload ----

\ DOE-CHILD starts a VM with the same settings; its text finds DOE-B, a buffer, and says what its physics are
\ with DOE-TELL, for DOE-LISTEN to take.
CREATE DOE-TEXT 4096 ALLOT
VARIABLE DOE-TEXT-SIZE
: DOE-APPEND ( addr u -- ) TUCK DOE-TEXT DOE-TEXT-SIZE @ + SWAP CMOVE DOE-TEXT-SIZE +! ;
: DOE-CHILD ( addr u -- vm )
  0 DOE-TEXT-SIZE !
  S" CREATE DOE-B 4096 ALLOT : DOE-SET DOE-B 48 0 RECV-FROM DROP 5 0 DO DOE-B I CELLS + @ I KNOB! LOOP " DOE-APPEND
  S" DOE-B 40 + @ PHYSICS! ; : DOE-TELL PHYSICS-HASH DOE-B ! DOE-B 8 0 SEND ; DOE-SET " DOE-APPEND
  DOE-APPEND DOE-TEXT DOE-TEXT-SIZE @ 262144 SPAWN-VM
  DOE-TURN @ OVER QUANTUM!  DOE-SETTINGS 48 2 PICK SEND ;
CREATE DOE-HEARD CELL ALLOT
: DOE-LISTEN ( vm -- ) DOE-HEARD CELL ROT RECV-FROM DROP DOE-PEERS @ 31 * DOE-HEARD @ + DOE-PEERS ! ;

\ ---- a run ----

VARIABLE DOE-XT
: DOE-UNIT ( -- )
  DEPTH DOE-DEPTH !  DOE-XT @ EXECUTE
  DEPTH 1- DOE-DEPTH @ <> ABORT" a unit must leave one number and nothing else on the stack"
  DOE-EXPECTED @ <> IF 1 DOE-WRONG +! THEN ;
: DOE-UNITS ( n xt -- ) DOE-XT ! 0 DO DOE-UNIT LOOP ;

: DOE-READ ( -- )
  PHYSICS-HASH DOE-HASH ! DOE-LOOPS 0 DO 1 I LSHIFT PHYSICS-HASH-OF DOE-LOOP-HASH I CELLS + ! LOOP
  DOE-METRICS 0 DO I PHYSICS-METRIC DOE-METRIC I CELLS + ! LOOP ;

: DOE-MEASURE ( n xt -- )
  PHYSICS-RESET NS CYCLES 2SWAP DOE-UNITS CYCLES NS
  ROT ROT SWAP - DOE-CYCLES ! SWAP - DOE-NS !
  DOE-READ ;

: DOE-BEGIN ( -- ) 0 DOE-WRONG ! 0 DOE-PEERS ! ;

: DOE-SAY ( id -- )
  CR ." DOE-RUN " . DOE-HASH @ U. DOE-PEERS @ U. DOE-WRONG @ U.
  DOE-CYCLES @ U. DOE-NS @ U. DOE-BEFORE @ U. DOE-AFTER @ U.
  DOE-LOOPS 0 DO DOE-LOOP-HASH I CELLS + @ U. LOOP
  DOE-METRICS 0 DO DOE-METRIC I CELLS + @ U. LOOP ." ." CR ;

: RUN ( id expected n setup unit teardown -- )
  >R >R DOE-BEGIN EXECUTE SWAP DOE-EXPECTED !
  DOE-CALIBRATE DOE-BEFORE !  R> DOE-MEASURE  DOE-CALIBRATE DOE-AFTER !
  R> EXECUTE IDLE DOE-SAY ;

\ ---- a series: what the physics know after each unit ----

256 CONSTANT DOE-SERIES-MOST
8 CONSTANT DOE-WATCH-MOST
6 CONSTANT DOE-SAMPLE    \ the metrics of a series, before the words that are watched: words .. distance
CREATE DOE-SAMPLED 0 , 4 , 5 , 6 , 8 , 9 ,
DOE-SAMPLE DOE-WATCH-MOST + 1+ CONSTANT DOE-ROW
CREATE DOE-TABLE DOE-SERIES-MOST DOE-ROW * CELLS ALLOT
CREATE DOE-WATCHED DOE-WATCH-MOST CELLS ALLOT
VARIABLE DOE-WATCH-COUNT
: WATCH ( xt_1 ... xt_n n -- )
  DUP DOE-WATCH-COUNT ! 0 ?DO DOE-WATCHED DOE-WATCH-COUNT @ 1- I - CELLS + ! LOOP ;

: DOE-AT ( row column -- addr ) SWAP DOE-ROW * + CELLS DOE-TABLE + ;
: DOE-SAMPLE-ROW ( row -- )
  DOE-SAMPLE 0 DO DOE-SAMPLED I CELLS + @ PHYSICS-METRIC OVER I 1+ DOE-AT ! LOOP
  DOE-WATCH-COUNT @ 0 ?DO DOE-WATCHED I CELLS + @ WORD-HEAT OVER I DOE-SAMPLE + 1+ DOE-AT ! LOOP DROP ;

: DOE-STEP ( row -- ) CYCLES DOE-UNIT CYCLES SWAP - OVER 0 DOE-AT ! DOE-SAMPLE-ROW ;
: DOE-SERIES ( n xt -- )
  PHYSICS-RESET DOE-XT ! NS SWAP CYCLES SWAP 0 DO I DOE-STEP LOOP CYCLES NS
  ROT ROT SWAP - DOE-CYCLES ! SWAP - DOE-NS !
  DOE-READ ;

: DOE-SAY-ROW ( row -- )
  CR ." DOE-UNIT " DUP . DOE-WATCH-COUNT @ DOE-SAMPLE + 1+ 0 DO DUP I DOE-AT @ U. LOOP DROP ." ." ;

: SERIES ( id expected n setup unit teardown -- )
  >R >R DOE-BEGIN EXECUTE DOE-SERIES-MOST MIN SWAP DOE-EXPECTED !
  DOE-CALIBRATE DOE-BEFORE !  DUP R> DOE-SERIES  DOE-CALIBRATE DOE-AFTER !
  R> EXECUTE IDLE  0 DO I DOE-SAY-ROW LOOP DOE-SAY ;
