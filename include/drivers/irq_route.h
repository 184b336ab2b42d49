/*
 * irq_route.h - where an interrupt line enters the IOAPICs, and how it is triggered (ACPI 6.5 sections
 * 5.2.12.5 and 5.2.13).
 *
 * Pure.
 */
#ifndef DRIVERS_IRQ_ROUTE_H
#define DRIVERS_IRQ_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/acpi_madt.h"

enum { ISA_LINE_CASCADE = 2 }; /* taken by the second 8259: no device has ever been on it */

struct irq_route {
    uint32_t gsi;
    bool level;
    bool active_low;
};

/* Finds the way of line `irq`: 0 to 15 are ISA lines, from 16 on global system interrupts. `sci` is the
 * line of ACPI's events, from the FADT; it is level-triggered and active low where the tables do not say
 * otherwise. False when there is no such line: the cascade, or an ISA line whose place another line has. */
bool irq_find_route(const struct acpi_madt *madt, unsigned sci, unsigned irq,
                    struct irq_route *route);

#endif
