\ arbiter.fs - what the arbiter costs: switches, messages, the making of VMs, wake-ups and quanta.
\
\ The same on the host and in VM[0]. bench/arbiter.py writes which cases run and in which order. Output, a line each:
\
\   ARB name ops cycles      so many operations took so many cycles of the counter
\   LATE name ns             a sleep ended so much after its time
\   GAP name vm from to      a VM that only reads the counter found this gap: others had the processor
\   NONE name n              the case needs more VMs than the machine has room for: it had n
\
\ UTIME stands around what is measured. In the program bench/arbiter_host.c it says how fast the core is, and
\ whether the process was on it (CLOCK ...); elsewhere it does nothing that matters.

65536 CONSTANT SMALL
CREATE BUFFER 4096 ALLOT   VARIABLE LENGTH   VARIABLE ROUNDS   VARIABLE SAMPLES
CREATE NAMED 64 ALLOT
CREATE VMS 10000 CELLS ALLOT   VARIABLE #VMS

: CASE: ( samples rounds "name" -- ) ROUNDS ! SAMPLES ! PARSE-NAME 63 MIN DUP NAMED C! NAMED 1+ SWAP MOVE ;
: LINE ( c-addr u -- ) CR TYPE SPACE NAMED COUNT TYPE SPACE ;
: (SAMPLE) ( ops xt -- ) \ what it executes says how often by ROUNDS
  UTIME 2DROP CYCLES >R EXECUTE CYCLES R> - UTIME 2DROP S" ARB" LINE SWAP U. U. ;
\ Where results go: compare/compare.fs has them go elsewhere.
DEFER SAMPLE ( ops xt -- )     ' (SAMPLE) IS SAMPLE
: (LATE) ( ns -- ) S" LATE" LINE U. ;
DEFER LATE ( ns -- )           ' (LATE) IS LATE
: (GAP) ( vm from to -- ) ROT S" GAP" LINE U. SWAP U. U. ;
DEFER GAP ( vm from to -- )    ' (GAP) IS GAP
: MEASURE ( ops xt -- ) DUP EXECUTE SAMPLES @ 0 ?DO 2DUP SAMPLE LOOP 2DROP ;

