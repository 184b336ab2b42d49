/*
 * sorthash.c - programs/sorthash.fs in C: quicksort, binary search and an open hash table.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SIZE  20000
#define SLOTS 65536

static int64_t numbers[SIZE], table[SLOTS];
static int64_t seed, checksum;

static int64_t next_random(void) {
    seed = (int64_t)((uint64_t)seed * 1103515245 + 12345) & 2147483647;
    return seed;
}

static void mix(int64_t x) {
    checksum = (checksum * 31 + x) & 1073741823;
}

static void quicksort(int64_t *low, int64_t *high) {
    if (low >= high) {
        return;
    }
    int64_t pivot = low[(high - low) / 2];
    int64_t *up = low, *down = high;
    do {
        while (*up < pivot) {
            up++;
        }
        while (*down > pivot) {
            down--;
        }
        if (up <= down) {
            int64_t item = *up;
            *up++ = *down;
            *down-- = item;
        }
    } while (up <= down);
    quicksort(low, down);
    quicksort(up, high);
}

static int64_t search(int64_t x) {
    int64_t from = 0, to = SIZE;
    while (from < to - 1) {
        int64_t middle = (from + to) / 2;
        if (numbers[middle] > x) {
            to = middle;
        } else {
            from = middle;
        }
    }
    return from;
}

static int64_t *slot_of(int64_t x) {
    int64_t slot = (int64_t)((uint64_t)((x >> 7 ^ x) * 40503) >> 5) & (SLOTS - 1);
    while (table[slot] != 0 && table[slot] != x) {
        slot = (slot + 1) & (SLOTS - 1);
    }
    return &table[slot];
}

static void once(void) {
    seed = 20261;
    for (int i = 0; i < SIZE; i++) {
        numbers[i] = next_random() + 1;
    }
    memset(table, 0, sizeof table);
    for (int i = 0; i < SIZE; i++) {
        *slot_of(numbers[i]) = numbers[i];
    }
    quicksort(numbers, numbers + SIZE - 1);
    for (int i = 0; i < SIZE - 1; i++) {
        if (numbers[i] > numbers[i + 1]) {
            mix(-1);
        }
        mix(search(numbers[i]));
        mix(*slot_of(numbers[i] + i) != 0);
    }
}

int main(void) {
    for (int i = 0; i < 6; i++) {
        once();
    }
    printf("%" PRId64 "\n", checksum);
    return 0;
}
