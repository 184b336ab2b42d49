/*
 * matrix.c - matrix.fs of gforth in C: multiplies two matrices of 200 by 200.
 */
#include <inttypes.h>
#include <stdio.h>

#define ROWS 200

static int64_t ima[ROWS][ROWS], imb[ROWS][ROWS], imr[ROWS][ROWS];
static int64_t seed = 74755;

static int64_t next_random(void) {
    seed = (seed * 1309 + 13849) & 65535;
    return seed;
}

static void initiate(int64_t matrix[ROWS][ROWS]) {
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < ROWS; k++) {
            int64_t number = next_random();
            matrix[i][k] = number - number / 120 * 120 - 60;
        }
    }
}

static int64_t inner_product(const int64_t *row, const int64_t *column) {
    int64_t sum = 0;
    for (int i = 0; i < ROWS; i++) {
        sum += row[i] * column[(long)i * ROWS];
    }
    return sum;
}

int main(void) {
    uint64_t checksum = 0;
    initiate(ima);
    initiate(imb);
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < ROWS; k++) {
            imr[i][k] = inner_product(ima[i], &imb[0][k]);
        }
    }
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < ROWS; k++) {
            checksum = checksum * 31 + (uint64_t)imr[i][k];
        }
    }
    printf("%" PRId64 "\n", (int64_t)checksum);
    return 0;
}
