\ conditional.fs - [IF] [ELSE] [THEN]: source that is skipped. After outer.fs, for it needs REFILL.
\
\ (SKIP) is in conditional.c: it skips words of the parse area and counts the conditionals among them.

: [ELSE] ( -- )
    1 BEGIN (SKIP) DUP WHILE REFILL 0= IF DROP -39 THROW THEN REPEAT DROP ; IMMEDIATE
: [IF] ( flag -- )  0= IF POSTPONE [ELSE] THEN ; IMMEDIATE
: [THEN] ( -- ) ; IMMEDIATE
