/*
 * reset_ports.h - resets the machine without the firmware's help.
 */
#ifndef RESET_PORTS_H
#define RESET_PORTS_H

/* Each returns only when it had no effect. Interrupts must be disabled. */
void reset_by_keyboard_controller(
    void);                    /* its output line to the processor's reset pin, since the PC AT */
void reset_by_chip_set(void); /* reset control register, port 0xcf9 */

/* Resets the processor by a fault that has no handler: every chip set makes a machine reset of that. */
_Noreturn void reset_by_triple_fault(void);

/* Waits some ten milliseconds for a reset to happen, with nothing but port reads. */
void reset_wait(void);

#endif
