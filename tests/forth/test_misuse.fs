\ test_misuse.fs - a catalogue of misbehaviour: one row for each kind, with the error that the offender gets.
\
\ Each row makes VMs that misbehave. It is passed when the offender ends with the code that the row says, a bystander
\ has answered within a second, no message is left over, and pages and heap are what they were before the row.
\ The comment at the end of a row names the kind; README.md lists them. Names of this file begin with MU-.

SUITE: misuse

\ What the physics of VM[0] need is not to be had in the middle of a row.
PHYSICS-RESET  0 PHYSICS!  : MU-WARM 3000000 0 DO LOOP ; MU-WARM

\ ---- what the rows are made of ----

65536 CONSTANT MU-SMALL
VARIABLE MU-PAGES   VARIABLE MU-HEAP        \ the accounts before a row
VARIABLE MU-VM      VARIABLE MU-OTHER       \ offenders
VARIABLE MU-CELL    CREATE MU-BUFFER 4096 ALLOT
: MU-SECONDS ( n1 -- n2 ) 1000000000 * ;

\ The bystander adds one to what it gets. It is as forbearing as a server among strangers has to be.
CREATE MU-TEXT 400 ALLOT   VARIABLE MU-TEXT#   \ a text of several lines
: MU+ ( addr u -- ) TUCK MU-TEXT MU-TEXT# @ + SWAP MOVE MU-TEXT# +! ;
S" PHYSICS-RESET 0 PHYSICS! CREATE B 4096 ALLOT : S SWAP 8 = IF 1 B +! B 8 ROT SEND? THEN DROP ; " 0 MU-TEXT# ! MU+
S" : P BEGIN B 4096 RECV ['] S CATCH IF 2DROP THEN AGAIN ; P" MU+
MU-TEXT MU-TEXT# @ MU-SMALL SPAWN-VM CONSTANT MU-PING
: MU-ANSWERS? ( -- flag )
  NS DUP MU-CELL !  MU-CELL 8 MU-PING 1 MU-SECONDS SEND-WITHIN
  MU-CELL 8 MU-PING 1 MU-SECONDS RECV-FROM-WITHIN DROP  1+ MU-CELL @ = ;

\ So that the room for its history is there before pages are counted.
: MU-WARM-PING ( -- ) 3000 0 DO MU-ANSWERS? DROP LOOP ; MU-WARM-PING

: MU-BEGIN ( -- ) FREE-PAGES MU-PAGES !  HEAP-BYTES MU-HEAP ! ;
: MU-EVEN-BUT? ( n -- flag ) \ pages but for n
  FREE-PAGES MU-PAGES @ - ABS 1- >  HEAP-BYTES MU-HEAP @ = AND  MESSAGES 0= AND ;
