/*
 * fuzz_mcfg.c - any MCFG: every segment lies where a processor can reach it, and no bus comes twice.
 */
/* uses: c/drivers/acpi_mcfg.c c/drivers/acpi_tables.c */
/* plant: c/drivers/acpi_mcfg.c: s/size <= PHYSICAL_END - segment->base/true/ */
/* plant: c/drivers/acpi_mcfg.c: s/segment->first_bus <= segment->last_bus;/true;/ */
/* plant: c/drivers/acpi_mcfg.c: s/mcfg->count < ACPI_MCFG_SEGMENTS_MAX/true/ */
/* plant: c/drivers/acpi_mcfg.c: s/earlier->first_bus <= segment->last_bus/earlier->first_bus < segment->last_bus/ */
/* plant: c/drivers/acpi_mcfg.c: s/at + MCFG_ENTRY_SIZE <= length/at < length/ */
#include "drivers/acpi_mcfg.h"

#include "drivers/acpi_tables.h"
#include "fuzz_input.h"

enum { HEADER = 44, ENTRY = 16, ENTRIES_MAX = 48 };

static void check_segment(const struct acpi_mcfg *mcfg, unsigned index) {
    const struct acpi_mcfg_segment *segment = &mcfg->segments[index];
    PROPERTY(segment->first_bus <= segment->last_bus, "a segment has a bus");
    PROPERTY(segment->base != 0 && segment->base % 0x100000 == 0, "buses take whole megabytes");
    PROPERTY(segment->base >> 52 == 0 && (segment->base >> 20) + segment->last_bus < UINT64_C(1)
                                                                                         << 32,
             "a processor can reach all of it");
    for (unsigned i = 0; i < index; i++) {
        const struct acpi_mcfg_segment *other = &mcfg->segments[i];
        PROPERTY(other->group != segment->group || other->last_bus < segment->first_bus ||
                     other->first_bus > segment->last_bus,
                 "no bus comes twice");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct acpi_mcfg mcfg;
    struct fuzz_input in = {data, size};
    uint8_t bytes[HEADER + ENTRY * (ENTRIES_MAX + 1)] = "MCFG";
    const size_t count = fuzz_take(&in, 1) % ENTRIES_MAX;
    const size_t length = HEADER + count * ENTRY + fuzz_take(&in, 1) % ENTRY;
    const bool many =
        fuzz_take(&in, 1) % 4 == 0; /* of different groups, so that all can be right */
    memcpy(bytes + 4, &(uint32_t){(uint32_t)length}, 4);
    for (size_t i = 0; i < count; i++) {
        uint8_t *entry = bytes + HEADER + i * ENTRY;
        const uint64_t base = many ? UINT64_C(0xe0000000) : fuzz_number(&in) & ~UINT64_C(0xfff);
        const uint8_t group = many ? (uint8_t)i : (uint8_t)fuzz_take(&in, 1) % 4;
        memcpy(entry, &base, 8);
        entry[8] = group;
        entry[10] = many ? 0 : (uint8_t)fuzz_take(&in, 1);
        entry[11] = many ? 255 : (uint8_t)fuzz_take(&in, 1);
    }
    uint8_t *table = fuzz_copy(bytes, length);
    acpi_read_mcfg(table, &mcfg);
    free(table);
    PROPERTY(mcfg.count <= ACPI_MCFG_SEGMENTS_MAX, "there is room for the segments");
    PROPERTY(mcfg.count + mcfg.left_out == count, "every entry is taken or counted");
    for (unsigned i = 0; i < mcfg.count; i++) {
        check_segment(&mcfg, i);
    }
    return 0;
}
