/*
 * arbiter_linux.c - what Linux does for the same jobs as bench/arbiter.fs: threads in place of VMs.
 *
 * usage: arbiter_linux (CASE NAME PARAMETER SAMPLES ROUNDS)...
 *
 * All threads inherit the processor to which whoever starts this pins it, so each of them runs when another waits, yields
 * or is preempted, as VMs do. Prints what bench/arbiter.fs prints, but for NAME as given.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "arbiter_clock.h"

#define MESSAGE_MAX 4096u
#define THREADS_MAX 10000u
#define STACK_SIZE  (64u << 10) /* as much as a VM has */
#define GAPS_MAX    1000u
#define A_MS        UINT64_C(1000000)

static const char *name;
static unsigned parameter, samples, rounds;
static pthread_t thread[THREADS_MAX];
static unsigned threads;
static volatile bool stop;

static _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

static void check(bool good, const char *what) {
    if (!good) {
        fail(what);
    }
}

static bool make_thread(void *(*function)(void *), void *context) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    const int code = pthread_create(&thread[threads], &attributes, function, context);
    pthread_attr_destroy(&attributes);
    threads += code == 0;
    return code == 0;
}

static void join_threads(void) {
    while (threads > 0) {
        pthread_join(thread[--threads], NULL);
    }
}

/* ---- samples ---- */

static void say_clock(void) {
    char line[CLOCK_LINE];
    clock_line(line);
    fputs(line, stdout);
}

static void measure(void (*work)(void), unsigned long ops) {
    work(); /* warm */
    for (unsigned i = 0; i < samples; i++) {
        say_clock();
        const uint64_t start = __rdtsc();
        work();
        const uint64_t cycles = __rdtsc() - start;
        say_clock();
        printf("ARB %s %lu %lu\n", name, ops, cycles);
    }
}

/* ---- sched_yield between threads ---- */

static void *yielder(void *unused) {
    while (!stop) {
        sched_yield();
    }
    return unused;
}

static void yields(void) {
    for (unsigned i = 0; i < rounds; i++) {
        sched_yield();
    }
}

/* How many switches there were is for the kernel to say: sched_yield may come back to the same thread. */
static void time_yield(void) {
    while (threads + 1 < parameter) {
        if (!make_thread(yielder, NULL)) {
            printf("NONE %s %u\n", name, threads);
            break;
        }
    }
    if (threads + 1 == parameter) {
        yields();
        for (unsigned i = 0; i < samples; i++) {
            struct rusage before, after;
            say_clock();
            getrusage(RUSAGE_SELF, &before);
            const uint64_t start = __rdtsc();
            yields();
            const uint64_t cycles = __rdtsc() - start;
            getrusage(RUSAGE_SELF, &after);
            say_clock();
            const long switches =
                after.ru_nvcsw - before.ru_nvcsw + after.ru_nivcsw - before.ru_nivcsw;
            printf("ARB %s %ld %lu\n", name, switches > 0 ? switches : 1, cycles);
        }
    }
    stop = true;
    join_threads();
    stop = false;
}

/* ---- pipes ---- */

static int to_echo[2], from_echo[2];

static bool move_all(ssize_t (*move)(int, void *, size_t), int file, unsigned char *bytes) {
    for (size_t done = 0; done < parameter;) {
        const ssize_t moved = move(file, bytes + done, parameter - done);
        if (moved <= 0) {
            return false;
        }
        done += (size_t)moved;
    }
    return true;
}

static ssize_t write_some(int file, void *bytes, size_t size) {
    return write(file, bytes, size);
}

static void *pipe_echo(void *unused) {
    unsigned char bytes[MESSAGE_MAX];
    while (move_all(read, to_echo[0], bytes) && move_all(write_some, from_echo[1], bytes)) {
    }
    return unused;
}

static void pipe_rounds(void) {
    static unsigned char bytes[MESSAGE_MAX];
    for (unsigned i = 0; i < rounds; i++) {
        if (!move_all(write_some, to_echo[1], bytes) || !move_all(read, from_echo[0], bytes)) {
            fail("pipe");
        }
    }
}

static void time_pipe(void) {
    check(parameter <= MESSAGE_MAX && pipe(to_echo) == 0 && pipe(from_echo) == 0 &&
              make_thread(pipe_echo, NULL),
          "pipe");
    measure(pipe_rounds, rounds);
    close(to_echo[1]);
    join_threads();
    close(to_echo[0]);
    close(from_echo[0]);
    close(from_echo[1]);
}

