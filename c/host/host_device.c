/*
 * host_device.c - registers of devices on Linux: a process has none, and no interrupt lines.
 */
#include "hal/hal_device.h"
#include "hal/hal_interrupt.h"

hal_status hal_mmio_read(uint64_t address, unsigned width, uint64_t *value) {
    (void)address;
    (void)width;
    *value = 0;
    return HAL_ERR_UNSUPPORTED;
}

hal_status hal_mmio_write(uint64_t address, unsigned width, uint64_t value) {
    (void)address;
    (void)width;
    (void)value;
    return HAL_ERR_UNSUPPORTED;
}

hal_status hal_port_read(uint64_t port, unsigned width, uint64_t *value) {
    (void)port;
    (void)width;
    *value = 0;
    return HAL_ERR_UNSUPPORTED;
}

hal_status hal_port_write(uint64_t port, unsigned width, uint64_t value) {
    (void)port;
    (void)width;
    (void)value;
    return HAL_ERR_UNSUPPORTED;
}
