/*
 * keyboard.h - the PS/2 keyboard: its keys go to the console queue.
 *
 * A USB keyboard appears here only on machines whose firmware goes on pretending that it is a PS/2 keyboard;
 * most stop when the loader takes the machine over.
 */
#ifndef DRIVERS_KEYBOARD_H
#define DRIVERS_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

/* What has happened since keyboard_start. */
struct keyboard_counts {
    uint64_t interrupts;
    uint64_t bytes; /* from the keyboard, command replies included */
    uint64_t
        damaged; /* bytes that were lost or damaged on the way to the controller or in the keyboard */
    uint64_t dropped; /* keys for which the queue had no room */
};

/* Brings up controller and keyboard and has its interrupt line handled, or leaves it to be polled. A machine
 * without one is fine. Takes up to 0.3 s when something does not answer. Interrupts must be enabled. Not
 * ISR-safe. */
void keyboard_start(void);

/* One phrase for the boot log. */
const char *keyboard_description(void);

/* True when keyboard_receive must be called about every millisecond. */
bool keyboard_needs_poll(void);

/* Takes over what the keyboard has sent. ISR-safe; interrupts must be disabled. */
void keyboard_receive(void);

struct keyboard_counts keyboard_get_counts(void);

/* The two bytes by which it identified itself, 0 when it did not. */
unsigned keyboard_identity(void);

#endif
