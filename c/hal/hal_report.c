/*
 * hal_report.c - the tables of the bare machine: each part of the kernel tells about itself.
 */
#include "hal/hal_report.h"

#include <stddef.h>

#include "mm/kmalloc.h"
#include "mm/pmm.h"
#include "mm/vmm.h"
#include "time/time_report.h"

typedef void (*report_function)(format_sink sink, void *context);

static const report_function reports[] = {
    [HAL_REPORT_TIME] = time_report,
    [HAL_REPORT_MEMORY] = pmm_report,
    [HAL_REPORT_HEAP] = kmalloc_report,
    [HAL_REPORT_PAGES] = vmm_report,
    [HAL_REPORT_PCI] = NULL,
};

void hal_report(hal_report_topic topic, format_sink sink, void *context) {
    if (reports[topic] != NULL) {
        reports[topic](sink, context);
    } else {
        format(sink, context, "Nothing is known about this.\n");
    }
}
