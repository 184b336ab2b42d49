/*
 * queens.c - programs/queens.fs in C: the ways to put twelve queens on a board of twelve by twelve.
 */
#include <stdio.h>

#define BOARD       12
#define ALL_COLUMNS ((1l << BOARD) - 1)

static long solutions;

static void place(long columns, long left, long right) {
    if (columns == ALL_COLUMNS) {
        solutions++;
        return;
    }
    long squares = ~(columns | left | right) & ALL_COLUMNS;
    while (squares != 0) {
        long bit = squares & -squares;
        squares ^= bit;
        place(columns | bit, (left | bit) * 2, (right | bit) >> 1);
    }
}

int main(void) {
    place(0, 0, 0);
    printf("%ld\n", solutions);
    return 0;
}
