\ supervisor.fs - a VM that restarts a child that crashes, but not for ever.
\
\ The end of a child is a message to its parent: who, how, and with which error. A supervisor is a loop over these.
\ A child that ends well is not restarted; one that has crashed too often is given up.

4 CONSTANT EX-RESTARTS     \ how often, before the supervisor gives up
VARIABLE EX-STARTS
CREATE EX-NOTICE 16 ALLOT  \ how the child ended, and the THROW code
VARIABLE EX-TEXT  VARIABLE EX-SIZE

: EX-START ( -- vm ) 1 EX-STARTS +!  EX-TEXT @ EX-SIZE @ 65536 SPAWN-VM ;

: EX-END ( vm -- how ) \ waits until this child has ended; messages of others are not for us
  EX-NOTICE 16 ROT RECV-FROM DROP  EX-NOTICE @ ;

: EX-SUPERVISE ( c-addr u -- flag ) \ true: the child has done its work; false: it was given up
  EX-SIZE ! EX-TEXT ! 0 EX-STARTS !
  BEGIN
    EX-START EX-END 0= IF TRUE EXIT THEN
    EX-STARTS @ EX-RESTARTS >
  UNTIL FALSE ;

\ One child that always crashes, and one that crashes now and then: when it comes at a bad moment.
: EX-HOPELESS ( -- flag ) S" 1 0 /" EX-SUPERVISE ;
: EX-LUCKY ( -- flag ) S" VM-ID 3 MOD 0<> THROW" EX-SUPERVISE ;

EX-HOPELESS .( hopeless: ) . .( after ) EX-STARTS @ . .( starts) CR
EX-LUCKY .( lucky: ) . .( within 3 starts: ) EX-STARTS @ 1 4 WITHIN . CR
