/*
 * acpi_report.c - .ACPI: the tables of the firmware, and what the kernel took from them.
 */
#include "drivers/acpi.h"

#include "drivers/irq_route.h"

static void report_table(format_sink sink, void *context, uint64_t address) {
    const struct acpi_tables *tables = acpi_root_table();
    const struct acpi_table_info info = acpi_table_describe(tables->map, address);

    if (!info.readable) {
        format(sink, context, "  ????               0x%016lx            unreadable\n", address);
        return;
    }
    format(sink, context, "  %s  %4u  %9u  0x%016lx  %-6s  %s\n", info.signature, info.revision,
           info.length, info.address, info.oem_id, info.sound ? "sound" : "damaged");
}

/* The DSDT is in no list: only the FADT knows it. */
static void report_tables(format_sink sink, void *context) {
    const struct acpi_tables *tables = acpi_root_table();

    format(sink, context, "  table  rev     length  address             OEM     state\n");
    report_table(sink, context, tables->root);
    for (size_t i = 0; i < tables->entry_count; i++) {
        report_table(sink, context, acpi_tables_entry(tables, i));
    }
    if (acpi_fixed_table()->dsdt != 0) {
        report_table(sink, context, acpi_fixed_table()->dsdt);
    }
}

/* Where the ISA lines go that do not simply go to the input of their own number. */
static void report_overrides(format_sink sink, void *context, const struct acpi_madt *madt) {
    for (unsigned i = 0; i < madt->override_count; i++) {
        const unsigned irq = madt->overrides[i].irq;
        struct irq_route route;
        if (irq_find_route(madt, acpi_fixed_table()->sci_interrupt, irq, &route)) {
            format(sink, context, "  override        irq %u is GSI %u, %s, active %s\n", irq,
                   route.gsi, route.level ? "level" : "edge", route.active_low ? "low" : "high");
        }
    }
}

static void report_processors(format_sink sink, void *context, const struct acpi_madt *madt) {
    unsigned enabled = 0, online_capable = 0;

    for (unsigned i = 0; i < madt->processor_count; i++) {
        enabled += madt->processors[i].enabled;
        online_capable += madt->processors[i].online_capable;
    }
    format(sink, context,
           "  processors      %u enabled, %u that could be added, local APICs at 0x%lx\n", enabled,
           online_capable, madt->lapic_address);
}

static void report_madt(format_sink sink, void *context) {
    const struct acpi_madt *madt = acpi_madt();

    if (!madt->present) {
        format(sink, context, "  processors      no usable MADT\n");
        return;
    }
    report_processors(sink, context, madt);
    for (unsigned i = 0; i < madt->ioapic_count; i++) {
        format(sink, context, "  IOAPIC          id %u at 0x%lx, from GSI %u\n",
               madt->ioapics[i].id, madt->ioapics[i].address, madt->ioapics[i].gsi_base);
    }
    report_overrides(sink, context, madt);
    format(sink, context, "  two 8259        %s\n", madt->pcat_compatible ? "yes" : "no");
    if (madt->left_out != 0 || madt->truncated) {
        format(sink, context, "  MADT            %u senseless entries left out%s\n", madt->left_out,
               madt->truncated ? ", its end cannot be read" : "");
    }
}

static void report_port(format_sink sink, void *context, const char *name, uint16_t port) {
    if (port == 0) {
        format(sink, context, "  %-14s  none\n", name);
    } else {
        format(sink, context, "  %-14s  port 0x%x\n", name, port);
    }
}

static const char *space_name(enum acpi_space space) {
    switch (space) {
    case ACPI_SPACE_MEMORY:
        return "memory";
    case ACPI_SPACE_IO:
        return "port";
    case ACPI_SPACE_PCI:
        break;
    }
    return "PCI configuration";
}

static void report_fixed(format_sink sink, void *context) {
    const struct acpi_fixed *fixed = acpi_fixed_table();
    struct acpi_fixed registers;
    struct acpi_sleep_type type;

    if (!fixed->present) {
        format(sink, context, "  registers       no usable FADT\n");
        return;
    }
    if (fixed->hardware_reduced) {
        format(sink, context, "  registers       hardware-reduced machine: none\n");
    } else {
        format(sink, context, "  events (SCI)    irq %u\n", fixed->sci_interrupt);
        report_port(sink, context, "PM1 control", fixed->pm1a_control);
        report_port(sink, context, "PM timer", fixed->pm_timer);
    }
    if (acpi_find_power_off(&registers, &type)) {
        format(sink, context, "  power off (S5)  types %u and %u\n", type.a, type.b);
    } else {
        format(sink, context, "  power off (S5)  unknown\n");
    }
    if (fixed->reset_address != 0) {
        format(sink, context, "  reset register  %s 0x%lx, value 0x%x\n",
               space_name(fixed->reset_space), fixed->reset_address, fixed->reset_value);
    } else {
        format(sink, context, "  reset register  none\n");
    }
    format(sink, context, "  said missing   %s%s%s%s%s\n", fixed->no_8042 ? " 8042" : "",
           fixed->no_vga ? " VGA" : "", fixed->no_rtc ? " RTC" : "", fixed->no_msi ? " MSI" : "",
           fixed->no_8042 || fixed->no_vga || fixed->no_rtc || fixed->no_msi ? "" : " nothing");
}

static void report_others(format_sink sink, void *context) {
    const struct acpi_mcfg_segment *segments;
    const unsigned count = acpi_mcfg_segments(&segments);
    const uint64_t hpet = acpi_hpet_address();

    if (hpet != 0) {
        format(sink, context, "  HPET            at 0x%lx\n", hpet);
    } else {
        format(sink, context, "  HPET            none\n");
    }
    for (unsigned i = 0; i < count; i++) {
        format(sink, context, "  PCI Express     segment %u, buses %u to %u at 0x%lx\n",
               segments[i].group, segments[i].first_bus, segments[i].last_bus, segments[i].base);
    }
}

void acpi_report(format_sink sink, void *context) {
    if (acpi_rsdp_address() == 0) {
        format(sink, context, "ACPI: the firmware has none.\n");
        return;
    }
    if (acpi_root_table()->root == 0) {
        format(sink, context, "ACPI: root pointer at 0x%lx, but the root tables are damaged.\n",
               acpi_rsdp_address());
        return;
    }
    format(sink, context, "ACPI: root pointer at 0x%lx, revision %u\n", acpi_rsdp_address(),
           acpi_root_table()->revision);
    report_tables(sink, context);
    format(sink, context, "What the kernel took from them\n");
    report_madt(sink, context);
    report_fixed(sink, context);
    report_others(sink, context);
}
