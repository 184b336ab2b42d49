\ test_compare.fs - comparisons, signed and unsigned.

SUITE: compare

TESTING against zero
T{ 0 0= -> TRUE }T
T{ 1 0= -> FALSE }T
T{ -1 0= -> FALSE }T
T{ MIN-INT 0= -> FALSE }T
T{ MAX-INT 0= -> FALSE }T
T{ 4294967296 0= -> FALSE }T
T{ 0 0< -> FALSE }T
T{ -1 0< -> TRUE }T
T{ MIN-INT 0< -> TRUE }T
T{ 1 0< -> FALSE }T
T{ MAX-INT 0< -> FALSE }T
T{ 0 0> -> FALSE }T
T{ 1 0> -> TRUE }T
T{ MAX-INT 0> -> TRUE }T
T{ -1 0> -> FALSE }T
T{ MIN-INT 0> -> FALSE }T
T{ 0 0<> -> FALSE }T
T{ 1 0<> -> TRUE }T
T{ MIN-INT 0<> -> TRUE }T

TESTING equality
T{ 0 0 = -> TRUE }T
T{ 1 1 = -> TRUE }T
T{ -1 1 = -> FALSE }T
T{ MIN-INT MIN-INT = -> TRUE }T
T{ MIN-INT MAX-INT = -> FALSE }T
T{ 0 4294967296 = -> FALSE }T
T{ 0 0 <> -> FALSE }T
T{ 1 0 <> -> TRUE }T
T{ MIN-INT 0 <> -> TRUE }T
T{ -1 -1 <> -> FALSE }T

TESTING signed order
T{ 0 1 < -> TRUE }T
T{ 1 0 < -> FALSE }T
T{ 1 1 < -> FALSE }T
T{ -1 0 < -> TRUE }T
T{ 0 -1 < -> FALSE }T
T{ -2 -1 < -> TRUE }T
T{ MIN-INT MAX-INT < -> TRUE }T
T{ MAX-INT MIN-INT < -> FALSE }T
T{ MIN-INT 0 < -> TRUE }T
T{ 0 MIN-INT < -> FALSE }T
T{ MIN-INT 1 < -> TRUE }T
T{ 0 1 > -> FALSE }T
T{ 1 0 > -> TRUE }T
T{ 1 1 > -> FALSE }T
T{ -1 0 > -> FALSE }T
T{ 0 -1 > -> TRUE }T
T{ MAX-INT MIN-INT > -> TRUE }T
T{ MIN-INT MAX-INT > -> FALSE }T
T{ 1 MIN-INT > -> TRUE }T

TESTING unsigned order
T{ 0 1 U< -> TRUE }T
T{ 1 0 U< -> FALSE }T
T{ 1 1 U< -> FALSE }T
T{ 0 MAX-UINT U< -> TRUE }T
T{ MAX-UINT 0 U< -> FALSE }T
T{ MAX-INT MIN-INT U< -> TRUE }T
T{ MIN-INT MAX-INT U< -> FALSE }T
T{ 0 1 U> -> FALSE }T
T{ 1 0 U> -> TRUE }T
T{ MAX-UINT 0 U> -> TRUE }T
T{ MIN-INT MAX-INT U> -> TRUE }T
T{ 5 5 U> -> FALSE }T

TESTING ranges, which are half open and wrap around
T{ 0 0 10 WITHIN -> TRUE }T
T{ 9 0 10 WITHIN -> TRUE }T
T{ 10 0 10 WITHIN -> FALSE }T
T{ -1 0 10 WITHIN -> FALSE }T
T{ 5 5 5 WITHIN -> FALSE }T
T{ 4 5 5 WITHIN -> FALSE }T
T{ 0 -5 5 WITHIN -> TRUE }T
T{ -5 -5 5 WITHIN -> TRUE }T
T{ 5 -5 5 WITHIN -> FALSE }T
T{ 100 10 0 WITHIN -> TRUE }T
T{ 5 10 0 WITHIN -> FALSE }T
T{ MAX-INT 0 MIN-INT WITHIN -> TRUE }T
T{ MIN-INT 0 MIN-INT WITHIN -> FALSE }T
T{ MAX-UINT 1 0 WITHIN -> TRUE }T
T{ 0 1 0 WITHIN -> FALSE }T

END-SUITE
