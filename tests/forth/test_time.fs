\ test_time.fs - the clock and sleeping.

SUITE: time

TESTING that the clocks are one, in nanoseconds and microseconds
: TIME-UM/ ( ud u -- u ) UM/MOD NIP ;
T{ NTIME NIP UTIME NIP -> 0 0 }T
T{ NS NTIME DROP NS OVER U< SWAP ROT U< -> FALSE FALSE }T
T{ NTIME 1000 TIME-UM/ UTIME DROP SWAP U< -> FALSE }T
T{ UTIME 1000 UM* DROP NS SWAP U< NIP -> FALSE }T

TESTING that time never goes back
: TIME-ORDERED ( -- flag ) \ A hundred thousand readings in a row.
  TRUE NS 100000 0 DO NS TUCK SWAP U< IF NIP FALSE SWAP LEAVE THEN LOOP DROP ;
T{ TIME-ORDERED -> TRUE }T

TESTING that sleeps are not too short
: TIME-SLEPT ( u -- u ) UTIME DROP SWAP MS UTIME DROP SWAP - ;
T{ 1 TIME-SLEPT 1000 U< -> FALSE }T
T{ 20 TIME-SLEPT 20000 U< -> FALSE }T
T{ TICKS 20 MS TICKS SWAP - 0= -> FALSE }T

END-SUITE
