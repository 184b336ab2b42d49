/*
 * i8042.h - the keyboard controller of the PC: a byte to the keyboard, a byte from it.
 *
 * References: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
 */
#ifndef DRIVERS_I8042_H
#define DRIVERS_I8042_H

#include <stdbool.h>

#define I8042_IRQ     1    /* the ISA line of the keyboard port */
#define I8042_NONE    (-1) /* no byte is there */
#define I8042_DAMAGED (-2) /* a byte was lost or damaged between keyboard and controller */

enum i8042_test { I8042_UNTESTED, I8042_PASSED, I8042_FAILED };

/* What i8042_init found out. */
struct i8042_state {
    bool present;
    bool translates; /* scan codes arrive as set 1, else as the keyboard sends them */
    enum i8042_test
        controller_test; /* what the controller says of itself, and of its keyboard port */
    enum i8042_test port_test;
};

/* Brings the controller into a known state: keyboard port enabled, mouse port disabled, no interrupts,
 * nothing waiting; translation as the firmware chose it. False when there is none, found out within 0.1 s.
 * The tests are noted, not obeyed: a keyboard that answers is the better witness. Interrupts must not be
 * enabled for its line yet. */
bool i8042_init(void);
struct i8042_state i8042_get_state(void);

/* Takes one byte of the keyboard (0..255), I8042_DAMAGED or I8042_NONE. Bytes of a mouse are dropped.
 * ISR-safe; interrupts must be disabled. */
int i8042_receive(void);

/* Sends a byte to the keyboard; false when the controller does not take it within about a millisecond.
 * ISR-safe. */
bool i8042_send(unsigned byte);

/* Sends a byte and waits for the keyboard's acknowledgement, at most 100 ms; a keyboard that wants it again
 * gets it twice more. False: no keyboard answers, or it refuses. For the time before interrupts. */
bool i8042_command(unsigned byte);

/* Waits at most 20 ms for a byte of the keyboard; I8042_NONE when none comes. For the time before interrupts. */
int i8042_wait(void);

/* True when a byte waits. ISR-safe. */
bool i8042_is_waiting(void);

/* Lets the controller interrupt for each byte of the keyboard. */
void i8042_enable_interrupt(bool enable);

#endif
