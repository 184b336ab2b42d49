/*
 * text.c - programs/text.fs in C: makes a text, splits it into words and counts each word.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE    40000
#define BUCKETS      1024
#define ENTRIES_MOST 4096

static char text[TEXT_SIZE];
static int64_t heads[BUCKETS], links[ENTRIES_MOST], starts[ENTRIES_MOST], lengths[ENTRIES_MOST],
    counts[ENTRIES_MOST];
static int64_t entries, seed, checksum, at;

static int64_t next_random(int64_t n) {
    seed = (int64_t)((uint64_t)seed * 1103515245 + 12345) & 2147483647;
    return (seed >> 8) % n;
}

static void mix(int64_t x) {
    checksum = (checksum * 31 + x) & 1073741823;
}

static void put(int64_t character) {
    if (at < TEXT_SIZE) {
        text[at++] = (char)character;
    }
}

static void make_text(void) {
    seed = 4711;
    at = 0;
    while (at < TEXT_SIZE) {
        for (int64_t i = next_random(4) + 1; i > 0; i--) {
            int64_t letter = next_random(9) + 97;
            put(next_random(6) == 0 ? letter - 32 : letter);
        }
        if (next_random(12) == 0) {
            put(44);
        }
        put(32);
    }
}

static int64_t lower(int64_t character) {
    return character >= 65 && character < 91 ? character + 32 : character;
}

static bool is_letter(int64_t character) {
    int64_t small = lower(character);
    return small > 96 && small < 123;
}

/* The next word; length 0 at the end. */
static int64_t scan(int64_t *start) {
    while (at < TEXT_SIZE && !is_letter(text[at])) {
        at++;
    }
    *start = at;
    while (at < TEXT_SIZE && is_letter(text[at])) {
        text[at] = (char)lower(text[at]);
        at++;
    }
    return at - *start;
}

static int64_t find_entry(int64_t start, int64_t length, int64_t bucket) {
    for (int64_t entry = heads[bucket]; entry != 0; entry = links[entry]) {
        if (lengths[entry] == length &&
            memcmp(text + starts[entry], text + start, (size_t)length) == 0) {
            return entry;
        }
    }
    return 0;
}

static void count_word(int64_t start, int64_t length) {
    int64_t hash = 0;
    for (int64_t i = 0; i < length; i++) {
        hash = hash * 33 + text[start + i];
    }
    hash &= BUCKETS - 1;
    int64_t entry = find_entry(start, length, hash);
    if (entry == 0) {
        entry = ++entries;
        links[entry] = heads[hash];
        heads[hash] = entry;
        lengths[entry] = length;
        starts[entry] = start;
        counts[entry] = 0;
    }
    counts[entry]++;
}

static void once(void) {
    int64_t start, length;
    make_text();
    memset(heads, 0, sizeof heads);
    entries = 0;
    at = 0;
    while ((length = scan(&start)) != 0) {
        count_word(start, length);
    }
    for (int64_t i = 1; i <= entries; i++) {
        mix(counts[i]);
    }
    mix(entries);
}

int main(void) {
    for (int i = 0; i < 10; i++) {
        once();
    }
    printf("%" PRId64 "\n", checksum);
    return 0;
}
