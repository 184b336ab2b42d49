\ double.fs - DOUBLE and DOUBLE EXT words that are best said in Forth, and the comparisons that the standard
\ leaves out.
\
\ A double is two cells with the more significant one on top, and in memory at the lower address, which
\ is what 2@ and 2! move. M*/ and 2LITERAL are in double_words.c, D+ D- DNEGATE in the engine.

: D0= ( d -- flag )  OR 0= ;
: D= ( d1 d2 -- flag )  ROT = >R = R> AND ;
: D< ( d1 d2 -- flag )  ROT 2DUP = IF 2DROP U< ELSE > NIP NIP THEN ;
: D<> ( d1 d2 -- flag )  D= 0= ;
: D> ( d1 d2 -- flag )  2SWAP D< ;
: D<= ( d1 d2 -- flag )  2SWAP D< 0= ;
: D>= ( d1 d2 -- flag )  D< 0= ;
: DU< ( ud1 ud2 -- flag )  ROT 2DUP = IF 2DROP U< ELSE U> NIP NIP THEN ;
: DMAX ( d1 d2 -- d3 )  2OVER 2OVER D< IF 2SWAP THEN 2DROP ;
: DMIN ( d1 d2 -- d3 )  2OVER 2OVER D< 0= IF 2SWAP THEN 2DROP ;

: D2* ( d1 -- d2 )  2DUP D+ ;
: D2/ ( d1 -- d2 )  DUP 63 LSHIFT >R  2/ SWAP 1 RSHIFT R> OR SWAP ;
: D>S ( d -- n )  DROP ;

: 2ROT ( d1 d2 d3 -- d2 d3 d1 )  2>R 2SWAP 2R> 2SWAP ;

: 2CONSTANT ( x1 x2 "name" -- )  CREATE , , DOES> 2@ ;
: 2VARIABLE ( "name" -- )  CREATE 0 , 0 , ;

\ (2VALUE) marks the newest word for TO, which then stores two cells.
: 2VALUE ( x1 x2 "name" -- )  CREATE , , (2VALUE) DOES> 2@ ;
