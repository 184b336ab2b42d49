/*
 * acpi_power.c - soft off, state S5 (ACPI 6.5 sections 4.8.3.2.1 and 16.1.4).
 *
 * Without an AML interpreter the _PTS method is not run: a machine that needs it does not switch
 * off, and the caller says so. The waits are counted in port reads, about a microsecond each,
 * because this must work when interrupts and clocks do not.
 */
#include "drivers/acpi.h"

#include "cpu/io.h"
#include "drivers/acpi_fields.h"

/* Bits of PM1 control, ACPI 6.5 table 4.13. */
enum {
    PM1_SCI_ENABLE = 1u << 0, /* set: the machine is in ACPI mode */
    PM1_SLEEP_TYPE_SHIFT = 10,
    PM1_SLEEP_TYPE_MASK = 7u << PM1_SLEEP_TYPE_SHIFT,
    PM1_SLEEP_ENABLE = 1u << 13,
};

enum {
    ENABLE_POLLS = 3000000, /* some machines take seconds to enter ACPI mode */
    OFF_POLLS = 1000000,
};

static uint16_t read_port16(uint16_t port) {
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static void write_port16(uint16_t port, uint16_t value) {
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* The sleep registers do nothing in legacy mode. */
static void enter_acpi_mode(const struct acpi_fixed *registers) {
    if ((read_port16(registers->pm1a_control) & PM1_SCI_ENABLE) != 0 ||
        registers->smi_command == 0 || registers->acpi_enable == 0) {
        return;
    }
    outb(registers->smi_command, registers->acpi_enable);
    for (unsigned i = 0; i < ENABLE_POLLS; i++) {
        if ((read_port16(registers->pm1a_control) & PM1_SCI_ENABLE) != 0) {
            return;
        }
    }
}

static uint16_t sleep_command(uint16_t control, uint8_t type) {
    const unsigned kept = control & ~(unsigned)(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE);
    return (uint16_t)(kept | (unsigned)type << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP_ENABLE);
}

void acpi_power_off(void) {
    struct acpi_fixed registers;
    struct acpi_sleep_type type;
    if (!acpi_find_power_off(&registers, &type)) {
        return;
    }
    (void)interrupts_save_and_disable();
    enter_acpi_mode(&registers);

    const uint16_t a = sleep_command(read_port16(registers.pm1a_control), type.a);
    write_port16(registers.pm1a_control, a);
    if (registers.pm1b_control != 0) {
        const uint16_t b = sleep_command(read_port16(registers.pm1b_control), type.b);
        write_port16(registers.pm1b_control, b);
    }
    for (unsigned i = 0; i < OFF_POLLS; i++) {
        (void)read_port16(registers.pm1a_control);
    }
}