/* ---- futexes ---- */

static uint32_t turn; /* 0: ours, 1: the other's */

static void wait_for_turn(uint32_t mine) {
    uint32_t now;
    while ((now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) != mine && !stop) {
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
    }
}

static void give_turn(uint32_t to) {
    __atomic_store_n(&turn, to, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *futex_echo(void *unused) {
    for (;;) {
        wait_for_turn(1);
        if (stop) {
            return unused;
        }
        give_turn(0);
    }
}

static void futex_rounds(void) {
    for (unsigned i = 0; i < rounds; i++) {
        give_turn(1);
        wait_for_turn(0);
    }
}

static void time_futex(void) {
    check(make_thread(futex_echo, NULL), "futex");
    measure(futex_rounds, rounds);
    stop = true;
    give_turn(1);
    join_threads();
    stop = false;
    turn = 0;
}

/* ---- threads and processes ---- */

static void *nothing(void *context) {
    return context;
}

static void create_threads(void) {
    for (unsigned i = 0; i < rounds; i++) {
        check(make_thread(nothing, NULL), "pthread_create");
        join_threads();
    }
}

static void time_threads(void) {
    measure(create_threads, rounds);
}

static void create_processes(void) {
    for (unsigned i = 0; i < rounds; i++) {
        const pid_t child = fork();
        check(child >= 0, "fork");
        if (child == 0) {
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
}

static void time_processes(void) {
    fflush(stdout); /* or the children say it too */
    measure(create_processes, rounds);
}

/* ---- sleeps, as cyclictest does them ---- */

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void *spin(void *unused) {
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
    while (!stop) {
    }
    return unused;
}

static void time_sleep(void) {
    if (parameter != 0) {
        check(make_thread(spin, NULL), "pthread_create");
    }
    for (unsigned i = 0; i < rounds; i++) {
        const uint64_t due = now_ns() + A_MS;
        const struct timespec at = {.tv_sec = (time_t)(due / 1000000000),
                                    .tv_nsec = (long)(due % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        printf("LATE %s %lu\n", name, now_ns() - due);
    }
    stop = true;
    join_threads();
    stop = false;
}

/* ---- who has the processor when ---- */

struct gaps {
    unsigned count;
    uint64_t from[GAPS_MAX], to[GAPS_MAX];
};
static uint64_t watch_until, gap_least;

static void *watch(void *context) {
    struct gaps *gaps = context;
    uint64_t before = __rdtsc();
    while (before < watch_until) {
        const uint64_t now = __rdtsc();
        if (now - before > gap_least && gaps->count < GAPS_MAX) {
            gaps->from[gaps->count] = before;
            gaps->to[gaps->count++] = now;
        }
        before = now;
    }
    return NULL;
}

static void time_quantum(void) {
    static struct gaps gaps[2];
    const uint64_t start = __rdtsc(), start_ns = now_ns();
    while (now_ns() - start_ns < 20 * A_MS) {
    }
    const uint64_t cycles_per_ms = (__rdtsc() - start) / 20;
    gap_least = cycles_per_ms / 4;
    watch_until = __rdtsc() + cycles_per_ms * rounds;
    memset(gaps, 0, sizeof gaps);
    check(make_thread(watch, &gaps[0]) && make_thread(watch, &gaps[1]), "pthread_create");
    join_threads();
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned at = 0; at < gaps[i].count; at++) {
            printf("GAP %s %u %lu %lu\n", name, i, gaps[i].from[at], gaps[i].to[at]);
        }
    }
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"yield", time_yield},     {"pipe", time_pipe},         {"futex", time_futex},
    {"thread", time_threads},  {"process", time_processes}, {"sleep", time_sleep},
    {"quantum", time_quantum},
};

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOFBF, 1u << 20);
    for (int i = 1; i + 4 < argc; i += 5) {
        name = argv[i + 1];
        parameter = (unsigned)atoi(argv[i + 2]);
        samples = (unsigned)atoi(argv[i + 3]);
        rounds = (unsigned)atoi(argv[i + 4]);
        bool found = false;
        for (unsigned c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            if (strcmp(cases[c].name, argv[i]) == 0) {
                found = true;
                cases[c].run();
            }
        }
        if (!found) {
            fprintf(stderr, "%s: no case %s\n", argv[0], argv[i]);
            return 2;
        }
    }
    return 0;
}
