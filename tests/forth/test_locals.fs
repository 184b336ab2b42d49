\ test_locals.fs - local variables, Forth-2012 chapter 13.

SUITE: locals

TESTING {: declares arguments, blanks and outputs
: LOCALS-1 {: a b c :} a b c ;
T{ 1 2 3 LOCALS-1 -> 1 2 3 }T
: LOCALS-2 {: a b -- c d :} b a ;
T{ 1 2 LOCALS-2 -> 2 1 }T
: LOCALS-3 {: a | b :} b a TO b b a ;
T{ 7 LOCALS-3 -> 0 7 7 }T
: LOCALS-4 {: | a b -- c :} 5 TO a 6 TO b a b ;
T{ LOCALS-4 -> 5 6 }T
: LOCALS-5 {: :} 9 ;
T{ LOCALS-5 -> 9 }T
: LOCALS-6 {: A b :} a B ;
T{ 1 2 LOCALS-6 -> 1 2 }T
: LOCALS-7 {: a
  b -- what
  ever :} a b - ;
T{ 9 4 LOCALS-7 -> 5 }T
T{ 1 2 3 LOCALS-2 -> 1 3 2 }T

TESTING names of locals hide words, the newest first
: LOCALS-8 {: DUP :} DUP DUP ;
T{ 4 LOCALS-8 -> 4 4 }T
: LOCALS-9 {: a :} a 1+ {: a :} a a ;
T{ 4 LOCALS-9 -> 5 5 }T
T{ 3 DUP -> 3 3 }T

TESTING TO, recursion and nesting of calls
: LOCALS-10 {: n :} n 0= IF 0 EXIT THEN n 1- RECURSE n + ;
T{ 100 LOCALS-10 -> 5050 }T
: LOCALS-11 {: a :} a LOCALS-10 a + ;
T{ 4 LOCALS-11 -> 14 }T
: LOCALS-12 {: a :} a 1+ TO a a 2* TO a a ;
T{ 4 LOCALS-12 -> 10 }T

TESTING scopes inside control structures
: LOCALS-13 {: n :} n IF n 1+ {: m :} m ELSE -1 THEN n ;
T{ 5 LOCALS-13 -> 6 5 }T
T{ 0 LOCALS-13 -> -1 0 }T
: LOCALS-14 {: n | sum :} n 0 ?DO I {: k :} k k * sum + TO sum LOOP sum ;
T{ 5 LOCALS-14 -> 30 }T
T{ 0 LOCALS-14 -> 0 }T
: LOCALS-15 {: n :} BEGIN n WHILE n {: m :} m 1- TO n REPEAT n ;
T{ 6 LOCALS-15 -> 0 }T
: LOCALS-16 {: n :} BEGIN n {: m :} m WHILE m 1- TO n REPEAT n ;
T{ 6 LOCALS-16 -> 0 }T
: LOCALS-17 {: n :} BEGIN n 1- {: m :} m TO n m 0= UNTIL n ;
T{ 6 LOCALS-17 -> 0 }T
: LOCALS-18 {: n :} 100 0 DO I {: k :} k n = IF k LEAVE THEN LOOP n ;
T{ 7 LOCALS-18 -> 7 7 }T
: LOCALS-19 {: x :} x CASE 1 OF 10 {: a :} a ENDOF 2 OF 20 ENDOF 30 SWAP ENDCASE x ;
T{ 1 LOCALS-19 -> 10 1 }T
T{ 2 LOCALS-19 -> 20 2 }T
T{ 3 LOCALS-19 -> 30 3 }T
: LOCALS-20 {: x :} x IF x {: y :} y EXIT THEN x 1- ;
: LOCALS-21 {: x :} x LOCALS-20 x ;
T{ 8 LOCALS-21 -> 8 8 }T
T{ 0 LOCALS-21 -> -1 0 }T

TESTING locals with the return stack, loops, exceptions and DOES>
: LOCALS-22 {: a b :} a >R b >R a b R> R> ;
T{ 1 2 LOCALS-22 -> 1 2 2 1 }T
: LOCALS-23 {: a :} a THROW ;
: LOCALS-24 {: a :} a ['] LOCALS-23 CATCH NIP a ;
T{ 5 LOCALS-24 -> 5 5 }T
: LOCALS-25 CREATE {: v :} v , v 1+ , DOES> {: addr :} addr @ addr CELL+ @ ;
T{ 3 LOCALS-25 LOCALS-26 -> }T
T{ LOCALS-26 -> 3 4 }T
: LOCALS-27 {: xt :} xt EXECUTE xt ;
T{ ' LOCALS-5 LOCALS-27 -> 9 ' LOCALS-5 }T

TESTING (LOCAL), which takes the newest first
: LOCALS-A S" a" (LOCAL) S" b" (LOCAL) 0 0 (LOCAL) ; IMMEDIATE
: LOCALS-28 LOCALS-A a b ;
T{ 1 2 LOCALS-28 -> 2 1 }T

TESTING LOCALS|, where the first name is the top of the stack
: LOCALS-30 LOCALS| a b | a b ;
T{ 1 2 LOCALS-30 -> 2 1 }T

TESTING errors
T{ S" : LOCALS-X {: a b" EVAL-THROWN 0< -> TRUE }T
T{ S" : LOCALS-X {: a12345678901234567890123456789012345 :} ;" EVAL-THROWN -> -19 }T
T{ S" {: a :}" EVAL-THROWN -> -14 }T
: LOCALS-29 {: n :} n 1+ RECURSE ;
T{ S" 0 LOCALS-29" EVAL-THROWN -> -5 }T

END-SUITE
