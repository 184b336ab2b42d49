/*
 * irq_route.c - where an interrupt line enters the IOAPICs, and how it is triggered.
 */
#include "drivers/irq_route.h"

#include <stddef.h>

static const struct acpi_override *override_of_line(const struct acpi_madt *madt, unsigned irq) {
    for (unsigned i = 0; i < madt->override_count; i++) {
        if (madt->overrides[i].irq == irq) {
            return &madt->overrides[i];
        }
    }
    return NULL;
}

static const struct acpi_override *override_to_gsi(const struct acpi_madt *madt, uint32_t gsi) {
    for (unsigned i = 0; i < madt->override_count; i++) {
        if (madt->overrides[i].gsi == gsi) {
            return &madt->overrides[i];
        }
    }
    return NULL;
}

bool irq_find_route(const struct acpi_madt *madt, unsigned sci, unsigned irq,
                    struct irq_route *route) {
    const bool isa = irq < ACPI_ISA_LINES;
    const struct acpi_override *override =
        isa ? override_of_line(madt, irq) : override_to_gsi(madt, irq);

    if (irq == ISA_LINE_CASCADE ||
        (isa && override == NULL && override_to_gsi(madt, irq) != NULL)) {
        return false;
    }
    /* ISA lines are edges upward; PCI lines, and the SCI, are levels, active low */
    const bool as_pci = !isa || irq == sci;
    *route = (struct irq_route){.gsi = irq, .level = as_pci, .active_low = as_pci};
    if (override != NULL) {
        route->gsi = override->gsi;
        if (override->trigger != ACPI_TRIGGER_OF_BUS) {
            route->level = override->trigger == ACPI_LEVEL;
        }
        if (override->polarity != ACPI_POLARITY_OF_BUS) {
            route->active_low = override->polarity == ACPI_ACTIVE_LOW;
        }
    }
    return true;
}
