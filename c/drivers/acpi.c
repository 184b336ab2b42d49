/*
 * acpi.c - what the kernel wants to know from the ACPI tables, on the bare machine.
 *
 * Tables are read through the direct map. Where it has a hole, the missing pages are filled in,
 * read-only: firmware may keep tables in memory that its own map does not mention.
 */
#include "drivers/acpi.h"

#include <stddef.h>

#include "drivers/acpi_fields.h"
#include "drivers/acpi_tables.h"
#include "mm/direct_map.h"
#include "mm/vmm.h"

static struct acpi_tables tables;
static struct acpi_fixed fixed;
static struct acpi_madt madt_facts;
static struct acpi_mcfg mcfg_facts;

/* An acpi_map_function. */
static const uint8_t *map_physical(uint64_t physical, uint64_t size) {
    if (physical >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - physical) {
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

void acpi_init(const BootInfo *info) {
    if (!acpi_tables_open(&tables, info->acpi_rsdp_addr, map_physical)) {
        return;
    }
    const uint8_t *fadt = acpi_find_table("FACP");
    if (fadt != NULL) {
        fixed = acpi_read_fadt(fadt);
    }
    const uint8_t *madt = acpi_find_table("APIC");
    if (madt != NULL) {
        acpi_read_madt(madt, &madt_facts);
    }
    const uint8_t *mcfg = acpi_find_table("MCFG");
    if (mcfg != NULL) {
        acpi_read_mcfg(mcfg, &mcfg_facts);
    }
}

const struct acpi_fixed *acpi_fixed_table(void) {
    return &fixed;
}

const struct acpi_madt *acpi_madt(void) {
    return &madt_facts;
}

unsigned acpi_mcfg_segments(const struct acpi_mcfg_segment **segments) {
    *segments = mcfg_facts.segments;
    return mcfg_facts.count;
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

uint64_t acpi_lapic_address(void) {
    const uint8_t *madt = acpi_find_table("APIC");
    return madt == NULL ? 0 : acpi_read_madt_lapic(madt);
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
