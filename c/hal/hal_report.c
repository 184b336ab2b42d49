/*
 * hal_report.c - the tables of the bare machine: each part of the kernel tells about itself.
 */
#include "hal/hal_report.h"

#include <stddef.h>

#include "cpu/irq.h"
#include "drivers/acpi.h"

typedef void (*report_function)(format_sink sink, void *context);

static const report_function reports[] = {
    [HAL_REPORT_INTERRUPTS] = irq_report,
    [HAL_REPORT_ACPI] = acpi_report,
    [HAL_REPORT_PCI] = NULL,
};

void hal_report(hal_report_topic topic, format_sink sink, void *context) {
    if (reports[topic] != NULL) {
        reports[topic](sink, context);
    } else {
        format(sink, context, "Nothing is known about this.\n");
    }
}
