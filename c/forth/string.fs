\ string.fs - the STRING word set as far as it is best said in Forth, with the text substitution of STRING EXT.
\
\ SLITERAL and the parts of SEARCH are in string_words.c, COMPARE in strings.c, CMOVE and CMOVE> in the engine.

: /STRING ( addr1 u1 n -- addr2 u2 )  TUCK - >R + R> ;
: BLANK ( addr u -- )  BL FILL ;
: -TRAILING ( addr u1 -- addr u2 )
    BEGIN DUP WHILE 2DUP 1- + C@ BL = WHILE 1- REPEAT THEN ;

\ Of a long pattern the first part is looked for, and then the whole is compared.
: SEARCH ( addr1 u1 addr2 u2 -- addr3 u3 flag )
    2OVER 2>R
    BEGIN
        (SEARCH) DUP 2 = IF
            DROP 2OVER DROP OVER 2OVER COMPARE IF 2SWAP 1 /STRING 2SWAP 0 ELSE 1 THEN
        THEN
    ?DUP UNTIL
    0< IF 2DROP 2DROP 2R> FALSE ELSE 2DROP 2R> 2DROP TRUE THEN ;

\ ---- text substitution ----

\ A substitution lies in the heap: link, size of the name, size of the text, then the characters of
\ both. So it outlives a MARKER, and data space is left alone.
VARIABLE (SUBSTITUTIONS)   \ the newest, 0 none

: (NAME-OF) ( node -- addr u )  DUP CELL+ @ >R 3 CELLS + R> ;
: (TEXT-OF) ( node -- addr u )  DUP (NAME-OF) + SWAP 2 CELLS + @ ;

\ The cell that leads to the substitution of that name, or to the end of the list.
: (SUBSTITUTION) ( addr u -- link )
    (SUBSTITUTIONS) >R
    BEGIN R@ @ WHILE
        2DUP R@ @ (NAME-OF) COMPARE
    WHILE R> @ >R REPEAT THEN
    2DROP R> ;

: (HAS-PERCENT) ( addr u -- flag )
    BEGIN DUP WHILE OVER C@ '%' = IF 2DROP TRUE EXIT THEN 1 /STRING REPEAT 2DROP FALSE ;

\ A name with a delimiter in it could never be found: -79.
: REPLACES ( addr1 u1 addr2 u2 -- )
    2DUP (HAS-PERCENT) IF -79 THROW THEN
    2OVER NIP OVER + 3 CELLS + ALLOCATE IF -79 THROW THEN >R   \ text name, node
    DUP R@ CELL+ !  2OVER NIP R@ 2 CELLS + !
    2DUP (SUBSTITUTION)
    DUP @ IF DUP @ DUP @ ROT ! FREE DROP ELSE DROP THEN        \ the older one goes
    R@ (NAME-OF) DROP SWAP MOVE
    R@ (TEXT-OF) DROP SWAP MOVE
    (SUBSTITUTIONS) @ R@ !  R> (SUBSTITUTIONS) ! ;

\ The result is built from left to right; its end and its limit are kept here. SUBSTITUTE does not nest.
VARIABLE (SUB-START)  VARIABLE (SUB-END)  VARIABLE (SUB-LIMIT)  VARIABLE (SUB-COUNT)

: (SUB-ADD) ( addr u -- )
    DUP (SUB-LIMIT) @ (SUB-END) @ - U> IF -78 THROW THEN
    TUCK (SUB-END) @ SWAP MOVE  (SUB-END) +! ;

\ Splits at the first %; the second string begins with it, or is empty when there is none.
: (SPLIT) ( addr u -- addr1 u1 addr2 u2 )
    2DUP BEGIN DUP WHILE OVER C@ '%' <> WHILE 1 /STRING REPEAT THEN
    2SWAP 2 PICK - 2SWAP ;

\ Adds what stands for %name%: a %, the text of the substitution, or the name as it was.
: (SUB-NAME) ( addr u -- )
    DUP 0= IF 2DROP S" %" (SUB-ADD) EXIT THEN
    2DUP (SUBSTITUTION) @ ?DUP IF
        NIP NIP (TEXT-OF) (SUB-ADD) 1 (SUB-COUNT) +!
    ELSE S" %" (SUB-ADD) (SUB-ADD) S" %" (SUB-ADD) THEN ;

: (SUBSTITUTE) ( addr u -- )
    BEGIN
        (SPLIT) 2SWAP (SUB-ADD)
    DUP WHILE
        1 /STRING (SPLIT)                \ after the %: a name, and the rest with the closing %
        DUP 0= IF 2DROP S" %" (SUB-ADD) (SUB-ADD) EXIT THEN
        2SWAP (SUB-NAME) 1 /STRING
    REPEAT 2DROP ;

\ n is -78 when the result does not fit into u2 characters or would overwrite the text.
: SUBSTITUTE ( addr1 u1 addr2 u2 -- addr2 u3 n )
    OVER 4 PICK = IF 2SWAP 2DROP DROP 0 -78 EXIT THEN
    0 (SUB-COUNT) !  OVER + (SUB-LIMIT) !  DUP (SUB-START) !  (SUB-END) !
    ['] (SUBSTITUTE) CATCH DUP IF NIP NIP ELSE DROP (SUB-COUNT) @ THEN >R
    (SUB-START) @ (SUB-END) @ OVER - R> ;

: UNESCAPE ( addr1 u1 addr2 -- addr2 u2 )
    DUP 2SWAP OVER + SWAP ?DO            ( addr2 end )
        I C@ '%' = IF '%' OVER C! 1+ THEN
        I C@ OVER C! 1+
    LOOP OVER - ;
