/*
 * fuzz_input.h - what the fuzzers of the parsers share: taking an input apart, and demanding properties.
 *
 * A fuzzer is one file fuzz_NAME.c with the function below. It is linked twice: with clang's libFuzzer, which
 * invents inputs, and with replay.c, which runs those that are kept in tests/fuzz/corpus/NAME. A comment line
 * that begins with "uses:" names the product sources; each line "plant: FILE: SED" is a bug which
 * `make fuzz-check` puts into a copy of FILE and which the fuzzer must find.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run as a finding when `condition` is false. */
#define PROPERTY(condition, sentence)                                                              \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, sentence);      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* What is left of an input. Behind its end there are zeros. */
struct fuzz_input {
    const uint8_t *next;
    size_t left;
};

static inline uint64_t fuzz_take(struct fuzz_input *in, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes && in->left > 0; i++, in->left--) {
        value |= (uint64_t)*in->next++ << (8 * i);
    }
    return value;
}

/* A number that is often near a place where arithmetic goes wrong: a power of two, plus or minus a little. */
static inline uint64_t fuzz_number(struct fuzz_input *in) {
    const uint8_t kind = (uint8_t)fuzz_take(in, 1);
    if (kind >= 128) {
        return fuzz_take(in, 8);
    }
    const uint64_t power = kind >= 64 ? 0 : UINT64_C(1) << kind;
    return power + (uint64_t)(int64_t)(int16_t)fuzz_take(in, 2);
}

/* A copy in memory of exactly its size, so that the address sanitizer sees every read beyond it. */
static inline uint8_t *fuzz_copy(const void *bytes, size_t size) {
    uint8_t *copy = malloc(size);
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

#endif
