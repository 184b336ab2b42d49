/*
 * fuzzer.c - the oracle in the fuzzer of Forth: after each line that was not broken everything is compared.
 *
 * tests/fuzz/fuzz_life.c calls oracle_line where it is linked in.
 */
#include "oracle.h"

int __real_engine_run(struct vm *vm);
int __wrap_engine_run(struct vm *vm);
const char *oracle_line(struct vm *vm);

int __wrap_engine_run(struct vm *vm) {
    oracle_runs(vm);
    return __real_engine_run(vm);
}

const char *oracle_line(struct vm *vm) {
    return oracle_check(vm, 0);
}

void oracle_last(struct vm *vm) {
    (void)vm; /* it may have ended anywhere */
}
