\ compile.fs - the text interpreter compiles a file of 128 kB, which is forgotten again.
\
\ file: large.fs from generated:131072
\ unit: COMPILE-UNIT -> 86
\ units: 7
\ watch: INTERPRET PARSE-NAME : ;

VARIABLE COMPILE-RESULT

: COMPILE-UNIT ( -- n )
  S" MARKER COMPILE-FORGET" EVALUATE
  S" large.fs" INCLUDED
  S" MAIN COMPILE-RESULT ! COMPILE-FORGET" EVALUATE
  COMPILE-RESULT @ ;
