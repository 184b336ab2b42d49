\ test_strings.fs - strings and single characters.

SUITE: strings

TESTING the tester's comparison, on which the rest relies
T{ S" abc" S" abc" S= -> TRUE }T
T{ S" abc" S" abd" S= -> FALSE }T
T{ S" abc" S" ab" S= -> FALSE }T
T{ S" " S" " S= -> TRUE }T

TESTING S" in and outside of definitions
T{ S" hello" NIP -> 5 }T
T{ S" hello" DROP C@ -> 104 }T
T{ S" hello" DROP 4 + C@ -> 111 }T
T{ S" " NIP -> 0 }T
T{ S"  a " NIP -> 3 }T
T{ S" A" DROP C@ S" B" DROP C@ -> 65 66 }T
: STRINGS-1 S" compiled" ;
T{ STRINGS-1 NIP -> 8 }T
T{ STRINGS-1 S" compiled" S= -> TRUE }T
T{ STRINGS-1 DROP STRINGS-1 DROP = -> TRUE }T
: STRINGS-2 S" first" S" second" ;
T{ STRINGS-2 S" second" S= NIP NIP -> TRUE }T
T{ STRINGS-2 2DROP S" first" S= -> TRUE }T
: STRINGS-3 S" " ;
T{ STRINGS-3 NIP -> 0 }T
: STRINGS-4 IF S" yes" ELSE S" no" THEN ;
T{ 1 STRINGS-4 NIP 0 STRINGS-4 NIP -> 3 2 }T
NEEDS SLITERAL : STRINGS-5 [ S" taken along" ] SLITERAL ;
NEEDS SLITERAL T{ STRINGS-5 S" taken along" S= -> TRUE }T
T{ S" two at" S" once" S" once" S= NIP NIP -> TRUE }T
: STRINGS-TWO S" two at" ;
T{ S" two at" S" another" 2DROP STRINGS-TWO S= -> TRUE }T
: STRINGS-LONG S" 0123456789012345678901234567890123456789012345678901234567890123456789012345" ;
T{ STRINGS-LONG NIP -> 76 }T
T{ STRINGS-LONG + 1- C@ -> 53 }T
T{ S" grün" NIP -> 5 }T
T{ S" a\nb" NIP -> 4 }T

TESTING C" and COUNT
: STRINGS-6 C" counted" ;
T{ STRINGS-6 COUNT S" counted" S= -> TRUE }T
T{ STRINGS-6 C@ -> 7 }T
: STRINGS-7 C" " ;
T{ STRINGS-7 COUNT NIP -> 0 }T

TESTING escapes in S\"
NEEDS S\" T{ S\" \a\b\e\f\l\n\q\r\t\v\z\"\\" NIP -> 13 }T
NEEDS S\" T{ S\" \a\b\e" DROP DUP C@ SWAP 1+ DUP C@ SWAP 1+ C@ -> 7 8 27 }T
NEEDS S\" T{ S\" \q\"\\" DROP DUP C@ SWAP 1+ DUP C@ SWAP 1+ C@ -> 34 34 92 }T
NEEDS S\" T{ S\" \m" DROP DUP C@ SWAP 1+ C@ -> 13 10 }T
NEEDS S\" T{ S\" \x41\x7a\xFF" DROP DUP C@ SWAP 1+ DUP C@ SWAP 1+ C@ -> 65 122 255 }T
NEEDS S\" T{ S\" " NIP -> 0 }T
NEEDS S\" : STRINGS-8 S\" a\tb" ;
NEEDS S\" T{ STRINGS-8 DROP 1+ C@ -> 9 }T

TESTING characters and printing, which leaves the stack as it was
T{ BL -> 32 }T
T{ CHAR ! -> 33 }T
T{ S" " TYPE -> }T
T{ 0 SPACES -> }T
T{ -1 SPACES -> }T
T{ PAD 0 TYPE -> }T
: STRINGS-9 ." " ;
T{ STRINGS-9 -> }T
T{ 1 .( ) -> 1 }T

TESTING >NUMBER
: STRINGS-NUMBER ( c-addr u -- ud rest ) 0 0 2SWAP >NUMBER NIP ;
T{ S" 123" STRINGS-NUMBER -> 123 0 0 }T
T{ S" 12x" STRINGS-NUMBER -> 12 0 1 }T
T{ S" x" STRINGS-NUMBER -> 0 0 1 }T
T{ S" " STRINGS-NUMBER -> 0 0 0 }T
T{ S" -1" STRINGS-NUMBER -> 0 0 2 }T
T{ S" 18446744073709551616" STRINGS-NUMBER -> 0 1 0 }T
T{ HEX S" fFg" STRINGS-NUMBER DECIMAL -> 255 0 1 }T
T{ 2 BASE ! S" 1012" STRINGS-NUMBER DECIMAL -> 5 0 1 }T
T{ 5 0 S" 7" >NUMBER NIP -> 57 0 0 }T

TESTING the STRING word set, as far as there is one
NEEDS COMPARE T{ S" abc" S" abc" COMPARE -> 0 }T
NEEDS COMPARE T{ S" abc" S" abd" COMPARE -> -1 }T
NEEDS COMPARE T{ S" abd" S" abc" COMPARE -> 1 }T
NEEDS COMPARE T{ S" ab" S" abc" COMPARE -> -1 }T
NEEDS COMPARE T{ S" abc" S" ab" COMPARE -> 1 }T
NEEDS COMPARE T{ S" " S" " COMPARE -> 0 }T
NEEDS /STRING T{ S" abc" 1 /STRING S" bc" S= -> TRUE }T
NEEDS -TRAILING T{ S" ab  " -TRAILING NIP -> 2 }T
NEEDS SEARCH T{ S" abcd" S" cd" SEARCH NIP NIP -> TRUE }T

END-SUITE
