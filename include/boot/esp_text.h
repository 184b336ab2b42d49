/*
 * esp_text.h - reads the text files on the boot volume: cmdline.txt and boot.lst.
 *
 * Pure: bytes in, lines out, so the host can test and fuzz it. People write these files, on any system.
 */
#ifndef ESP_TEXT_H
#define ESP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/bootinfo.h"

/* A file that is being taken apart in place. */
struct esp_text {
    char *next; /* where the next line begins */
    char *end;  /* the zero byte behind the last byte of the file */
};

/* Begins with the `size` bytes at `bytes`, which belong to the caller and will be changed; behind them there
 * must be one more byte, which becomes zero. A UTF-8 byte order mark is passed over. False when the file
 * holds zero bytes, as UTF-16 does: it is not text that could be used. */
bool esp_text_open(struct esp_text *text, char *bytes, uint64_t size);

/* The next line without blanks at its ends, zero-terminated; NULL after the last. */
char *esp_text_line(struct esp_text *text);

/* True for a name that fits BootModule and stays inside its folder: 1 to BOOT_MODULE_NAME_MAX - 1 printable
 * ASCII characters, no blank, none of \ / : * ? " < > |, and no dot at the start. */
bool esp_text_is_file_name(const char *name);

/* True for "--", which separates the scripts to load from those that are only there. */
bool esp_text_is_separator(const char *line);

/* Copies a line to the command line of BootInfo. False, and nothing is copied, when it is too long. */
bool esp_text_copy_cmdline(char cmdline[BOOT_CMDLINE_MAX], const char *line);

/* Makes a line fit for a message: printable ASCII, a question mark for anything else, cut with dots. */
#define ESP_TEXT_SHOWN_MAX 48u
void esp_text_show(char shown[ESP_TEXT_SHOWN_MAX], const char *line);

#endif
