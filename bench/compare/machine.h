/*
 * machine.h - what the two machines of the comparison do each in its own way.
 */
#ifndef COMPARE_MACHINE_H
#define COMPARE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

/* What tells whether the machine was ours between two moments. */
struct machine_moment {
    uint64_t wall_ns, cpu_ns;
};

/* Which of the two it is. */
extern const bool machine_is_kernel;

/* Pins the process; finds the channel for the JSON. Called once, first. */
void machine_begin(void);

/* The value of an option, NULL when it was not given: on the kernel command line, on Linux in the environment with
 * "compare_" before it. */
const char *machine_option(const char *name);

struct machine_moment machine_now(void);

/* True when somebody else had the processor between the two. Always false where that cannot be known. */
bool machine_was_taken(const struct machine_moment *from, const struct machine_moment *to);

/* Cycles of the time stamp counter in a second, by the best clock there is. May take a tenth of a second. */
uint64_t machine_tsc_hz(void);

/* What the firmware calls the machine; NULL: not known. Valid for good. */
const char *machine_model(void);

/* The keys of the context that only this machine knows. */
void machine_context(struct json *json);

/* Takes a piece of the JSON. A format_sink; context unused. */
void machine_put(void *context, const char *text, size_t size);

/* Where the JSON goes, for people: "COM2"; NULL: nowhere. */
const char *machine_channel(void);

/* All has been written. Ends the machine, or leaves what was written on the screen where there is no channel. */
_Noreturn void machine_end(int status);

#endif
