\ compare.fs - the arbiter's cases of the comparison: VM[0] measures what the harness (arbiter_cases.c) asks for.
\
\ The cases are those of arbiter.fs; only where their results go is another. compare:... are questions for the harness.

INCLUDE arbiter.fs

CREATE A-LINE 256 ALLOT

: TIMED ( xt -- cycles ) CYCLES >R EXECUTE CYCLES R> - ;

\ ops operations between two calibrations, again until the harness is content.
: GATED ( ops xt -- )
  BEGIN S" compare:start" ENVIRONMENT? 2DUP TIMED S" compare:stop" ENVIRONMENT? UNTIL 2DROP ;
: LATE-BY ( ns -- ) S" compare:moment" ENVIRONMENT? ;
: GAP-OF ( vm from to -- ) SWAP - LATE-BY DROP ;
: NO-ROOM ( -- ) S" compare:none" ENVIRONMENT? ;
' GATED IS SAMPLE   ' LATE-BY IS LATE   ' GAP-OF IS GAP   ' NO-ROOM IS NONE

: OVERHEAD ( -- ) S" compare:start" ENVIRONMENT? ['] NOOP TIMED S" compare:overhead" ENVIRONMENT? ;
: OVERHEADS ( -- ) 20 0 DO OVERHEAD LOOP ;
OVERHEADS

: NEXT-CASE ( -- c-addr u ) A-LINE DUP S" compare:next" ENVIRONMENT? ;
: ALL-CASES ( -- ) BEGIN NEXT-CASE DUP WHILE EVALUATE REPEAT 2DROP ;
ALL-CASES
S" compare:end" ENVIRONMENT?
