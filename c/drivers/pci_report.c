/*
 * pci_report.c - .PCI: the functions on the PCI buses, as a table.
 */
#include <stddef.h>

#include "drivers/acpi.h"
#include "drivers/pci.h"
#include "drivers/pci_access.h"

enum {
    SHOWN_MAX =
        256, /* functions; more are counted: a machine whose bus answers everywhere is broken */
    COLUMNS = 79,
    ITEM_MAX = 64,
    LINE_UNKNOWN = 0xff,
};

static const char indent[] = "           ";

struct report {
    format_sink sink;
    void *context;
    bool with_segment;
    unsigned count;
    /* one item of a list, which goes to the next line when it does not fit */
    char item[ITEM_MAX];
    size_t item_size;
    size_t column; /* 0: the list has not begun */
};

static void collect(void *context, const char *text, size_t size) {
    struct report *report = context;
    for (size_t i = 0; i < size && report->item_size < ITEM_MAX; i++) {
        report->item[report->item_size++] = text[i];
    }
}

static void end_item(struct report *report) {
    const size_t margin = sizeof indent - 1;
    if (report->column == 0) {
        format(report->sink, report->context, "%s", indent);
        report->column = margin;
    } else if (report->column + 2 + report->item_size >= COLUMNS) {
        format(report->sink, report->context, ",\n%s", indent);
        report->column = margin;
    } else {
        format(report->sink, report->context, ", ");
        report->column += 2;
    }
    report->sink(report->context, report->item, report->item_size);
    report->column += report->item_size;
    report->item_size = 0;
}

static void add_word(struct report *report, const char *word) {
    format(collect, report, "%s", word);
    end_item(report);
}

static void add_bars(struct report *report, const struct pci_function *function) {
    for (unsigned i = 0; i < PCI_BARS; i++) {
        const struct pci_bar *bar = &function->bars[i];
        if (bar->kind == PCI_BAR_NONE) {
            continue;
        }
        format(collect, report, "BAR%u %s 0x%lx%s", i, bar->kind == PCI_BAR_IO ? "ports" : "memory",
               bar->address, bar->prefetchable ? " prefetchable" : "");
        end_item(report);
    }
}

static void add_interrupt(struct report *report, const struct pci_function *function) {
    if (function->pin == 0) {
        return;
    }
    format(collect, report, "pin %c", 'A' + function->pin - 1);
    if (function->line != 0 && function->line != LINE_UNKNOWN) {
        format(collect, report, " on IRQ %u", function->line);
    }
    end_item(report);
}

static void add_capabilities(struct report *report, const struct pci_function *function) {
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        {PCI_HAS_MSI, "MSI"},
        {PCI_HAS_MSI_X, "MSI-X"},
        {PCI_HAS_EXPRESS, "PCIe"},
        {PCI_HAS_POWER, "power management"},
        {PCI_HAS_BROKEN_LIST, "broken list of capabilities"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((function->capabilities & names[i].bit) != 0) {
            add_word(report, names[i].name);
        }
    }
}

static void add_bridge(struct report *report, const struct pci_function *function) {
    if (function->header != PCI_HEADER_BRIDGE && function->header != PCI_HEADER_CARDBUS) {
        return;
    }
    if (function->leads_on && function->subordinate > function->secondary) {
        format(collect, report, "to buses %02x to %02x", function->secondary,
               function->subordinate);
    } else if (function->leads_on) {
        format(collect, report, "to bus %02x", function->secondary);
    } else {
        format(collect, report, "leads nowhere (bus %02x)", function->secondary);
    }
    end_item(report);
}

/* A pci_visitor. */
static void show(void *context, const struct pci_function *function) {
    struct report *report = context;
    const struct pci_address *at = &function->address;
    const char *maker = pci_vendor_name(function->vendor);

    if (report->count++ >= SHOWN_MAX) {
        return;
    }
    if (report->with_segment) {
        format(report->sink, report->context, "%04x:", at->segment);
    }
    format(report->sink, report->context, "%02x:%02x.%u    %04x:%04x  %s%s%s\n", at->bus,
           at->device, at->function, function->vendor, function->device,
           pci_class_name(function->class_code, function->subclass, function->interface),
           maker != NULL ? ", " : "", maker != NULL ? maker : "");
    report->column = 0;
    add_bridge(report, function);
    add_bars(report, function);
    add_interrupt(report, function);
    add_capabilities(report, function);
    if (function->header > PCI_HEADER_CARDBUS) {
        add_word(report, "a header of an unknown kind");
    }
    if (report->column != 0) {
        format(report->sink, report->context, "\n");
    }
}

/* A table of segments that does not show what the ports show is not believed: its window would be somebody's
 * memory.
 */
static bool is_credible(struct pci_ecam *ecam, bool has_ports) {
    const struct pci_address host = {.bus = 0};
    if (!has_ports || ecam->segment->group != 0 || ecam->segment->first_bus != 0) {
        return true;
    }
    const bool same = pci_read_by_ecam(ecam, host, 0) == pci_read_by_ports(NULL, host, 0);
    pci_ecam_close(ecam);
    return same;
}

static void scan_segments(struct report *report, const struct acpi_mcfg_segment *segments,
                          unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        const struct acpi_mcfg_segment *segment = &segments[i];
        struct pci_ecam ecam = {.segment = segment};
        format(report->sink, report->context,
               "Segment %u, buses %02x to %02x, through memory at 0x%lx\n", segment->group,
               segment->first_bus, segment->last_bus, segment->base);
        pci_scan(segment->group, segment->first_bus, segment->last_bus, pci_read_by_ecam, &ecam,
                 show, report);
        pci_ecam_close(&ecam);
    }
}

void pci_report(format_sink sink, void *context) {
    const struct acpi_mcfg_segment *segments;
    const unsigned count = acpi_mcfg_segments(&segments);
    const bool has_ports = pci_ports_are_present();
    struct report report = {.sink = sink, .context = context, .with_segment = count > 1};
    bool credible = count > 0;

    for (unsigned i = 0; i < count; i++) {
        struct pci_ecam ecam = {.segment = &segments[i]};
        credible = credible && is_credible(&ecam, has_ports);
    }
    format(sink, context, "PCI devices\n");
    if (credible) {
        scan_segments(&report, segments, count);
    } else if (has_ports) {
        format(sink, context, "Buses 00 to ff, through the ports 0xcf8 and 0xcfc%s\n",
               count > 0 ? " (the MCFG table is wrong)" : "");
        report.with_segment = false;
        pci_scan(0, 0, PCI_BUSES - 1, pci_read_by_ports, NULL, show, &report);
    } else {
        format(sink, context, "This machine has no PCI that the kernel could reach.\n");
        return;
    }
    if (report.count > SHOWN_MAX) {
        format(sink, context, "and %u more functions, which are not shown\n",
               report.count - SHOWN_MAX);
    }
    format(sink, context, "%u function%s\n", report.count, report.count == 1 ? "" : "s");
}
