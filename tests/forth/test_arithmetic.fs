\ test_arithmetic.fs - integer arithmetic on one and two cells. Division is symmetric: / truncates.

SUITE: arithmetic

TESTING addition and subtraction
T{ 0 0 + -> 0 }T
T{ 1 2 + -> 3 }T
T{ 5 -7 + -> -2 }T
T{ -1 1 + -> 0 }T
T{ MAX-INT 1 + -> MIN-INT }T
T{ MIN-INT -1 + -> MAX-INT }T
T{ MIN-INT MIN-INT + -> 0 }T
T{ MAX-UINT 1 + -> 0 }T
T{ 0 0 - -> 0 }T
T{ 1 2 - -> -1 }T
T{ -1 -2 - -> 1 }T
T{ 0 MIN-INT - -> MIN-INT }T
T{ MIN-INT 1 - -> MAX-INT }T
T{ MAX-INT -1 - -> MIN-INT }T
T{ 0 1+ -> 1 }T
T{ -1 1+ -> 0 }T
T{ MAX-INT 1+ -> MIN-INT }T
T{ 0 1- -> -1 }T
T{ 1 1- -> 0 }T
T{ MIN-INT 1- -> MAX-INT }T
T{ 0 NEGATE -> 0 }T
T{ 1 NEGATE -> -1 }T
T{ -5 NEGATE -> 5 }T
T{ MAX-INT NEGATE -> MIN-INT 1+ }T
T{ MIN-INT NEGATE -> MIN-INT }T
T{ 0 ABS -> 0 }T
T{ 5 ABS -> 5 }T
T{ -5 ABS -> 5 }T
T{ MIN-INT ABS -> MIN-INT }T

TESTING multiplication
T{ 0 5 * -> 0 }T
T{ 3 4 * -> 12 }T
T{ -3 4 * -> -12 }T
T{ -3 -4 * -> 12 }T
T{ MIN-INT -1 * -> MIN-INT }T
T{ MAX-INT 2 * -> -2 }T
T{ MIN-INT 2 * -> 0 }T
T{ 4294967296 4294967296 * -> 0 }T
T{ 4294967295 4294967297 * -> -1 }T

TESTING division
T{ 0 1 / -> 0 }T
T{ 7 2 / -> 3 }T
T{ -7 2 / -> -3 }T
T{ 7 -2 / -> -3 }T
T{ -7 -2 / -> 3 }T
T{ 1 2 / -> 0 }T
T{ -1 2 / -> 0 }T
T{ MAX-INT 1 / -> MAX-INT }T
T{ MAX-INT -1 / -> MIN-INT 1+ }T
T{ MIN-INT 1 / -> MIN-INT }T
T{ MIN-INT 2 / -> -4611686018427387904 }T
T{ MIN-INT MIN-INT / -> 1 }T
T{ MIN-INT MAX-INT / -> -1 }T
T{ MAX-INT MIN-INT / -> 0 }T
T{ 7 2 MOD -> 1 }T
T{ -7 2 MOD -> -1 }T
T{ 7 -2 MOD -> 1 }T
T{ -7 -2 MOD -> -1 }T
T{ 6 3 MOD -> 0 }T
T{ -6 3 MOD -> 0 }T
T{ MIN-INT 10 MOD -> -8 }T
T{ MAX-INT 10 MOD -> 7 }T
T{ 7 2 /MOD -> 1 3 }T
T{ -7 2 /MOD -> -1 -3 }T
T{ 7 -2 /MOD -> 1 -3 }T
T{ -7 -2 /MOD -> -1 3 }T
T{ MIN-INT 3 /MOD -> -2 -3074457345618258602 }T
: ARITHMETIC-IDENTITY ( -- flag ) \ quotient * divisor + remainder gives the dividend back
  TRUE 21 -20 DO 21 -20 DO I IF J DUP I /MOD I * + = AND THEN LOOP LOOP ;
T{ ARITHMETIC-IDENTITY -> TRUE }T

TESTING scaling with a double intermediate result
T{ 7 3 2 */ -> 10 }T
T{ -7 3 2 */ -> -10 }T
T{ 7 -3 2 */ -> -10 }T
T{ 7 3 -2 */ -> -10 }T
T{ MAX-INT 2 2 */ -> MAX-INT }T
T{ MIN-INT 2 2 */ -> MIN-INT }T
T{ MAX-INT MAX-INT MAX-INT */ -> MAX-INT }T
T{ MIN-INT MIN-INT MIN-INT */ -> MIN-INT }T
T{ 7 3 2 */MOD -> 1 10 }T
T{ -7 3 2 */MOD -> -1 -10 }T
T{ MAX-INT 3 4 */MOD -> 1 6917529027641081855 }T

TESTING doubling, halving and cells
T{ 0 2* -> 0 }T
T{ 3 2* -> 6 }T
T{ -1 2* -> -2 }T
T{ MIN-INT 2* -> 0 }T
T{ 4611686018427387904 2* -> MIN-INT }T
T{ 0 2/ -> 0 }T
T{ 7 2/ -> 3 }T
T{ -1 2/ -> -1 }T
T{ -7 2/ -> -4 }T
T{ MIN-INT 2/ -> -4611686018427387904 }T
T{ MAX-INT 2/ -> 4611686018427387903 }T
T{ 0 CELLS -> 0 }T
T{ 5 CELLS -> 40 }T
T{ -1 CELLS -> -8 }T
T{ 0 CELL+ -> 8 }T
T{ -8 CELL+ -> 0 }T
T{ 5 CHARS -> 5 }T
T{ 5 CHAR+ -> 6 }T

