/*
 * pci_access.c - the two ways to PCI configuration space.
 *
 * A segment's space in memory has up to 256 MiB, of which a page per function matters. One page of kernel
 * address space is moved over it, uncached, rather than mapping it all.
 */
#include "drivers/pci_access.h"

#include "cpu/io.h"
#include "mm/direct_map.h"
#include "mm/vmm.h"

enum {
    PORT_ADDRESS = 0xcf8, /* PCI Local Bus 3.0 section 3.2.2.3.2 */
    PORT_DATA = 0xcfc,
    BUS_SHIFT = 20, /* PCI Express Base 5.0 section 7.2.2 */
    DEVICE_SHIFT = 15,
    FUNCTION_SHIFT = 12,
};

#define ADDRESS_ENABLE UINT32_C(0x80000000)

/* Away from what callers of vmm_map choose, and from vmm_map_device's addresses. */
#define WINDOW (KERNEL_MAP_BASE + (UINT64_C(3) << 40))

/* The address register keeps what is written; where there is none, the bus reads as all ones. */
bool pci_ports_are_present(void) {
    const uint64_t flags = interrupts_save_and_disable();
    const uint32_t before = inl(PORT_ADDRESS);
    outl(PORT_ADDRESS, ADDRESS_ENABLE);
    const bool present = inl(PORT_ADDRESS) == ADDRESS_ENABLE;
    outl(PORT_ADDRESS, before);
    interrupts_restore(flags);
    return present;
}

uint32_t pci_read_by_ports(void *context, struct pci_address address, unsigned offset) {
    (void)context;
    const uint64_t flags = interrupts_save_and_disable(); /* address and data belong together */
    outl(PORT_ADDRESS, ADDRESS_ENABLE | (uint32_t)address.bus << 16 |
                           (uint32_t)address.device << 11 | (uint32_t)address.function << 8 |
                           offset);
    const uint32_t value = inl(PORT_DATA);
    interrupts_restore(flags);
    return value;
}

void pci_ecam_close(struct pci_ecam *ecam) {
    if (ecam->page != 0) {
        (void)vmm_unmap(WINDOW, PAGE_BYTES);
        ecam->page = 0;
    }
}

uint32_t pci_read_by_ecam(void *context, struct pci_address address, unsigned offset) {
    struct pci_ecam *ecam = context;
    const uint64_t page = ecam->segment->base + ((uint64_t)address.bus << BUS_SHIFT) +
                          ((uint64_t)address.device << DEVICE_SHIFT) +
                          ((uint64_t)address.function << FUNCTION_SHIFT);
    if (page != ecam->page) {
        pci_ecam_close(ecam);
        if (vmm_map(WINDOW, page, PAGE_BYTES, HAL_MAP_READ | HAL_MAP_NOCACHE) != HAL_OK) {
            return UINT32_MAX;
        }
        ecam->page = page;
    }
    return *(const volatile uint32_t *)(uintptr_t)(WINDOW + offset);
}
