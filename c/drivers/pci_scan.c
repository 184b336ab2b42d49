/*
 * pci_scan.c - finds the functions on the PCI buses.
 */
#include "drivers/pci.h"

#include <stddef.h>

/* Offsets in configuration space, PCI Local Bus 3.0 section 6.1, PCI-to-PCI Bridge 1.2 section 3.2. */
enum {
    OFFSET_ID = 0x00,
    OFFSET_STATUS = 0x04,      /* upper half */
    OFFSET_CLASS = 0x08,       /* with the revision in the lowest byte */
    OFFSET_HEADER_TYPE = 0x0c, /* third byte */
    OFFSET_BARS = 0x10,
    OFFSET_BUSES = 0x18, /* of a bridge: primary, secondary, subordinate */
    OFFSET_CAPABILITIES = 0x34,
    OFFSET_CARDBUS_CAPABILITIES = 0x14,
    OFFSET_INTERRUPT = 0x3c, /* line, then pin */
    FIRST_CAPABILITY = 0x40,
    CAPABILITIES_MAX = (256 - FIRST_CAPABILITY) / 4, /* so many fit: a longer list is a loop */

    STATUS_CAPABILITIES = 1 << 4,
    HEADER_MULTIFUNCTION = 1 << 7,
    PIN_MAX = 4,

    BAR_IO = 1 << 0,
    BAR_TYPE_SHIFT = 1,
    BAR_TYPE_64 = 2,
    BAR_PREFETCHABLE = 1 << 3,
};

#define BAR_IO_ADDRESS     UINT32_C(0xfffffffc)
#define BAR_MEMORY_ADDRESS UINT32_C(0xfffffff0)

struct scan {
    pci_reader read;
    void *read_context;
    pci_visitor visit;
    void *visit_context;
    uint16_t segment;
    unsigned last_bus;
    uint64_t led_to[PCI_BUSES / 64]; /* bit set: a bridge leads to this bus */
};

static uint32_t read_at(const struct scan *scan, struct pci_address address, unsigned offset) {
    return scan->read(scan->read_context, address, offset);
}

/* The bus behind a bridge has a higher number than the bridge's own, and no other bridge. Anything else is a
 * loop, or a bridge that the firmware has not set up. */
static bool claim_bus(struct scan *scan, const struct pci_function *bridge) {
    const unsigned bus = bridge->secondary;
    if (bus <= bridge->address.bus || bus > scan->last_bus || bridge->subordinate < bus ||
        (scan->led_to[bus / 64] >> bus % 64 & 1) != 0) {
        return false;
    }
    scan->led_to[bus / 64] |= UINT64_C(1) << bus % 64;
    return true;
}

static unsigned bar_count(uint8_t header) {
    switch (header) {
    case PCI_HEADER_DEVICE:
        return PCI_BARS;
    case PCI_HEADER_BRIDGE:
        return 2;
    default:
        return 0;
    }
}

static void read_bars(const struct scan *scan, struct pci_function *function) {
    const unsigned count = bar_count(function->header);
    for (unsigned i = 0; i < count; i++) {
        struct pci_bar *bar = &function->bars[i];
        const uint32_t low = read_at(scan, function->address, OFFSET_BARS + i * 4);
        if (low == 0 || low == UINT32_MAX) {
            continue;
        }
        if ((low & BAR_IO) != 0) {
            bar->address = low & BAR_IO_ADDRESS;
            bar->kind = bar->address == 0 ? PCI_BAR_NONE : PCI_BAR_IO;
            continue;
        }
        bar->kind = PCI_BAR_MEMORY;
        bar->prefetchable = (low & BAR_PREFETCHABLE) != 0;
        bar->address = low & BAR_MEMORY_ADDRESS;
        if ((low >> BAR_TYPE_SHIFT & 3) == BAR_TYPE_64 && i + 1 < count) {
            const uint64_t high = read_at(scan, function->address, OFFSET_BARS + ++i * 4);
            bar->kind = PCI_BAR_MEMORY_64;
            bar->address |= high << 32;
        }
        if (bar->address == 0) {
            bar->kind = PCI_BAR_NONE; /* only its kind is set: nobody gave it an address */
        }
    }
}

