\ tokenvm.fs - a virtual machine for a small token language, and a program for it.
\
\ Every token is one EXECUTE through a table and runs a word of its own, so this presses on indirect calls
\ and on the depth of calls. The program sums the lengths of the Collatz sequences below a limit.

1 cells constant tok-cell

\ ---- the machine: its stack and its registers are arrays of cells ----

create vm-stack 64 cells allot
create vm-registers 8 cells allot
create vm-code 256 cells allot
variable vm-sp      \ address of the top item
variable vm-pc      \ address of the next token
variable vm-running
variable vm-result

: v-push ( x -- )  tok-cell vm-sp +!  vm-sp @ ! ;
: v-pop ( -- x )   vm-sp @ @  tok-cell negate vm-sp +! ;
: v-top ( -- x )   vm-sp @ @ ;
: v-next ( -- x )  vm-pc @ dup tok-cell + vm-pc ! @ ;
: v-register ( n -- addr )  cells vm-registers + ;

\ ---- the tokens ----

: t-halt ( -- )   0 vm-running ! ;
: t-push ( -- )   v-next v-push ;
: t-drop ( -- )   v-pop drop ;
: t-dup ( -- )    v-top v-push ;
: t-add ( -- )    v-pop v-pop + v-push ;
: t-sub ( -- )    v-pop v-pop swap - v-push ;
: t-mul ( -- )    v-pop v-pop * v-push ;
: t-and ( -- )    v-pop v-pop and v-push ;
: t-half ( -- )   v-pop 1 rshift v-push ;
: t-less ( -- )   v-pop v-pop > v-push ;
: t-same ( -- )   v-pop v-pop = v-push ;
: t-load ( -- )   v-next v-register @ v-push ;
: t-store ( -- )  v-pop v-next v-register ! ;
: t-inc ( -- )    1 v-next v-register +! ;
: t-jump ( -- )   v-next cells vm-code + vm-pc ! ;
: t-jumpz ( -- )  v-next v-pop if drop else cells vm-code + vm-pc ! then ;

create vm-tokens
' t-halt , ' t-push , ' t-drop , ' t-dup , ' t-add , ' t-sub , ' t-mul , ' t-and ,
' t-half , ' t-less , ' t-same , ' t-load , ' t-store , ' t-inc , ' t-jump , ' t-jumpz ,

: v-step ( -- )  v-next cells vm-tokens + @ execute ;
: v-run ( -- )
    vm-stack vm-sp !  vm-code vm-pc !  1 vm-running !
    begin v-step vm-running @ 0= until ;

\ ---- the assembler: each word lays a token, some with an operand ----

variable v-here

: tok, ( x -- )  v-here @ cells vm-code + !  1 v-here +! ;
: halt, ( -- )  0 tok, ;
: push, ( x -- )  1 tok, tok, ;
: drop, ( -- )  2 tok, ;
: dup, ( -- )  3 tok, ;
: add, ( -- )  4 tok, ;
: sub, ( -- )  5 tok, ;
: mul, ( -- )  6 tok, ;
: and, ( -- )  7 tok, ;
: half, ( -- )  8 tok, ;
: less, ( -- )  9 tok, ;
: same, ( -- )  10 tok, ;
: load, ( n -- )  11 tok, tok, ;
: store, ( n -- )  12 tok, tok, ;
: inc, ( n -- )  13 tok, tok, ;
: jump, ( target -- )  14 tok, tok, ;
: jumpz, ( -- hole )  15 tok, v-here @ 0 tok, ;
: hole! ( hole -- )  v-here @ swap cells vm-code + ! ;

\ Registers: 0 is n, 1 is x, 2 the total, 3 the limit.
: assemble ( -- )
    0 v-here !
    1 push, 0 store,  0 push, 2 store,
    v-here @                                    \ ( outer )
    0 load, 3 load, less, jumpz,                \ ( outer end )
    0 load, 1 store,
    v-here @                                    \ ( outer end inner )
    1 load, dup, 1 push, sub, jumpz, swap       \ ( outer end found inner )
    2 inc,
    1 push, and, jumpz,                         \ ( outer end found inner even )
    1 load, 3 push, mul, 1 push, add, 1 store,
    over jump,
    hole!
    1 load, half, 1 store,
    jump,
    hole!
    drop, 0 inc,
    swap jump,
    hole!
    2 load, halt, ;

3000 constant limit

: main ( -- )
    assemble  limit 3 v-register !
    v-run v-top vm-result ! ;
