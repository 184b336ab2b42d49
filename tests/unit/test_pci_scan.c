/*
 * test_pci_scan.c - PCI buses of the test's making: ordinary ones and ones that lie.
 */
/* uses: c/drivers/pci_scan.c c/drivers/pci_names.c */
#include <stdlib.h>
#include <string.h>

#include "drivers/pci.h"
#include "unit.h"

enum { SPACES_MAX = 16, FOUND_MAX = 70000 };

/* One function's configuration space. */
struct space {
    struct pci_address address;
    uint32_t words[64];
};

static struct space spaces[SPACES_MAX];
static unsigned space_count;
static uint32_t nothing; /* what is read where no function is */
static unsigned long reads;
static struct pci_function found[32];
static unsigned found_count;

static uint32_t read_word(void *context, struct pci_address address, unsigned offset) {
    CHECK(context == spaces);
    CHECK(offset < 256 && offset % 4 == 0);
    CHECK(address.device < 32 && address.function < 8);
    reads++;
    for (unsigned i = 0; i < space_count; i++) {
        const struct pci_address *at = &spaces[i].address;
        if (at->bus == address.bus && at->device == address.device &&
            at->function == address.function) {
            return spaces[i].words[offset / 4];
        }
    }
    return nothing;
}

static void visit(void *context, const struct pci_function *function) {
    CHECK(context == found);
    if (found_count < sizeof found / sizeof found[0]) {
        found[found_count] = *function;
    }
    found_count++;
    CHECK(found_count <= FOUND_MAX);
}

static void reset(void) {
    memset(spaces, 0, sizeof spaces);
    space_count = 0;
    nothing = UINT32_MAX;
}

static uint32_t *add(uint8_t bus, uint8_t device, uint8_t function, uint32_t id,
                     uint32_t class_code, uint8_t header) {
    struct space *space = &spaces[space_count++];
    space->address = (struct pci_address){0, bus, device, function};
    space->words[0] = id;
    space->words[2] = class_code;
    space->words[3] = (uint32_t)header << 16;
    return space->words;
}

static uint32_t *add_bridge(uint8_t bus, uint8_t device, uint8_t secondary, uint8_t subordinate) {
    uint32_t *words = add(bus, device, 0, 0x00011b36, 0x06040000, 1);
    words[6] = (uint32_t)subordinate << 16 | (uint32_t)secondary << 8 | bus;
    return words;
}

static void scan(uint8_t first, uint8_t last) {
    found_count = 0;
    reads = 0;
    pci_scan(0, first, last, read_word, spaces, visit, found);
}

UNIT_TEST(pci_one, "a device is found with all that its header says") {
    reset();
    uint32_t *words = add(0, 3, 0, 0x10d38086, 0x02000a05, 0);
    words[4] = 0xfebc0000;                  /* 32 bits */
    words[5] = 0x0000c041;                  /* ports */
    words[6] = 0xe000000c, words[7] = 0x12; /* 64 bits, prefetchable */
    words[8] = 0xfffffff4, words[9] = 0xffffffff;
    words[15] = 0x0000020b;
    scan(0, 255);
    CHECK_EQ_U64(found_count, 1);
    CHECK_EQ_U64(found[0].vendor, 0x8086);
    CHECK_EQ_U64(found[0].device, 0x10d3);
    CHECK_EQ_U64(found[0].class_code, 2);
    CHECK_EQ_U64(found[0].interface, 0x0a);
    CHECK_EQ_U64(found[0].revision, 5);
    CHECK_EQ_U64(found[0].pin, 2);
    CHECK_EQ_U64(found[0].line, 11);
    CHECK_EQ_U64(found[0].bars[0].kind, PCI_BAR_MEMORY);
    CHECK_EQ_U64(found[0].bars[0].address, 0xfebc0000);
    CHECK_EQ_U64(found[0].bars[1].kind, PCI_BAR_IO);
    CHECK_EQ_U64(found[0].bars[1].address, 0xc040);
    CHECK_EQ_U64(found[0].bars[2].kind, PCI_BAR_MEMORY_64);
    CHECK_EQ_U64(found[0].bars[2].address, UINT64_C(0x12e0000000));
    CHECK(found[0].bars[2].prefetchable);
    CHECK_EQ_U64(found[0].bars[3].kind, PCI_BAR_NONE);
    CHECK_EQ_U64(found[0].bars[4].address, UINT64_C(0xfffffffffffffff0));
    CHECK_EQ_U64(found[0].capabilities, 0);
}

