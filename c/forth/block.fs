\ block.fs - BLOCK and BLOCK EXT. The buffers are in block.c.

: LOAD ( i*x u -- j*x )
    (SOURCE@) >R 2>R >IN @ >R
    (BLOCK-SOURCE) INTERPRET
    R> 2R> R> (RESTORE-SOURCE) >IN ! ;

: THRU ( i*x u1 u2 -- j*x )
    2DUP U> IF 2DROP EXIT THEN
    1+ SWAP DO I LOAD LOOP ;

64 CONSTANT C/L   ( -- u )
16 CONSTANT L/B   ( -- u )

: (LIST-LINE) ( addr -- )
    C/L 0 DO DUP I + C@ DUP BL 127 WITHIN 0= IF DROP BL THEN EMIT LOOP DROP ;

: LIST ( u -- )
    DUP BLOCK DROP DUP SCR !
    CR ." Block " DUP .
    L/B 0 DO CR I 2 .R SPACE DUP BLOCK I C/L * + (LIST-LINE) LOOP DROP CR ;
