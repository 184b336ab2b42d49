/*
 * main.c - StarForth as a Linux program: the same start as kernel_main, on the HAL of c/host/.
 */
#include <stdio.h>
#include <string.h>

#include "arbiter/vm_arbiter.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_time.h"
#include "host.h"

static int usage(const char *program, int status) {
    fprintf(status == 0 ? stdout : stderr,
            "usage: %s [file ...]\n"
            "Loads the Forth files in order, then reads Forth from standard input until its end\n"
            "or BYE. Exit status: 0, or 1 when a file failed.\n",
            program);
    return status;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return usage(argv[0], 0);
        }
        if (argv[i][0] == '-') {
            fprintf(stderr, "%s: unknown option %s\n", argv[0], argv[i]);
            return usage(argv[0], HOST_EXIT_USAGE);
        }
    }
    host_arguments = argv;
    host_file_init(argv + 1, (unsigned)(argc - 1));

    hal_interrupt_init(); /* faults from here on are told from bugs */
    hal_time_init();
    hal_mem_init();
    hal_console_init();
    hal_cpu_init();
    int code = vm_arbiter_init();
    if (code == 0) {
        code = vm_create_primordial();
    }
    if (code != 0) {
        const char *why = throw_message(code);
        hal_console_flush();
        fprintf(stderr, "%s: cannot start: %s (error %d)\n", argv[0],
                why != NULL ? why : "unknown reason", code);
        return HOST_EXIT_START;
    }
    vm_arbiter_loop();
}
