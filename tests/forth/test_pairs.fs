\ test_pairs.fs - primitives that the compiler joins (asm/engine/pairs.asm) do what their parts do.
\
\ Each case compiles the same words twice: in a row, where they are joined, and with a branch target between
\ them, where they cannot be. Both run on the same values and must give the same.

SUITE: pairs

: | ( -- ) POSTPONE AHEAD POSTPONE THEN ; IMMEDIATE   \ does nothing, but a branch arrives after it

VARIABLE PAIRS-CELL
CREATE PAIRS-DATA 4 CELLS ALLOT
: PAIRS-FILL 11 PAIRS-DATA ! -22 PAIRS-DATA CELL+ ! 33 PAIRS-DATA 2 CELLS + ! 5 PAIRS-CELL ! ;
: PAIRS-SEEN PAIRS-DATA @ PAIRS-DATA CELL+ @ PAIRS-DATA 2 CELLS + @ PAIRS-CELL @ ;

TESTING a number and an operator
: P1 7 + ;     : Q1 7 | + ;
: P2 7 - ;     : Q2 7 | - ;
: P3 -3 * ;    : Q3 -3 | * ;
: P4 12 AND ;  : Q4 12 | AND ;
: P5 7 = ;     : Q5 7 | = ;
: P6 7 < ;     : Q6 7 | < ;
: P7 7 > ;     : Q7 7 | > ;
: P8 7 = IF 1 ELSE 2 THEN ;   : Q8 7 | = | IF 1 ELSE 2 THEN ;
: P9 7 < IF 1 ELSE 2 THEN ;   : Q9 7 | < | IF 1 ELSE 2 THEN ;
: P10 7 > IF 1 ELSE 2 THEN ;  : Q10 7 | > | IF 1 ELSE 2 THEN ;
: PAIRS-ALL ( n xt1 xt2 -- flag ) \ same results for n?
    {: n p q :} DEPTH >R n p EXECUTE n q EXECUTE = DEPTH R> 1+ = AND ;
: PAIRS-SAME ( xt1 xt2 -- flag ) \ same results for telling values?
    {: p q :}
    0 p q PAIRS-ALL 7 p q PAIRS-ALL AND 6 p q PAIRS-ALL AND 8 p q PAIRS-ALL AND -1 p q PAIRS-ALL AND
    MIN-INT p q PAIRS-ALL AND MAX-INT p q PAIRS-ALL AND ;
T{ ' P1 ' Q1 PAIRS-SAME ' P2 ' Q2 PAIRS-SAME ' P3 ' Q3 PAIRS-SAME ' P4 ' Q4 PAIRS-SAME -> TRUE TRUE TRUE TRUE }T
T{ ' P5 ' Q5 PAIRS-SAME ' P6 ' Q6 PAIRS-SAME ' P7 ' Q7 PAIRS-SAME -> TRUE TRUE TRUE }T
T{ ' P8 ' Q8 PAIRS-SAME ' P9 ' Q9 PAIRS-SAME ' P10 ' Q10 PAIRS-SAME -> TRUE TRUE TRUE }T
T{ 5 P1 5 P2 5 P3 13 P4 -> 12 -2 -15 12 }T
T{ 7 P5 8 P5 6 P6 7 P6 8 P7 7 P7 -> TRUE FALSE TRUE FALSE TRUE FALSE }T
T{ 7 P8 8 P8 6 P9 7 P9 8 P10 7 P10 -> 1 2 1 2 1 2 }T

