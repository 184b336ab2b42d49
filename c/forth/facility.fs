\ facility.fs - FACILITY and FACILITY EXT: the screen, keys that are no characters, waiting, structures.
\
\ The screen is taken to understand ANSI (ECMA-48) sequences, and keys to arrive as they do from an
\ xterm or a Linux console. KEY? is in console.c.

\ ---- the screen ----

: (CSI) ( -- )  27 EMIT 91 EMIT ;
: (PARAMETER) ( u -- )  BASE @ >R DECIMAL 0 <# #S #> TYPE R> BASE ! ;
: AT-XY ( u1 u2 -- )  (CSI) 1+ (PARAMETER) 59 EMIT 1+ (PARAMETER) 72 EMIT ;
: PAGE ( -- )  (CSI) ." 2J" (CSI) ." H" ;
: EMIT? ( -- flag )  TRUE ;

\ ---- key events ----

\ A character is itself. A key without one has bit 16 set; Shift, Ctrl and Alt are bits above it.
$10001 CONSTANT K-LEFT    $10002 CONSTANT K-RIGHT   $10003 CONSTANT K-UP
$10004 CONSTANT K-DOWN    $10005 CONSTANT K-HOME    $10006 CONSTANT K-END
$10007 CONSTANT K-PRIOR   $10008 CONSTANT K-NEXT    $10009 CONSTANT K-INSERT
$1000A CONSTANT K-DELETE
$10011 CONSTANT K-F1      $10012 CONSTANT K-F2      $10013 CONSTANT K-F3
$10014 CONSTANT K-F4      $10015 CONSTANT K-F5      $10016 CONSTANT K-F6
$10017 CONSTANT K-F7      $10018 CONSTANT K-F8      $10019 CONSTANT K-F9
$1001A CONSTANT K-F10     $1001B CONSTANT K-F11     $1001C CONSTANT K-F12
$20000 CONSTANT K-SHIFT-MASK
$40000 CONSTANT K-CTRL-MASK
$80000 CONSTANT K-ALT-MASK
$100 CONSTANT (K-UNKNOWN)   \ neither a character nor a key that has a name

: EKEY>CHAR ( x -- x false | char true )  DUP 256 U< ;
: EKEY>FKEY ( x -- u flag )  DUP $10000 AND 0<> ;

\ The next byte of a sequence, or -2 when none comes for 25 ms: then Escape itself was pressed.
25000000 CONSTANT (ESCAPE-NS)
: (NEXT-BYTE) ( -- n )
    NS >R
    BEGIN (KEY) DUP -2 = WHILE
        NS R@ - (ESCAPE-NS) U> IF R> DROP EXIT THEN DROP
    REPEAT R> DROP ;

\ Deferred, so that a program can put its own source of bytes below EKEY.
DEFER (EKEY-BYTE)  ( -- n )
' (NEXT-BYTE) IS (EKEY-BYTE)

\ The key of a sequence that ends in a letter.
: (LETTER-KEY) ( char -- x )
    CASE
        'A' OF K-UP ENDOF    'B' OF K-DOWN ENDOF  'C' OF K-RIGHT ENDOF  'D' OF K-LEFT ENDOF
        'F' OF K-END ENDOF   'H' OF K-HOME ENDOF
        'P' OF K-F1 ENDOF    'Q' OF K-F2 ENDOF    'R' OF K-F3 ENDOF     'S' OF K-F4 ENDOF
        (K-UNKNOWN) SWAP
    ENDCASE ;

\ The key of a sequence that ends in ~, by the number before it.
: (NUMBER-KEY) ( u -- x )
    CASE
        1 OF K-HOME ENDOF    2 OF K-INSERT ENDOF  3 OF K-DELETE ENDOF   4 OF K-END ENDOF
        5 OF K-PRIOR ENDOF   6 OF K-NEXT ENDOF    7 OF K-HOME ENDOF     8 OF K-END ENDOF
        11 OF K-F1 ENDOF     12 OF K-F2 ENDOF     13 OF K-F3 ENDOF      14 OF K-F4 ENDOF
        15 OF K-F5 ENDOF     17 OF K-F6 ENDOF     18 OF K-F7 ENDOF      19 OF K-F8 ENDOF
        20 OF K-F9 ENDOF     21 OF K-F10 ENDOF    23 OF K-F11 ENDOF     24 OF K-F12 ENDOF
        (K-UNKNOWN) SWAP
    ENDCASE ;

\ An xterm sends 1 plus Shift 1, Alt 2, Ctrl 4 as the second number.
: (MODIFIED) ( x u -- x )
    DUP 0= IF DROP EXIT THEN  1- >R
    R@ 1 AND IF K-SHIFT-MASK OR THEN
    R@ 2 AND IF K-ALT-MASK OR THEN
    R> 4 AND IF K-CTRL-MASK OR THEN ;

: (SEQUENCE-KEY) ( u1 u2 char -- x ) \ u1 is 0 when there was one number or none
    2 PICK 0= IF >R NIP 0 R> THEN       ( number modifier char )
    DUP '~' = IF DROP SWAP (NUMBER-KEY) ELSE ROT DROP (LETTER-KEY) THEN
    SWAP (MODIFIED) ;

\ F1 to F5 of the Linux console are A to E after a second bracket.
: (CONSOLE-KEY) ( -- x )
    (EKEY-BYTE) DUP 'A' 'F' WITHIN IF 'A' - K-F1 + ELSE DROP (K-UNKNOWN) THEN ;

: (CSI-KEY) ( -- x )
    0 0 BEGIN
        (EKEY-BYTE)                     ( u1 u2 char )
        DUP '0' '9' 1+ WITHIN IF '0' - SWAP 10 * + FALSE
        ELSE DUP ';' = IF DROP NIP 0 FALSE
        ELSE TRUE THEN THEN
    UNTIL
    DUP 0< IF DROP 2DROP (K-UNKNOWN) EXIT THEN
    DUP '[' = IF DROP 2DROP (CONSOLE-KEY) EXIT THEN
    (SEQUENCE-KEY) ;

: (ESCAPE-KEY) ( -- x )
    (EKEY-BYTE)
    DUP 0< IF DROP 27 EXIT THEN
    DUP '[' = IF DROP (CSI-KEY) EXIT THEN
    DUP 'O' = IF DROP (EKEY-BYTE) DUP 0< IF DROP 'O' K-ALT-MASK OR ELSE (LETTER-KEY) THEN EXIT THEN
    K-ALT-MASK OR ;

: EKEY? ( -- flag )  KEY? ;
: EKEY ( -- x )  KEY DUP 27 = IF DROP (ESCAPE-KEY) THEN ;

\ ---- waiting ----

: MS ( u -- )  1000000 UM* IF DROP -1 THEN (WAKE-AFTER) (SLEEP) ;

\ ---- structures ----

: BEGIN-STRUCTURE ( "name" -- addr 0 )  CREATE HERE 0 0 , DOES> @ ;
: END-STRUCTURE ( addr n -- )  SWAP ! ;
: +FIELD ( n1 n2 "name" -- n3 )  CREATE OVER , + DOES> @ + ;
: FIELD: ( n1 "name" -- n2 )  ALIGNED 1 CELLS +FIELD ;
: CFIELD: ( n1 "name" -- n2 )  1 CHARS +FIELD ;
