/*
 * firmware_kernel.c - what the firmware of the bare machine says of itself and of the machine.
 *
 * UEFI 2.10 section 4.3, the system table; SMBIOS 3.6 chapters 5 and 7.2. Whatever is read is firmware's, so it is
 * bounded, and looked at only where the kernel has a mapping.
 */
#include "firmware_kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "hal/hal_boot.h"
#include "mm/direct_map.h"
#include "mm/vmm.h"

#define PAGE         UINT64_C(4096)
#define TEXT_SIZE    96u
#define TABLES_MOST  64u
#define SMBIOS_MOST  65536u /* bytes of structures that are looked through */
#define STRINGS_MOST 32u

/* Offsets in the EFI system table and its list of configuration tables. */
enum {
    SYSTEM_VENDOR = 24,
    SYSTEM_REVISION = 32,
    SYSTEM_TABLE_COUNT = 104,
    SYSTEM_TABLES = 112,
    SYSTEM_SIZE = 120,
    ENTRY_SIZE = 24, /* GUID, address */
    ENTRY_ADDRESS = 16,
};

/* Of SMBIOS: both kinds of entry point, and a structure. */
enum {
    POINT_SIZE = 32,
    POINT_2_ADDRESS = 24, /* "_SM_": 32 bits */
    POINT_3_ADDRESS = 16, /* "_SM3_": 64 bits */
    STRUCTURE_LENGTH = 1,
    STRUCTURE_HEADER = 4,
    SYSTEM_MANUFACTURER = 4,
    SYSTEM_PRODUCT = 5,
    TYPE_SYSTEM = 1,
    TYPE_END = 127,
};

static const uint8_t guid_smbios_2[16] = {0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                          0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};
static const uint8_t guid_smbios_3[16] = {0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a,
                                          0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94};

static const BootInfo *boot_info;

void __wrap_hal_file_init(const BootInfo *info);
void __real_hal_file_init(const BootInfo *info);

/* The one function of the boot that is given what the loader left, and may keep it. */
void __wrap_hal_file_init(const BootInfo *info) {
    boot_info = info;
    __real_hal_file_init(info);
}

const char *firmware_command_line(void) {
    return boot_info != NULL ? boot_info->cmdline : NULL;
}

/* `size` bytes of physical memory, NULL where they are not mapped. */
static const uint8_t *bytes_at(uint64_t physical, uint64_t size) {
    if (physical == 0 || physical >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - physical) {
        return NULL;
    }
    for (uint64_t at = physical & ~(PAGE - 1); at < physical + size; at += PAGE) {
        if (vmm_translate((uint64_t)(uintptr_t)direct_map_pointer(at)) == VMM_UNMAPPED) {
            return NULL;
        }
    }
    return direct_map_pointer(physical);
}

static uint64_t number_at(const uint8_t *bytes, unsigned size) {
    uint64_t value = 0;
    for (unsigned i = size; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

static size_t append(char *text, size_t used, char c) {
    if (used < TEXT_SIZE - 1) {
        text[used++] = c >= ' ' && c <= '~' ? c : '?';
        text[used] = '\0';
    }
    return used;
}

static size_t append_number(char *text, size_t used, unsigned number) {
    if (number >= 10) {
        used = append_number(text, used, number / 10);
    }
    return append(text, used, (char)('0' + number % 10));
}

static const uint8_t *system_table(void) {
    return boot_info == NULL ? NULL : bytes_at(boot_info->efi_system_table, SYSTEM_SIZE);
}

const char *firmware_vendor(void) {
    static char text[TEXT_SIZE];
    const uint8_t *table = system_table();
    if (table == NULL) {
        return NULL;
    }
    const uint64_t name = number_at(table + SYSTEM_VENDOR, 8);
    const unsigned revision = (unsigned)number_at(table + SYSTEM_REVISION, 4);
    size_t used = 0;
    for (unsigned i = 0; i < TEXT_SIZE / 2; i++) {
        const uint8_t *wide = bytes_at(name + UINT64_C(2) * i, 2);
        if (wide == NULL || number_at(wide, 2) == 0) {
            break;
        }
        used = append(text, used, wide[1] == 0 ? (char)wide[0] : '?');
    }
    used = append(text, used, ' ');
    used = append_number(text, used, revision >> 16);
    used = append(text, used, '.');
    (void)append_number(text, used, revision & 0xffff);
    return text;
}

/* Physical address of the SMBIOS structures, 0: there are none. */
static uint64_t smbios_structures(void) {
    const uint8_t *table = system_table();
    const uint64_t count = table != NULL ? number_at(table + SYSTEM_TABLE_COUNT, 8) : 0;
    uint64_t found = 0;
    for (uint64_t i = 0; i < count && i < TABLES_MOST; i++) {
        const uint8_t *entry =
            bytes_at(number_at(table + SYSTEM_TABLES, 8) + i * ENTRY_SIZE, ENTRY_SIZE);
        const uint8_t *point =
            entry != NULL ? bytes_at(number_at(entry + ENTRY_ADDRESS, 8), POINT_SIZE) : NULL;
        if (point == NULL) {
            continue;
        }
        if (memcmp(entry, guid_smbios_3, sizeof guid_smbios_3) == 0) {
            return number_at(point + POINT_3_ADDRESS, 8);
        }
        if (memcmp(entry, guid_smbios_2, sizeof guid_smbios_2) == 0) {
            found = number_at(point + POINT_2_ADDRESS, 4);
        }
    }
    return found;
}

/* One byte of the structures; both zeros at their end where nothing is mapped. */
static uint8_t byte_at(uint64_t at) {
    const uint8_t *byte = bytes_at(at, 1);
    return byte != NULL ? *byte : 0;
}

/* Appends string number `wanted` of those that begin at `at`, counted from 1; they end with an empty one. */
static size_t append_string(char *text, size_t used, uint64_t at, uint8_t wanted) {
    for (uint8_t number = 1; number < wanted && number < STRINGS_MOST; number++) {
        while (byte_at(at) != 0) {
            at++;
        }
        at++;
    }
    for (; wanted != 0 && byte_at(at) != 0 && used < TEXT_SIZE - 1; at++) {
        used = append(text, used, (char)byte_at(at));
    }
    return used;
}

/* Where the strings of a structure, and so the structure, end. */
static uint64_t behind_strings(uint64_t at, uint64_t end) {
    while (at < end && (byte_at(at) != 0 || byte_at(at + 1) != 0)) {
        at++;
    }
    return at + 2;
}

const char *firmware_model(void) {
    static char text[TEXT_SIZE];
    uint64_t at = smbios_structures();
    const uint64_t end = at + SMBIOS_MOST;
    while (at != 0 && at < end && byte_at(at) != TYPE_END &&
           byte_at(at + STRUCTURE_LENGTH) >= STRUCTURE_HEADER) {
        const uint64_t strings = at + byte_at(at + STRUCTURE_LENGTH);
        if (byte_at(at) == TYPE_SYSTEM) {
            size_t used = append_string(text, 0, strings, byte_at(at + SYSTEM_MANUFACTURER));
            used = append(text, used, ' ');
            (void)append_string(text, used, strings, byte_at(at + SYSTEM_PRODUCT));
            return text;
        }
        at = behind_strings(strings, end);
    }
    return NULL;
}
