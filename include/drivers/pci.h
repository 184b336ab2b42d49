/*
 * pci.h - finds the functions on the PCI buses (PCI Local Bus 3.0 chapter 6, PCI Express Base 5.0 chapter 7).
 *
 * Reads only. The size of a base address register, which can be had only by writing to it, is not found out:
 * meanwhile the device would not decode its addresses, and the frame buffer, the console or a disk at work
 * may be behind them. The scan is pure, for configuration space is read through a callback; what it returns
 * may be anything.
 */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/format.h"

enum { PCI_BUSES = 256, PCI_DEVICES = 32, PCI_FUNCTIONS = 8, PCI_BARS = 6 };

struct pci_address {
    uint16_t segment;
    uint8_t bus, device, function;
};

/* Reads the 32 bits at `offset`, a multiple of 4 below 256. All ones where there is nothing. */
typedef uint32_t (*pci_reader)(void *context, struct pci_address address, unsigned offset);

enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_IO, PCI_BAR_MEMORY, PCI_BAR_MEMORY_64 };

struct pci_bar {
    enum pci_bar_kind kind; /* NONE: not there, not set, or the upper half of the one before */
    bool prefetchable;
    uint64_t address;
};

/* The kinds of header that there are, in bits 0 to 6 of the header type. */
enum pci_header { PCI_HEADER_DEVICE = 0, PCI_HEADER_BRIDGE = 1, PCI_HEADER_CARDBUS = 2 };

/* Capabilities that are told, bits of pci_function.capabilities. */
enum {
    PCI_HAS_POWER = 1 << 0,
    PCI_HAS_MSI = 1 << 1,
    PCI_HAS_MSI_X = 1 << 2,
    PCI_HAS_EXPRESS = 1 << 3,
    PCI_HAS_BROKEN_LIST = 1 << 4, /* the list of capabilities loops or leads nowhere */
};

struct pci_function {
    struct pci_address address;
    uint16_t vendor, device;
    uint8_t class_code, subclass, interface, revision;
    uint8_t header; /* enum pci_header, or a number that means nothing */
    uint8_t pin,
        line; /* pin 1 to 4: A to D, 0 none; line: as the firmware noted it, 0xff unknown */
    uint8_t secondary, subordinate; /* of a bridge: the bus behind it, and the highest that is */
    bool leads_on;        /* a bridge, and the bus behind it can be: above its own, no other's */
    uint8_t capabilities; /* PCI_HAS_... */
    struct pci_bar bars[PCI_BARS];
};

/* Is called for every function found, ascending by address. */
typedef void (*pci_visitor)(void *context, const struct pci_function *function);

/* Scans the buses first_bus to last_bus of a segment. Each is looked at once, whatever the bridges say: so
 * buses below a second host bridge are found, and this ends. */
void pci_scan(uint16_t segment, uint8_t first_bus, uint8_t last_bus, pci_reader read,
              void *read_context, pci_visitor visit, void *visit_context);

/* Class, subclass and interface in words; a name that says that it is unknown otherwise. Never NULL. */
const char *pci_class_name(uint8_t class_code, uint8_t subclass, uint8_t interface);

/* The maker's name, or NULL. */
const char *pci_vendor_name(uint16_t vendor);

/* .PCI. The bare machine's, not pure. */
void pci_report(format_sink sink, void *context);

#endif
