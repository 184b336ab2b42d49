/*
 * irq_machine.h - the interrupt controllers under test_irq.c: they do nothing but keep a record of what they are
 * told, and answer as the test has set them up.
 */
#ifndef IRQ_MACHINE_H
#define IRQ_MACHINE_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cpu/cmdline.h"
#include "cpu/interrupts.h"
#include "cpu/nmi.h"
#include "cpu/vectors.h"
#include "drivers/acpi.h"
#include "drivers/apic.h"
#include "drivers/ioapic.h"
#include "drivers/pic.h"
#include "hal/hal_interrupt.h"
#include "unit.h"

enum { GSIS = 48, RECORD_SIZE = 512 };

static struct {
    bool has_lapic, has_pics;
    unsigned apic_id;
    struct acpi_madt madt;
    struct acpi_fixed fixed;
    unsigned level_lines;  /* of the 8259, one bit each */
    bool pic_spurious;     /* the next interrupt at line 7 or 15 is none */
    bool masked[GSIS];     /* IOAPIC inputs */
    unsigned vector[GSIS]; /* IOAPIC inputs that were routed */
    unsigned pic_masks;
    interrupt_flow flow[256];
    void *context[256];
    unsigned long interrupts_disabled;
} machine;

static char record[RECORD_SIZE];

static __attribute__((format(printf, 1, 2))) void note(const char *pattern, ...) {
    const size_t used = strlen(record);
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(record + used, sizeof record - used, pattern, arguments);
    va_end(arguments);
}

/* Boots with this command line. */
static inline void set_cmdline(const char *text) {
    static BootInfo info;
    strncpy(info.cmdline, text, BOOT_CMDLINE_MAX - 1);
    cmdline_init(&info);
}

void interrupts_set_flow(unsigned vector, interrupt_flow flow, void *context) {
    machine.flow[vector] = flow;
    machine.context[vector] = context;
}

uint64_t interrupts_count(unsigned vector) {
    return vector;
}

bool interrupts_is_expected(unsigned vector) {
    return machine.flow[vector] != NULL;
}

void nmi_accept_local(const struct acpi_madt *madt) {
    (void)madt;
}

void nmi_accept_sources(const struct acpi_madt *madt) {
    (void)madt;
}

bool nmi_has_input(const struct acpi_madt *madt, uint32_t gsi) {
    return madt->nmi_source_count != 0 && madt->nmi_sources[0].gsi == gsi;
}

const struct acpi_madt *acpi_madt(void) {
    return &machine.madt;
}

const struct acpi_fixed *acpi_fixed_table(void) {
    return &machine.fixed;
}

bool lapic_is_present(void) {
    return machine.has_lapic;
}

bool lapic_is_x2apic(void) {
    return false;
}

unsigned lapic_id(void) {
    return machine.apic_id;
}

void lapic_end_of_interrupt(void) {
    note("eoi ");
}

void lapic_send_self(unsigned vector) {
    note("self %x ", vector);
}

void lapic_accept_legacy(void) {
    note("extint ");
}

unsigned ioapic_init(const struct acpi_madt *madt) {
    return madt->ioapic_count;
}

bool ioapic_has(uint32_t gsi) {
    return gsi < 24 || (gsi >= 40 && gsi < GSIS);
}

void ioapic_route(uint32_t gsi, unsigned vector, bool level, bool active_low,
                  unsigned destination) {
    CHECK(ioapic_has(gsi));
    machine.vector[gsi] = vector;
    note("route %u %x %s %s to %u ", gsi, vector, level ? "level" : "edge",
         active_low ? "low" : "high", destination);
}

void ioapic_mask(uint32_t gsi) {
    machine.masked[gsi] = true;
    note("mask %u ", gsi);
}

void ioapic_unmask(uint32_t gsi) {
    machine.masked[gsi] = false;
    note("unmask %u ", gsi);
}

bool pic_init(unsigned base) {
    CHECK_EQ_U64(base, VECTOR_PIC);
    machine.pic_masks = 0xffff;
    return machine.has_pics;
}

void pic_mask(unsigned line) {
    machine.pic_masks |= 1u << line;
}

void pic_unmask(unsigned line) {
    machine.pic_masks &= ~(1u << line);
}

bool pic_is_level(unsigned line) {
    return machine.level_lines >> line & 1;
}

bool pic_is_spurious(unsigned line) {
    return (line == 7 || line == 15) && machine.pic_spurious;
}

void pic_end_of_interrupt(unsigned line) {
    note("pic-eoi %u ", line);
}

unsigned long hal_irq_disable(void) {
    return machine.interrupts_disabled++;
}

void hal_irq_restore(unsigned long state) {
    machine.interrupts_disabled = state;
}

#endif
