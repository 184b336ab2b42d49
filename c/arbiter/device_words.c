/*
 * device_words.c - the words that reach registers of devices, in memory and at ports.
 *
 * The capability is asked before the machine, so that a VM without one learns nothing, not even what the
 * kernel has for itself.
 */
#include "arbiter/capability.h"
#include "arbiter/vm_life.h"
#include "forth/throw.h"
#include "hal/hal_device.h"
#include "primitives.h"

typedef hal_status (*reader)(uint64_t address, unsigned width, uint64_t *value);
typedef hal_status (*writer)(uint64_t address, unsigned width, uint64_t value);

static int throw_of(hal_status status) {
    switch (status) {
    case HAL_OK:
        return 0;
    case HAL_ERR_BUSY:
        return THROW_KERNELS_DEVICE;
    case HAL_ERR_UNSUPPORTED:
        return THROW_NO_DEVICES;
    case HAL_ERR_NO_MEMORY:
        return THROW_NO_MEMORY;
    case HAL_ERR_INVALID:
    case HAL_ERR_NOT_FOUND:
        break;
    }
    return THROW_BAD_REGISTER;
}

static int demand(struct vm *vm, enum capability_kind kind, uint64_t address, unsigned width) {
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (address + width - 1 < address) {
        return THROW_BAD_REGISTER;
    }
    return capability_use(self, kind, address, address + width - 1);
}

static int fetch(struct vm *vm, enum capability_kind kind, reader read, unsigned width) {
    const uint64_t address = vm_pop(vm);
    int code = demand(vm, kind, address, width);
    if (code == 0) {
        uint64_t value = 0;
        code = throw_of(read(address, width, &value));
        if (code == 0) {
            vm_push(vm, value);
        }
    }
    return code;
}

static int store(struct vm *vm, enum capability_kind kind, writer write, unsigned width) {
    const uint64_t address = vm_pop(vm), value = vm_pop(vm);
    const int code = demand(vm, kind, address, width);
    return code != 0 ? code : throw_of(write(address, width, value));
}

#define REGISTER(name, kind, function, width)                                                      \
    int word_##name##_fetch(struct vm *vm) {                                                       \
        return fetch(vm, kind, function##_read, width);                                            \
    }                                                                                              \
    int word_##name##_store(struct vm *vm) {                                                       \
        return store(vm, kind, function##_write, width);                                           \
    }

REGISTER(mmio_c, CAP_MMIO, hal_mmio, 1)
REGISTER(mmio_w, CAP_MMIO, hal_mmio, 2)
REGISTER(mmio_l, CAP_MMIO, hal_mmio, 4)
REGISTER(mmio_x, CAP_MMIO, hal_mmio, 8)
REGISTER(port_c, CAP_PORT, hal_port, 1)
REGISTER(port_w, CAP_PORT, hal_port, 2)
REGISTER(port_l, CAP_PORT, hal_port, 4)
