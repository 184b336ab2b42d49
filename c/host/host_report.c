/*
 * host_report.c - the tables of the machine, as far as a Linux process has any.
 */
#include "hal/hal_report.h"

#include "host.h"

void hal_report(hal_report_topic topic, format_sink sink, void *context) {
    if (topic == HAL_REPORT_TIME) {
        host_time_report(sink, context);
        return;
    }
    format(sink, context, "Linux has this; the process does not see it.\n");
}
