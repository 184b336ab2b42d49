/*
 * time_format.c - times as people write them.
 */
#include "shared/time_format.h"

#include "hal/hal_time.h"

void time_format_uptime(format_sink sink, void *context, uint64_t now_ns) {
    const uint64_t ms = now_ns / 1000000;
    const uint64_t seconds = ms / 1000, minutes = seconds / 60, hours = minutes / 60;

    format(sink, context, "Up: %lu days %02lu:%02lu:%02lu.%03lu\n", hours / 24, hours % 24,
           minutes % 60, seconds % 60, ms % 1000);
}

void time_format_wall(format_sink sink, void *context) {
    struct hal_wall_time time;

    if (hal_time_wall(&time) != HAL_OK) {
        format(sink, context, "Wall clock: none, or it does not answer sensibly\n");
        return;
    }
    format(sink, context, "Wall clock: %04u-%02u-%02u %02u:%02u:%02u\n", time.year, time.month,
           time.day, time.hour, time.minute, time.second);
}
