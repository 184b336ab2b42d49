/*
 * time_report.h - the table that .TIME shows on the bare machine.
 */
#ifndef TIME_TIME_REPORT_H
#define TIME_TIME_REPORT_H

#include "shared/format.h"

/* Clocks, timer hardware, uptime, wall clock and timers in use. Not ISR-safe; takes milliseconds. */
void time_report(format_sink sink, void *context);

#endif