TESTING a variable
: P11 PAIRS-CELL @ ;   : Q11 PAIRS-CELL | @ ;
: P12 PAIRS-CELL ! ;   : Q12 PAIRS-CELL | ! ;
: P13 PAIRS-CELL +! ;  : Q13 PAIRS-CELL | +! ;
T{ 9 P12 P11 Q11 -> 9 9 }T
T{ 4 P13 P11 -7 Q13 P11 -> 13 6 }T
T{ 1 2 3 Q12 P11 -> 1 2 3 }T
: P14 0 @ ;
T{ ' P14 THROWN -> -9 }T

TESTING a comparison and a branch
: P15 = IF 1 ELSE 2 THEN ;   : Q15 = | IF 1 ELSE 2 THEN ;
: P16 <> IF 1 ELSE 2 THEN ;  : Q16 <> | IF 1 ELSE 2 THEN ;
: P17 < IF 1 ELSE 2 THEN ;   : Q17 < | IF 1 ELSE 2 THEN ;
: P18 > IF 1 ELSE 2 THEN ;   : Q18 > | IF 1 ELSE 2 THEN ;
: P19 U< IF 1 ELSE 2 THEN ;  : Q19 U< | IF 1 ELSE 2 THEN ;
: P20 0= IF 1 ELSE 2 THEN ;  : Q20 0= | IF 1 ELSE 2 THEN ;
: P21 0< IF 1 ELSE 2 THEN ;  : Q21 0< | IF 1 ELSE 2 THEN ;
: P22 DUP IF 1 ELSE 2 THEN + ;  : Q22 DUP | IF 1 ELSE 2 THEN + ;
T{ ' P20 ' Q20 PAIRS-SAME ' P21 ' Q21 PAIRS-SAME ' P22 ' Q22 PAIRS-SAME -> TRUE TRUE TRUE }T
: PAIRS-TWO ( n1 n2 -- x ) \ five answers in one number
    {: a b :} a b P15 a b P16 a b P17 a b P18 a b P19 4 0 DO 3 * + LOOP ;
: PAIRS-TWO-PLAIN
    {: a b :} a b Q15 a b Q16 a b Q17 a b Q18 a b Q19 4 0 DO 3 * + LOOP ;
T{ 1 2 PAIRS-TWO -> 1 2 PAIRS-TWO-PLAIN }T
T{ 2 2 PAIRS-TWO -> 2 2 PAIRS-TWO-PLAIN }T
T{ 2 1 PAIRS-TWO -> 2 1 PAIRS-TWO-PLAIN }T
T{ -1 1 PAIRS-TWO -> -1 1 PAIRS-TWO-PLAIN }T
T{ MIN-INT MAX-INT PAIRS-TWO -> MIN-INT MAX-INT PAIRS-TWO-PLAIN }T
T{ 9 1 1 P15 9 1 2 P15 -> 9 1 9 2 }T
T{ 1 2 P17 2 1 P17 1 -1 P19 -> 1 2 1 }T
T{ 0 P20 5 P20 -1 P21 0 P21 0 P22 4 P22 -> 1 2 1 2 2 5 }T

TESTING the loop index
: P23 3 0 DO 100 I + LOOP ;                          T{ P23 -> 100 101 102 }T
: P24 PAIRS-DATA 3 CELLS + PAIRS-DATA DO I @ 8 +LOOP ;   T{ PAIRS-FILL P24 -> 11 -22 33 }T
: P25 PAIRS-DATA 1+ PAIRS-DATA DO I C@ LOOP ;        T{ PAIRS-FILL P25 -> 11 }T
: P26 PAIRS-DATA 1+ PAIRS-DATA DO I 2@ LOOP ;        T{ PAIRS-FILL P26 -> -22 11 }T
: P27 PAIRS-DATA 1+ PAIRS-DATA DO 77 I ! LOOP ;      T{ PAIRS-FILL P27 PAIRS-SEEN -> 77 -22 33 5 }T
: P28 PAIRS-DATA 1+ PAIRS-DATA DO 300 I C! LOOP ;    T{ PAIRS-FILL P28 PAIRS-SEEN -> 44 -22 33 5 }T
: P29 PAIRS-DATA 1+ PAIRS-DATA DO 1 2 I 2! LOOP ;    T{ PAIRS-FILL P29 PAIRS-SEEN -> 2 1 33 5 }T
: P30 10 0 DO I 4 +LOOP ;                            T{ P30 -> 0 4 8 }T
: P31 0 10 DO I -5 +LOOP ;                           T{ P31 -> 10 5 0 }T
: P32 4 10 0 DO I SWAP DUP +LOOP ;                   T{ P32 -> 0 4 8 4 }T
: P33 -5 0 10 DO I SWAP DUP +LOOP ;                  T{ P33 -> 10 5 0 -5 }T
: P34 1 0 DO I @ LOOP ;                              T{ ' P34 THROWN -> -9 }T
: P35 3 0 DO 2 0 DO I 10 * J + 1 +LOOP LOOP ;        T{ P35 -> 0 10 1 11 2 12 }T

TESTING copies and sums
: P36 DUP @ ;      T{ PAIRS-FILL PAIRS-DATA P36 -> PAIRS-DATA 11 }T
: P37 DUP C@ ;     T{ PAIRS-FILL PAIRS-DATA P37 -> PAIRS-DATA 11 }T
: P38 DUP 1+ ;     T{ MAX-INT P38 -> MAX-INT MIN-INT }T
: P39 DUP 1- ;     T{ 0 P39 -> 0 -1 }T
: P40 OVER @ ;     T{ PAIRS-FILL PAIRS-DATA 3 P40 -> PAIRS-DATA 3 11 }T
: P41 OVER + ;     T{ 5 6 P41 -> 5 11 }T
: P42 SWAP - ;     T{ 5 6 P42 -> 1 }T
: P43 SWAP ! ;     T{ 1 PAIRS-CELL 8 P43 PAIRS-CELL @ -> 1 8 }T
: P44 SWAP CELL+ ; T{ 5 6 P44 -> 6 13 }T
: P45 CELL+ SWAP ; T{ 5 6 P45 -> 14 5 }T
: P46 + @ ;        T{ PAIRS-FILL PAIRS-DATA 8 P46 -> -22 }T
: P47 + C@ ;       T{ PAIRS-FILL PAIRS-DATA 16 P47 -> 33 }T
: P48 + ! ;        T{ PAIRS-FILL 3 44 PAIRS-DATA 8 P48 PAIRS-SEEN -> 3 11 44 33 5 }T
: P49 + C! ;       T{ PAIRS-FILL 3 300 PAIRS-DATA 16 P49 PAIRS-SEEN -> 3 11 -22 44 5 }T
: P50 @ + ;        T{ PAIRS-FILL 9 PAIRS-DATA P50 -> 20 }T
: P51 >R 3 R> + ;  T{ 4 P51 -> 7 }T
: P52 + ;          T{ 1 2 3 P52 -> 1 5 }T
: P53 DROP ;       T{ 1 2 P53 -> 1 }T
: P54 1 40 LSHIFT PAIRS-CELL + @ ;  T{ PAIRS-FILL P54 -> 5 }T

TESTING pairs find the edges of the stacks as their parts do
: PAIRS-EMPTY ( xt -- n ) DEPTH 0 ?DO DROP LOOP ;
: P55 CLEARSTACK + @ ;       T{ S" ' P55 EXECUTE" EVAL-THROWN -> -4 }T
: P56 CLEARSTACK 1 SWAP ! ;  T{ S" ' P56 EXECUTE" EVAL-THROWN 0< -> TRUE }T
: P57 BEGIN DUP 1+ AGAIN ;   T{ 1 ' P57 CATCH NIP -> -3 }T
: P58 BEGIN OVER + DUP AGAIN ;   T{ 1 1 ' P58 CATCH NIP NIP -> -3 }T
: P59 1 0 DO BEGIN I @ AGAIN LOOP ;   T{ ' P59 THROWN -> -9 }T

TESTING a branch may arrive between two primitives that could be joined
: P60 IF 1 ELSE 2 THEN + ;   T{ 10 1 P60 10 0 P60 -> 11 12 }T
: P61 BEGIN 1- DUP WHILE REPEAT ;   T{ 5 P61 -> 0 }T
: P62 1 SWAP IF DUP THEN 1- ;   T{ 0 P62 1 P62 -> 0 1 0 }T

END-SUITE
