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

static struct memory_map memory;
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

/* Device registers lie where the processor can address them and where the memory map has no memory.
 * Whoever tried others would fault on a malformed page table entry, or write into somebody's data. */
static bool could_be_registers(uint64_t physical, uint64_t size) {
    const uint64_t limit = physical_end();
    return physical < limit && size <= limit - physical && !memory_map_is_ram(&memory, physical);
}

static void drop_impossible_ioapics(void) {
    unsigned kept = 0;
    for (unsigned i = 0; i < madt.ioapic_count; i++) {
        if (could_be_registers(madt.ioapics[i].address, PAGE_BYTES)) {
            madt.ioapics[kept++] = madt.ioapics[i];
        } else {
            madt.left_out++;
        }
    }
    madt.ioapic_count = kept;
}

static void drop_impossible_segments(void) {
    unsigned kept = 0;
    for (unsigned i = 0; i < mcfg.count; i++) {
        const struct acpi_mcfg_segment *segment = &mcfg.segments[i];
        const uint64_t buses = (uint64_t)(segment->last_bus - segment->first_bus) + 1;
        if (could_be_registers(segment->base +
                                   ((uint64_t)segment->first_bus << ACPI_MCFG_BUS_SHIFT),
                               buses << ACPI_MCFG_BUS_SHIFT)) {
            mcfg.segments[kept++] = *segment;
        } else {
            mcfg.left_out++;
        }
    }
    mcfg.count = kept;
}

static void drop_impossible_registers(void) {
    if (fixed.reset_space == ACPI_SPACE_MEMORY && !could_be_registers(fixed.reset_address, 1)) {
        fixed.reset_address = 0;
        fixed.reset_value = 0;
    }
    if (fixed.sleep_control_space == ACPI_SPACE_MEMORY &&
        !could_be_registers(fixed.sleep_control, 1)) {
        fixed.sleep_control = 0;
    }
    if (fixed.sleep_status_space == ACPI_SPACE_MEMORY &&
        !could_be_registers(fixed.sleep_status, 1)) {
        fixed.sleep_status = 0;
    }
}

void acpi_init(const BootInfo *info) {
    (void)memory_map_open(&memory, direct_map_pointer(info->memory_map_addr), info->memory_map_size,
                          info->memory_map_descriptor_size);
    rsdp = info->acpi_rsdp_addr;
    if (!acpi_tables_open(&tables, rsdp, map_physical)) {
        kprintf(rsdp == 0 ? "  ACPI: the firmware has none; using what every PC has\n"
                          : "  ACPI: the root tables are damaged; using what every PC has\n");
        return;
    }
    const uint8_t *table = acpi_find_table("FACP");
    if (table != NULL) {
        fixed = acpi_read_fadt(table);
        drop_impossible_registers();
    }
    table = acpi_find_table("APIC");
    if (table != NULL) {
        acpi_read_madt(table, &madt);
        drop_impossible_ioapics();
    }
    table = acpi_find_table("MCFG");
    if (table != NULL) {
        acpi_read_mcfg(table, &mcfg);
        drop_impossible_segments();
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
    const uint64_t address = hpet == NULL ? 0 : acpi_read_hpet(hpet);
    return could_be_registers(address, PAGE_BYTES) ? address : 0;
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
