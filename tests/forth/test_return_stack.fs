\ test_return_stack.fs - >R R> and their kin, and their truce with loops and calls.

SUITE: return_stack

: RETURN-1 >R R> ;
T{ 5 RETURN-1 -> 5 }T
T{ MIN-INT RETURN-1 -> MIN-INT }T
: RETURN-2 >R R@ R> ;
T{ 5 RETURN-2 -> 5 5 }T
: RETURN-3 >R >R R> R> ;
T{ 1 2 RETURN-3 -> 1 2 }T
: RETURN-4 >R >R R@ R> R@ R> ;
T{ 1 2 RETURN-4 -> 1 1 2 2 }T
: RETURN-5 2>R 2R> ;
T{ 1 2 RETURN-5 -> 1 2 }T
: RETURN-6 2>R 2R@ 2R> ;
T{ 1 2 RETURN-6 -> 1 2 1 2 }T
: RETURN-7 2>R R> R> ;
T{ 1 2 RETURN-7 -> 2 1 }T
: RETURN-8 >R >R 2R> ;
T{ 1 2 RETURN-8 -> 2 1 }T
: RETURN-9 2>R 2R@ 2R@ 2R> 2DROP ;
T{ 1 2 RETURN-9 -> 1 2 1 2 }T

TESTING items stay across calls
: RETURN-INNER >R 10 R> + ;
: RETURN-OUTER >R RETURN-INNER R> RETURN-INNER ;
T{ 1 2 RETURN-OUTER -> 11 12 }T

TESTING around and within loops
: RETURN-AROUND >R 3 0 DO I LOOP R> ;
T{ 7 RETURN-AROUND -> 0 1 2 7 }T
: RETURN-WITHIN 3 0 DO I >R 5 R> + LOOP ;
T{ RETURN-WITHIN -> 5 6 7 }T
: RETURN-NESTED 2 0 DO 2 0 DO J 10 * I + >R R> LOOP LOOP ;
T{ RETURN-NESTED -> 0 1 10 11 }T
: RETURN-PAST-IF >R DUP IF DROP R> ELSE DROP R> NEGATE THEN ;
T{ 1 5 RETURN-PAST-IF -> 5 }T
T{ 0 5 RETURN-PAST-IF -> -5 }T

TESTING many items
: RETURN-PILE ( n -- ) DUP IF DUP >R 1- RECURSE R> ELSE DROP THEN ;
T{ 5 RETURN-PILE -> 1 2 3 4 5 }T
: RETURN-SUM ( n -- sum ) DUP IF DUP >R 1- RECURSE R> + THEN ;
T{ 1000 RETURN-SUM -> 500500 }T

END-SUITE
