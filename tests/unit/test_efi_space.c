/*
 * test_efi_space.c - what the firmware sees while it resets the machine, for ordinary and for hostile maps.
 */
/* uses: c/drivers/efi_space.c c/mm/memory_map.c */
#include "drivers/efi_space.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define POOL       UINT64_C(0x10000000) /* physical address of the tables; the stack follows them */
#define STACK      (POOL + EFI_SPACE_TABLES * UINT64_C(0x1000))
#define STACK_SIZE UINT64_C(0x20000)
#define PAGE       UINT64_C(0x1000)
#define MIB        UINT64_C(0x100000)
#define ADDRESS    UINT64_C(0x000ffffffffff000)
#define NX         (UINT64_C(1) << 63)
#define RUNTIME    (UINT64_C(1) << 63)

enum { PRESENT = 1, WRITE = 2, UNCACHED = 0x18, LARGE = 0x80 };

static struct efi_memory_descriptor entries[400];
static size_t entry_count;

static void add(uint32_t type, uint64_t start, uint64_t pages, uint64_t attribute) {
    entries[entry_count++] = (struct efi_memory_descriptor){
        .type = type, .physical_start = start, .page_count = pages, .attribute = attribute};
}

/* Much like OVMF's. */
static void ordinary_map(void) {
    entry_count = 0;
    add(EFI_TYPE_CONVENTIONAL, 0, 160, 0);
    add(EFI_TYPE_CONVENTIONAL, MIB, 0x7e00, 0);
    add(EFI_TYPE_LOADER_DATA, 0x7f00000, 0x100, 0);
    add(EFI_TYPE_RUNTIME_CODE, 0x8000000, 0x201, RUNTIME);
    add(EFI_TYPE_RUNTIME_DATA, 0x8201000, 0x10, RUNTIME);
    add(EFI_TYPE_ACPI_RECLAIM, 0x8211000, 4, 0);
    add(EFI_TYPE_RESERVED, 0x8215000, 2, 0);
    add(EFI_TYPE_CONVENTIONAL, 0x10000000, 0x1000, 0);
    add(EFI_TYPE_MMIO, 0x8000000000, 1, RUNTIME);
    add(EFI_TYPE_RESERVED, 0x9000000000, 1, 0);
}

static uint64_t *tables;

static struct efi_space build(bool expected) {
    free(tables);
    tables = aligned_alloc(PAGE, EFI_SPACE_TABLES * PAGE);
    memset(tables, 0xa5, EFI_SPACE_TABLES * PAGE);
    struct memory_map map;
    (void)memory_map_open(&map, entries, entry_count * sizeof *entries, sizeof *entries);
    struct efi_space space = {.tables = tables, .physical = POOL};
    CHECK_EQ_U64(efi_space_build(&space, &map, STACK, STACK_SIZE), expected);
    return space;
}

static void done(void) {
    free(tables);
    tables = NULL;
}

UNIT_TEST(efi_space_ordinary,
          "the firmware's memory and devices are mapped, each with its rights") {
    ordinary_map();
    const struct efi_space space = build(true);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x8000000), 0x8000000 | LARGE | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x8200000), 0x8200000 | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x8201000), 0x8201000 | NX | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x8216000), 0x8216000 | NX | UNCACHED | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, 0xfee00000),
                 0xfee00000 | NX | LARGE | UNCACHED | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x8000000000),
                 0x8000000000 | NX | UNCACHED | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, STACK), STACK | NX | WRITE | PRESENT);
    CHECK_EQ_U64(efi_space_lookup(&space, STACK + STACK_SIZE - 1),
                 (STACK + STACK_SIZE - PAGE) | NX | WRITE | PRESENT);
    CHECK(space.used < EFI_SPACE_TABLES);
    done();
}

