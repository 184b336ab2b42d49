/*
 * pic.c - the two 8259 interrupt controllers of the PC/AT.
 *
 * Where IOAPICs do their work they must still be moved before they are masked: a spurious interrupt cannot be
 * masked, and at its power-on vector it would look like an exception.
 */
#include "drivers/pic.h"

#include <stdint.h>

#include "cpu/io.h"

/* Intel 8259A data sheet: initialisation words ICW1 to ICW4, operation words OCW1 to OCW3. */
enum {
    MASTER_COMMAND = 0x20,
    MASTER_DATA = 0x21,
    SLAVE_COMMAND = 0xa0,
    SLAVE_DATA = 0xa1,
    ICW1_BEGIN = 0x11, /* edge triggered, cascade, ICW4 follows */
    ICW4_8086 = 0x01,
    OCW2_END_OF_INTERRUPT = 0x20,
    OCW3_READ_IN_SERVICE = 0x0b,
    CASCADE_LINE = 2,
    ALL_LINES = 0xff,
    MASK_PATTERN = 0xa5, /* any that nothing else would answer with */
};

/* Edge/level control registers of the chip set (82371AB data sheet, section 4.2.5): one bit a line. */
enum {
    ELCR_MASTER = 0x4d0,
    ELCR_SLAVE = 0x4d1,
    ELCR_ALWAYS_EDGE = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 8 | 1 << 13, /* read as 0 */
};

static uint16_t level_lines;

/* A machine without the chip set's register, old or new, reads as ones also where there must be zeros. */
static void read_trigger_modes(void) {
    const uint16_t bits = (uint16_t)(inb(ELCR_MASTER) | inb(ELCR_SLAVE) << 8);
    level_lines = (bits & ELCR_ALWAYS_EDGE) == 0 ? bits : 0;
}

bool pic_init(unsigned base) {
    outb(MASTER_COMMAND, ICW1_BEGIN);
    outb(SLAVE_COMMAND, ICW1_BEGIN);
    outb(MASTER_DATA, (uint8_t)base);
    outb(SLAVE_DATA, (uint8_t)(base + 8));
    outb(MASTER_DATA, 1 << CASCADE_LINE);
    outb(SLAVE_DATA, CASCADE_LINE);
    outb(MASTER_DATA, ICW4_8086);
    outb(SLAVE_DATA, ICW4_8086);
    outb(SLAVE_DATA, ALL_LINES);
    outb(MASTER_DATA, MASK_PATTERN); /* interrupts are disabled: nothing comes through */
    const bool present = inb(MASTER_DATA) == MASK_PATTERN && inb(SLAVE_DATA) == ALL_LINES;
    outb(MASTER_DATA, ALL_LINES);
    read_trigger_modes();
    return present;
}

void pic_mask(unsigned line) {
    const uint64_t flags = interrupts_save_and_disable();
    const uint16_t port = line < 8 ? MASTER_DATA : SLAVE_DATA;
    outb(port, (uint8_t)(inb(port) | 1u << line % 8));
    interrupts_restore(flags);
}

void pic_unmask(unsigned line) {
    const uint64_t flags = interrupts_save_and_disable();
    if (line >= 8) {
        outb(SLAVE_DATA, (uint8_t)(inb(SLAVE_DATA) & ~(1u << (line - 8))));
        line = CASCADE_LINE;
    }
    outb(MASTER_DATA, (uint8_t)(inb(MASTER_DATA) & ~(1u << line)));
    interrupts_restore(flags);
}

bool pic_is_level(unsigned line) {
    return level_lines >> line & 1;
}

static bool in_service(uint16_t command_port, unsigned line) {
    outb(command_port, OCW3_READ_IN_SERVICE);
    return inb(command_port) >> line & 1;
}

bool pic_is_spurious(unsigned line) {
    if (line == 7) {
        return !in_service(MASTER_COMMAND, 7);
    }
    if (line == 15 && !in_service(SLAVE_COMMAND, 7)) {
        /* the master does not know that its cascaded interrupt was spurious, and waits for the end */
        outb(MASTER_COMMAND, OCW2_END_OF_INTERRUPT);
        return true;
    }
    return false;
}

void pic_end_of_interrupt(unsigned line) {
    if (line >= 8) {
        outb(SLAVE_COMMAND, OCW2_END_OF_INTERRUPT);
    }
    outb(MASTER_COMMAND, OCW2_END_OF_INTERRUPT);
}
