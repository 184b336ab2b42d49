/*
 * arbiter_host.c - the Linux program with a UTIME that calibrates, for bench/arbiter.fs.
 *
 * Linked with --wrap=word_utime: nothing else of the program is another.
 */
#include "arbiter_clock.h"
#include "forth/console.h"
#include "forth/vm.h"

int __wrap_word_utime(struct vm *vm);
int __real_word_utime(struct vm *vm);

int __wrap_word_utime(struct vm *vm) {
    char line[CLOCK_LINE];
    const size_t size = clock_line(line);
    console_bytes(line, size);
    return __real_word_utime(vm);
}
