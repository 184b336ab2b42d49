/*
 * host.h - what the parts of the Linux program share.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>

/* What the process may use of memory, as if that were its machine's. */
#define HOST_MEMORY_SIZE (UINT64_C(1) << 30)

/* The addresses for hal_mem_map; far from whatever Linux or a sanitizer places. */
#define HOST_MAP_BASE UINT64_C(0x200000000000)
#define HOST_MAP_SIZE (UINT64_C(64) << 30)

/* Exit statuses of build/starforth beyond 0 and 1 (a file failed) */
enum {
    HOST_EXIT_USAGE = 2,
    HOST_EXIT_OUTPUT = 3, /* standard output was closed */
    HOST_EXIT_PANIC = 70, /* a bug of the program */
};

/* Installs the signal handlers that stand for processor exceptions and Ctrl-C. */
void host_fault_init(void);

/* The files named on the command line. */
void host_file_init(char **names, unsigned count);

/* The program's own argument vector, for hal_power_reboot. */
extern char **host_arguments;

/* Counts `count` pages that a VM gets toward what the process may use, each of them as an allocation; false,
 * and nothing is counted as used, when they are too many or one of them is to fail. ISR-safe. */
bool host_memory_take_pages(uint64_t count);
void host_memory_return_pages(uint64_t count);

/* Gives the terminal back as it was. */
void host_console_restore(void);

#endif
