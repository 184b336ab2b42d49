/*
 * features.h - what the processor can do, and what the kernel makes of it.
 */
#ifndef CPU_FEATURES_H
#define CPU_FEATURES_H

#include "shared/format.h"
#include "shared/processor.h"

/* Reads CPUID and sets the control registers, EFER and the debug registers. Needs nothing, not even a GDT; no
 * feature is set that could fault before there is an IDT. Interrupts must be disabled. */
void features_enable(void);

/* What CPUID said. After features_enable. ISR-safe. */
const struct processor *features_processor(void);

/* .CPU: the processor, its features with their use, and the other processors. */
void features_report(format_sink sink, void *context);

#endif
