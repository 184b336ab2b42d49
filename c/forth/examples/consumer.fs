\ consumer.fs - what the VM of the consumer runs: producer.fs.

CREATE ITEM 8 ALLOT
CREATE RESULT 0 , 0 ,  \ items and their sum

: NOTE ( -- )  1 RESULT +!  ITEM @ RESULT CELL+ +! ;

\ The producer is who sends; at the end it gets the result.
: CONSUME ( -- )
  BEGIN ITEM 8 RECV SWAP WHILE DROP NOTE 10000 SLEEP REPEAT
  RESULT 16 ROT SEND ;

CONSUME
