/*
 * host.h - what the parts of the Linux program share.
 */
#ifndef HOST_H
#define HOST_H

#include <signal.h>
#include <stddef.h>

#include "shared/format.h"

/* Exit statuses of build/starforth beyond 0 and 1 (a file failed) */
enum {
    HOST_EXIT_USAGE = 2,
    HOST_EXIT_OUTPUT = 3, /* standard output was closed */
    HOST_EXIT_START = 4,  /* memory does not suffice for VM[0] */
    HOST_EXIT_PANIC = 70, /* a bug of the program */
};

/* Installs the signal handlers that stand for processor exceptions and Ctrl-C. */
void host_fault_init(void);

/* Signal handlers that are running; each counts itself. hal_in_interrupt_context asks it. */
extern volatile sig_atomic_t host_interrupt_depth;

/* What .TIME shows. */
void host_time_report(format_sink sink, void *context);
/* To be called at the end of every signal handler that stands for an interrupt, with its ucontext_t. */
void host_interrupt_exit(void *context);

/* The files named on the command line. */
void host_file_init(char **names, unsigned count);

/* The program's own argument vector, for hal_power_reboot. */
extern char **host_arguments;

/* Input that was read ahead and not taken yet: stores where it lies, returns its size in bytes. */
size_t host_console_unread(const unsigned char **bytes);

/* Fetches such input from the program that REBOOT ended; returns the number of bytes, at most `capacity`. */
size_t host_restart_take_unread(unsigned char *bytes, size_t capacity);

/* The handler of HOST_SIGNAL_INPUT: tells the listener that input may have come. */
#define HOST_SIGNAL_INPUT SIGIO
void host_console_signal(void);

/* Gives the terminal back as it was. */
void host_console_restore(void);

#endif