\ The kernel's heap may keep an empty page for what comes next, and the VM that answers needs one for its history now
\ and then; MU-REPEATED shows that it is not one each time.
: MU-EVEN? ( -- flag ) 2 MU-EVEN-BUT? ;
: MU-START ( addr u -- ) MU-SMALL SPAWN-VM MU-VM ! ;
: MU-GO ( x -- ) MU-CELL ! MU-CELL 8 MU-VM @ SEND ;
: MU-SOON ( vm -- n reason ) \ the end of a VM; one that does not come is brought about, and tells itself from others
  DUP 20 MU-SECONDS ['] WAIT-VM-WITHIN CATCH ?DUP IF NIP NIP SWAP DUP KILL-VM WAIT-VM 2DROP 99 ELSE ROT DROP THEN ;
: MU-WELL ( -- flag ) MU-ANSWERS? MU-EVEN? AND ;
\ After crowds of VMs the kernel's heap may keep some pages in which something lies, or need fewer than before.
: MU-WELL-CROWD ( -- flag ) MU-ANSWERS? 32 MU-EVEN-BUT? AND ;

\ A mailbox that was once full keeps its pages, four at most, while its VM lives, and its history some.
: MU-WELL-FLOODED ( -- flag ) MU-ANSWERS? 12 MU-EVEN-BUT? AND ;

\ What the rows expect. Before THREW stands the code.
: THREW ( -- reason flag ) 1 TRUE ;
: FINISHED ( -- n reason flag ) 0 0 TRUE ;
: KILLED ( -- n reason flag ) 0 2 TRUE ;

\ How a child ends that interprets this text; one that is told x first; one that has all of a kind of capability, too.
: MU-CHILD ( addr u -- n reason flag ) MU-BEGIN MU-START MU-VM @ MU-SOON MU-WELL ;
: MU-TOLD ( addr u x -- n reason flag ) >R MU-BEGIN MU-START R> MU-GO MU-VM @ MU-SOON MU-WELL ;
: MU-ALLOWED ( addr u kind -- n reason flag ) >R MU-BEGIN MU-START R> MU-VM @ GRANT 0 MU-GO MU-VM @ MU-SOON MU-WELL ;

\ A child that comes to be in this state, and stays there until it is killed.
: MU-BECOMES? ( state vm -- flag )
  2000 0 DO 2DUP VM-STATE = IF 2DROP TRUE UNLOOP EXIT THEN 1 MS LOOP 2DROP FALSE ;
: MU-END ( vm -- n reason ) DUP KILL-VM MU-SOON ;
: MU-STUCK-NOW ( state -- n reason flag ) MU-VM @ MU-BECOMES? MU-ANSWERS? AND >R MU-VM @ MU-END MU-WELL R> AND ;
: MU-STUCK ( addr u state -- n reason flag ) MU-BEGIN >R MU-START R> MU-STUCK-NOW ;
0 CONSTANT MU-RUNS      2 CONSTANT MU-INPUT     3 CONSTANT MU-SLEEPS    4 CONSTANT MU-WAITS
5 CONSTANT MU-SENDS     6 CONSTANT MU-RECEIVES  8 CONSTANT MU-SENDS-PAGES   9 CONSTANT MU-TAKES-PAGES

\ Ends every VM but VM[0] and the bystander, and forgets what they had to say.
: MU-NEXT ( vm1 -- vm2 ) BEGIN NEXT-VM DUP MU-PING <> UNTIL ;
: MU-END-ALL ( -- ) BEGIN 0 MU-NEXT ?DUP WHILE KILL-VM REPEAT
  BEGIN MU-BUFFER 4096 RECV? NIP NIP 0= UNTIL ;
: MU-COUNT ( -- n ) 0 0 BEGIN NEXT-VM DUP WHILE SWAP 1+ SWAP REPEAT DROP ;

\ A VM that makes others until nothing is left. The first makes the tables of VMs as large as they will ever be.
: MU-STORM ( -- n reason flag )
  MU-BEGIN S\" PAD 8 RECV 2DROP : P BEGIN S\" PAD 8 RECV\" 65536 SPAWN-VM DROP AGAIN ; P" MU-START
  CAP-SPAWN MU-VM @ GRANT  0 MU-GO  MU-VM @ MU-SOON
  MU-ANSWERS? >R  MU-COUNT 100 > R> AND >R  MU-END-ALL MU-WELL-CROWD R> AND ;
MU-STORM 2DROP DROP

\ ---- memory that is not one's own ----
T{ S" 0 @" MU-CHILD -> -9 THREW }T \ fetch at address 0
T{ S" 1 0 !" MU-CHILD -> -9 THREW }T \ store at address 0
T{ S" 65536 C@" MU-CHILD -> -9 THREW }T \ fetch behind the end of the envelope
T{ S" 1 65532 !" MU-CHILD -> -9 THREW }T \ store across the end of the envelope
T{ S" $FFFFFFFF @" MU-CHILD -> -9 THREW }T \ fetch across the end of the window
T{ S" 1 1 32 LSHIFT !" MU-CHILD -> -9 THREW }T \ store above 4 GiB
T{ S" $FFFF8000 32 LSHIFT @" MU-CHILD -> -9 THREW }T \ fetch at an address of the kernel
T{ S" 1 -8 +!" MU-CHILD -> -9 THREW }T \ store at a negative address
T{ S" $1000 $3000 255 FILL 0 @" MU-CHILD -> FINISHED }T \ overwriting the system's variables of one's own VM
T{ S" $4000 $2000 255 FILL 1 2 + THROW" MU-CHILD -> 3 THREW }T \ overwriting the data of the base dictionary
T{ S" PAD HERE -1 MOVE" MU-CHILD -> -9 THREW }T \ MOVE of 2^64-1 bytes
T{ S" HERE 1 30 LSHIFT 65 FILL" MU-CHILD -> -9 THREW }T \ FILL of 1 GiB
T{ S" PAD 1 30 LSHIFT PAD 4 SEARCH" MU-CHILD -> -9 THREW }T \ SEARCH in 1 GiB
T{ S" PAD -1 PAD -1 COMPARE" MU-CHILD -> -9 THREW }T \ COMPARE of 2^64-1 bytes
T{ S" PAD -1 TYPE" MU-CHILD -> -9 THREW }T \ TYPE of 2^64-1 bytes
T{ S" PAD MAX-N EVALUATE" MU-CHILD -> -13 THREW }T \ a word that is none
T{ S" PAD -1 EVALUATE" MU-CHILD -> -9 THREW }T \ EVALUATE of 2^64-1 bytes

\ ---- execution tokens ----
T{ S" -1 EXECUTE" MU-CHILD -> -256 THREW }T \ EXECUTE of -1
T{ S" 0 EXECUTE" MU-CHILD -> -256 THREW }T \ EXECUTE of 0
T{ S" HERE EXECUTE" MU-CHILD -> -256 THREW }T \ EXECUTE of an address
T{ S" ' DUP 1 32 LSHIFT OR EXECUTE" MU-CHILD -> -256 THREW }T \ EXECUTE of a token with more bits
T{ S" :NONAME [ DUP EXECUTE ] ;" MU-CHILD -> -256 THREW }T \ EXECUTE of an unfinished definition
T{ S" ' EXIT EXECUTE" MU-CHILD -> -257 THREW }T \ compiling without a definition
T{ S" ' DUP >BODY" MU-CHILD -> -31 THREW }T \ the body of a primitive
T{ S" 5 ' DUP DEFER!" MU-CHILD -> -24 THREW }T \ another action for a primitive
T{ S" 5 TO DUP" MU-CHILD -> -32 THREW }T \ another value for a primitive
T{ S" : DUP 0 @ ; : @ DROP 7 ; DUP THROW" MU-CHILD -> -9 THREW }T \ redefining base words
T{ S" 0 SET-ORDER DUP" MU-CHILD -> -13 THREW }T \ emptying the search order

\ ---- stacks, recursion and loops ----
T{ S" : P BEGIN 1 AGAIN ; P" MU-CHILD -> -3 THREW }T \ data stack overflow
T{ S" DROP" MU-CHILD -> -4 THREW }T \ data stack underflow
T{ S" : P BEGIN 1 >R AGAIN ; P" MU-CHILD -> -5 THREW }T \ return stack overflow
T{ S" : P BEGIN R> DROP AGAIN ; P" MU-CHILD -> -6 THREW }T \ return stack underflow
T{ S" : P RECURSE 1 DROP ; P" MU-CHILD -> -5 THREW }T \ endless recursion: control stack overflow
T{ S" : P {: A B C D :} A B C D RECURSE ; 1 2 3 4 P" MU-CHILD -> -5 THREW }T \ locals stack overflow
T{ S" : P {: A :} R> R> 2DROP ; 1 P" MU-CHILD -> -6 THREW }T \ taking from the return stack what is not there
T{ S\" : P S\" P\" EVALUATE ; P" MU-CHILD -> -5 THREW }T \ EVALUATE that evaluates itself
T{ S" DEFER P : Q ['] P CATCH THROW ; ' Q IS P Q" MU-CHILD -> -5 THREW }T \ CATCH that catches itself
T{ S" 1 1000000 PICK" MU-CHILD -> -4 THREW }T \ PICK far below the stack
T{ S" 1 -1 ROLL" MU-CHILD -> -4 THREW }T \ ROLL of 2^64-1 items
T{ S" : P BEGIN AGAIN ; P" MU-RUNS MU-STUCK -> KILLED }T \ loop without end
T{ S" : L BEGIN AGAIN ; : P BEGIN ['] L CATCH DROP AGAIN ; P" MU-RUNS MU-STUCK
   -> KILLED }T \ loop without end that catches all
T{ S" : P BEGIN 0 ['] EXECUTE CATCH 2DROP AGAIN ; P" MU-RUNS MU-STUCK -> KILLED }T \ loop that throws without end

\ ---- numbers ----
T{ S" 1 0 /" MU-CHILD -> -10 THREW }T \ division by zero
T{ S" 1 63 LSHIFT -1 /" MU-CHILD -> -11 THREW }T \ quotient out of range
T{ S" 0 1 1 UM/MOD" MU-CHILD -> -11 THREW }T \ double quotient out of range
T{ S" 0 BASE ! 5" MU-CHILD -> -40 THREW }T \ BASE of 0
T{ S" 1000000000 BASE ! 5" MU-CHILD -> -40 THREW }T \ BASE of a thousand million
T{ S" : P <# BEGIN 65 HOLD AGAIN ; P" MU-CHILD -> -17 THREW }T \ pictured number without end

\ ---- dictionary and heap ----
T{ S" : P BEGIN 1 , AGAIN ; P" MU-CHILD -> -8 THREW }T \ data space full
T{ S" 1 62 LSHIFT ALLOT" MU-CHILD -> -8 THREW }T \ ALLOT of more than there is
T{ S" -1000000 ALLOT" MU-CHILD -> -8 THREW }T \ ALLOT back into the base dictionary
T{ S\" : P BEGIN S\" CREATE X\" EVALUATE AGAIN ; P" MU-CHILD -> -8 THREW }T \ word table full
T{ S\" : P S\" CREATE \" PAD SWAP MOVE PAD 7 + 240 88 FILL BEGIN PAD 247 EVALUATE AGAIN ; P" MU-CHILD
   -> -8 THREW }T \ names full
T{ S\" : P BEGIN S\" : X 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 ;\" EVALUATE AGAIN ; P" MU-CHILD
   -> -8 THREW }T \ code space full
T{ S" : P BEGIN 4096 ALLOCATE THROW DROP AGAIN ; P" MU-CHILD -> -59 THREW }T \ ALLOCATE until nothing is left
T{ S" -1 ALLOCATE THROW" MU-CHILD -> -59 THREW }T \ ALLOCATE of 2^64-1 bytes
T{ S" HERE FREE THROW" MU-CHILD -> -60 THREW }T \ FREE of what is no block
T{ S" 100 ALLOCATE THROW DUP FREE THROW FREE THROW" MU-CHILD -> -60 THREW }T \ FREE twice
T{ S" 100 ALLOCATE THROW DUP 64 - 128 255 FILL FREE THROW" MU-CHILD -> -60 THREW }T \ damaging the heap's headers
T{ S" MARKER M : X ; M M" MU-CHILD -> -13 THREW }T \ a MARKER used twice
T{ S" MARKER M : P M ; P 5 THROW" MU-CHILD -> 5 THREW }T \ forgetting the word that runs
T{ S" : P DO ;" MU-CHILD -> -22 THREW }T \ control structures out of balance
T{ S" : P [ 12345 ] THEN ;" MU-CHILD -> -22 THREW }T \ forged control structures

\ ---- exceptions and sources ----
T{ S\" : P S\" 77 THROW\" EVALUATE ; ' P CATCH THROW" MU-CHILD -> 77 THREW }T \ THROW across EVALUATE and CATCH
T{ S\" S\" no-such-file\" INCLUDED" MU-CHILD -> -38 THREW }T \ INCLUDED of a file that is none
T{ S" HERE 5000 INCLUDED" MU-CHILD -> -38 THREW }T \ INCLUDED of a name of 5000 bytes
T{ S" 5 -1 >IN ! THROW" MU-CHILD -> FINISHED }T \ >IN behind the source
T{ S" ABORT" MU-CHILD -> -1 THREW }T \ ABORT in a child
T{ S" BYE" MU-CHILD -> FINISHED }T \ BYE in a child
T{ S" QUIT" MU-INPUT MU-STUCK -> KILLED }T \ QUIT in a child
T{ S" REBOOT" MU-CHILD -> -276 THREW }T \ REBOOT in a child
T{ S" (SCRIPT-FAILED)" MU-CHILD -> -276 THREW }T \ speaking for the start-up files

\ ---- the console ----
T{ S" KEY" MU-INPUT MU-STUCK -> KILLED }T \ KEY without the console
T{ S" PAD 80 ACCEPT" MU-INPUT MU-STUCK -> KILLED }T \ ACCEPT without the console
T{ S" VM-ID CONSOLE-TO" MU-CHILD -> -276 THREW }T \ taking the console
T{ S" 27 EMIT 99 EMIT CR" MU-CHILD -> FINISHED }T \ steering the terminal without the console
T{ S" : P BEGIN 46 EMIT CR 7 MS AGAIN ; P" MU-SLEEPS MU-STUCK -> KILLED }T \ loop with output
: MU-FLOOD ( -- flag ) \ 20 VMs print at once
  MU-BEGIN  20 0 DO S" : P 50 0 DO 46 EMIT CR LOOP BEGIN AGAIN ; P" MU-SMALL SPAWN-VM DROP LOOP
  MU-ANSWERS?  50 MS  MU-ANSWERS? AND  MU-END-ALL  MU-WELL-CROWD AND ;
T{ MU-FLOOD -> TRUE }T \ output of 20 VMs at once

\ ---- names of VMs, and their ends ----
: MU-GONE ( -- vm ) S" " MU-SMALL SPAWN-VM DUP WAIT-VM 2DROP ;
T{ S" PAD 8 RECV 2DROP PAD @ KILL-VM" MU-GONE MU-TOLD -> -266 THREW }T \ the ID of a VM that has ended
T{ S" PAD 8 99 SEND" MU-CHILD -> -266 THREW }T \ the ID of a VM that never was
T{ S" PAD 8 -1 SEND" MU-CHILD -> -266 THREW }T \ the ID that stands for anybody
T{ S" : P 300 0 DO I 9 16 LSHIFT + ['] KILL-VM CATCH NIP DUP -266 <> IF THROW THEN LOOP THROW ; P" MU-CHILD
   -> -266 THREW }T \ 300 forged IDs
T{ S" 0 KILL-VM" MU-CHILD -> -272 THREW }T \ killing VM[0]
T{ S" VM-ID KILL-VM" MU-CHILD -> KILLED }T \ killing oneself
T{ S" PAD 8 RECV 2DROP PAD @ KILL-VM" MU-PING MU-TOLD -> -276 THREW }T \ killing a stranger
T{ S\" PAD 8 RECV 2DROP S\" PAD 8 RECV NIP KILL-VM\" 65536 SPAWN-VM PAD 8 2 PICK SEND WAIT-VM DROP THROW"
   CAP-SPAWN MU-ALLOWED -> -276 THREW }T \ killing one's parent
T{ S" VM-ID WAIT-VM" MU-CHILD -> -268 THREW }T \ WAIT-VM for oneself
T{ S" PAD 8 RECV 2DROP PAD @ WAIT-VM" MU-PING MU-TOLD -> -268 THREW }T \ WAIT-VM for a stranger
T{ S" 0 -1 WAIT-VM-WITHIN" MU-CHILD -> -268 THREW }T \ WAIT-VM for one's parent

: MU-WAITING ( -- n reason flag ) \ a VM that waits for its child is ended, and leaves that behind
  MU-BEGIN S\" PAD 8 RECV 2DROP S\" 99999 MS\" 65536 SPAWN-VM WAIT-VM" MU-START  CAP-SPAWN MU-VM @ GRANT  0 MU-GO
  MU-WAITS MU-VM @ MU-BECOMES? MU-ANSWERS? AND >R  MU-VM @ MU-END MU-END-ALL MU-WELL R> AND ;
T{ MU-WAITING -> KILLED }T \ killed while it waits for its child

\ ---- time and priorities ----
T{ S" 31 VM-ID PRIORITY!" MU-CHILD -> -276 THREW }T \ raising one's priority
T{ S" 0 0 PRIORITY!" MU-CHILD -> -276 THREW }T \ lowering that of VM[0]
T{ S" 32 VM-ID PRIORITY!" MU-CHILD -> -271 THREW }T \ a priority that is none
T{ S" 0 VM-ID QUANTUM!" MU-CHILD -> -276 THREW }T \ a quantum of 0
T{ S" -1 VM-ID QUANTUM!" MU-CHILD -> -276 THREW }T \ a quantum of 2^64-1
T{ S" -1 SLEEP" MU-SLEEPS MU-STUCK -> KILLED }T \ sleeping for ever
T{ S" PAD 8 0 RECV-WITHIN" MU-CHILD -> -267 THREW }T \ a time-out of 0
T{ S" PAD 8 -1 RECV-WITHIN" MU-RECEIVES MU-STUCK -> KILLED }T \ a time-out of 2^64-1
T{ S" : P 100000 0 DO I SLEEP LOOP ; P" MU-SLEEPS MU-STUCK -> KILLED }T \ a storm of short sleeps

\ ---- messages ----
T{ S" : P BEGIN PAD 1000 VM-ID SEND AGAIN ; P" MU-CHILD -> -275 THREW }T \ filling one's own mailbox
T{ S" PAD 4097 0 SEND" MU-CHILD -> -273 THREW }T \ a message of 4097 bytes
T{ S" PAD -1 0 SEND" MU-CHILD -> -273 THREW }T \ a message of 2^64-1 bytes
T{ S" 65532 8 0 SEND" MU-CHILD -> -9 THREW }T \ a message across the end of the envelope
T{ S" 0 8 0 SEND" MU-CHILD -> -9 THREW }T \ a message at address 0
T{ MU-BEGIN S" 65528 8 0 SEND" MU-START MU-BUFFER 8 MU-VM @ RECV-FROM DROP MU-VM @ MU-SOON MU-WELL
   -> FINISHED }T \ the last bytes of the envelope are a message like others
T{ S" 0 8 RECV" 1 MU-TOLD -> -9 THREW }T \ receiving at address 0
T{ S" 65532 8 RECV" 1 MU-TOLD -> -9 THREW }T \ receiving across the end of the envelope
T{ S" 1 32 LSHIFT 8 RECV" 1 MU-TOLD -> -9 THREW }T \ receiving above 4 GiB
T{ S" PAD 7 RECV" 1 MU-TOLD -> -274 THREW }T \ a buffer that is too small
T{ S" PAD 8 VM-ID RECV-FROM" MU-RECEIVES MU-STUCK -> KILLED }T \ receiving from oneself
: MU-OVERFLOWS ( -- n reason flag ) \ a VM that does not listen, and one that floods it
  MU-BEGIN  S" : P BEGIN AGAIN ; P" MU-SMALL SPAWN-VM MU-OTHER !
  S" PAD 8 RECV 2DROP PAD @ : P BEGIN PAD 1000 2 PICK SEND AGAIN ; P" MU-START  MU-OTHER @ MU-GO
  MU-SENDS MU-VM @ MU-BECOMES? MU-ANSWERS? AND >R  MU-OTHER @ MU-END 2DROP  MU-VM @ MU-SOON MU-WELL R> AND ;
T{ MU-OVERFLOWS -> -266 THREW }T \ flooding a VM that does not listen
T{ S" PAD 8 RECV 2DROP PAD @ : P BEGIN PAD 4096 2 PICK SEND AGAIN ; P" MU-BEGIN MU-START MU-PING MU-GO
   MU-ANSWERS? 20 MS MU-ANSWERS? AND MU-VM @ MU-END MU-WELL-FLOODED -> TRUE KILLED }T \ flooding one that does
T{ S" $6001 4096 0 SEND-PAGES" MU-CHILD -> -289 THREW }T \ pages that do not begin at one
T{ S" $6000 $100000 0 SEND-PAGES" MU-CHILD -> -289 THREW }T \ pages behind the end of the envelope
T{ S" $1000 4096 RECV-PAGES" MU-CHILD -> -289 THREW }T \ pages in place of the system's variables
T{ S" $6000 4096 VM-ID SEND-PAGES" MU-CHILD -> -275 THREW }T \ pages to oneself
T{ S" $6000 4096 0 SEND-PAGES" MU-SENDS-PAGES MU-STUCK -> KILLED }T \ killed while it sends pages
T{ S" $6000 4096 RECV-PAGES" MU-TAKES-PAGES MU-STUCK -> KILLED }T \ killed while it waits for pages
: MU-PAIR ( addr u state -- n reason flag ) \ two of a kind, each told of the other, until both are in this state
  MU-BEGIN  >R 2DUP MU-SMALL SPAWN-VM MU-OTHER !  MU-START  MU-OTHER @ MU-GO
  MU-VM @ MU-CELL ! MU-CELL 8 MU-OTHER @ SEND
  R@ MU-VM @ MU-BECOMES? R> MU-OTHER @ MU-BECOMES? AND MU-ANSWERS? AND
  >R MU-OTHER @ MU-END 2DROP  MU-VM @ MU-SOON MU-WELL R> AND ;
T{ S" PAD 8 RECV 2DROP PAD 8 PAD @ RECV-FROM" MU-RECEIVES MU-PAIR -> -266 THREW }T \ two that wait for each other
T{ S" PAD 8 RECV 2DROP PAD @ : P BEGIN PAD 4000 2 PICK SEND AGAIN ; P" MU-SENDS MU-PAIR
   -> -266 THREW }T \ two that flood each other
T{ S" PAD 8 RECV 2DROP $6000 4096 PAD @ SEND-PAGES" MU-SENDS-PAGES MU-PAIR
   -> -266 THREW }T \ two that send each other pages

\ ---- capabilities ----
T{ S" 99 0 GRANT" MU-CHILD -> -24 THREW }T \ a capability of a kind that is none
T{ S" CAP-KILL VM-ID GRANT" MU-CHILD -> -276 THREW }T \ a capability for oneself
T{ S" CAP-SPAWN 99 GRANT" MU-CHILD -> -266 THREW }T \ a capability for a VM that never was
T{ S" PAD 8 RECV 2DROP 5 4 CAP-PORT 0 GRANT-RANGE" CAP-PORT MU-ALLOWED -> -24 THREW }T \ an empty range
T{ S" PAD 8 RECV 2DROP 0 65536 CAP-PORT 0 GRANT-RANGE" CAP-PORT MU-ALLOWED -> -276 THREW }T \ more than one has
T{ S" PAD 0 65536 SPAWN-VM" MU-CHILD -> -276 THREW }T \ making VMs without the capability
T{ S" PAD 8 RECV 2DROP PAD 0 4096 SPAWN-VM" CAP-SPAWN MU-ALLOWED -> -270 THREW }T \ an envelope that is too small
T{ S" PAD 8 RECV 2DROP PAD 0 1 32 LSHIFT SPAWN-VM" CAP-SPAWN MU-ALLOWED -> -270 THREW }T \ an envelope of 4 GiB
T{ S" PAD 8 RECV 2DROP PAD 70000 65536 SPAWN-VM" CAP-SPAWN MU-ALLOWED -> -9 THREW }T \ a text that is not there
: MU-NARROW ( addr u -- n reason flag ) \ a child that may make VMs of 100000 bytes
  MU-BEGIN MU-START  0 100000 CAP-SPAWN MU-VM @ GRANT-RANGE  0 MU-GO  MU-VM @ MU-SOON MU-WELL ;
T{ S" PAD 8 RECV 2DROP PAD 0 131072 SPAWN-VM" MU-NARROW -> -276 THREW }T \ an envelope above what one may give
: MU-REVOKED ( addr u kind -- n reason flag )
  >R MU-BEGIN MU-START  R@ MU-VM @ GRANT  R> MU-VM @ REVOKE  0 MU-GO  MU-VM @ MU-SOON MU-WELL ;
T{ S" PAD 8 RECV 2DROP PAD 0 65536 SPAWN-VM" CAP-SPAWN MU-REVOKED
   -> -276 THREW }T \ a capability that was taken back
S\" PAD 8 RECV 2DROP S\" PAD 8 RECV 2DROP PAD 0 65536 SPAWN-VM\" 65536 SPAWN-VM CAP-SPAWN OVER GRANT " 0 MU-TEXT# ! MU+
S" PAD 8 0 SEND PAD 8 RECV 2DROP PAD 8 2 PICK SEND WAIT-VM DROP THROW" MU+
: MU-CHAIN ( -- n reason flag ) \ a child hands on what it then loses, and throws what the grandchild gets for it
  MU-BEGIN MU-TEXT MU-TEXT# @ MU-START
  CAP-SPAWN MU-VM @ GRANT  0 MU-GO  MU-CELL 8 MU-VM @ RECV-FROM DROP  CAP-SPAWN MU-VM @ REVOKE  0 MU-GO
  MU-VM @ MU-SOON MU-WELL ;
T{ MU-CHAIN -> -276 THREW }T \ a chain of grants, and the first is taken back
T{ S" PAD 8 RECV 2DROP PAD @ : P 65536 0 DO I I CAP-PORT 3 PICK GRANT-RANGE 2 +LOOP ; P" MU-BEGIN MU-START
   CAP-PORT MU-VM @ GRANT MU-PING MU-GO MU-VM @ MU-SOON MU-WELL -> -295 THREW }T \ handing on without measure
T{ S" $FEE00000 MMIO-L@" MU-CHILD -> -276 THREW }T \ a register of a device
T{ S" 0 $80 PORT-C!" MU-CHILD -> -276 THREW }T \ a port
T{ S" 1 IRQ-ATTACH" MU-CHILD -> -276 THREW }T \ an interrupt line
T{ S" 1 IRQ-WAIT" MU-CHILD -> -294 THREW }T \ waiting for a line that is not attached
T{ S" .AUDIT" MU-CHILD -> -276 THREW }T \ reading the audit
T{ S" 1 BLOCK" MU-CHILD -> -276 THREW }T \ reading a block
T{ S" 1 BUFFER UPDATE FLUSH" MU-CHILD -> -276 THREW }T \ writing a block
T{ S" 1 63 LSHIFT 2 OR $10C0 ! FLUSH" MU-CHILD -> -276 THREW }T \ writing a block by forged notes of buffers

\ ---- words that take long: nobody else waits for their end ----
\ VM[0] is more urgent and wakes every millisecond meanwhile.
: MU-DURING ( -- n ) 0 BEGIN MU-BUFFER 8 1000000 ['] RECV-WITHIN CATCH WHILE DROP 2DROP 1+ REPEAT 2DROP ;
: MU-LONG ( addr u -- n reason flag )
  MU-BEGIN 1 27 LSHIFT SPAWN-VM MU-VM !  20 VM-ID PRIORITY!
  MU-BUFFER 8 MU-VM @ RECV-FROM DROP  MU-DURING 3 > >R  16 VM-ID PRIORITY!  MU-VM @ MU-SOON MU-WELL R> AND ;
T{ S" : S PAD 8 0 SEND ; S $2000000 DUP DUP 2* OVER COMPARE S THROW" MU-LONG -> FINISHED }T \ COMPARE of 32 MiB
T{ S" : S PAD 8 0 SEND ; 1 PAD C! S $2000000 DUP PAD 1 SEARCH S THROW" MU-LONG -> FINISHED }T \ SEARCH in 32 MiB
T{ S" : S PAD 8 0 SEND ; $2000000 DUP 49 FILL S 0 0 $2000000 DUP >NUMBER S THROW" MU-LONG -> FINISHED }T \ 2^25 digits
S" : S PAD 8 0 SEND ; $1000000 CONSTANT A : F $100000 0 DO $2031 A I + ! 2 +LOOP ; F $203A A C! " 0 MU-TEXT# ! MU+
S" S A $100000 EVALUATE [ S" MU+
T{ MU-TEXT MU-TEXT# @ MU-LONG -> FINISHED }T \ compiling a million characters
T{ S" : S PAD 8 0 SEND ; : F BEGIN 1 ALLOCATE NIP UNTIL ; F S 1 ALLOCATE S" MU-LONG
   -> FINISHED }T \ ALLOCATE in a full heap of 2 million blocks
: MU-WIDE ( addr u -- n reason flag ) MU-BEGIN 1 27 LSHIFT SPAWN-VM MU-VM ! MU-VM @ MU-SOON MU-WELL ;
T{ S" $1000000 $100001 EVALUATE" MU-WIDE -> -18 THREW }T \ a source of more than 1 MiB
T{ S" $1000000 $100001 65536 SPAWN-VM" MU-WIDE -> -18 THREW }T \ a text of more than 1 MiB for a child
: MU-ENDLESS ( addr u -- n reason flag ) MU-BEGIN 1 27 LSHIFT SPAWN-VM MU-VM ! MU-RUNS MU-STUCK-NOW ;
T{ S" 1 $27FFFFF C! $1000000 DUP $2000000 $800000 SEARCH" MU-ENDLESS -> KILLED }T \ SEARCH that takes the longest

: MU-REPEATED ( -- flag )
  MU-BEGIN 200 0 DO S" : D 0 @ ; 1000 ALLOCATE DROP DROP D" MU-SMALL SPAWN-VM MU-SOON 2DROP LOOP MU-WELL ;
T{ MU-REPEATED -> TRUE }T \ two hundred that die of a wild fetch

\ ---- memory that runs out ----
T{ MU-STORM -> -258 THREW }T \ making VMs until nothing is left
: MU-BOMB ( -- flag ) \ each VM makes two; the root is taken the capability, and what is there is ended
  MU-BEGIN 20 VM-ID PRIORITY!
  S" : W BEGIN CAP-SPAWN CAP? 0= WHILE YIELD REPEAT ; : B SOURCE 65536 SPAWN-VM CAP-SPAWN SWAP GRANT ; W B B KEY"
  MU-START  5 MU-VM @ PRIORITY!  CAP-SPAWN MU-VM @ GRANT
  5000 0 DO 1 MS MU-COUNT 100 > IF LEAVE THEN LOOP  MU-COUNT 100 > MU-ANSWERS? AND
  CAP-SPAWN MU-VM @ REVOKE  20 MS MU-COUNT 20 MS MU-COUNT <= AND  MU-ANSWERS? AND
  MU-END-ALL  MU-WELL-CROWD AND  16 VM-ID PRIORITY! ;
T{ MU-BOMB -> TRUE }T \ a VM that makes two that make two
: MU-HOG ( -- n flag ) \ touches all of the largest envelope, and says what came of it
  MU-BEGIN S" : P $5000 1 32 LSHIFT OVER - 4096 - 1 FILL ; : Q ['] P CATCH PAD ! PAD 8 0 SEND PAD 8 RECV ; Q"
  1 32 LSHIFT 4096 - SPAWN-VM MU-VM !  MU-CELL 8 MU-VM @ RECV-FROM DROP MU-CELL @
  MU-ANSWERS?  S" " MU-SMALL ['] SPAWN-VM CATCH DUP IF NIP NIP THEN NIP -258 = AND
  MU-VM @ MU-END 2DROP  MU-WELL AND ;
T{ MU-HOG -> -258 TRUE }T \ touching all of a 4 GiB envelope
T{ S" 5 THROW" MU-CHILD -> 5 THREW }T \ after all that, a VM like any other

T{ MU-PING MU-END -> 0 2 }T
127 PHYSICS!
END-SUITE
