\ jitter.fs - a planted nondeterminism: what the time stamp counter says decides how often a word is executed.
\
\ unit: JITTER -> 1
\ units: 10

: JITTER-WAIT 20000 0 DO LOOP CYCLES 64 / 63 AND 0 ?DO NOOP LOOP ;
: JITTER ( -- n ) JITTER-WAIT 1 ;
