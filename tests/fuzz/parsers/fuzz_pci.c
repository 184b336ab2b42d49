/*
 * fuzz_pci.c - any PCI configuration space: the scan ends, reads what it may, and reports sense.
 */
/* uses: c/drivers/pci_scan.c c/drivers/pci_names.c */
/* plant: c/drivers/pci_scan.c: s/at < FIRST_CAPABILITY ? UINT32_MAX : // */
/* plant: c/drivers/pci_scan.c: s/|| i == CAPABILITIES_MAX// */
/* plant: c/drivers/pci_scan.c: s/if (function.pin > PIN_MAX)/if (false)/ */
/* plant: c/drivers/pci_scan.c: s/bus <= bridge->address.bus ||// */
/* plant: c/drivers/pci_scan.c: s/(scan->led_to\[bus . 64\] >> bus % 64 & 1) != 0/false/ */
/* plant: c/drivers/pci_scan.c: s/BAR_TYPE_64 \&\& i + 1 < count/BAR_TYPE_64/ */
/* plant: c/drivers/pci_scan.c: s/|| !has_others/|| false/ */
#include "pci_space.h"

enum { READS_MAX = 80 }; /* a list of capabilities has 48 at most */

static struct {
    uint16_t segment;
    uint8_t first_bus, last_bus;
    uint64_t last; /* address visited, as a number */
    bool led_to[PCI_BUSES];
} scan;

static uint32_t read_space(void *context, struct pci_address address, unsigned offset) {
    PROPERTY(context == &scan && address.segment == scan.segment,
             "the segment is the one that was asked for");
    PROPERTY(address.bus >= scan.first_bus && address.bus <= scan.last_bus &&
                 address.device < PCI_DEVICES && address.function < PCI_FUNCTIONS,
             "only addresses that there are are read");
    PROPERTY(offset % 4 == 0 && offset < SPACE, "only words of the space are read");
    struct function *function = find(address);
    uint32_t value = UINT32_MAX;
    if (function != NULL) {
        PROPERTY(++function->reads <= READS_MAX, "no list goes on for ever");
        memcpy(&value, function->space + offset, sizeof value);
    }
    return value;
}

static void check_bars(const struct pci_function *function) {
    for (unsigned i = 0; i < PCI_BARS; i++) {
        const struct pci_bar *bar = &function->bars[i];
        const uint64_t low_bits = bar->kind == PCI_BAR_IO ? 3 : 15;
        PROPERTY((bar->kind == PCI_BAR_NONE) == (bar->address == 0),
                 "registers that are there have an address");
        PROPERTY((bar->address & low_bits) == 0, "addresses have no flags in them");
        PROPERTY(bar->kind == PCI_BAR_MEMORY_64 || bar->address >> 32 == 0, "32 bits are 32 bits");
        if (bar->kind == PCI_BAR_MEMORY_64) {
            PROPERTY(i + 1 < PCI_BARS && bar[1].kind == PCI_BAR_NONE,
                     "the upper half is not a register of its own");
        }
        PROPERTY(bar->kind == PCI_BAR_NONE || i < (function->header == PCI_HEADER_DEVICE ? 6 : 2),
                 "a bridge has two registers");
    }
}

/* A list that begins inside the header leads nowhere. */
static void check_capabilities(const struct pci_function *function, const uint8_t *space) {
    const uint8_t first = space[function->header == PCI_HEADER_CARDBUS ? 0x14 : 0x34] & 0xfc;
    if ((space[6] & 0x10) == 0 || function->header > PCI_HEADER_CARDBUS || first == 0) {
        PROPERTY(function->capabilities == 0, "what is not announced is not there");
    } else if (first < 0x40) {
        PROPERTY(function->capabilities == PCI_HAS_BROKEN_LIST, "a list in the header is broken");
    }
}

static void visit(void *context, const struct pci_function *function) {
    struct function *known = find(function->address);
    struct pci_address first = function->address;
    first.function = 0;
    PROPERTY(context == &functions && known != NULL && !known->visited,
             "what is visited is there, and once");
    known->visited = true;
    PROPERTY(number_of(function->address) + 1 > scan.last, "in ascending order");
    scan.last = number_of(function->address) + 1;
    PROPERTY(function->vendor != 0 && function->vendor != UINT16_MAX, "it has a maker");
    PROPERTY(function->pin <= 4 && function->header < 128, "pin and header can be");
    if (function->address.function > 0) {
        const struct function *of_device = find(first);
        PROPERTY(of_device != NULL && (of_device->space[14] & 0x80) != 0,
                 "the first function announces others");
    }
    if (function->leads_on) {
        PROPERTY(function->secondary > function->address.bus &&
                     function->secondary <= function->subordinate,
                 "a bridge leads down");
        PROPERTY(!scan.led_to[function->secondary], "to a bus of its own");
        scan.led_to[function->secondary] = true;
    }
    check_bars(function);
    check_capabilities(function, known->space);
    PROPERTY(pci_class_name(function->class_code, function->subclass, function->interface)[0] != 0,
             "its class has a name");
    (void)pci_vendor_name(function->vendor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    memset(&scan, 0, sizeof scan);
    scan.segment = (uint16_t)fuzz_take(&in, 1);
    scan.first_bus = (uint8_t)fuzz_take(&in, 1);
    const unsigned last = scan.first_bus + (unsigned)fuzz_take(&in, 1) % 6;
    scan.last_bus = last > 255 ? 255 : (uint8_t)last;
    function_count = 0;
    while (in.left > 0 && function_count < FUNCTIONS_MAX) {
        make_function(&in, scan.first_bus);
    }
    pci_scan(scan.segment, scan.first_bus, scan.last_bus, read_space, &scan, visit, &functions);
    for (unsigned i = 0; i < function_count; i++) {
        const struct function *function = &functions[i];
        const uint16_t vendor = (uint16_t)(function->space[0] | function->space[1] << 8);
        const bool there = function->address.function == 0 && vendor != 0 && vendor != UINT16_MAX &&
                           function->address.bus >= scan.first_bus &&
                           function->address.bus <= scan.last_bus;
        PROPERTY(!there || function->visited, "no first function is passed over");
    }
    return 0;
}
