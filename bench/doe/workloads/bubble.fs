\ bubble.fs - bubble sort of gforth-common, of 600 numbers in place of 6000.
\
\ file: gforth-bubble.fs from gforth:bubble.fs with 600 constant for 6000 constant
\ unit: BUBBLE-UNIT -> 4058433403
\ units: 16
\ watch: BUBBLE INITIATE-LIST RANDOM VERIFY-LIST

INCLUDE gforth-bubble.fs

: BUBBLE-UNIT ( -- n ) MAIN DROP 0 ELEMENTS 0 DO I 1+ LIST I CELLS + @ * + LOOP ;