: VM# ( u -- addr ) CELLS VMS + ;
: MAKE ( c-addr u n -- flag ) \ false when there was no room for all of them
  #VMS @ + #VMS @ ?DO
    2DUP SMALL ['] SPAWN-VM CATCH IF 2DROP DROP 2DROP FALSE UNLOOP EXIT THEN I VM# ! 1 #VMS +!
  LOOP 2DROP TRUE ;
: END-VM ( vm -- ) DUP KILL-VM WAIT-VM 2DROP ;
: UNMAKE ( -- ) \ some may have ended for want of memory
  #VMS @ 0 ?DO I VM# @ ['] END-VM CATCH IF DROP THEN LOOP 0 #VMS ! ;
: (NONE) ( -- ) S" NONE" LINE #VMS @ U. ;
DEFER NONE ( -- )   ' (NONE) IS NONE
: WITH ( c-addr u n xt -- ) >R MAKE IF R> EXECUTE ELSE R> DROP NONE THEN UNMAKE ;

\ n VMs yield in turns, this one among them: an operation is a YIELD of one and the arrival at the next.
: YIELD8 YIELD YIELD YIELD YIELD YIELD YIELD YIELD YIELD ;
: (YIELDS) ROUNDS @ 0 ?DO YIELD YIELD YIELD YIELD YIELD YIELD YIELD YIELD LOOP ;
: ALL-YIELD YIELD8 #VMS @ 1+ ROUNDS @ * 8 * ['] (YIELDS) MEASURE ;
: YIELDS ( n -- )
  >R S" : Y BEGIN YIELD YIELD YIELD YIELD YIELD YIELD YIELD YIELD AGAIN ; Y" R> 1- ['] ALL-YIELD WITH ;

\ 8 bytes go round n VMs, this one among them: an operation is a SEND, the switch, and the RECV that had waited.
: TO-FIRST ( -- ) BUFFER 8 VMS @ SEND BUFFER 8 RECV 2DROP ;
: (RING) ROUNDS @ 0 ?DO TO-FIRST LOOP ;
: NEXT-OF ( u -- vm ) 1+ DUP #VMS @ = IF DROP 0 ELSE VM# @ THEN ;
: ALL-PASS #VMS @ 0 ?DO I NEXT-OF BUFFER ! BUFFER 8 I VM# @ SEND LOOP #VMS @ 1+ ROUNDS @ * ['] (RING) MEASURE ;
: RING ( n -- )
  >R S" : R PAD 8 RECV 2DROP PAD @ >R BEGIN PAD 8 RECV 2DROP PAD 8 R@ SEND AGAIN ; R" R> 1- ['] ALL-PASS WITH ;

\ A message to a VM and back. Round trips.
: (ECHO) ROUNDS @ 0 ?DO BUFFER LENGTH @ VMS @ SEND BUFFER 4096 RECV 2DROP LOOP ;
: ECHOES ROUNDS @ ['] (ECHO) MEASURE ;
: ECHO ( u -- ) LENGTH ! S" CREATE B 4096 ALLOT : E BEGIN B 4096 RECV B ROT ROT SEND AGAIN ; E" 1 ['] ECHOES WITH ;

\ A page to a VM and back.
: PAGE-ALIGNED ( addr1 -- addr2 ) 4095 + -4096 AND ;
CREATE PAGES 8192 ALLOT
: (PAGES) ROUNDS @ 0 ?DO
    1 PAGES PAGE-ALIGNED ! PAGES PAGE-ALIGNED 4096 VMS @ SEND-PAGES PAGES PAGE-ALIGNED 4096 RECV-PAGES 2DROP LOOP ;
: ALL-PAGES ROUNDS @ ['] (PAGES) MEASURE ;
: PAGE-ECHO
  S" CREATE B 8192 ALLOT B 4095 + -4096 AND CONSTANT P : E BEGIN P 4096 RECV-PAGES P ROT ROT SEND-PAGES AGAIN ; E"
  1 ['] ALL-PAGES WITH ;

\ A message to oneself, through the mailbox: no switch.
: (MAILBOX) ROUNDS @ 0 ?DO BUFFER 8 VM-ID SEND BUFFER 8 RECV 2DROP LOOP ;
: MAILBOX ROUNDS @ ['] (MAILBOX) MEASURE ;

\ A VM is made and ended before it runs; or it runs its empty text, and its parent waits for its end.
: (SPAWN-KILL) ROUNDS @ 0 ?DO S" 1000000000 SLEEP" SMALL SPAWN-VM DUP KILL-VM WAIT-VM 2DROP LOOP ;
: SPAWN-KILL ROUNDS @ ['] (SPAWN-KILL) MEASURE ;
: (SPAWN-RUN) ROUNDS @ 0 ?DO S" " SMALL SPAWN-VM WAIT-VM 2DROP LOOP ;
: SPAWN-RUN ROUNDS @ ['] (SPAWN-RUN) MEASURE ;

\ ROUNDS sleeps of a millisecond: how late they end, with nobody else to run, and from under a loop of lower priority.
1000000 CONSTANT A-MS
: LATENESS ( -- ns ) NS A-MS + A-MS SLEEP NS SWAP - ;
CREATE LATES 1000 CELLS ALLOT \ what is written meanwhile would be in the way
: SLEEPS ROUNDS @ 0 ?DO LATENESS LATES I CELLS + ! LOOP ROUNDS @ 0 ?DO LATES I CELLS + @ LATE LOOP ;
: SLEEPS-BUSY 0 VMS @ PRIORITY! SLEEPS ;
: BUSY S" : L BEGIN AGAIN ; L" 1 ['] SLEEPS-BUSY WITH ;

\ Two VMs read the counter for ROUNDS milliseconds, their quantum is one. What one writes down as a gap is the other's
\ quantum: where the one begins and the other ends are the two sides of a switch.
: CYCLES/MS ( -- u ) CYCLES NS 20000000 + BEGIN NS OVER U< 0= UNTIL DROP CYCLES SWAP - 20 / ;
CREATE ORDERS 16 ALLOT \ until when, and what is a gap
: GIVE-ORDERS CYCLES/MS DUP ROUNDS @ * CYCLES + ORDERS ! 4 / ORDERS CELL+ !
  #VMS @ 0 DO A-MS I VM# @ QUANTUM! ORDERS 16 I VM# @ SEND LOOP ;
: GAPS ( -- ) #VMS @ BEGIN DUP WHILE
    BUFFER 16 RECV SWAP 16 = IF BUFFER 2@ SWAP GAP ELSE DROP 1- THEN REPEAT DROP ;
: WATCH GIVE-ORDERS 15 VM-ID PRIORITY! GAPS 16 VM-ID PRIORITY! ; \ this one is not to be in between
: CASE-RATE ( -- ) CR ." RATE " CYCLES/MS U. ;
CREATE SOURCE-TEXT 512 ALLOT   VARIABLE #SOURCE-TEXT
: +TEXT ( c-addr u -- ) SOURCE-TEXT #SOURCE-TEXT @ + SWAP DUP #SOURCE-TEXT +! MOVE ;
S" CREATE G 16000 ALLOT VARIABLE N : PUT G N @ 999 MIN 16 * + DUP >R CELL+ ! R> ! 1 N +! ; " +TEXT
S" : L PAD 16 RECV 2DROP CYCLES BEGIN CYCLES 2DUP SWAP - PAD CELL+ @ U> IF 2DUP PUT THEN NIP " +TEXT
S" DUP PAD @ U< 0= UNTIL DROP ; : S N @ 999 MIN 0 ?DO G I 16 * + 16 0 SEND LOOP " +TEXT
S" PAD 8 0 SEND 1000000000 SLEEP ; L S" +TEXT
: QUANTA SOURCE-TEXT #SOURCE-TEXT @ 2 ['] WATCH WITH ;
