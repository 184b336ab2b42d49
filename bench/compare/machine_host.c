/*
 * machine_host.c - the Linux process: pinned, its options in the environment, its JSON in a file.
 *
 * Signals of the process are held back while a sample is taken; the interrupts of the machine cannot be. What they take
 * shows as time in which the process was not on its processor, or in the chains.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../bench_chain.h"
#include "compare.h"
#include "hal/hal_console.h"
#include "hal/hal_time.h"
#include "machine.h"

#define OPTION_PREFIX "compare_"
#define NS_A_SECOND   UINT64_C(1000000000)
#define OFF_CPU_PART  100u /* of a sample: one in so many may pass without the process running */
#define OFF_CPU_NS    2000u
#define RATE_NS       UINT64_C(50000000)
#define LINE_SIZE     256u

const bool machine_is_kernel = false;

static FILE *channel;
static const char *path;

const char *machine_option(const char *name) {
    char variable[64];
    const int size = snprintf(variable, sizeof variable, OPTION_PREFIX "%s", name);
    return size > 0 && (size_t)size < sizeof variable ? getenv(variable) : NULL;
}

void machine_begin(void) {
    const char *cpu = machine_option("cpu");
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu != NULL ? atoi(cpu) : 0, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        compare_say("compare: the process cannot be pinned\n");
    }
    path = machine_option("out");
    channel = path != NULL ? fopen(path, "w") : NULL;
    if (path != NULL && channel == NULL) {
        compare_say("compare: cannot write %s\n", path);
    }
}

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_A_SECOND + (uint64_t)now.tv_nsec;
}

struct machine_moment machine_now(void) {
    return (struct machine_moment){nanoseconds(CLOCK_MONOTONIC_RAW),
                                   nanoseconds(CLOCK_PROCESS_CPUTIME_ID)};
}

bool machine_was_taken(const struct machine_moment *from, const struct machine_moment *to) {
    const uint64_t wall = to->wall_ns - from->wall_ns, on_cpu = to->cpu_ns - from->cpu_ns;
    return wall > on_cpu + wall / OFF_CPU_PART + OFF_CPU_NS;
}

uint64_t machine_tsc_hz(void) {
    const uint64_t start_ns = nanoseconds(CLOCK_MONOTONIC_RAW), start = tsc_begin();
    uint64_t ns;
    do {
        ns = nanoseconds(CLOCK_MONOTONIC_RAW) - start_ns;
    } while (ns < RATE_NS);
    return (uint64_t)((double)(tsc_end() - start) * 1e9 / (double)ns);
}

/* The first line of a file, or what stands behind `key` in it; NULL when there is none. */
static const char *line_of(const char *name, const char *key, char line[LINE_SIZE]) {
    FILE *file = fopen(name, "r");
    const char *found = NULL;
    while (file != NULL && found == NULL && fgets(line, LINE_SIZE, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *colon = key[0] != '\0' ? strchr(line, ':') : NULL;
            found = colon != NULL ? colon + 1 + strspn(colon + 1, " \t") : line;
            line[strcspn(line, "\n")] = '\0';
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

const char *machine_model(void) {
    static char line[LINE_SIZE];
    return line_of("/sys/class/dmi/id/product_name", "", line);
}

void machine_context(struct json *json) {
    char line[LINE_SIZE];
    time_t now = time(NULL);
    struct tm broken;
    strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S+00:00", gmtime_r(&now, &broken));
    json_text(json, "date", line);
    json_text(json, "executable", "build/compare");
    json_text(json, "side", "host");
    json_text(json, "microcode", line_of("/proc/cpuinfo", "microcode", line));
    json_text(json, "firmware", NULL);
    json_text(json, "kernel_command_line", NULL);
    json_text(json, "interrupts",
              "signals of the process are held back; interrupts of the machine cannot be");
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    json_number(json, "num_cpus", processors > 0 ? (uint64_t)processors : 1);
    json_text(json, "clock", hal_time_source());
}

void machine_put(void *context, const char *text, size_t size) {
    (void)context;
    if (channel != NULL && fwrite(text, 1, size, channel) != size) {
        fprintf(stderr, "compare: cannot write %s\n", path);
        exit(1);
    }
}

const char *machine_channel(void) {
    return channel != NULL ? path : NULL;
}

_Noreturn void machine_end(int status) {
    if (channel != NULL && fclose(channel) != 0) {
        status = 1;
    }
    compare_say("compare: END %d\n", status);
    exit(status);
}
