\ queens.fs - counts the ways to put twelve queens on a board of twelve by twelve.
\
\ Deep recursion with little work at each call. A row is placed by trying the squares that are
\ not attacked, which are the bits left over in three masks.

12 constant board
1 board lshift 1- constant all-columns

variable solutions

\ The squares that may be taken, from the masks of columns and both diagonals.
: free ( columns left right -- squares )  or or invert all-columns and ;

: lowest ( x -- bit )  dup negate and ;

: place ( columns left right -- )
    2 pick all-columns = if 2drop drop 1 solutions +! exit then
    2 pick 2 pick 2 pick free                   \ ( columns left right squares )
    begin dup while
        dup lowest >r                           \ the square taken now
        r@ xor >r                               \ squares left
        2 pick 2 pick 2 pick                    \ masks for the next row, right first
        r> r@ swap >r                           \ ( c l r c l r bit ) ( R: bit squares )
        dup >r or 2/                            \ right
        rot r@ or                               \ columns
        rot r> or 2*                            \ left
        rot recurse
        r> r> drop
    repeat
    2drop 2drop ;

: main ( -- )  0 solutions !  0 0 0 place ;
