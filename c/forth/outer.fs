\ outer.fs - files, the prompt, and what VM[0] runs first. Last in the base dictionary.

\ ---- files ----

: INCLUDE ( i*x "name" -- j*x )  PARSE-NAME INCLUDED ;

\ ---- the outer interpreter ----

\ The next line of the terminal; false at the end of input.
: (TERMINAL-LINE) ( -- flag )
    TIB /TIB ['] (ACCEPT) CATCH
    DUP -39 = IF DROP 2DROP FALSE EXIT THEN
    THROW
    TIB SWAP (SOURCE!) TRUE ;

: REFILL ( -- flag )
    BLK @ IF (NEXT-BLOCK) EXIT THEN
    SOURCE-ID DUP 0= IF DROP (TERMINAL-LINE) EXIT THEN
    0> IF (FILE-LINE) EXIT THEN
    FALSE ;

: PROMPT ( -- )  STATE @ IF ."  compiled" ELSE ."  ok" THEN CR ;

: (QUIT) ( -- )
    BEGIN
        TRUE (AT-PROMPT) ['] REFILL CATCH FALSE (AT-PROMPT)
        ?DUP IF (ERROR) CLEARSTACK TRUE
        ELSE IF ['] INTERPRET CATCH ?DUP IF (ERROR) CLEARSTACK ELSE PROMPT THEN TRUE
        ELSE FALSE THEN THEN
    0= UNTIL
    BYE ;

\ Start-up files are loaded in order; the first that fails ends a program that nobody sits at.
: (SCRIPTS) ( -- )
    0 BEGIN DUP (SCRIPT) DUP WHILE
        ROT >R
        ['] INCLUDED CATCH ?DUP IF (ERROR) CLEARSTACK R> DROP
            (SCRIPT-FAILED) IF BYE THEN EXIT THEN
        R> 1+
    REPEAT 2DROP DROP ;

\ What VM[0] runs first.
: COLD ( -- )
    (INTERACTIVE) IF .VERSION THEN
    (SCRIPTS)
    (INTERACTIVE) IF ." ok" CR THEN
    QUIT ;