static uint8_t capability_bit(uint8_t id) {
    switch (id) {
    case 0x01:
        return PCI_HAS_POWER;
    case 0x05:
        return PCI_HAS_MSI;
    case 0x10:
        return PCI_HAS_EXPRESS;
    case 0x11:
        return PCI_HAS_MSI_X;
    default:
        return 0;
    }
}

static void read_capabilities(const struct scan *scan, struct pci_function *function) {
    const uint32_t status = read_at(scan, function->address, OFFSET_STATUS) >> 16;
    if ((status & STATUS_CAPABILITIES) == 0 || function->header > PCI_HEADER_CARDBUS) {
        return;
    }
    unsigned at = read_at(scan, function->address,
                          function->header == PCI_HEADER_CARDBUS ? OFFSET_CARDBUS_CAPABILITIES
                                                                 : OFFSET_CAPABILITIES) &
                  0xfc;
    for (unsigned i = 0; at != 0; i++) {
        const uint32_t capability =
            at < FIRST_CAPABILITY ? UINT32_MAX : read_at(scan, function->address, at);
        if (capability == UINT32_MAX || i == CAPABILITIES_MAX) {
            function->capabilities |= PCI_HAS_BROKEN_LIST;
            return;
        }
        function->capabilities |= capability_bit((uint8_t)capability);
        at = capability >> 8 & 0xfc;
    }
}

/* True when there is a function at the address; then it has been visited. */
static bool visit_function(struct scan *scan, struct pci_address address, bool *has_others) {
    const uint32_t id = read_at(scan, address, OFFSET_ID);
    const uint16_t vendor = (uint16_t)id;
    if (vendor == 0 || vendor == UINT16_MAX) {
        return false;
    }
    const uint32_t class_code = read_at(scan, address, OFFSET_CLASS);
    const uint8_t header_type = (uint8_t)(read_at(scan, address, OFFSET_HEADER_TYPE) >> 16);
    const uint32_t interrupt = read_at(scan, address, OFFSET_INTERRUPT);
    struct pci_function function = {
        .address = address,
        .vendor = vendor,
        .device = (uint16_t)(id >> 16),
        .class_code = (uint8_t)(class_code >> 24),
        .subclass = (uint8_t)(class_code >> 16),
        .interface = (uint8_t)(class_code >> 8),
        .revision = (uint8_t)class_code,
        .header = header_type & ~HEADER_MULTIFUNCTION,
        .line = (uint8_t)interrupt,
        .pin = (uint8_t)(interrupt >> 8),
    };
    if (function.pin > PIN_MAX) {
        function.pin = 0;
    }
    *has_others = (header_type & HEADER_MULTIFUNCTION) != 0;
    read_bars(scan, &function);
    read_capabilities(scan, &function);
    if (function.header == PCI_HEADER_BRIDGE || function.header == PCI_HEADER_CARDBUS) {
        const uint32_t buses = read_at(scan, address, OFFSET_BUSES);
        function.secondary = (uint8_t)(buses >> 8);
        function.subordinate = (uint8_t)(buses >> 16);
        function.leads_on = claim_bus(scan, &function);
    }
    scan->visit(scan->visit_context, &function);
    return true;
}

/* The functions after the first exist only where the first says so: others may decode all eight as one. */
static void scan_bus(struct scan *scan, uint8_t bus) {
    for (unsigned device = 0; device < PCI_DEVICES; device++) {
        struct pci_address address = {scan->segment, bus, (uint8_t)device, 0};
        bool has_others = false;
        if (!visit_function(scan, address, &has_others) || !has_others) {
            continue;
        }
        for (unsigned function = 1; function < PCI_FUNCTIONS; function++) {
            bool unused;
            address.function = (uint8_t)function;
            (void)visit_function(scan, address, &unused);
        }
    }
}

void pci_scan(uint16_t segment, uint8_t first_bus, uint8_t last_bus, pci_reader read,
              void *read_context, pci_visitor visit, void *visit_context) {
    struct scan scan = {
        .read = read,
        .read_context = read_context,
        .visit = visit,
        .visit_context = visit_context,
        .segment = segment,
        .last_bus = last_bus,
    };
    for (unsigned bus = first_bus; bus <= last_bus; bus++) {
        scan_bus(&scan, (uint8_t)bus);
    }
}
