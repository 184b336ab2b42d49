\ test_history.fs - where the engine notes the places at which execution goes on, when these are very many.
\
\ A half of the history has room for 262144 places. The engine looks whether it is full when it comes back or enters
\ a word, so what lies ahead and what is left may be more: then a guard page tells, and the other half has its turn. What is
\ wrong afterwards shows in what the program computes, and in how many words it has taken.

SUITE: history

16777216 CONSTANT HISTORY-LARGE   1 CONSTANT HISTORY-UNCAUGHT
: HISTORY-RUN ( addr u -- n reason ) HISTORY-LARGE SPAWN-VM WAIT-VM ;

TESTING a long way out of a recursion
: HISTORY-DEEP ( n -- n ) DUP IF 1- RECURSE 1+ THEN ;
: HISTORY-DEEPS ( times -- n words )
  VM-CLOCK >R 0 SWAP 0 DO 30000 HISTORY-DEEP + LOOP VM-CLOCK R> - ;
T{ 1 HISTORY-DEEPS -> 30000 180013 }T
T{ 20 HISTORY-DEEPS -> 600000 3600146 }T

TESTING more ways ahead than a half of the history has room for
\ In a VM of its own, whose memory is given back. It throws the number of words that the ways have taken.
: HISTORY-WAYS ( addr u -- n reason )
  S" : IFS 0 DO POSTPONE DUP POSTPONE IF POSTPONE THEN LOOP ; : WAYS [ 270000 IFS ] ; " PAD SWAP DUP >R MOVE
  S" : RUN VM-CLOCK >R 0 DO WAYS LOOP VM-CLOCK R> - ; " PAD R@ + SWAP DUP R> + >R MOVE
  PAD R@ + SWAP DUP R> + >R MOVE PAD R> HISTORY-RUN ;
T{ S" 1 1 RUN NIP THROW" HISTORY-WAYS -> 540007 HISTORY-UNCAUGHT }T
T{ S" 1 5 RUN NIP THROW" HISTORY-WAYS -> 2700019 HISTORY-UNCAUGHT }T
T{ S" 0 5 RUN NIP THROW" HISTORY-WAYS -> 2700019 HISTORY-UNCAUGHT }T
T{ S" 1 5 RUN DROP THROW" HISTORY-WAYS -> 1 HISTORY-UNCAUGHT }T

END-SUITE
