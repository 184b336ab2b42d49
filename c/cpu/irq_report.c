/*
 * irq_report.c - .IRQ: the interrupt controllers, the lines in use, and what else has interrupted.
 */
#include "cpu/irq.h"

#include "cpu/fault.h"
#include "cpu/interrupt_frame.h"
#include "cpu/interrupts.h"
#include "cpu/nmi.h"
#include "cpu/vectors.h"
#include "drivers/acpi.h"
#include "drivers/apic.h"
#include "drivers/ioapic.h"

static void report_controllers(format_sink sink, void *context) {
    const struct irq_controllers controllers = irq_get_controllers();

    format(sink, context, "Interrupt controllers\n");
    if (!lapic_is_present()) {
        format(sink, context, "  local APIC  none\n");
    } else if (lapic_is_x2apic()) {
        format(sink, context, "  local APIC  id %u, x2APIC mode\n", lapic_id());
    } else {
        format(sink, context, "  local APIC  id %u at 0x%lx\n", lapic_id(), lapic_address());
    }
    for (unsigned i = 0; i < controllers.ioapic_count; i++) {
        const struct ioapic_info info = ioapic_get(i);
        format(sink, context, "  IOAPIC      id %u at 0x%lx, version 0x%x, GSI %u to %u\n", info.id,
               info.address, info.version, info.gsi_first, info.gsi_last);
    }
    format(sink, context, "  two 8259    %s\n",
           !controllers.has_pics                      ? "none"
           : controllers.in_use == IRQ_CONTROLLER_PIC ? "in use, lines 0 to 15"
                                                      : "masked");
}

static void report_lines(format_sink sink, void *context) {
    const bool has_gsis = irq_get_controllers().in_use == IRQ_CONTROLLER_IOAPIC;
    struct irq_info info;

    format(sink, context, "Lines\n");
    if (!irq_get(0, &info)) {
        format(sink, context, "  none is in use\n");
        return;
    }
    format(sink, context, "  irq   GSI  vector  trigger  active  state     interrupts  handler\n");
    for (unsigned i = 0; irq_get(i, &info); i++) {
        format(sink, context, "  %3u  ", info.irq);
        if (has_gsis) {
            format(sink, context, "%4u", info.gsi);
        } else {
            format(sink, context, "   -");
        }
        format(sink, context, "  0x%02x    %-7s  %-6s  %-6s  %12lu  %s\n", info.vector,
               info.level ? "level" : "edge",
               !has_gsis         ? "-"
               : info.active_low ? "low"
                                 : "high",
               info.masked ? "masked" : "open", info.count, info.name);
    }
}

static void report_local_source(format_sink sink, void *context, const char *name,
                                unsigned vector) {
    format(sink, context, "  %-14s  0x%02x    %12lu\n", name, vector, interrupts_count(vector));
}

static void report_local(format_sink sink, void *context) {
    const struct acpi_madt *madt = acpi_madt();

    format(sink, context, "Of the processor   vector    interrupts\n");
    report_local_source(sink, context, "APIC timer", VECTOR_TICK);
    report_local_source(sink, context, "APIC error", VECTOR_ERROR);
    report_local_source(sink, context, "APIC spurious", VECTOR_SPURIOUS);
    format(sink, context, "  8259 spurious         %14lu\n", irq_get_controllers().pic_spurious);
    if (interrupts_apic_errors() != 0) {
        format(sink, context, "  error bits so far: 0x%x\n", interrupts_apic_errors());
    }
    for (unsigned lint = 0; lint < 2; lint++) {
        if (nmi_has_local_input(madt, lint)) {
            format(sink, context, "  non-maskable: local input %u\n", lint);
        }
    }
    for (unsigned i = 0; i < madt->nmi_source_count; i++) {
        if (nmi_has_input(madt, madt->nmi_sources[i].gsi)) {
            format(sink, context, "  non-maskable: GSI %u\n", madt->nmi_sources[i].gsi);
        }
    }
}

static void report_exceptions(format_sink sink, void *context) {
    bool any = false;

    format(sink, context, "Exceptions handled\n");
    for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++) {
        if (interrupts_count(vector) != 0) {
            format(sink, context, "  %-28s  %12lu\n", fault_name(vector), interrupts_count(vector));
            any = true;
        }
    }
    if (!any) {
        format(sink, context, "  none\n");
    }
}

static void report_unexpected(format_sink sink, void *context) {
    format(sink, context, "Unexpected interrupts: %lu\n", interrupts_unexpected());
    for (unsigned vector = EXCEPTION_COUNT; vector < VECTOR_COUNT; vector++) {
        if (!interrupts_is_expected(vector) && interrupts_count(vector) != 0) {
            format(sink, context, "  at vector 0x%02x  %12lu\n", vector, interrupts_count(vector));
        }
    }
}

void irq_report(format_sink sink, void *context) {
    report_controllers(sink, context);
    report_lines(sink, context);
    report_local(sink, context);
    report_exceptions(sink, context);
    report_unexpected(sink, context);
}