UNIT_TEST(pci_last_bar,
          "a 64-bit register in the last place, and kinds without an address, do no harm") {
    reset();
    uint32_t *words = add(0, 0, 0, 0x00018086, 0, 0);
    words[4] = 0x0000000c;
    words[9] = 0xd0000004;
    words[10] = 0x99999999; /* what would be its upper half is another register */
    words[6] = 0x00000001;  /* ports, nobody has said which */
    scan(0, 0);
    CHECK_EQ_U64(found[0].bars[0].kind, PCI_BAR_NONE);
    CHECK_EQ_U64(found[0].bars[2].kind, PCI_BAR_NONE);
    CHECK_EQ_U64(found[0].bars[5].kind, PCI_BAR_MEMORY);
    CHECK_EQ_U64(found[0].bars[5].address, 0xd0000000);
}

UNIT_TEST(pci_functions,
          "further functions are looked for only where the first says that there are some") {
    reset();
    add(0, 1, 0, 0x00018086, 0, 0x80);
    add(0, 1, 3, 0x00028086, 0, 0);
    add(0, 2, 0, 0x00038086, 0, 0);
    add(0, 2, 1, 0x00048086, 0, 0);
    add(0, 4, 1, 0x00058086, 0, 0);
    scan(0, 0);
    CHECK_EQ_U64(found_count, 3);
    CHECK_EQ_U64(found[1].address.function, 3);
    CHECK_EQ_U64(found[2].device, 3);
}

UNIT_TEST(pci_bridges, "what is behind bridges comes in the order of the buses") {
    reset();
    add_bridge(0, 1, 2, 3);
    add_bridge(0, 2, 1, 1);
    add_bridge(2, 0, 3, 3);
    add(1, 0, 0, 0x00018086, 0, 0);
    add(3, 5, 0, 0x00028086, 0, 0);
    scan(0, 255);
    CHECK_EQ_U64(found_count, 5);
    CHECK(found[0].leads_on && found[1].leads_on && found[3].leads_on);
    CHECK_EQ_U64(found[0].subordinate, 3);
    CHECK_EQ_U64(found[2].address.bus, 1);
    CHECK_EQ_U64(found[4].address.bus, 3);
}

UNIT_TEST(pci_loops, "bridges that lead back, to themselves, to one bus twice, or nowhere end the "
                     "scan all the same") {
    reset();
    add_bridge(0, 1, 0, 255);
    add_bridge(0, 2, 1, 255);
    add_bridge(0, 3, 1, 1);
    add_bridge(1, 0, 0, 255);
    add_bridge(1, 1, 1, 255);
    add_bridge(1, 2, 7, 3);
    add_bridge(1, 3, 200, 201);
    add(1, 4, 0, 0x00018086, 0, 0);
    scan(0, 100);
    CHECK_EQ_U64(found_count, 8);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQ_U64(found[i].leads_on, i == 1);
    }
}

UNIT_TEST(pci_second_root, "a bus that no bridge leads to is found") {
    reset();
    add(0, 0, 0, 0x00018086, 0x06000000, 0);
    add(128, 0, 0, 0x00028086, 0x06000000, 0);
    scan(0, 255);
    CHECK_EQ_U64(found_count, 2);
    CHECK_EQ_U64(found[1].address.bus, 128);
}

UNIT_TEST(pci_range, "no bus outside the range is read") {
    reset();
    add(9, 0, 0, 0x00018086, 0, 0);
    add_bridge(10, 0, 21, 21);
    add(20, 31, 0, 0x00028086, 0, 0);
    add(21, 0, 0, 0x00038086, 0, 0);
    scan(10, 20);
    CHECK_EQ_U64(found_count, 2);
    CHECK(!found[0].leads_on);
    CHECK_EQ_U64(found[1].device, 2);
}

UNIT_TEST(pci_empty, "spaces of all ones, or of all zeros, hold nothing") {
    reset();
    scan(0, 255);
    CHECK_EQ_U64(found_count, 0);
    CHECK_EQ_U64(reads, 256 * 32);
    nothing = 0;
    scan(0, 255);
    CHECK_EQ_U64(found_count, 0);
}

