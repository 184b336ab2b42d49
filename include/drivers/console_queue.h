/*
 * console_queue.h - what has been typed and not yet read, from the serial line and from the keyboard.
 *
 * Pure but for the requests and the listener. There is a queue for each source, so that a pasted text that
 * fills the one leaves room in the other, and so that the two are mixed only between keys: the sequence that
 * one key sends is never torn. All functions are ISR-safe; interrupts must be disabled.
 */
#ifndef DRIVERS_CONSOLE_QUEUE_H
#define DRIVERS_CONSOLE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both are powers of two. A paste of 5000 lines of 100 characters fits, so that a Ctrl-C typed after it is
 * seen even when the running program reads nothing. */
enum { CONSOLE_QUEUE_SERIAL = 512 * 1024, CONSOLE_QUEUE_KEYBOARD = 256 };

/* Bytes that the serial queue can still take. */
size_t console_queue_serial_room(void);

/* Adds a byte from the serial line; false, and nothing happens, when there is no room. */
bool console_queue_put_serial(uint8_t byte);

/* Adds what one key of the keyboard sends, all or nothing; false when there is no room for all. */
bool console_queue_put_key(const uint8_t *bytes, size_t size);

/* Takes a byte (0..255), or -1 when there is none. Bytes of one source stay in order; the keyboard goes
 * before the serial line, but not into the middle of one of its escape sequences. */
int console_queue_take(void);

/* True when there is nothing to take. */
bool console_queue_is_empty(void);

/* True when keys wait for the rest of an escape sequence that the serial line has begun. */
bool console_queue_holds_keys_back(void);

/* The rest of that sequence is late: somebody has pressed the Escape key alone. Keys wait no longer. */
void console_queue_give_up_sequence(void);

/* Ctrl-C: drops all that was typed before and requests a break, which the next interrupt exit
 * delivers. As on other systems Ctrl-C means the whole of a paste, not one line of it. */
void console_queue_break(void);

/* The attention key: drops all that was typed before and requests attention. */
void console_queue_attention(void);

/* Has `listener` called, with interrupts disabled, after each byte or key that is put in, and when keys
 * need not wait any more; NULL for nobody. */
void console_queue_set_listener(void (*listener)(void));

#endif
