\ vms.fs - as many VMs as VMS-COUNT (defined before): all live at once, each answers a message, then all are ended.
\
\ It says what it counted and shows the memory before, while all live, and after; run_scale.py judges.

\ What the physics of VM[0] need is there before accounts are made, and no more is wanted after.
PHYSICS-RESET  0 PHYSICS!  : WARM 3000000 0 DO LOOP ; WARM

CREATE VMS-IDS VMS-COUNT CELLS ALLOT
CREATE VMS-ANSWERED VMS-COUNT ALLOT
CREATE VMS-MESSAGE 16 ALLOT
VARIABLE VMS-RIGHT   VARIABLE VMS-SUM

: VMS-ID ( i -- addr ) CELLS VMS-IDS + ;

\ A child adds 7 to what it gets, for ever. It has words of its own, as a program has.
: VMS-SPAWN ( -- vm )
  S" : SERVE BEGIN PAD 16 RECV >R DROP 7 PAD +! PAD 16 R> SEND AGAIN ; SERVE" 65536 SPAWN-VM ;
: VMS-SPAWN-ALL ( -- ) VMS-COUNT 0 DO VMS-SPAWN I VMS-ID ! LOOP ;

: VMS-ASK ( i -- ) DUP 1000 * OVER VMS-MESSAGE 2!  VMS-MESSAGE 16 ROT VMS-ID @ SEND ;
: VMS-ASK-ALL ( -- ) VMS-COUNT 0 DO I VMS-ASK LOOP ;

\ The answer of VM i is i+7 and 1000 i, from its ID, once.
: VMS-RIGHT? ( vm -- flag )
  VMS-MESSAGE 2@ SWAP 1000 / DUP >R 7 + = ( vm f )
  R@ VMS-COUNT U< 0= IF R> 2DROP DROP FALSE EXIT THEN
  SWAP R@ VMS-ID @ = AND  VMS-ANSWERED R@ + C@ 0= AND
  1 VMS-ANSWERED R> + C! ;
: VMS-HEAR ( -- )
  VMS-MESSAGE 16 RECV SWAP 16 <> IF DROP EXIT THEN
  VMS-RIGHT? IF 1 VMS-RIGHT +!  VMS-MESSAGE @ VMS-SUM +! THEN ;
: VMS-HEAR-ALL ( -- ) VMS-COUNT 0 DO VMS-HEAR LOOP ;

: VMS-KILL-ALL ( -- ) VMS-COUNT 0 DO I VMS-ID @ DUP KILL-VM WAIT-VM 2DROP LOOP ;

: VMS-ROUND ( -- )
  0 VMS-RIGHT !  0 VMS-SUM !  VMS-ANSWERED VMS-COUNT ERASE
  VMS-SPAWN-ALL VMS-ASK-ALL VMS-HEAR-ALL ;
: VMS-TELL ( -- ) ." VMS answered " VMS-RIGHT @ . ." sum " VMS-SUM @ . CR ;

\ Once before, for what grows and stays: the tables of VMs and of deadlines.
VMS-ROUND VMS-TELL VMS-KILL-ALL
.( ACCOUNTS before) CR .MEM .HEAP
VMS-ROUND VMS-TELL
.( ACCOUNTS full) CR .MEM .HEAP
VMS-KILL-ALL
.( ACCOUNTS after) CR .MEM .HEAP
.( VMS end) CR
