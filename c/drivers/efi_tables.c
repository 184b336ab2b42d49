/*
 * efi_tables.c - finds ResetSystem in the tables of the UEFI firmware (UEFI 2.10 chapter 4).
 */
#include "drivers/efi_tables.h"

#include <stdbool.h>
#include <string.h>

#define SYSTEM_TABLE_SIGNATURE     UINT64_C(0x5453595320494249) /* "IBI SYST" */
#define RUNTIME_SERVICES_SIGNATURE UINT64_C(0x56524553544e5552) /* "RUNTSERV" */
#define CRC_POLYNOMIAL             UINT32_C(0xedb88320)

/* EFI_TABLE_HEADER, section 4.2. */
struct efi_table_header {
    uint64_t signature;
    uint32_t revision;
    uint32_t size;  /* bytes of the whole table, over which the CRC goes */
    uint32_t crc32; /* counts as 0 in its own computation */
    uint32_t reserved;
};

_Static_assert(sizeof(struct efi_table_header) == 24, "EFI_TABLE_HEADER layout");

enum {
    SYSTEM_TABLE_RUNTIME_SERVICES = 88,  /* EFI_SYSTEM_TABLE, section 4.3 */
    RUNTIME_SERVICES_RESET_SYSTEM = 104, /* EFI_RUNTIME_SERVICES, section 4.5 */
    TABLE_SIZE_MAX = 4096,               /* the largest of the specification has less than 400 */
};

uint32_t efi_crc32(uint32_t crc, const uint8_t *bytes, size_t size) {
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
        }
    }
    return ~crc;
}

static bool has_right_crc(const uint8_t *table, const struct efi_table_header *header) {
    static const uint8_t zero[sizeof header->crc32];
    const size_t before = offsetof(struct efi_table_header, crc32);
    const size_t after = before + sizeof zero;
    uint32_t crc = efi_crc32(0, table, before);

    crc = efi_crc32(crc, zero, sizeof zero);
    crc = efi_crc32(crc, table + after, header->size - after);
    return crc == header->crc32;
}

/* The 64-bit number at `offset` of the table at `physical`; 0 when the table is not what it should be. */
static uint64_t pointer_in(uint64_t physical, uint64_t signature, size_t offset,
                           efi_map_function map) {
    struct efi_table_header header;
    uint64_t value;

    if (physical == 0 || physical > UINT64_MAX - TABLE_SIZE_MAX) {
        return 0;
    }
    const uint8_t *table = map(physical, sizeof header);
    if (table == NULL) {
        return 0;
    }
    memcpy(&header, table, sizeof header);
    if (header.signature != signature || header.size < offset + sizeof value ||
        header.size > TABLE_SIZE_MAX) {
        return 0;
    }
    table = map(physical, header.size);
    if (table == NULL || !has_right_crc(table, &header)) {
        return 0;
    }
    memcpy(&value, table + offset, sizeof value);
    return value;
}

uint64_t efi_find_reset_system(uint64_t system_table, efi_map_function map) {
    const uint64_t runtime_services =
        pointer_in(system_table, SYSTEM_TABLE_SIGNATURE, SYSTEM_TABLE_RUNTIME_SERVICES, map);
    return pointer_in(runtime_services, RUNTIME_SERVICES_SIGNATURE, RUNTIME_SERVICES_RESET_SYSTEM,
                      map);
}
