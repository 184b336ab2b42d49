/*
 * host.h - what the parts of the Linux program share.
 */
#ifndef HOST_H
#define HOST_H

/* Exit statuses of build/starforth beyond 0 and 1 (a file failed) */
enum {
    HOST_EXIT_USAGE = 2,
    HOST_EXIT_OUTPUT = 3, /* standard output was closed */
    HOST_EXIT_PANIC = 70, /* a bug of the program */
};

/* Installs the signal handlers that stand for processor exceptions and Ctrl-C. */
void host_fault_init(void);

/* To be called at the end of every signal handler that stands for an interrupt, with its ucontext_t. */
void host_interrupt_exit(void *context);

/* The files named on the command line. */
void host_file_init(char **names, unsigned count);

/* The program's own argument vector, for hal_power_reboot. */
extern char **host_arguments;

/* Gives the terminal back as it was. */
void host_console_restore(void);

#endif
