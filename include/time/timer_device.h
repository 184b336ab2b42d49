/*
 * timer_device.h - the hardware that interrupts once, after a delay.
 *
 * A machine has several: the local APIC timer set to a TSC value, the local APIC timer counting down, the
 * PIT. As the last resort the PIT interrupts over and over. The command line may name the one to begin with:
 * timer=deadline, timer=oneshot, timer=pit or timer=periodic; tick=pit is an older way to say timer=pit.
 */
#ifndef TIME_TIMER_DEVICE_H
#define TIME_TIMER_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Takes the best device that the machine has; `handler` is called on each of its interrupts, in interrupt
 * context. False when there is none. Interrupts must be disabled. Needs interrupts_init and clock_init. */
bool timer_device_init(void (*handler)(void));

/* Gives up the present device for the next best, because nothing comes from it. False when none is left: then
 * nothing interrupts any more. Interrupts must be disabled. */
bool timer_device_next(void);

/* Sets the one interrupt to come `delay_ns` from now; replaces what was set. It may come earlier: a device
 * that cannot wait so long interrupts at its longest delay, and whoever handles it looks at the clock.
 * Interrupts must be disabled; ISR-safe. */
void timer_device_arm(uint64_t delay_ns);

/* What the device is, for people; "none" when there is none. */
const char *timer_device_name(void);

/* Interrupts that have come so far. ISR-safe. */
uint64_t timer_device_interrupts(void);

#endif
