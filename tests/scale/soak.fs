\ soak.fs - SOAK-VMS VMs (defined before) send messages to one another for SOAK-MS milliseconds, under preemption.
\
\ Worker i sends to the workers i+1, i+7 and i+31, on channels 0, 1 and 2. A message carries its number on the channel
\ and numbers that follow from it, and has one of twelve sizes; who receives it checks all of that. When it is
\ time, each channel ends with the count and the sum of what was sent, and every worker reports both ends of its
\ channels to VM[0], which compares them pair by pair. run_scale.py judges what is printed, and the memory.

\ What the physics of VM[0] need is there before accounts are made, and no more is wanted after.
PHYSICS-RESET  0 PHYSICS!  : WARM 3000000 0 DO LOOP ; WARM

3 CONSTANT CHANNELS
: CHANNEL-STEP ( k -- n ) DUP 0= IF DROP 1 ELSE 1 = IF 7 ELSE 31 THEN THEN ;

\ ---- the text of a worker: the lines up to WORKER-END, one space between them ----

CREATE WORKER-TEXT 8192 ALLOT   VARIABLE WORKER-SIZE
: APPEND ( addr u -- ) TUCK WORKER-TEXT WORKER-SIZE @ + SWAP MOVE WORKER-SIZE +! ;
: LAST-LINE? ( -- flag ) SOURCE S" WORKER-END" COMPARE 0= ;
: WORKER-LINES ( "lines" -- )
  BEGIN REFILL WHILE LAST-LINE? 0= WHILE SOURCE APPEND S"  " APPEND REPEAT REFILL DROP THEN ;

WORKER-LINES
CREATE IDS 6 CELLS ALLOT
CREATE OUT-COUNT 3 CELLS ALLOT  CREATE OUT-SUM 3 CELLS ALLOT
CREATE IN-COUNT 3 CELLS ALLOT  CREATE IN-SUM 3 CELLS ALLOT
CREATE OUT-END 3 CELLS ALLOT  CREATE IN-END 3 CELLS ALLOT
CREATE OUT 128 ALLOT  CREATE IN 4096 ALLOT
VARIABLE ERRORS  VARIABLE STOPPING
: AT ( k addr -- addr ) SWAP CELLS + ;
: WRONG ( -- ) 1 ERRORS +! ;
: STEP ( k -- n ) DUP 0= IF DROP 1 ELSE 1 = IF 7 ELSE 31 THEN THEN ;
: FROM ( k -- i ) STEP ME ALL + SWAP - ALL MOD ;
: NUMBER ( seq from k -- x ) 3 * + 40503 * SWAP 2654435761 * XOR ;
: LENGTH ( seq from -- cells ) SWAP 7 * + 12 MOD 3 + ;
: DATA {: k | seq x n -- u :}
  k OUT-COUNT AT @ TO seq  seq ME k NUMBER TO x  seq ME LENGTH TO n
  1 OUT !  seq OUT CELL+ !  x OUT 2 CELLS + !
  n 3 ?DO x I + OUT I CELLS + ! LOOP  n CELLS ;
