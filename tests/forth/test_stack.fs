\ test_stack.fs - words that rearrange the data stack (CORE, CORE EXT).

SUITE: stack

TESTING one item
T{ 1 DUP -> 1 1 }T
T{ -1 DUP -> -1 -1 }T
T{ MIN-INT DUP -> MIN-INT MIN-INT }T
T{ 1 2 DUP -> 1 2 2 }T
T{ 1 2 DROP -> 1 }T
T{ 0 DROP -> }T
T{ 0 ?DUP -> 0 }T
T{ 1 ?DUP -> 1 1 }T
T{ -1 ?DUP -> -1 -1 }T
T{ MIN-INT ?DUP -> MIN-INT MIN-INT }T
T{ 7 0 ?DUP -> 7 0 }T

TESTING two and three items
T{ 1 2 SWAP -> 2 1 }T
T{ 0 1 2 SWAP -> 0 2 1 }T
T{ MIN-INT MAX-INT SWAP -> MAX-INT MIN-INT }T
T{ 1 2 OVER -> 1 2 1 }T
T{ 0 1 2 OVER -> 0 1 2 1 }T
T{ 1 2 3 ROT -> 2 3 1 }T
T{ 0 1 2 3 ROT -> 0 2 3 1 }T
T{ 1 2 3 ROT ROT -> 3 1 2 }T
T{ 1 2 3 ROT ROT ROT -> 1 2 3 }T
T{ 1 2 NIP -> 2 }T
T{ 0 1 2 NIP -> 0 2 }T
T{ 1 2 TUCK -> 2 1 2 }T
T{ 0 1 2 TUCK -> 0 2 1 2 }T

TESTING pairs
T{ 1 2 2DUP -> 1 2 1 2 }T
T{ 0 1 2 2DUP -> 0 1 2 1 2 }T
T{ 1 2 2DROP -> }T
T{ 0 1 2 2DROP -> 0 }T
T{ 1 2 3 4 2SWAP -> 3 4 1 2 }T
T{ 0 1 2 3 4 2SWAP -> 0 3 4 1 2 }T
T{ 1 2 3 4 2SWAP 2SWAP -> 1 2 3 4 }T
T{ 1 2 3 4 2OVER -> 1 2 3 4 1 2 }T
T{ 0 1 2 3 4 2OVER -> 0 1 2 3 4 1 2 }T
NEEDS 2ROT T{ 1 2 3 4 5 6 2ROT -> 3 4 5 6 1 2 }T
NEEDS -ROT T{ 1 2 3 -ROT -> 3 1 2 }T

TESTING depth
T{ DEPTH DEPTH - -> -1 }T
: STACK-DEPTHS DEPTH 0 SWAP DEPTH 1- SWAP - NIP ;
T{ STACK-DEPTHS -> 1 }T
: STACK-GROWTH DEPTH >R 1 2 3 DEPTH R> - NIP NIP NIP ;
T{ STACK-GROWTH -> 3 }T

TESTING picking and rolling
T{ 1 2 3 0 PICK -> 1 2 3 3 }T
T{ 1 2 3 1 PICK -> 1 2 3 2 }T
T{ 1 2 3 2 PICK -> 1 2 3 1 }T
T{ 1 2 3 4 5 4 PICK -> 1 2 3 4 5 1 }T
T{ 1 2 3 0 ROLL -> 1 2 3 }T
T{ 1 2 3 1 ROLL -> 1 3 2 }T
T{ 1 2 3 2 ROLL -> 2 3 1 }T
T{ 1 2 3 4 5 4 ROLL -> 2 3 4 5 1 }T
T{ 0 1 2 3 2 ROLL -> 0 2 3 1 }T
: STACK-REVERSE ( x1 ... xn n -- xn ... x1 ) 0 ?DO I ROLL LOOP ;
T{ 1 2 3 4 5 5 STACK-REVERSE -> 5 4 3 2 1 }T
T{ 1 1 STACK-REVERSE -> 1 }T
T{ 0 STACK-REVERSE -> }T

TESTING a deep stack
: STACK-PILE ( n -- 0 1 ... n-1 ) 0 ?DO I LOOP ;
: STACK-SUM ( x1 ... xn n -- sum ) 0 SWAP 0 ?DO + LOOP ;
T{ 40 STACK-PILE 40 STACK-SUM -> 780 }T
T{ 1000 STACK-PILE 1000 STACK-SUM -> 499500 }T
: STACK-SUM-BELOW ( x1 ... xn x n -- sum x ) SWAP >R STACK-SUM R> ;
T{ 1000 STACK-PILE 999 PICK 1000 STACK-SUM-BELOW -> 499500 0 }T
T{ 1000 STACK-PILE 999 ROLL 999 STACK-SUM-BELOW -> 499500 0 }T

END-SUITE
