/*
 * panic_test.h - kernel faults on demand, so that the boot tests can see the panic screen.
 */
#ifndef CPU_PANIC_TEST_H
#define CPU_PANIC_TEST_H

/* Provokes the fault that the command line asks for with panic-test=ud2, =pf, =de, =double, =panic,
 * =nested, =nmi, =mce, =stack, =isr, =isr-stack or =isr-print. Does nothing without such a word; says so
 * when the value is unknown. Needs timers. */
void panic_test(void);

/* The same for panic-test=early, before memory is managed. */
void panic_test_early(void);

#endif
