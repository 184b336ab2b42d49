\ search.fs - the search order, names, and what is left of the Forth-2012 words about the dictionary.

1 CONSTANT FORTH-WORDLIST ( -- wid )

: FIND-NAME-IN ( addr u wid -- nt | 0 )  SEARCH-WORDLIST DUP IF DROP THEN ;
: NAME>COMPILE ( nt -- x xt )
    DUP (IMMEDIATE?) IF ['] EXECUTE ELSE ['] COMPILE, THEN ;

\ xt: ( i*x nt -- j*x flag ); a false flag ends the traversal.
: TRAVERSE-WORDLIST ( i*x xt wid -- j*x )
    {: xt wid | nt :}
    BEGIN
        nt wid (NEXT-NAME) DUP TO nt
    WHILE
        nt xt EXECUTE
    WHILE REPEAT THEN ;

: DEFINITIONS ( -- )  GET-ORDER OVER SWAP 0 ?DO NIP LOOP SET-CURRENT ;
: FORTH ( -- )  GET-ORDER DUP IF NIP ELSE 1+ THEN FORTH-WORDLIST SWAP SET-ORDER ;
: ALSO ( -- )  GET-ORDER DUP 0= IF -50 THROW THEN OVER SWAP 1+ SET-ORDER ;
: PREVIOUS ( -- )  GET-ORDER DUP 0= IF -50 THROW THEN NIP 1- SET-ORDER ;
: ONLY ( -- )  -1 SET-ORDER ;

: VOCABULARY ( "name" -- )
    WORDLIST CREATE ,
    DOES> @ >R GET-ORDER DUP IF NIP ELSE 1+ THEN R> SWAP SET-ORDER ;

: .WORDLIST ( wid -- )  DUP FORTH-WORDLIST = IF DROP ." FORTH " ELSE ." wordlist-" . THEN ;
: ORDER ( -- )
    ." searched: " GET-ORDER 0 ?DO .WORDLIST LOOP
    ."  defined in: " GET-CURRENT .WORDLIST ;

: REQUIRED ( i*x addr u -- i*x )  2DUP (INCLUDED?) IF 2DROP ELSE INCLUDED THEN ;
: REQUIRE ( i*x "name" -- i*x )  PARSE-NAME REQUIRED ;
