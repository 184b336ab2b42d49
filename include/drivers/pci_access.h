/*
 * pci_access.h - the two ways to PCI configuration space: memory (ECAM) and the ports 0xcf8 and 0xcfc.
 *
 * Not for interrupt handlers.
 */
#ifndef DRIVERS_PCI_ACCESS_H
#define DRIVERS_PCI_ACCESS_H

#include <stdbool.h>

#include "drivers/acpi_mcfg.h"
#include "drivers/pci.h"

/* True when the machine has the two ports, configuration mechanism 1. */
bool pci_ports_are_present(void);

/* A pci_reader without context, for segment 0. */
uint32_t pci_read_by_ports(void *context, struct pci_address address, unsigned offset);

/* A look at the configuration space of one segment, page after page. */
struct pci_ecam {
    const struct acpi_mcfg_segment *segment;
    uint64_t page; /* physical address of the page that is mapped, 0 none */
};

/* A pci_reader whose context is a struct pci_ecam. One at a time, for there is one window. All ones when no
 * memory for tables is left. */
uint32_t pci_read_by_ecam(void *context, struct pci_address address, unsigned offset);

/* Takes the window away. */
void pci_ecam_close(struct pci_ecam *ecam);

#endif