: SENT {: k -- :} 1 k OUT-COUNT AT +!  OUT 2 CELLS + @ k OUT-SUM AT +! ;
: PATIENTLY ( addr u vm -- flag ) 2000000 ['] SEND-WITHIN CATCH
  DUP IF DUP -267 <> IF WRONG THEN DROP 2DROP 2DROP FALSE ELSE DROP TRUE THEN ;
: PUSH {: k -- n :} k DATA OUT SWAP k IDS AT @
  k IF SEND? ELSE PATIENTLY THEN DUP IF k SENT THEN 1 AND ;
: CHANNEL ( vm -- k ) 3 0 DO DUP I 3 + IDS AT @ = IF DROP I UNLOOP EXIT THEN LOOP DROP -1 ;
: TAKE-DATA {: u k | seq x n -- :}
  k IN-COUNT AT @ TO seq  seq k FROM k NUMBER TO x  seq k FROM LENGTH TO n
  IN CELL+ @ seq =  IN 2 CELLS + @ x = AND  u n CELLS = AND 0= IF WRONG THEN
  n 3 ?DO IN I CELLS + @ x I + <> IF WRONG THEN LOOP
  1 k IN-COUNT AT +!  x k IN-SUM AT +! ;
: TAKE-END {: k -- :} k IN-END AT @ IF WRONG THEN
  IN CELL+ @ k IN-COUNT AT @ =  IN 2 CELLS + @ k IN-SUM AT @ = AND 0= IF WRONG THEN
  TRUE k IN-END AT ! ;
: TAKE {: u vm | k -- :}
  vm BOSS = IF TRUE STOPPING ! EXIT THEN
  vm CHANNEL TO k  k 0< IF WRONG EXIT THEN
  IN @ 1 = IF u k TAKE-DATA ELSE k TAKE-END THEN ;
: TAKE-ALL ( -- n ) 0 BEGIN IN 4096 RECV? WHILE TAKE 1+ REPEAT 2DROP ;
: AWAIT ( -- ) IN 4096 1000000 ['] RECV-WITHIN CATCH
  DUP IF -267 <> IF WRONG THEN DROP 2DROP ELSE DROP TAKE THEN ;
: WORK ( -- ) BEGIN STOPPING @ 0= WHILE 0 3 0 DO I PUSH + LOOP TAKE-ALL + 0= IF AWAIT THEN REPEAT ;
: SAY-END {: k -- :} k OUT-END AT @ IF EXIT THEN
  2 OUT !  k OUT-COUNT AT @ OUT CELL+ !  k OUT-SUM AT @ OUT 2 CELLS + !
  OUT 24 k IDS AT @ SEND? k OUT-END AT ! ;
: ENDED? ( -- flag ) TRUE 3 0 DO I OUT-END AT @ AND I IN-END AT @ AND LOOP ;
: FINISH ( -- ) BEGIN ENDED? 0= WHILE 3 0 DO I SAY-END LOOP TAKE-ALL 0= IF AWAIT THEN REPEAT ;
: ONE ( k -- ) DUP OUT-COUNT AT @ , DUP OUT-SUM AT @ , DUP IN-COUNT AT @ , IN-SUM AT @ , ;
: REPORT ( -- ) HERE ME , ERRORS @ , 3 0 DO I ONE LOOP HERE OVER - BOSS SEND ;
IDS 48 BOSS RECV-FROM DROP  WORK FINISH REPORT
WORKER-END

\ ---- VM[0] ----

CREATE WORKERS SOAK-VMS CELLS ALLOT
14 CELLS CONSTANT REPORT-SIZE
CREATE REPORTS SOAK-VMS REPORT-SIZE * ALLOT
CREATE LINE 4096 ALLOT
VARIABLE REPORTED   VARIABLE FAILED   VARIABLE UNEQUAL   2VARIABLE SENT   2VARIABLE RECEIVED
: WORKER ( i -- addr ) SOAK-VMS + SOAK-VMS MOD CELLS WORKERS + ;
: REPORT-OF ( i -- addr ) SOAK-VMS MOD REPORT-SIZE * REPORTS + ;

\ The text begins with what is different for each worker.
: CONSTANT-TEXT ( n addr u -- ) ROT S>D <# #S #> APPEND S"  CONSTANT " APPEND APPEND S"  " APPEND ;
CREATE COMMON 8192 ALLOT   VARIABLE COMMON-SIZE
WORKER-TEXT COMMON WORKER-SIZE @ MOVE   WORKER-SIZE @ COMMON-SIZE !
: WORKER-TEXT! ( i -- )
  0 WORKER-SIZE !  S" ME" CONSTANT-TEXT  SOAK-VMS S" ALL" CONSTANT-TEXT  VM-ID S" BOSS" CONSTANT-TEXT
  COMMON COMMON-SIZE @ APPEND ;
: SPAWN-WORKER ( i -- )
  DUP WORKER-TEXT!  WORKER-TEXT WORKER-SIZE @ 65536 SPAWN-VM
  200000 OVER QUANTUM!  SWAP WORKER ! ;

\ The IDs of the three that it sends to, then of the three that it hears from.
: START-WORKER ( i -- )
  CHANNELS 0 DO
    DUP I CHANNEL-STEP + WORKER @  LINE I CELLS + !
    DUP I CHANNEL-STEP - WORKER @  LINE I CHANNELS + CELLS + !
  LOOP
  LINE 48 ROT WORKER @ SEND ;
: STOP-WORKER ( i -- ) LINE 8 ROT WORKER @ SEND ;

: HEAR-REPORT ( -- )
  LINE 4096 RECV DROP END-NOTICE? IF DROP EXIT THEN
  REPORT-SIZE <> LINE @ SOAK-VMS U< 0= OR IF 1 FAILED +! EXIT THEN
  LINE DUP @ REPORT-OF REPORT-SIZE MOVE  1 REPORTED +! ;
: GONE ( vm -- ) ['] WAIT-VM CATCH IF DROP ELSE 2DROP THEN ;

\ The receiving end of the channel is in the report of another worker.
: OUT-END-OF ( i k -- addr ) 4 * 2 + CELLS SWAP REPORT-OF + ;
: IN-END-OF ( i k -- addr ) TUCK CHANNEL-STEP + SWAP OUT-END-OF 2 CELLS + ;
: COMPARE-PAIR ( i k -- )
  2DUP OUT-END-OF -ROT IN-END-OF ( out in )
  OVER @ 0 SENT 2@ D+ SENT 2!  DUP @ 0 RECEIVED 2@ D+ RECEIVED 2!
  >R 2 CELLS R> 2 CELLS COMPARE IF 1 UNEQUAL +! THEN ;
: JUDGE ( -- )
  SOAK-VMS 0 DO
    I REPORT-OF CELL+ @ FAILED +!
    CHANNELS 0 DO J I COMPARE-PAIR LOOP
  LOOP ;

: SOAK-WAIT ( ms -- ) BEGIN DUP 0> WHILE DUP 1000 MIN MS 1000 - REPEAT DROP ;
: SOAK ( ms -- )
  16 VM-ID PRIORITY!
  SOAK-VMS 0 DO I SPAWN-WORKER LOOP
  20 VM-ID PRIORITY! \ the workers keep theirs: VM[0] is to have the processor when its time has come
  SOAK-VMS 0 DO I START-WORKER LOOP
  SOAK-WAIT .VMS
  SOAK-VMS 0 DO I STOP-WORKER LOOP
  0 REPORTED !  0 FAILED !  0 UNEQUAL !  0. SENT 2!  0. RECEIVED 2!
  BEGIN REPORTED @ SOAK-VMS < WHILE HEAR-REPORT REPEAT
  SOAK-VMS 0 DO I WORKER @ GONE LOOP
  JUDGE
  ." SOAK sent " SENT 2@ D. ." received " RECEIVED 2@ D.
  ." unequal " UNEQUAL @ . ." errors " FAILED @ . ." reports " REPORTED @ . CR ;

\ Once shortly, for what grows and stays: the tables of VMs and of deadlines, and the pages of VM[0].
200 SOAK
.( ACCOUNTS before) CR .MEM .HEAP
SOAK-MS SOAK
.( ACCOUNTS after) CR .MEM .HEAP
.( SOAK end) CR
