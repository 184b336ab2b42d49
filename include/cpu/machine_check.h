/*
 * machine_check.h - errors that the processor finds in the hardware (SDM volume 3, chapter 15).
 */
#ifndef CPU_MACHINE_CHECK_H
#define CPU_MACHINE_CHECK_H

#include "shared/format.h"

/* Switches the reporting of all errors on, as far as the processor has it, and prints what was logged
 * before the machine started: often the reason why it did. Needs idt_init. */
void machine_check_init(void);

/* Writes one line for each error that is logged, for the panic screen. ISR-safe as far as the sink is. */
void machine_check_report(format_sink sink, void *context);

#endif
