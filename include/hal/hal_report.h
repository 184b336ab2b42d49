/*
 * hal_report.h - what the machine is and does, as tables for a person.
 *
 * The words .MEM .HEAP .PAGES .TIME .IRQ .ACPI .CPU .PCI .CONSOLE print these. Lines end in '\n' and have at most 79
 * columns. The same topics exist on Linux; where the process has no such thing, one line says so.
 */
#ifndef HAL_REPORT_H
#define HAL_REPORT_H

#include "shared/format.h"

typedef enum {
    HAL_REPORT_MEMORY,
    HAL_REPORT_HEAP,
    HAL_REPORT_PAGES,
    HAL_REPORT_TIME,
    HAL_REPORT_INTERRUPTS,
    HAL_REPORT_ACPI,
    HAL_REPORT_CPU,
    HAL_REPORT_PCI,
    HAL_REPORT_CONSOLE,
} hal_report_topic;

/* Writes the whole table through `sink`. Not ISR-safe; may take milliseconds. */
void hal_report(hal_report_topic topic, format_sink sink, void *context);

#endif
