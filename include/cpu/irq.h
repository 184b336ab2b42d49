/*
 * irq.h - the interrupt lines of devices.
 *
 * Behind hal_irq_attach and its companions; drivers use these.
 *
 * Lines 0 to 15 are those of the ISA bus, wherever the tables of the firmware route them; from 16 on they
 * are global system interrupts. With an IOAPIC these are all; a machine that has none, no MADT, or the word
 * noapic on its command line uses the two 8259, and has lines 0 to 15 alone.
 */
#ifndef CPU_IRQ_H
#define CPU_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/hal_status.h"
#include "shared/format.h"

/* Runs in interrupt context, interrupts disabled: short, no allocation, no console. */
typedef void (*irq_handler)(void *context);

/* Chooses the controllers and masks every line. For interrupts_init alone, after lapic_init. */
void irq_init(void);

/* Calls `handler` at every interrupt of the line, which is unmasked. `name` must stay valid.
 * HAL_ERR_INVALID: no handler; HAL_ERR_BUSY: somebody has the line, under this number or another;
 * HAL_ERR_NOT_FOUND: there is no such line; HAL_ERR_UNSUPPORTED: the machine has no interrupt
 * controller; HAL_ERR_NO_MEMORY: too many lines are in use. Not ISR-safe. */
hal_status irq_attach(unsigned irq, irq_handler handler, void *context, const char *name);

/* Masks the line and forgets the handler; it does not run again. HAL_ERR_NOT_FOUND: nobody had it. */
hal_status irq_detach(unsigned irq);

/* Holds a line back, and lets it through again; an interrupt that comes meanwhile is kept. Lines that
 * nobody has stay as they are. ISR-safe, also in the handler of the line itself. */
void irq_mask(unsigned irq);
void irq_unmask(unsigned irq);

/* A phrase for the boot log, for example "local APIC, 1 IOAPIC". */
void irq_describe(format_sink sink, void *context);

/* A line in use, for reports. */
struct irq_info {
    unsigned irq;
    unsigned gsi; /* with IOAPICs */
    unsigned vector;
    bool level;
    bool active_low; /* known with IOAPICs alone */
    bool masked;
    uint64_t count; /* interrupts */
    const char *name;
};

/* Number `index` of the lines in use, counted from 0; false after the last. */
bool irq_get(unsigned index, struct irq_info *info);

/* What takes the devices' lines. */
typedef enum { IRQ_CONTROLLER_NONE, IRQ_CONTROLLER_PIC, IRQ_CONTROLLER_IOAPIC } irq_controller;

struct irq_controllers {
    irq_controller in_use;
    unsigned ioapic_count; /* in use: 0 with noapic */
    bool has_pics;
    uint64_t pic_spurious; /* interrupts of the 8259 that had gone before they were taken */
};
struct irq_controllers irq_get_controllers(void);

/* .IRQ: controllers, lines, the processor's own interrupts, exceptions. */
void irq_report(format_sink sink, void *context);

#endif
