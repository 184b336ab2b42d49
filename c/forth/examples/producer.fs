\ producer.fs - a producer and a consumer, with back-pressure.
\
\ The consumer (consumer.fs) takes its time. The producer needs no flow control of its own: when the consumer's
\ mailbox is full, SEND waits, so it is never further ahead than a mailbox. An empty message is the end.

CREATE EX-ITEM 8 ALLOT
CREATE EX-RESULT 16 ALLOT  \ items and their sum

: EX-PRODUCE ( vm -- )  2000 0 DO I EX-ITEM ! EX-ITEM 8 2 PICK SEND LOOP  EX-ITEM 0 ROT SEND ;

: EX-PRODUCER ( -- )
  S" INCLUDE consumer.fs" 65536 SPAWN-VM >R
  R@ EX-PRODUCE  EX-RESULT 16 R@ RECV-FROM DROP  R> WAIT-VM 2DROP
  ." consumer: " EX-RESULT @ . ." items, sum " EX-RESULT CELL+ @ . CR ;

EX-PRODUCER
