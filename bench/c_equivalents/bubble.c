/*
 * bubble.c - bubble.fs of gforth in C: sorts 6000 numbers by exchanging neighbours,
 * the greatest first.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ELEMENTS 6000

static int64_t list[ELEMENTS];
static int64_t seed = 74755;

static int64_t next_random(void) {
    seed = (seed * 1309 + 13849) & 65535;
    return seed;
}

static void bubble(void) {
    for (long i = 1; i < ELEMENTS; i++) {
        for (long k = 0; k < ELEMENTS - i; k++) {
            if (list[k + 1] > list[k]) {
                int64_t greater = list[k + 1];
                list[k + 1] = list[k];
                list[k] = greater;
            }
        }
    }
}

int main(void) {
    int64_t sum = 0;
    for (long i = 0; i < ELEMENTS; i++) {
        list[i] = next_random();
    }
    bubble();
    for (long i = 0; i < ELEMENTS; i++) {
        if (i > 0 && list[i] > list[i - 1]) {
            return EXIT_FAILURE;
        }
        sum += (i + 1) * list[i];
    }
    printf("%" PRId64 "\n", sum);
    return 0;
}
