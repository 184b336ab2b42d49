/*
 * plants.c - mistakes that the oracle must notice: PLANT in the environment names one.
 */
#include <stdlib.h>
#include <string.h>

#include "forth/price.h"
#include "forth/thread.h"
#include "oracle.h"
#include "physics/word_table.h"

int __real_price_definition(struct vm *vm, uint64_t first, uint64_t end);
int __wrap_price_definition(struct vm *vm, uint64_t first, uint64_t end);
uint64_t __real_word_table_path(const struct vm *vm, uint32_t number);
uint64_t __wrap_word_table_path(const struct vm *vm, uint32_t number);
unsigned __real_word_table_at(const struct vm *vm, uint64_t at, struct thread_info info,
                              uint32_t words[WORDS_AT_ONCE]);
unsigned __wrap_word_table_at(const struct vm *vm, uint64_t at, struct thread_info info,
                              uint32_t words[WORDS_AT_ONCE]);

static bool planted(const char *name) {
    const char *plant = getenv("PLANT");
    return plant != NULL && strcmp(plant, name) == 0;
}

/* The code of a definition is entered for one word less than there are on its first path. */
int __wrap_price_definition(struct vm *vm, uint64_t first, uint64_t end) {
    const int code = __real_price_definition(vm, first, end);
    if (code == 0 && planted("price") && vm->physics != NULL) {
        ((uint64_t *)first)[-1]--;
    }
    return code;
}

/* A path begins one instruction late. */
uint64_t __wrap_word_table_path(const struct vm *vm, uint32_t number) {
    const uint64_t at = __real_word_table_path(vm, number);
    const struct thread_info info = thread_info(at != 0 ? *(const uint64_t *)at : 0);
    const bool late = number >= vm->own.first_path && !info.ends && planted("path");
    return late ? at + (1 + info.operands) * CELL : at;
}

/* A pair counts for its first part alone. */
unsigned __wrap_word_table_at(const struct vm *vm, uint64_t at, struct thread_info info,
                              uint32_t words[WORDS_AT_ONCE]) {
    const unsigned count = __real_word_table_at(vm, at, info, words);
    return count == 2 && planted("pair") ? 1 : count;
}

/* The newest entry of the trace is lost. */
void plant_trace(const struct vm *vm, uint64_t *trace) {
    if (*trace > vm->trace_begin && planted("trace")) {
        *trace -= CELL;
    }
}
