\ test_numeric_output.fs - pictured numeric output and BASE.

SUITE: numeric_output

: OUTPUT-U ( u -- c-addr u ) 0 <# #S #> ;
: OUTPUT-N ( n -- c-addr u ) DUP ABS 0 <# #S ROT SIGN #> ;

TESTING unsigned numbers
T{ 0 OUTPUT-U S" 0" S= -> TRUE }T
T{ 7 OUTPUT-U S" 7" S= -> TRUE }T
T{ 1234567890 OUTPUT-U S" 1234567890" S= -> TRUE }T
T{ MAX-UINT OUTPUT-U S" 18446744073709551615" S= -> TRUE }T
T{ MIN-INT OUTPUT-U S" 9223372036854775808" S= -> TRUE }T

TESTING signed numbers
T{ 5 OUTPUT-N S" 5" S= -> TRUE }T
T{ -5 OUTPUT-N S" -5" S= -> TRUE }T
T{ MAX-INT OUTPUT-N S" 9223372036854775807" S= -> TRUE }T
T{ MIN-INT OUTPUT-N S" -9223372036854775808" S= -> TRUE }T

TESTING double numbers
T{ 0 1 <# #S #> S" 18446744073709551616" S= -> TRUE }T
T{ -1 -1 <# #S #> S" 340282366920938463463374607431768211455" S= -> TRUE }T

TESTING pictures
T{ 5 0 <# # # # #> S" 005" S= -> TRUE }T
T{ 12345 0 <# # # #> S" 45" S= -> TRUE }T
T{ 0 0 <# #> NIP -> 0 }T
T{ 1234 0 <# # # CHAR . HOLD #S #> S" 12.34" S= -> TRUE }T
: OUTPUT-MONEY ( n -- c-addr u ) DUP ABS 0 <# # # [CHAR] . HOLD #S ROT SIGN [CHAR] $ HOLD #> ;
T{ 1234 OUTPUT-MONEY S" $12.34" S= -> TRUE }T
T{ -5 OUTPUT-MONEY S" $-0.05" S= -> TRUE }T
T{ 0 0 <# -1 SIGN #> S" -" S= -> TRUE }T
T{ 0 0 <# 0 SIGN #> NIP -> 0 }T
T{ 0 0 <# 1 SIGN #> NIP -> 0 }T
NEEDS HOLDS T{ 1 0 <# S" km" HOLDS #S #> S" 1km" S= -> TRUE }T
NEEDS HOLDS T{ 0 0 <# S" " HOLDS #> NIP -> 0 }T

TESTING bases
T{ HEX MAX-UINT OUTPUT-U DECIMAL S" FFFFFFFFFFFFFFFF" S= -> TRUE }T
T{ HEX -10 OUTPUT-N DECIMAL S" -10" S= -> TRUE }T
T{ 2 BASE ! 101 OUTPUT-U DECIMAL S" 101" S= -> TRUE }T
T{ 2 BASE ! MAX-UINT OUTPUT-U DECIMAL NIP -> 64 }T
T{ 36 BASE ! #1295 OUTPUT-U DECIMAL S" ZZ" S= -> TRUE }T
T{ BASE @ -> 10 }T
T{ HEX BASE @ DECIMAL -> 16 }T
T{ 8 BASE ! BASE @ DECIMAL -> 8 }T
: OUTPUT-ROUND-TRIP ( n base -- flag ) \ Is a number printed in a base read back as the same?
  BASE @ >R BASE !  DUP OUTPUT-N EVALUATE =  R> BASE ! ;
: OUTPUT-ALL-BASES ( n -- flag ) TRUE 37 2 DO OVER I OUTPUT-ROUND-TRIP AND LOOP NIP ;
T{ 0 OUTPUT-ALL-BASES -> TRUE }T
T{ 123456789 OUTPUT-ALL-BASES -> TRUE }T
T{ MAX-INT OUTPUT-ALL-BASES -> TRUE }T
T{ -35 OUTPUT-ALL-BASES -> TRUE }T

TESTING the longest number that there is
T{ 2 BASE ! MAX-UINT MAX-UINT <# #S #> DECIMAL NIP -> 128 }T
T{ 2 BASE ! 0 MIN-INT <# #S #> DECIMAL DROP C@ -> 49 }T

END-SUITE
