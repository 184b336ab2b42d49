/*
 * hal_device.h - registers of devices that the kernel does not drive itself.
 *
 * What is the kernel's own is refused whoever asks: memory that the firmware's map lists, registers that the
 * kernel has mapped for itself (interrupt controllers, clock, screen, PCI configuration), and ports through
 * which it works, or through which a device could be told to write anywhere. A device that masters the bus
 * can still be given any address by whoever drives it: its registers are worth as much as all of memory.
 *
 * Not ISR-safe. Linux has no devices for its processes: HAL_ERR_UNSUPPORTED.
 */
#ifndef HAL_DEVICE_H
#define HAL_DEVICE_H

#include <stdint.h>

#include "hal/hal_status.h"

/* One access of `width` bytes, 1, 2, 4 or 8, to a register at a physical address that is a multiple of it.
 * HAL_ERR_INVALID: no such width or address; HAL_ERR_BUSY: the kernel's own; HAL_ERR_NO_MEMORY: no page for a
 * table. What no device answers reads as all ones on most machines. */
hal_status hal_mmio_read(uint64_t address, unsigned width, uint64_t *value);
hal_status hal_mmio_write(uint64_t address, unsigned width, uint64_t value);

/* The same for I/O ports, 0 to 65535, with a width of 1, 2 or 4. */
hal_status hal_port_read(uint64_t port, unsigned width, uint64_t *value);
hal_status hal_port_write(uint64_t port, unsigned width, uint64_t value);

#endif