UNIT_TEST(pci_same_everywhere,
          "a bus that answers the same at every address ends, and is counted once each") {
    reset();
    nothing = 0x81818181; /* several functions, a header of no kind */
    scan(0, 255);
    CHECK_EQ_U64(found_count, 256 * 32 * 8);
    CHECK_EQ_U64(found[0].header, 1);
    nothing = 0x82858285;
    scan(0, 3);
    CHECK_EQ_U64(found_count, 4 * 32 * 8);
    CHECK_EQ_U64(found[0].header, 5);
    CHECK_EQ_U64(found[0].bars[0].kind, PCI_BAR_NONE);
    CHECK_EQ_U64(found[0].capabilities, 0);
    CHECK_EQ_U64(found[0].pin, 0);
}

static uint32_t *with_capabilities(uint8_t header) {
    reset();
    uint32_t *words = add(0, 0, 0, 0x00018086, 0, header);
    words[1] = 1u << 20;
    return words;
}

UNIT_TEST(pci_capabilities, "the capabilities in the list are told") {
    uint32_t *words = with_capabilities(0);
    words[13] = 0x43; /* the low two bits are reserved */
    words[16] = 0x8001;
    words[32] = 0xf811;
    words[62] = 0xa009;
    words[40] = 0x5010;
    words[20] = 0x0005;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities,
                 PCI_HAS_POWER | PCI_HAS_MSI_X | PCI_HAS_EXPRESS | PCI_HAS_MSI);
    words = with_capabilities(2);
    words[5] = 0x40;
    words[13] = 0x80;
    words[16] = 0x0005;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities, PCI_HAS_MSI);
    words = with_capabilities(0);
    words[1] = 0;
    words[13] = 0x40;
    words[16] = 0x0005;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities, 0);
}

UNIT_TEST(pci_capability_loops,
          "lists that loop, lead into the header or to nothing are called broken") {
    uint32_t *words = with_capabilities(0);
    words[13] = 0x40;
    words[16] = 0x5005;
    words[20] = 0x4009;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities, PCI_HAS_MSI | PCI_HAS_BROKEN_LIST);
    CHECK(reads < 31 + 100);
    words = with_capabilities(0);
    words[13] = 0x40;
    words[16] = 0x1005;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities, PCI_HAS_MSI | PCI_HAS_BROKEN_LIST);
    words = with_capabilities(0);
    words[13] = 0xfc;
    words[63] = UINT32_MAX;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities, PCI_HAS_BROKEN_LIST);
}

UNIT_TEST(pci_full_list, "a list that fills the space to the last word is not called a loop") {
    uint32_t *words = with_capabilities(0);
    words[13] = 0x40;
    for (unsigned at = 0x40; at < 0x100; at += 4) {
        words[at / 4] = (at + 4) << 8 | 0x09;
    }
    words[63] = 0x0010;
    scan(0, 0);
    CHECK_EQ_U64(found[0].capabilities, PCI_HAS_EXPRESS);
}

UNIT_TEST(pci_random, "spaces of random bytes are read without harm") {
    srand(1);
    for (unsigned round = 0; round < 2000; round++) {
        reset();
        for (unsigned i = 0; i < SPACES_MAX; i++) {
            uint32_t *words =
                add((uint8_t)(rand() % 4), (uint8_t)(rand() % 4), (uint8_t)(rand() % 8), 0, 0, 0);
            for (unsigned w = 0; w < 64; w++) {
                words[w] = (uint32_t)rand() << 16 ^ (uint32_t)rand();
            }
        }
        scan(0, 3);
        CHECK(found_count <= SPACES_MAX);
    }
}

UNIT_TEST(pci_names, "every class has a name, the special before the general") {
    CHECK_STR(pci_class_name(1, 6, 1), "SATA controller (AHCI)");
    CHECK_STR(pci_class_name(1, 6, 9), "SATA controller");
    CHECK_STR(pci_class_name(1, 0x33, 0), "storage controller");
    CHECK_STR(pci_class_name(0x0c, 3, 0x30), "USB controller (xHCI)");
    CHECK_STR(pci_class_name(0x77, 1, 2), "device of an unknown class");
    CHECK_STR(pci_vendor_name(0x8086), "Intel");
    CHECK(pci_vendor_name(0x8085) == NULL);
    for (unsigned code = 0; code < 0x10000; code++) {
        CHECK(strlen(pci_class_name((uint8_t)(code >> 8), (uint8_t)code, 0)) < 40);
    }
}
