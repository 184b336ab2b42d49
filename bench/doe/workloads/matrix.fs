\ matrix.fs - multiplication of matrices of gforth-common, 40 rows in place of 200.
\
\ file: gforth-matrix.fs from gforth:matrix.fs with 40 constant for 200 constant
\ unit: MATRIX-UNIT -> -3195948445001090112
\ units: 24
\ watch: INNERPRODUCT INITIATE-MATRIX RANDOM

INCLUDE gforth-matrix.fs

: MATRIX-UNIT ( -- n ) MAIN 0 MAT-SIZE 0 DO 31 * IMR I CELLS + @ + LOOP ;
