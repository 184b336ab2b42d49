/*
 * acpi_reset.c - the ACPI reset register (ACPI 6.5 section 4.8.3.6).
 */
#include <stddef.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "drivers/acpi_fields.h"
#include "drivers/reset_ports.h"
#include "mm/direct_map.h"
#include "mm/vmm.h"

enum {
    PORT_CONFIG_ADDRESS = 0xcf8, /* PCI configuration mechanism 1 */
    PORT_CONFIG_DATA = 0xcfc,
    DEVICE_MAX = 31,
    FUNCTION_MAX = 7,
    OFFSET_MAX = 255,
};

#define CONFIG_ENABLE UINT32_C(0x80000000)

/* The direct map reaches the first 4 GiB without any new page, so this works when memory is exhausted. */
static void write_memory(uint64_t address, uint8_t value) {
    volatile uint8_t *at = NULL;
    if (address < DIRECT_MAP_SIZE &&
        vmm_translate((uint64_t)(uintptr_t)direct_map_pointer(address)) != VMM_UNMAPPED) {
        at = direct_map_pointer(address);
    } else {
        at = vmm_map_device(address, 1);
    }
    if (at != NULL) {
        *at = value;
    }
}

/* A device on bus 0; its number, its function and the register have 16 bits each. */
static void write_config(uint64_t address, uint8_t value) {
    const uint64_t device = address >> 32, function = address >> 16 & 0xffff, at = address & 0xffff;
    if (device > DEVICE_MAX || function > FUNCTION_MAX || at > OFFSET_MAX) {
        return;
    }
    outl(PORT_CONFIG_ADDRESS,
         CONFIG_ENABLE | (uint32_t)(device << 11 | function << 8 | (at & ~UINT64_C(3))));
    outb((uint16_t)(PORT_CONFIG_DATA + (at & 3)), value);
}

void acpi_reset(void) {
    const struct acpi_fixed *fixed = acpi_fixed_table();
    if (fixed->reset_address == 0) {
        return;
    }
    switch (fixed->reset_space) {
    case ACPI_SPACE_MEMORY:
        write_memory(fixed->reset_address, fixed->reset_value);
        break;
    case ACPI_SPACE_IO:
        outb((uint16_t)fixed->reset_address, fixed->reset_value);
        break;
    default:
        write_config(fixed->reset_address, fixed->reset_value);
        break;
    }
    reset_wait();
}