TESTING the smaller and the greater
T{ 1 2 MIN -> 1 }T
T{ 2 1 MIN -> 1 }T
T{ 2 2 MIN -> 2 }T
T{ -1 0 MIN -> -1 }T
T{ MIN-INT MAX-INT MIN -> MIN-INT }T
T{ MAX-INT MIN-INT MIN -> MIN-INT }T
T{ 1 2 MAX -> 2 }T
T{ 2 1 MAX -> 2 }T
T{ -1 0 MAX -> 0 }T
T{ -1 -2 MAX -> -1 }T
T{ MIN-INT MAX-INT MAX -> MAX-INT }T
T{ MIN-INT 0 MAX -> 0 }T

TESTING mixed and double precision
T{ 0 S>D -> 0 0 }T
T{ 1 S>D -> 1 0 }T
T{ -1 S>D -> -1 -1 }T
T{ MAX-INT S>D -> MAX-INT 0 }T
T{ MIN-INT S>D -> MIN-INT -1 }T
T{ 3 4 M* -> 12 0 }T
T{ -3 4 M* -> -12 -1 }T
T{ -3 -4 M* -> 12 0 }T
T{ MIN-INT MIN-INT M* -> 0 4611686018427387904 }T
T{ MAX-INT MAX-INT M* -> 1 4611686018427387903 }T
T{ MIN-INT MAX-INT M* -> MIN-INT -4611686018427387904 }T
T{ MIN-INT -1 M* -> MIN-INT 0 }T
T{ 0 0 UM* -> 0 0 }T
T{ 3 4 UM* -> 12 0 }T
T{ MAX-UINT 2 UM* -> -2 1 }T
T{ MAX-UINT MAX-UINT UM* -> 1 -2 }T
T{ MIN-INT 2 UM* -> 0 1 }T
T{ 7 0 2 UM/MOD -> 1 3 }T
T{ 0 1 2 UM/MOD -> 0 MIN-INT }T
T{ MAX-UINT 0 MAX-UINT UM/MOD -> 0 1 }T
T{ 1 -2 MAX-UINT UM/MOD -> 0 MAX-UINT }T
T{ MAX-UINT -2 MAX-UINT UM/MOD -> -2 MAX-UINT }T
T{ 7 0 2 SM/REM -> 1 3 }T
T{ -7 -1 2 SM/REM -> -1 -3 }T
T{ 7 0 -2 SM/REM -> 1 -3 }T
T{ -7 -1 -2 SM/REM -> -1 3 }T
T{ 1 4611686018427387903 MAX-INT SM/REM -> 0 MAX-INT }T
T{ MIN-INT -1 1 SM/REM -> 0 MIN-INT }T
T{ 7 0 2 FM/MOD -> 1 3 }T
T{ -7 -1 2 FM/MOD -> 1 -4 }T
T{ 7 0 -2 FM/MOD -> -1 -4 }T
T{ -7 -1 -2 FM/MOD -> -1 3 }T
T{ -6 -1 2 FM/MOD -> 0 -3 }T
T{ MIN-INT -1 1 FM/MOD -> 0 MIN-INT }T
NEEDS D+ T{ 1 0 2 0 D+ -> 3 0 }T
NEEDS D+ T{ -1 0 1 0 D+ -> 0 1 }T
NEEDS D+ T{ -1 -1 1 0 D+ -> 0 0 }T
NEEDS D+ T{ -1 MAX-INT 1 0 D+ -> 0 MIN-INT }T
NEEDS D- T{ 0 1 1 0 D- -> -1 0 }T
NEEDS D- T{ 0 0 1 0 D- -> -1 -1 }T
NEEDS DNEGATE T{ 1 0 DNEGATE -> -1 -1 }T
NEEDS DNEGATE T{ 0 1 DNEGATE -> 0 -1 }T
NEEDS DNEGATE T{ 0 MIN-INT DNEGATE -> 0 MIN-INT }T
NEEDS DABS T{ -1 -1 DABS -> 1 0 }T
NEEDS M+ T{ -1 0 1 M+ -> 0 1 }T
NEEDS M+ T{ 0 0 -1 M+ -> -1 -1 }T

TESTING programs
: ARITHMETIC-GCD ( u1 u2 -- u ) BEGIN DUP WHILE SWAP OVER MOD REPEAT DROP ;
T{ 1071 462 ARITHMETIC-GCD -> 21 }T
T{ 17 0 ARITHMETIC-GCD -> 17 }T
: ARITHMETIC-POWER ( n u -- n^u ) 1 SWAP 0 ?DO OVER * LOOP NIP ;
T{ 3 0 ARITHMETIC-POWER -> 1 }T
T{ 3 39 ARITHMETIC-POWER -> 4052555153018976267 }T
T{ 2 64 ARITHMETIC-POWER -> 0 }T

END-SUITE
