/*
 * hal_device.c - registers of devices that the kernel does not drive itself.
 *
 * Registers in memory are reached through one page of addresses that shows another page of them when that is
 * asked for: a VM that looks at many costs no memory.
 */
#include "hal/hal_device.h"

#include <stdbool.h>
#include <stddef.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "mm/direct_map.h"
#include "mm/vmm.h"

/* Away from what callers of vmm_map choose, vmm_map_device's addresses and pci_access.c. */
#define WINDOW       (KERNEL_MAP_BASE + (UINT64_C(5) << 40))
#define PHYSICAL_END (UINT64_C(1) << 52)
#define NOTHING      UINT64_MAX
#define BUS_BYTES    (UINT64_C(1) << 20) /* of PCI configuration space */

static uint64_t shown = NOTHING; /* physical page behind WINDOW */

static bool is_width(unsigned width, unsigned widest) {
    return width != 0 && width <= widest && (width & (width - 1)) == 0;
}

/* ---- registers in memory ---- */

/* PCI configuration decides where registers of devices are. */
static bool is_pci_configuration(uint64_t page) {
    const struct acpi_mcfg_segment *segments;
    const unsigned count = acpi_mcfg_segments(&segments);
    for (unsigned i = 0; i < count; i++) {
        const uint64_t first = segments[i].base + segments[i].first_bus * BUS_BYTES;
        const uint64_t size = (segments[i].last_bus - segments[i].first_bus + 1u) * BUS_BYTES;
        if (page >= first && page - first < size) {
            return true;
        }
    }
    return false;
}

static hal_status show(uint64_t page) {
    if (page == shown) {
        return HAL_OK;
    }
    if (vmm_is_kernels(page, PAGE_BYTES) || is_pci_configuration(page)) {
        return HAL_ERR_BUSY;
    }
    if (shown != NOTHING) {
        shown = NOTHING;
        (void)vmm_unmap(WINDOW, PAGE_BYTES);
    }
    const hal_status status =
        vmm_map(WINDOW, page, PAGE_BYTES, HAL_MAP_READ | HAL_MAP_WRITE | HAL_MAP_NOCACHE);
    if (status == HAL_OK) {
        shown = page;
    }
    return status;
}

/* Finds the pointer to a register. */
static hal_status reach(uint64_t address, unsigned width, uint64_t *at) {
    if (!is_width(width, 8) || address % width != 0 || address >= PHYSICAL_END) {
        return HAL_ERR_INVALID;
    }
    *at = WINDOW + address % PAGE_BYTES;
    return show(address & ~(PAGE_BYTES - 1));
}

hal_status hal_mmio_read(uint64_t address, unsigned width, uint64_t *value) {
    uint64_t at;
    const hal_status status = reach(address, width, &at);
    if (status != HAL_OK) {
        return status;
    }
    switch (width) {
    case 1:
        *value = *(volatile uint8_t *)at;
        break;
    case 2:
        *value = *(volatile uint16_t *)at;
        break;
    case 4:
        *value = *(volatile uint32_t *)at;
        break;
    default:
        *value = *(volatile uint64_t *)at;
    }
    return HAL_OK;
}

hal_status hal_mmio_write(uint64_t address, unsigned width, uint64_t value) {
    uint64_t at;
    const hal_status status = reach(address, width, &at);
    if (status != HAL_OK) {
        return status;
    }
    switch (width) {
    case 1:
        *(volatile uint8_t *)at = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)at = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)at = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)at = value;
    }
    return HAL_OK;
}

/* ---- ports ---- */

/* Both ends included. CMOS is here because index and data are two accesses, between which the kernel may read
 * the time, and because its index register masks NMIs. */
static const struct {
    uint16_t first, last;
} kernels[] = {
    {0x00, 0x1f},     /* DMA controller: writes anywhere in memory */
    {0x20, 0x3f},     /* 8259 */
    {0x40, 0x5f},     /* 8254 */
    {0x60, 0x64},     /* keyboard controller, system control port B */
    {0x70, 0x77},     /* CMOS and its extension */
    {0x80, 0x9f},     /* DMA pages, system control port A: reset */
    {0xa0, 0xbf},     /* 8259; APM: enters the firmware's system management mode */
    {0xc0, 0xdf},     /* DMA controller */
    {0xf4, 0xf4},     /* QEMU's debug exit */
    {0x3f8, 0x3ff},   /* COM1 */
    {0x400, 0x4d6},   /* EISA DMA, trigger modes of the 8259 */
    {0x501, 0x501},   /* QEMU's debug exit */
    {0x510, 0x51b},   /* QEMU's firmware configuration: has a DMA of its own */
    {0xcf8, 0xcff},   /* PCI configuration, reset */
    {0x5658, 0x5659}, /* VMware's and QEMU's back door */
};

static bool overlaps(uint64_t port, unsigned width, uint64_t first, uint64_t size) {
    return first != 0 && port < first + size && first < port + width;
}

/* Power management. PM1 status and enable, PM1 control, timer, SMI command, reset. */
static bool is_acpi(uint64_t port, unsigned width) {
    const struct acpi_fixed *fixed = acpi_fixed_table();
    return overlaps(port, width, fixed->pm1a_event, fixed->pm1_event_length) ||
           overlaps(port, width, fixed->pm1b_event, fixed->pm1_event_length) ||
           overlaps(port, width, fixed->pm1a_control, 2) ||
           overlaps(port, width, fixed->pm1b_control, 2) ||
           overlaps(port, width, fixed->pm_timer, 4) ||
           overlaps(port, width, fixed->smi_command, 2) ||
           (fixed->reset_space == ACPI_SPACE_IO && overlaps(port, width, fixed->reset_address, 1));
}

static hal_status check_port(uint64_t port, unsigned width) {
    if (!is_width(width, 4) || port > UINT16_MAX + UINT64_C(1) - width) {
        return HAL_ERR_INVALID;
    }
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        if (port <= kernels[i].last && port + width > kernels[i].first) {
            return HAL_ERR_BUSY;
        }
    }
    return is_acpi(port, width) ? HAL_ERR_BUSY : HAL_OK;
}

hal_status hal_port_read(uint64_t port, unsigned width, uint64_t *value) {
    const hal_status status = check_port(port, width);
    if (status == HAL_OK) {
        *value = width == 1   ? inb((uint16_t)port)
                 : width == 2 ? inw((uint16_t)port)
                              : inl((uint16_t)port);
    }
    return status;
}

hal_status hal_port_write(uint64_t port, unsigned width, uint64_t value) {
    const hal_status status = check_port(port, width);
    if (status != HAL_OK) {
        return status;
    }
    if (width == 1) {
        outb((uint16_t)port, (uint8_t)value);
    } else if (width == 2) {
        outw((uint16_t)port, (uint16_t)value);
    } else {
        outl((uint16_t)port, (uint32_t)value);
    }
    return HAL_OK;
}
