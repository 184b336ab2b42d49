/*
 * nmi.c - the non-maskable interrupt: how it is wired, and why it came.
 */
#include "cpu/nmi.h"

#include <stddef.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "drivers/apic.h"
#include "drivers/ioapic.h"
#include "drivers/irq_route.h"

/* The PC/AT's system control port B; what raised the interrupt stays there until it is reset. */
enum {
    CONTROL_PORT_B = 0x61,
    CONTROL_CHANNEL_CHECK = 0x40,
    CONTROL_SYSTEM_ERROR = 0x80,
    CONTROL_ABSENT = 0xff,
};

static bool is_for_this_processor(const struct acpi_madt *madt, const struct acpi_local_nmi *nmi) {
    for (unsigned i = 0; i < madt->processor_count && !nmi->all_processors; i++) {
        if (madt->processors[i].apic_id == lapic_id()) {
            return madt->processors[i].uid == nmi->uid;
        }
    }
    return nmi->all_processors;
}

/* Input 1 where the firmware says nothing, as on every PC since there are local APICs. */
static const struct acpi_local_nmi *find_local(const struct acpi_madt *madt, unsigned lint) {
    static const struct acpi_local_nmi usual = {.lint = 1, .all_processors = true};

    for (unsigned i = 0; i < madt->local_nmi_count; i++) {
        const struct acpi_local_nmi *nmi = &madt->local_nmis[i];
        if (nmi->lint == lint && is_for_this_processor(madt, nmi)) {
            return nmi;
        }
    }
    return madt->local_nmi_count == 0 && lint == usual.lint ? &usual : NULL;
}

bool nmi_has_local_input(const struct acpi_madt *madt, unsigned lint) {
    return lapic_is_present() && find_local(madt, lint) != NULL;
}

void nmi_accept_local(const struct acpi_madt *madt) {
    for (unsigned lint = 0; lint < 2; lint++) {
        const struct acpi_local_nmi *nmi = find_local(madt, lint);
        if (nmi != NULL) {
            lapic_accept_nmi(lint, nmi->polarity == ACPI_ACTIVE_LOW);
        }
    }
}

/* An input that is the timer's, the keyboard's or another ISA device's cannot be one for broken hardware
 * too; a table that says so is wrong, and to believe it would end in a panic at the first key. */
static bool is_isa_input(const struct acpi_madt *madt, uint32_t gsi) {
    for (unsigned irq = 0; irq < ACPI_ISA_LINES; irq++) {
        struct irq_route route;
        if (irq_find_route(madt, acpi_fixed_table()->sci_interrupt, irq, &route) &&
            route.gsi == gsi) {
            return true;
        }
    }
    return false;
}

bool nmi_has_input(const struct acpi_madt *madt, uint32_t gsi) {
    for (unsigned i = 0; i < madt->nmi_source_count; i++) {
        if (madt->nmi_sources[i].gsi == gsi) {
            return !is_isa_input(madt, gsi);
        }
    }
    return false;
}

void nmi_accept_sources(const struct acpi_madt *madt) {
    for (unsigned i = 0; i < madt->nmi_source_count; i++) {
        const struct acpi_nmi_source *source = &madt->nmi_sources[i];
        if (!is_isa_input(madt, source->gsi)) {
            ioapic_route_nmi(source->gsi, source->polarity == ACPI_ACTIVE_LOW, lapic_id());
        }
    }
}

const char *nmi_reason(void) {
    const uint8_t control = inb(CONTROL_PORT_B);

    if (control == CONTROL_ABSENT ||
        (control & (CONTROL_SYSTEM_ERROR | CONTROL_CHANNEL_CHECK)) == 0) {
        return "the chip set names no reason: a button, a management controller or a watchdog";
    }
    return control & CONTROL_SYSTEM_ERROR
               ? "the chip set reports a memory parity or PCI system error"
               : "the chip set reports an I/O channel check";
}
