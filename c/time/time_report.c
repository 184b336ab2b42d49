/*
 * time_report.c - the table that .TIME shows on the bare machine.
 */
#include "time/time_report.h"

#include "shared/time_format.h"
#include "time/clock.h"
#include "time/timer.h"

void time_report(format_sink sink, void *context) {
    time_format_uptime(sink, context, clock_now_ns());
    time_format_wall(sink, context);
    clock_report(sink, context);
    timer_report(sink, context);
}
