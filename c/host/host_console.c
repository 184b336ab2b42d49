/*
 * host_console.c - the console on Linux: standard input and output.
 *
 * A terminal is switched to raw input, for the prompt has its own line editor; its Ctrl-C and Ctrl-\ stay
 * signals (host_fault.c). The terminal is given back as it was at every exit.
 *
 * The interrupt of the input is a signal that a thread sends, which waits for the descriptor and does
 * nothing else. SIGIO as Linux sends it would need O_ASYNC, which all processes share that have the same
 * standard input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "hal/hal_console.h"
#include "hal/hal_panic.h"
#include "host.h"

#define ATTENTION_KEY 0x1c /* Ctrl-\ */
#define WATCH_STACK   ((size_t)64 << 10)

static struct termios original;
static bool is_terminal;

static unsigned char input[4096];
static size_t input_next, input_size;
static bool input_ended;

static char output[4096];
static size_t output_size;

void host_console_restore(void) {
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &original);
    }
}

size_t host_console_unread(const unsigned char **bytes) {
    *bytes = input + input_next;
    return input_size - input_next;
}

void hal_console_init(void) {
    input_size = host_restart_take_unread(input, sizeof input);
    is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &original) == 0;
    if (is_terminal) {
        struct termios raw = original;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
        raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        raw.c_cc[VSUSP] = _POSIX_VDISABLE;
        raw.c_cc[VQUIT] = ATTENTION_KEY;
        atexit(host_console_restore);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
}

void hal_console_flush(void) {
    size_t done = 0;
    while (done < output_size) {
        ssize_t n = write(STDOUT_FILENO, output + done, output_size - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n < 0 && errno != EINTR) {
            _exit(HOST_EXIT_OUTPUT); /* nobody reads our output any more */
        }
    }
    output_size = 0;
}

void hal_console_write(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (output_size == sizeof output) {
            hal_console_flush();
        }
        output[output_size++] = bytes[i];
    }
    if (is_terminal) {
        hal_console_flush();
    }
}

void hal_console_putc(char c) {
    hal_console_write(&c, 1);
}

/* Waits for input for at most `timeout` (NULL: for ever) with every signal let in. */
static bool input_ready(const struct timespec *timeout) {
    sigset_t none;
    sigemptyset(&none);
    struct pollfd descriptor = {.fd = STDIN_FILENO, .events = POLLIN};
    return ppoll(&descriptor, 1, timeout, &none) > 0;
}

/* ---- the thread that waits for input ---- */

static void (*volatile listener)(void);
static pthread_t main_thread;
static sem_t watch_wanted;
static volatile sig_atomic_t watched; /* the thread waits, and will send a signal */

/* It takes nothing: by the time of the signal the input may be gone, which the listener must bear. */
static void *watch(void *unused) {
    (void)unused;
    for (;;) {
        struct pollfd descriptor = {.fd = STDIN_FILENO, .events = POLLIN};
        if (sem_wait(&watch_wanted) == 0) {
            while (poll(&descriptor, 1, -1) < 0 && errno == EINTR) {
            }
            pthread_kill(main_thread, HOST_SIGNAL_INPUT);
        }
    }
    return NULL;
}

/* All signals are for the program; the thread never runs any handler. */
static void start_watch(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    main_thread = pthread_self();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = sem_init(&watch_wanted, 0, 0) == 0 &&
                         pthread_attr_init(&attributes) == 0 &&
                         pthread_attr_setstacksize(&attributes, WATCH_STACK) == 0 &&
                         pthread_create(&thread, &attributes, watch, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started) {
        hal_panic("cannot start the thread that waits for input");
    }
}

void hal_console_set_listener(void (*wanted)(void)) {
    static bool started;
    if (!started && wanted != NULL) {
        start_watch();
        started = true;
    }
    listener = wanted;
}

void host_console_signal(void) {
    watched = 0;
    if (listener != NULL) {
        listener();
    }
}

/* Nothing is there now: the listener wants to know when there is. */
static void begin_watch(void) {
    if (listener != NULL && !watched) {
        watched = 1;
        sem_post(&watch_wanted);
    }
}

bool hal_console_has_input(void) {
    static const struct timespec now;
    if (input_next < input_size || input_ended || input_ready(&now)) {
        return true;
    }
    begin_watch();
    return false;
}

int hal_console_poll(void) {
    if (input_next == input_size) {
        if (input_ended) {
            return HAL_CONSOLE_EOF;
        }
        hal_console_flush();
        if (!hal_console_has_input()) {
            return HAL_CONSOLE_NONE;
        }
        ssize_t n = read(STDIN_FILENO, input, sizeof input);
        if (n <= 0) {
            input_ended = n == 0 || errno != EINTR;
            return input_ended ? HAL_CONSOLE_EOF : HAL_CONSOLE_NONE;
        }
        input_next = 0;
        input_size = (size_t)n;
    }
    return input[input_next++];
}

void hal_console_wait(void) {
    hal_console_flush();
    if (input_next == input_size && !input_ended) {
        input_ready(NULL);
    }
}

bool hal_console_is_terminal(void) {
    return is_terminal;
}

void hal_console_size(unsigned *columns, unsigned *rows) {
    struct winsize size;
    const bool known =
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 && size.ws_row != 0;

    *columns = known ? size.ws_col : 80;
    *rows = known ? size.ws_row : 24;
}

/* The terminal belongs to the user, who may have colours of his own. */
void hal_console_mark_error(bool on) {
    (void)on;
}
