/*
 * console_queue.c - what has been typed and not yet read, from the serial line and from the keyboard.
 */
#include "drivers/console_queue.h"

#include "cpu/fault.h"

/* The counters run on and wrap with their type, which the size divides; an empty ring starts again at its
 * beginning, so that the usual few bytes use the usual few cache lines. */
struct ring {
    uint8_t *const bytes;
    const size_t size;
    size_t received, taken;
};

_Static_assert((CONSOLE_QUEUE_SERIAL & (CONSOLE_QUEUE_SERIAL - 1)) == 0, "counters wrap evenly");
_Static_assert((CONSOLE_QUEUE_KEYBOARD & (CONSOLE_QUEUE_KEYBOARD - 1)) == 0,
               "counters wrap evenly");

static uint8_t serial_bytes[CONSOLE_QUEUE_SERIAL];
static uint8_t keyboard_bytes[CONSOLE_QUEUE_KEYBOARD];

static struct ring serial = {.bytes = serial_bytes, .size = CONSOLE_QUEUE_SERIAL};
static struct ring keyboard = {.bytes = keyboard_bytes, .size = CONSOLE_QUEUE_KEYBOARD};

/* Where the serial line stands in the sequence of a key (ECMA-48 section 5.4) after the last byte taken from
 * it. The keyboard needs no such thing: its sequences are put in whole, and go first. */
enum sequence { SEQUENCE_NONE, SEQUENCE_ESCAPE, SEQUENCE_CONTROL, SEQUENCE_SHIFT };

static enum sequence serial_sequence;

static void (*listener)(void);

static void tell(void) {
    if (listener != NULL) {
        listener();
    }
}

static size_t held(const struct ring *ring) {
    return ring->received - ring->taken;
}

static size_t room(const struct ring *ring) {
    return ring->size - held(ring);
}

static void put(struct ring *ring, uint8_t byte) {
    ring->bytes[ring->received++ % ring->size] = byte;
}

static uint8_t take(struct ring *ring) {
    uint8_t byte = ring->bytes[ring->taken++ % ring->size];

    if (ring->taken == ring->received) {
        ring->taken = ring->received = 0;
    }
    return byte;
}

static enum sequence after(enum sequence sequence, uint8_t byte) {
    enum { ESCAPE = 0x1b };

    if (byte == ESCAPE) {
        return SEQUENCE_ESCAPE;
    }
    switch (sequence) {
    case SEQUENCE_ESCAPE:
        return byte == '[' ? SEQUENCE_CONTROL : byte == 'O' ? SEQUENCE_SHIFT : SEQUENCE_NONE;
    case SEQUENCE_CONTROL:
        return byte >= ' ' && byte < '@' ? SEQUENCE_CONTROL : SEQUENCE_NONE;
    case SEQUENCE_SHIFT:
    case SEQUENCE_NONE:
        break;
    }
    return SEQUENCE_NONE;
}

size_t console_queue_serial_room(void) {
    return room(&serial);
}

bool console_queue_put_serial(uint8_t byte) {
    if (room(&serial) == 0) {
        return false;
    }
    put(&serial, byte);
    tell();
    return true;
}

bool console_queue_put_key(const uint8_t *bytes, size_t size) {
    if (size > room(&keyboard)) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        put(&keyboard, bytes[i]);
    }
    tell();
    return true;
}

int console_queue_take(void) {
    int byte = -1;

    if (held(&keyboard) != 0 && serial_sequence == SEQUENCE_NONE) {
        byte = take(&keyboard);
    } else if (held(&serial) != 0) {
        byte = take(&serial);
        serial_sequence = after(serial_sequence, (uint8_t)byte);
    }
    return byte;
}

bool console_queue_is_empty(void) {
    return held(&serial) == 0 && (held(&keyboard) == 0 || serial_sequence != SEQUENCE_NONE);
}

bool console_queue_holds_keys_back(void) {
    return held(&serial) == 0 && held(&keyboard) != 0 && serial_sequence != SEQUENCE_NONE;
}

void console_queue_give_up_sequence(void) {
    serial_sequence = SEQUENCE_NONE;
    tell();
}

static void drop_all(void) {
    serial.taken = serial.received = 0;
    keyboard.taken = keyboard.received = 0;
    serial_sequence = SEQUENCE_NONE;
}

void console_queue_break(void) {
    drop_all();
    fault_request_break();
}

void console_queue_attention(void) {
    drop_all();
    fault_request_attention();
}

void console_queue_set_listener(void (*wanted)(void)) {
    listener = wanted;
}
