/*
 * machine_host.c - the conformance suite as a Linux program: the same start as c/host/main.c, and what the suite
 * wants done to the machine.
 */
#include <signal.h>

#include "arbiter/vm_arbiter.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_time.h"
#include "hal_test.h"
#include "../../c/host/host.h"
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

/* usage: hal_test start-up files */
int main(int argc, char **argv) {
    host_arguments = argv;
    host_file_init(argv + 1, (unsigned)(argc - 1));
    hal_interrupt_init();
    hal_time_init();
    hal_mem_init();
    hal_console_init();
    hal_cpu_init();
    (void)vm_arbiter_init();
    vm_arbiter_loop();
}
