/*
 * host_console.c - the console on Linux: standard input and output.
 *
 * A terminal is switched to raw input, for the prompt has its own line editor; its Ctrl-C stays a
 * signal (host_fault.c). The terminal is given back as it was at every exit.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "hal/hal_console.h"
#include "host.h"

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
        raw.c_cc[VQUIT] = _POSIX_VDISABLE;
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

bool hal_console_has_input(void) {
    static const struct timespec now;
    return input_next < input_size || input_ended || input_ready(&now);
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
