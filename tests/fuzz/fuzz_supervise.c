/*
 * fuzz_supervise.c - runs VMs in a process of its own, which a finding may end in any way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "hal/hal_interrupt.h"

#define PATIENCE_MS 20000 /* without a line done, the process hangs in a way of its own */
#define FOUND       9     /* exit status of a process that has left a finding in fuzz_record */

struct fuzz_record *fuzz_record;

static void note(enum fuzz_finding finding, const char *format, va_list values) {
    fuzz_record->finding = finding;
    vsnprintf(fuzz_record->message, sizeof fuzz_record->message, format, values);
}

void fuzz_report(enum fuzz_finding finding, const char *format, ...) {
    va_list values;
    va_start(values, format);
    note(finding, format, values);
    va_end(values);
    _exit(FOUND);
}

__attribute__((format(printf, 2, 3))) static void note_end(enum fuzz_finding finding,
                                                           const char *format, ...) {
    va_list values;
    va_start(values, format);
    note(finding, format, values);
    va_end(values);
}

/* Waits for the end of the process that holds the other end of the pipe. */
static void wait_for(pid_t child, int pipe_end) {
    struct pollfd descriptor = {.fd = pipe_end, .events = POLLIN};
    uint64_t seen;
    int ready;
    do {
        seen = fuzz_record->lines + fuzz_record->lives;
        ready = poll(&descriptor, 1, PATIENCE_MS);
    } while ((ready < 0 && errno == EINTR) ||
             (ready == 0 && seen != fuzz_record->lines + fuzz_record->lives));
    int status = 0;
    if (ready == 0) {
        kill(child, SIGKILL);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (ready == 0) {
        note_end(FUZZ_HANG, "no line came to its end for %d ms", PATIENCE_MS);
    } else if (WIFSIGNALED(status)) {
        note_end(FUZZ_CRASH, "the process died of signal %d", WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != FOUND) {
        note_end(FUZZ_CRASH, "the process ended with status %d", WEXITSTATUS(status));
    }
}

enum fuzz_finding fuzz_supervise(void (*work)(const void *context), const void *context,
                                 bool loud) {
    int ends[2];
    fuzz_record->finding = FUZZ_CLEAN;
    fuzz_record->message[0] = '\0';
    fflush(NULL);
    if (pipe(ends) != 0) {
        perror("fuzz: pipe");
        exit(2);
    }
    pid_t child = fork();
    if (child < 0) {
        perror("fuzz: fork");
        exit(2);
    }
    if (child == 0) {
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!loud) {
            dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        }
        hal_irq_enable();
        fuzz_life_init();
        work(context);
        _exit(0);
    }
    close(ends[1]);
    wait_for(child, ends[0]);
    close(ends[0]);
    return (enum fuzz_finding)fuzz_record->finding;
}
