/*
 * time_format.h - times as people write them.
 */
#ifndef SHARED_TIME_FORMAT_H
#define SHARED_TIME_FORMAT_H

#include <stdint.h>

#include "shared/format.h"

/* The lines on uptime and wall clock that .TIME shows: `now_ns` as days, hours, minutes, seconds and
 * milliseconds, and what hal_time_wall says. Not ISR-safe. */
void time_format_uptime(format_sink sink, void *context, uint64_t now_ns);
void time_format_wall(format_sink sink, void *context);

#endif
