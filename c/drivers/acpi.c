/*
 * acpi.c - what the kernel wants to know from the ACPI tables, on the bare machine.
 *
 * Tables are read through the direct map. Where it has a hole, the missing pages are filled in,
 * read-only: firmware may keep tables in memory that its own map does not mention.
 */
#include "drivers/acpi.h"

#include <stddef.h>

#include "cpu/io.h"
#include "cpu/kprint.h"
#include "mm/direct_map.h"
#include "mm/memory_map.h"
#include "mm/vmm.h"

#define CPUID_EXTENDED      0x80000000u
#define CPUID_ADDRESS_SIZES 0x80000008u /* EAX bits 0 to 7: physical address bits */

enum { PHYSICAL_BITS_DEFAULT = 36 };

static uint64_t rsdp;
static struct acpi_tables tables;
static struct acpi_fixed fixed;
static struct acpi_madt madt;
static struct acpi_mcfg mcfg;

/* An entry of a page table with an address beyond this is malformed, and a read through it a page fault. */
static uint64_t physical_end(void) {
    unsigned bits = PHYSICAL_BITS_DEFAULT;
    if (cpuid(CPUID_EXTENDED, 0).eax >= CPUID_ADDRESS_SIZES) {
        bits = cpuid(CPUID_ADDRESS_SIZES, 0).eax & 0xff;
    }
    const uint64_t end = UINT64_C(1) << (bits < 52 ? bits : 52);
    return end < DIRECT_MAP_SIZE ? end : DIRECT_MAP_SIZE;
}

/* An acpi_map_function. */
static const uint8_t *map_physical(uint64_t physical, uint64_t size) {
    const uint64_t limit = physical_end();
    if (physical >= limit || size > limit - physical) {
        return NULL;
    }
    const uint64_t first = physical & ~(PAGE_BYTES - 1);
    for (uint64_t page = first; page < physical + size; page += PAGE_BYTES) {
        const uint64_t address = (uint64_t)(uintptr_t)direct_map_pointer(page);
        if (vmm_translate(address) == VMM_UNMAPPED &&
            vmm_map(address, page, PAGE_BYTES, HAL_MAP_READ) != HAL_OK) {
            return NULL;
        }
    }
    return direct_map_pointer(physical);
}

/* To try an IOAPIC is to write to it: where the memory map has memory, that would destroy what is in it. */
static void drop_ioapics_in_memory(const BootInfo *info) {
    struct memory_map map;
    (void)memory_map_open(&map, direct_map_pointer(info->memory_map_addr), info->memory_map_size,
                          info->memory_map_descriptor_size);
    unsigned kept = 0;
    for (unsigned i = 0; i < madt.ioapic_count; i++) {
        if (memory_map_is_ram(&map, madt.ioapics[i].address)) {
            madt.left_out++;
        } else {
            madt.ioapics[kept++] = madt.ioapics[i];
        }
    }
    madt.ioapic_count = kept;
}

void acpi_init(const BootInfo *info) {
    rsdp = info->acpi_rsdp_addr;
    if (!acpi_tables_open(&tables, rsdp, map_physical)) {
        kprintf(rsdp == 0 ? "  ACPI: the firmware has none; using what every PC has\n"
                          : "  ACPI: the root tables are damaged; using what every PC has\n");
        return;
    }
    const uint8_t *table = acpi_find_table("FACP");
    if (table != NULL) {
        fixed = acpi_read_fadt(table);
    }
    table = acpi_find_table("APIC");
    if (table != NULL) {
        acpi_read_madt(table, &madt);
        drop_ioapics_in_memory(info);
    }
    table = acpi_find_table("MCFG");
    if (table != NULL) {
        acpi_read_mcfg(table, &mcfg);
    }
}

const struct acpi_fixed *acpi_fixed_table(void) {
    return &fixed;
}

const struct acpi_madt *acpi_madt(void) {
    return &madt;
}

unsigned acpi_mcfg_segments(const struct acpi_mcfg_segment **segments) {
    *segments = mcfg.segments;
    return mcfg.count;
}

uint64_t acpi_rsdp_address(void) {
    return rsdp;
}

const struct acpi_tables *acpi_root_table(void) {
    return &tables;
}

/* The DSDT is in no list: only the FADT knows it. */
static const uint8_t *find_dsdt(void) {
    return acpi_table_at(map_physical, fixed.dsdt, "DSDT");
}

const void *acpi_find_table(const char signature[4]) {
    return acpi_tables_find(&tables, signature, 0);
}

uint64_t acpi_hpet_address(void) {
    const uint8_t *hpet = acpi_find_table("HPET");
    return hpet == NULL ? 0 : acpi_read_hpet(hpet);
}

uint16_t acpi_pm_timer_port(void) {
    return fixed.pm_timer;
}

bool acpi_pm_timer_is_32bit(void) {
    return fixed.pm_timer_is_32bit;
}

bool acpi_find_power_off(struct acpi_fixed *registers, struct acpi_sleep_type *type) {
    *registers = fixed;
    if (fixed.pm1a_control == 0) {
        return false;
    }
    const uint8_t *code = find_dsdt();
    for (size_t index = 0; code == NULL || !acpi_find_s5(code, type); index++) {
        code = acpi_tables_find(&tables, "SSDT", index);
        if (code == NULL) {
            return false;
        }
    }
    return true;
}
