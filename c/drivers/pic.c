/*
 * pic.c - the two legacy 8259 interrupt controllers.
 *
 * With a local APIC they are not used, but they must still be moved before they are masked: a
 * spurious interrupt cannot be masked, and at its power-on vector it would look like an exception.
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
};

void pic_init(unsigned base) {
    outb(MASTER_COMMAND, ICW1_BEGIN);
    outb(SLAVE_COMMAND, ICW1_BEGIN);
    outb(MASTER_DATA, (uint8_t)base);
    outb(SLAVE_DATA, (uint8_t)(base + 8));
    outb(MASTER_DATA, 1 << CASCADE_LINE);
    outb(SLAVE_DATA, CASCADE_LINE);
    outb(MASTER_DATA, ICW4_8086);
    outb(SLAVE_DATA, ICW4_8086);
    outb(MASTER_DATA, ALL_LINES);
    outb(SLAVE_DATA, ALL_LINES);
}

void pic_unmask(unsigned line) {
    if (line >= 8) {
        outb(SLAVE_DATA, (uint8_t)(inb(SLAVE_DATA) & ~(1u << (line - 8))));
        line = CASCADE_LINE;
    }
    outb(MASTER_DATA, (uint8_t)(inb(MASTER_DATA) & ~(1u << line)));
}

static bool in_service(uint16_t command_port, unsigned line) {
    outb(command_port, OCW3_READ_IN_SERVICE);
    return inb(command_port) >> line & 1;
}

bool pic_acknowledge(unsigned line) {
    if (line < 8) {
        if (!in_service(MASTER_COMMAND, line)) {
            return false;
        }
    } else {
        /* the master does not know that its cascaded interrupt was spurious and waits for the end
         */
        bool real = in_service(SLAVE_COMMAND, line - 8);
        if (real) {
            outb(SLAVE_COMMAND, OCW2_END_OF_INTERRUPT);
        }
        outb(MASTER_COMMAND, OCW2_END_OF_INTERRUPT);
        return real;
    }
    outb(MASTER_COMMAND, OCW2_END_OF_INTERRUPT);
    return true;
}
