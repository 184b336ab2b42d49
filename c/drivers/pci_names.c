/*
 * pci_names.c - class codes and makers in words (PCI Code and ID Assignment Specification 1.11).
 */
#include <stddef.h>

#include "drivers/pci.h"

enum { ANY = 0x100 };

/* The first line that fits gives the name: the more special ones come first. */
static const struct {
    uint16_t class_code, subclass, interface;
    const char *name;
} classes[] = {
    {0x00, 0x01, ANY, "VGA-compatible device (old)"},
    {0x00, ANY, ANY, "device of before classes"},
    {0x01, 0x00, ANY, "SCSI controller"},
    {0x01, 0x01, ANY, "IDE controller"},
    {0x01, 0x02, ANY, "floppy controller"},
    {0x01, 0x04, ANY, "RAID controller"},
    {0x01, 0x05, ANY, "ATA controller"},
    {0x01, 0x06, 0x01, "SATA controller (AHCI)"},
    {0x01, 0x06, ANY, "SATA controller"},
    {0x01, 0x07, ANY, "SAS controller"},
    {0x01, 0x08, 0x02, "NVMe controller"},
    {0x01, 0x08, ANY, "solid-state storage"},
    {0x01, ANY, ANY, "storage controller"},
    {0x02, 0x00, ANY, "Ethernet controller"},
    {0x02, ANY, ANY, "network controller"},
    {0x03, 0x00, 0x00, "VGA display"},
    {0x03, 0x02, ANY, "3D controller"},
    {0x03, ANY, ANY, "display controller"},
    {0x04, 0x01, ANY, "audio device"},
    {0x04, 0x03, ANY, "audio device (HD Audio)"},
    {0x04, ANY, ANY, "multimedia device"},
    {0x05, 0x00, ANY, "memory (RAM)"},
    {0x05, ANY, ANY, "memory controller"},
    {0x06, 0x00, ANY, "host bridge"},
    {0x06, 0x01, ANY, "ISA bridge"},
    {0x06, 0x04, ANY, "PCI bridge"},
    {0x06, 0x07, ANY, "CardBus bridge"},
    {0x06, 0x09, ANY, "PCI bridge (half transparent)"},
    {0x06, ANY, ANY, "bridge"},
    {0x07, 0x00, ANY, "serial port"},
    {0x07, 0x01, ANY, "parallel port"},
    {0x07, ANY, ANY, "communication device"},
    {0x08, 0x00, ANY, "interrupt controller"},
    {0x08, 0x03, ANY, "real-time clock"},
    {0x08, 0x05, ANY, "SD host controller"},
    {0x08, 0x06, ANY, "IOMMU"},
    {0x08, ANY, ANY, "system device"},
    {0x09, 0x00, ANY, "keyboard"},
    {0x09, ANY, ANY, "input device"},
    {0x0a, ANY, ANY, "docking station"},
    {0x0b, ANY, ANY, "processor"},
    {0x0c, 0x00, ANY, "FireWire controller"},
    {0x0c, 0x03, 0x00, "USB controller (UHCI)"},
    {0x0c, 0x03, 0x10, "USB controller (OHCI)"},
    {0x0c, 0x03, 0x20, "USB controller (EHCI)"},
    {0x0c, 0x03, 0x30, "USB controller (xHCI)"},
    {0x0c, 0x03, 0x40, "USB controller (USB4)"},
    {0x0c, 0x03, ANY, "USB controller"},
    {0x0c, 0x05, ANY, "SMBus controller"},
    {0x0c, ANY, ANY, "serial bus controller"},
    {0x0d, ANY, ANY, "wireless controller"},
    {0x0e, ANY, ANY, "intelligent controller"},
    {0x0f, ANY, ANY, "satellite receiver"},
    {0x10, ANY, ANY, "encryption controller"},
    {0x11, ANY, ANY, "signal processing controller"},
    {0x12, ANY, ANY, "processing accelerator"},
    {0x13, ANY, ANY, "instrumentation"},
    {0x40, ANY, ANY, "co-processor"},
    {0xff, ANY, ANY, "device of no class"},
};

static const struct {
    uint16_t vendor;
    const char *name;
} vendors[] = {
    {0x1000, "LSI"},      {0x1002, "AMD"},        {0x1022, "AMD"},       {0x102b, "Matrox"},
    {0x104c, "TI"},       {0x106b, "Apple"},      {0x10de, "NVIDIA"},    {0x10ec, "Realtek"},
    {0x1106, "VIA"},      {0x1234, "QEMU"},       {0x1414, "Microsoft"}, {0x144d, "Samsung"},
    {0x14e4, "Broadcom"}, {0x15ad, "VMware"},     {0x15b7, "SanDisk"},   {0x168c, "Atheros"},
    {0x1912, "Renesas"},  {0x1a03, "ASPEED"},     {0x1af4, "Red Hat"},   {0x1b21, "ASMedia"},
    {0x1b36, "Red Hat"},  {0x1b4b, "Marvell"},    {0x1c5c, "SK Hynix"},  {0x1d0f, "Amazon"},
    {0x8086, "Intel"},    {0x80ee, "VirtualBox"},
};

static bool fits(uint16_t wanted, uint8_t actual) {
    return wanted == ANY || wanted == actual;
}

const char *pci_class_name(uint8_t class_code, uint8_t subclass, uint8_t interface) {
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i].class_code == class_code && fits(classes[i].subclass, subclass) &&
            fits(classes[i].interface, interface)) {
            return classes[i].name;
        }
    }
    return "device of an unknown class";
}

const char *pci_vendor_name(uint16_t vendor) {
    for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++) {
        if (vendors[i].vendor == vendor) {
            return vendors[i].name;
        }
    }
    return NULL;
}
