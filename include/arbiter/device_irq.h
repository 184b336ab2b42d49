/*
 * device_irq.h - interrupt lines that VMs have attached.
 *
 * From an interrupt on a line is held back until its VM waits for the next one, when it has served the
 * device: a device that nobody serves cannot take the processor. The lines of a VM that ends, or has lost
 * the capability, are detached.
 */
#ifndef DEVICE_IRQ_H
#define DEVICE_IRQ_H

/* Wakes the VMs whose interrupts have come. For the scheduler's loop. */
void device_irqs_deliver(void);

/* Detaches the lines whose VMs have no capability for them any more; who waits for one gets
 * THROW_NOT_PERMITTED. */
void device_irqs_check(void);

#endif
