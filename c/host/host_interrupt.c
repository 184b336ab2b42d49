/*
 * host_interrupt.c - a Linux process has no interrupt lines.
 */
#include "hal/hal_interrupt.h"

hal_status hal_irq_attach(unsigned irq, hal_irq_handler handler, void *context, const char *name) {
    (void)irq;
    (void)handler;
    (void)context;
    (void)name;
    return HAL_ERR_UNSUPPORTED;
}

hal_status hal_irq_detach(unsigned irq) {
    (void)irq;
    return HAL_ERR_NOT_FOUND;
}

void hal_irq_mask(unsigned irq) {
    (void)irq;
}

void hal_irq_unmask(unsigned irq) {
    (void)irq;
}
