\ tools.fs - TOOLS words that are best said in Forth.
\
\ SEE is in see.c, .S and WORDS in tools.c, the conditional words in conditional.c and conditional.fs.

: (DUMP-BYTE) ( addr -- )  C@ 0 <# # # #> TYPE SPACE ;
: (DUMP-CHAR) ( addr -- )  C@ DUP 32 127 WITHIN 0= IF DROP 46 THEN EMIT ;

\ One line: address, bytes in hexadecimal, and the characters they may be.
: (DUMP-LINE) ( addr u -- )
    CR OVER 0 <# # # # # # # # # #> TYPE 2 SPACES
    2DUP 0 ?DO DUP I + (DUMP-BYTE) LOOP DROP
    16 OVER - 3 * 1+ SPACES
    0 ?DO DUP I + (DUMP-CHAR) LOOP DROP ;

: DUMP ( addr u -- )
    BASE @ >R HEX
    BEGIN DUP WHILE
        2DUP 16 MIN DUP >R (DUMP-LINE) R> /STRING
    REPEAT 2DROP CR
    R> BASE ! ;

\ ---- the return stack ----

\ Return addresses are not on the return stack, so these can be ordinary words.
: N>R ( x*n n -- ) ( R: -- x*n n )
    DUP DEPTH 2 - U> IF -4 THROW THEN
    DUP BEGIN DUP WHILE ROT >R 1- REPEAT DROP >R ;
: NR> ( -- x*n n ) ( R: x*n n -- )
    R> DUP BEGIN DUP WHILE R> -ROT 1- REPEAT DROP ;
