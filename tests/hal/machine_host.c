/*
 * machine_host.c - what the conformance suite wants done to a Linux process.
 */
#include <signal.h>

#include "hal_test.h"
#include "../../c/host/host_memory.h"

uint64_t machine_map_base(void) {
    return HOST_MAP_BASE + (UINT64_C(1) << 30);
}

bool machine_has_heap_guards(void) {
#ifdef __SANITIZE_ADDRESS__
    return false; /* the sanitizer does that */
#else
    return true;
#endif
}

void machine_break(void) {
    raise(SIGINT);
}

unsigned machine_line(void) {
    return 8;
}

void machine_line_start(void) {}
void machine_line_acknowledge(void) {}
void machine_line_stop(void) {}