UNIT_TEST(efi_space_kernel, "free memory, the kernel's own, and what lies beyond are not mapped") {
    ordinary_map();
    const struct efi_space space = build(true);
    CHECK_EQ_U64(efi_space_lookup(&space, 0), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, MIB), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x7f00000), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, POOL), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, STACK - PAGE), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, STACK + STACK_SIZE), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x9000000000), 0);
    CHECK_EQ_U64(efi_space_lookup(&space, UINT64_C(1) << 32), 0);
    for (unsigned i = 256; i < 512; i++) {
        CHECK_EQ_U64(tables[i], 0);
    }
    done();
}

UNIT_TEST(efi_space_identity,
          "every page is mapped to itself, and executable in runtime code alone") {
    ordinary_map();
    const struct efi_space space = build(true);
    for (uint64_t at = 0; at < UINT64_C(1) << 32; at += PAGE) {
        const uint64_t entry = efi_space_lookup(&space, at);
        if (entry == 0) {
            continue;
        }
        const uint64_t size = (entry & LARGE) != 0 ? 2 * MIB : PAGE;
        CHECK_EQ_U64(entry & ADDRESS, at & ~(size - 1));
        CHECK_EQ_U64((entry & NX) == 0, at >= 0x8000000 && at < 0x8201000);
    }
    done();
}

UNIT_TEST(efi_space_code, "an address is runtime code only inside such an entry") {
    ordinary_map();
    struct memory_map map;
    (void)memory_map_open(&map, entries, entry_count * sizeof *entries, sizeof *entries);
    CHECK(efi_space_is_runtime_code(&map, 0x8000000));
    CHECK(efi_space_is_runtime_code(&map, 0x8200fff));
    CHECK(!efi_space_is_runtime_code(&map, 0x8201000));
    CHECK(!efi_space_is_runtime_code(&map, 0x7ffffff));
    CHECK(!efi_space_is_runtime_code(&map, 0));
}

UNIT_TEST(efi_space_scattered,
          "a map too scattered for the tables is refused, without writing outside them") {
    entry_count = 0;
    for (uint64_t i = 0; i < 300; i++) {
        add(EFI_TYPE_RUNTIME_DATA, (i * 37 % 300) << 30, 1, RUNTIME);
    }
    const struct efi_space space = build(false);
    CHECK_EQ_U64(space.used, EFI_SPACE_TABLES);
    done();
}

UNIT_TEST(efi_space_many_holes,
          "devices that find no room are left out, the firmware's memory is not") {
    entry_count = 0;
    for (uint64_t i = 0; i < 300; i++) {
        add(EFI_TYPE_CONVENTIONAL, i * 8 * MIB, 1, 0);
    }
    add(EFI_TYPE_RUNTIME_CODE, 0xf0000000, 1, RUNTIME);
    const struct efi_space space = build(true);
    CHECK_EQ_U64(space.used, EFI_SPACE_TABLES);
    CHECK_EQ_U64(efi_space_lookup(&space, 0xf0000000), 0xf0000000 | WRITE | PRESENT);
    done();
}

UNIT_TEST(efi_space_overlap, "overlapping, empty and wrapping entries do no harm") {
    ordinary_map();
    add(EFI_TYPE_RUNTIME_DATA, 0x8000000, 0x300, RUNTIME);
    add(EFI_TYPE_RUNTIME_DATA, UINT64_MAX - 4095, 100, RUNTIME);
    add(EFI_TYPE_RUNTIME_DATA, 0x1000, 0, RUNTIME);
    add(EFI_TYPE_RESERVED, 0, UINT64_MAX, 0);
    const struct efi_space space = build(true);
    CHECK_EQ_U64(efi_space_lookup(&space, 0x8000000), 0x8000000 | LARGE | WRITE | PRESENT);
    done();
}

UNIT_TEST(efi_space_lower_half, "runtime memory above what the lower half can hold is left out") {
    ordinary_map();
    add(EFI_TYPE_RUNTIME_DATA, (UINT64_C(1) << 47) - PAGE, 2, RUNTIME);
    const struct efi_space space = build(true);
    CHECK_EQ_U64(efi_space_lookup(&space, (UINT64_C(1) << 47) - PAGE) & ADDRESS,
                 (UINT64_C(1) << 47) - PAGE);
    CHECK_EQ_U64(tables[256], 0);
    done();
}
