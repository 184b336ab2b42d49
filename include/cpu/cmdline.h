/*
 * cmdline.h - the kernel command line: words separated by blanks, some of the form key=value.
 */
#ifndef CPU_CMDLINE_H
#define CPU_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/bootinfo.h"

/* Keeps a copy of the command line, so that it outlives the loader's memory and mappings. Text
 * after BOOT_CMDLINE_MAX - 1 characters is dropped. */
void cmdline_init(const BootInfo *boot_info);

/* True when `word` ("test-exit", "console=pipe") is one of the words. Before cmdline_init there
 * are none. ISR-safe. */
bool cmdline_has(const char *word);

/* The value of the first word "key=value": zero-terminated, valid for good; NULL when there is no
 * such word. ISR-safe. */
const char *cmdline_value(const char *key);

/* The value of "key=number", a decimal number below 2^64. False, and nothing is stored, when there is
 * no such word or something else than a number. ISR-safe. */
bool cmdline_number(const char *key, uint64_t *number);

#endif
