/*
 * hal_report.c - the tables of the bare machine: each part of the kernel tells about itself.
 */
#include "hal/hal_report.h"

#include "cpu/features.h"
#include "cpu/irq.h"
#include "drivers/acpi.h"
#include "drivers/console_input.h"
#include "drivers/pci.h"
#include "mm/kmalloc.h"
#include "mm/pmm.h"
#include "mm/vmm.h"
#include "time/time_report.h"

typedef void (*report_function)(format_sink sink, void *context);

static const report_function reports[] = {
    [HAL_REPORT_MEMORY] = pmm_report,      [HAL_REPORT_HEAP] = kmalloc_report,
    [HAL_REPORT_PAGES] = vmm_report,       [HAL_REPORT_TIME] = time_report,
    [HAL_REPORT_INTERRUPTS] = irq_report,  [HAL_REPORT_ACPI] = acpi_report,
    [HAL_REPORT_CPU] = features_report,    [HAL_REPORT_PCI] = pci_report,
    [HAL_REPORT_CONSOLE] = console_report,
};

void hal_report(hal_report_topic topic, format_sink sink, void *context) {
    reports[topic](sink, context);
}
