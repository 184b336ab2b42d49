/*
 * sieve.c - siev.fs of gforth in C: the primes among the odd numbers from 3, one thousand times.
 */
#include <stdio.h>
#include <string.h>

#define SIZE 8190

static unsigned char flags[SIZE];

static long primes(void) {
    long count = 0, number = 3;
    memset(flags, 1, SIZE);
    for (long i = 0; i < SIZE; i++, number += 2) {
        if (flags[i] != 0) {
            for (long k = i + number; k < SIZE; k += number) {
                flags[k] = 0;
            }
            count++;
        }
    }
    return count;
}

int main(void) {
    long count = 0;
    for (int i = 0; i < 1000; i++) {
        count = primes();
        __asm__ volatile("" : : "r"(flags) : "memory"); /* every round is work of its own */
    }
    printf("%ld\n", count);
    return 0;
}
