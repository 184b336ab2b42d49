/*
 * fake_ports.h - in place of cpu/io.h: ports that a test plays the device of.
 *
 * A test includes this, then the source of the driver itself, and defines fake_in and fake_out.
 */
#ifndef FAKE_PORTS_H
#define FAKE_PORTS_H

#define CPU_IO_H /* the real one is not wanted */

#include <stdint.h>

#define RFLAGS_IF (UINT64_C(1) << 9)

static uint8_t fake_in(uint16_t port);
static void fake_out(uint16_t port, uint8_t value);

static unsigned long port_accesses;

/* Times that fault_request_break and fault_request_attention were called; test_console_queue.c stands in for
 * c/cpu/fault.c. */
extern unsigned fake_breaks, fake_attentions;

static inline uint8_t inb(uint16_t port) {
    port_accesses++;
    return fake_in(port);
}

static inline void outb(uint16_t port, uint8_t value) {
    port_accesses++;
    fake_out(port, value);
}

static inline uint64_t interrupts_save_and_disable(void) {
    return RFLAGS_IF;
}

static inline void interrupts_restore(uint64_t flags) {
    (void)flags;
}

#endif
