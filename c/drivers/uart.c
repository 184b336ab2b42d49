/*
 * uart.c - the UART at COM1: a 16550A, or an ancestor of it without a working FIFO.
 *
 * Every wait has a bound: a port where no device answers reads as 0xff, and a device whose other end does not
 * read may stay busy. Reading the line status forgets the errors in it, so there is one function that reads
 * it, whoever is interested in the rest.
 */
#include "drivers/uart.h"

#include "cpu/io.h"

enum { COM1 = 0x3f8 };

/* Registers, as offsets from the base port (National Semiconductor PC16550D, table II). */
enum {
    UART_DATA = 0,           /* receive and transmit buffer; divisor low byte while DLAB is set */
    UART_INTERRUPT = 1,      /* interrupt enable; divisor high byte while DLAB is set */
    UART_IDENTIFICATION = 2, /* interrupt identification; FIFO control when written */
    UART_LINE_CONTROL = 3,   /* word format and DLAB */
    UART_MODEM_CONTROL = 4,
    UART_LINE_STATUS = 5,
    UART_MODEM_STATUS = 6,
    UART_SCRATCH = 7, /* the 8250 has none */
};

enum {
    INTERRUPT_RECEIVED = 0x01,
    INTERRUPT_CAN_SEND = 0x02,
    INTERRUPT_LINE_STATUS = 0x04,
    INTERRUPT_ALL = 0x0f, /* the upper half is always 0 */

    IDENTIFICATION_NONE = 0x01, /* no interrupt is pending */
    IDENTIFICATION_FIFO =
        0xc0, /* both bits: FIFOs that work; the upper alone: those of the first 16550 */
    IDENTIFICATION_BAD_FIFO = 0x80,

    FIFO_ENABLE = 0x01,
    FIFO_CLEAR = 0x06,
    FIFO_TRIGGER_8 = 0x80, /* half full: eight more bytes may come until they have been taken */

    LINE_8N1 = 0x03,
    LINE_DLAB = 0x80,

    MODEM_DTR = 0x01,
    MODEM_RTS = 0x02,
    MODEM_OUT2 = 0x08, /* on a PC the gate between the device and its interrupt line */

    STATUS_DATA_READY = 0x01,
    STATUS_OVERRUN = 0x02,
    STATUS_PARITY = 0x04,
    STATUS_FRAMING = 0x08,
    STATUS_BREAK = 0x10,
    STATUS_CAN_SEND = 0x20, /* transmit holding register or FIFO empty */
    STATUS_IDLE = 0x40,     /* and the shift register too */
    STATUS_OF_BYTE = STATUS_PARITY | STATUS_FRAMING | STATUS_BREAK,
    STATUS_NO_DEVICE = 0xff,

    MODEM_STATUS_CTS = 0x10,
};

/* A port read takes about a microsecond, on hardware as in a virtual machine. */
enum { WAIT_READS = 1000000, FIRMWARE_READS = 20000, TEST_READS = 20000 };

enum { FIFO_SIZE = 16 };

static const char *name = "absent";
static unsigned fifo_size; /* bytes that fit when the device says that it can send; 0: no device */
static unsigned room;      /* bytes that still fit without asking */
static bool stuck; /* the last wait ran out: do not wait as long again before it has recovered */
static bool obeys_cts;

static uint8_t byte_errors; /* STATUS_OF_BYTE for the byte that is received next */
static bool overrun;        /* bytes were lost since the last one that was received */
static uint8_t interrupts;  /* those that are enabled, but for what flow holds back */
static enum uart_flow flow;

static struct uart_counts counts;

static uint8_t read_register(unsigned offset) {
    return inb((uint16_t)(COM1 + offset));
}

static void write_register(unsigned offset, uint8_t value) {
    outb((uint16_t)(COM1 + offset), value);
}

/* The enable register keeps the four bits that are written, and has no others. */
static bool is_there(void) {
    write_register(UART_INTERRUPT, INTERRUPT_ALL);
    bool keeps = read_register(UART_INTERRUPT) == INTERRUPT_ALL;
    write_register(UART_INTERRUPT, 0);
    return keeps && read_register(UART_INTERRUPT) == 0 &&
           read_register(UART_LINE_STATUS) != STATUS_NO_DEVICE;
}

static bool has_scratch(void) {
    write_register(UART_SCRATCH, 0x5a);
    return read_register(UART_SCRATCH) == 0x5a;
}

/* Finds out what the device is, and leaves its FIFOs enabled if they work. */
static void identify(void) {
    write_register(UART_IDENTIFICATION, FIFO_ENABLE | FIFO_CLEAR | FIFO_TRIGGER_8);
    uint8_t fifo = read_register(UART_IDENTIFICATION) & IDENTIFICATION_FIFO;

    fifo_size = 1;
    if (fifo == IDENTIFICATION_FIFO) {
        fifo_size = FIFO_SIZE;
        name = "16550A";
        return;
    }
    write_register(UART_IDENTIFICATION, 0);
    if (fifo == IDENTIFICATION_BAD_FIFO) {
        name = "16550 without FIFO";
    } else {
        name = has_scratch() ? "16450" : "8250";
    }
}

void uart_init(void) {
    name = "absent";
    fifo_size = 0;
    room = 0;
    stuck = false;
    obeys_cts = false;
    byte_errors = 0;
    overrun = false;
    interrupts = 0;
    flow = UART_FLOW_ON;
    counts = (struct uart_counts){0};

    /* what the firmware has to say may still be on its way */
    for (unsigned reads = 0; reads < FIRMWARE_READS; reads++) {
        if ((read_register(UART_LINE_STATUS) & STATUS_IDLE) != 0) {
            break;
        }
    }
    write_register(UART_LINE_CONTROL, LINE_8N1); /* DLAB off, for is_there */
    if (!is_there()) {
        return;
    }
    write_register(UART_LINE_CONTROL, LINE_DLAB);
    write_register(UART_DATA, 1); /* 1.8432 MHz / 16 / 1 = 115200 baud */
    write_register(UART_INTERRUPT, 0);
    write_register(UART_LINE_CONTROL, LINE_8N1);
    write_register(UART_MODEM_CONTROL, MODEM_DTR | MODEM_RTS | MODEM_OUT2);
    identify();
    (void)read_register(UART_LINE_STATUS); /* errors from before our time */
}

bool uart_is_present(void) {
    return fifo_size != 0;
}

const char *uart_name(void) {
    return name;
}

unsigned uart_fifo_size(void) {
    return fifo_size;
}

bool uart_obeys_cts(void) {
    return obeys_cts;
}

/* Reads the line status and notes the errors in it. The reader may be sending: the interrupt handler must not
 * come in between. */
static uint8_t read_status(void) {
    uint64_t flags = interrupts_save_and_disable();
    uint8_t status = read_register(UART_LINE_STATUS);

    byte_errors |= status & STATUS_OF_BYTE;
    if ((status & STATUS_OVERRUN) != 0) {
        overrun = true;
        counts.overruns++;
    }
    interrupts_restore(flags);
    return status;
}

/* ---- sending ---- */

/* True when the other end lets us send, as far as it has shown that it knows how to say so. */
static bool is_clear_to_send(void) {
    bool asserted = (read_register(UART_MODEM_STATUS) & MODEM_STATUS_CTS) != 0;

    obeys_cts |= asserted;
    return asserted || !obeys_cts;
}

/* Waits until one of the status bits is set and, if asked, CTS too; false when it did not happen in time. */
static bool wait_for_status(uint8_t bits, bool clear_to_send) {
    bool ready = false;

    for (unsigned reads = stuck ? 1 : WAIT_READS; reads > 0; reads--) {
        ready = (read_status() & bits) != 0;
        if (ready && (!clear_to_send || is_clear_to_send())) {
            stuck = false;
            return true;
        }
    }
    /* only CTS is missing: the cable was pulled out, or nobody is there; go on until CTS is seen again */
    obeys_cts &= !ready;
    stuck = !ready;
    return ready;
}

static void send(char c) {
    if (room == 0) {
        if (!wait_for_status(STATUS_CAN_SEND, true)) {
            counts.unsent++;
            return;
        }
        room = fifo_size;
    }
    room--; /* first: a panic may begin here, and then one byte less fits, not one more */
    write_register(UART_DATA, (uint8_t)c);
    counts.sent++;
}

void uart_write(const char *bytes, size_t size) {
    if (!uart_is_present()) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            send('\r');
        }
        send(bytes[i]);
    }
}

void uart_flush(void) {
    if (uart_is_present()) {
        wait_for_status(STATUS_IDLE, false);
    }
}

/* ---- receiving ---- */

/* Counts what was wrong with a byte that has been taken; true when there was anything. */
static bool count_errors(uint8_t errors) {
    if ((errors & STATUS_BREAK) != 0) {
        counts.breaks++; /* which looks like a framing error too */
    } else if ((errors & STATUS_FRAMING) != 0) {
        counts.framing_errors++;
    } else if ((errors & STATUS_PARITY) != 0) {
        counts.parity_errors++;
    }
    return errors != 0;
}

int uart_receive(void) {
    while (uart_is_present() && (read_status() & STATUS_DATA_READY) != 0) {
        uint8_t byte = read_register(UART_DATA);
        uint8_t errors = byte_errors;
        byte_errors = 0;
        overrun = false;
        if ((errors & STATUS_BREAK) != 0) {
            count_errors(errors);
            return UART_BREAK;
        }
        if (!count_errors(errors)) {
            counts.received++;
            return byte;
        }
    }
    return UART_NONE;
}

bool uart_has_line_event(void) {
    if (uart_is_present()) {
        (void)read_status();
    }
    return overrun || (byte_errors & STATUS_BREAK) != 0;
}

static void write_interrupts(void) {
    uint8_t held_back = flow == UART_FLOW_HOLD ? INTERRUPT_RECEIVED : 0;

    if (uart_is_present()) {
        write_register(UART_INTERRUPT, interrupts & (uint8_t)~held_back);
    }
}

void uart_enable_interrupts(bool enable) {
    interrupts = enable ? INTERRUPT_RECEIVED | INTERRUPT_LINE_STATUS : 0;
    write_interrupts();
}

bool uart_interrupt_pending(void) {
    return uart_is_present() && (read_register(UART_IDENTIFICATION) & IDENTIFICATION_NONE) == 0;
}

bool uart_test_interrupt(const volatile uint64_t *count) {
    uart_flush(); /* the transmitter must be empty */
    uint64_t flags = interrupts_save_and_disable();
    uint64_t before = *count;
    uint8_t wanted = interrupts;

    interrupts = INTERRUPT_CAN_SEND;
    write_interrupts();
    interrupts_restore(RFLAGS_IF);
    for (unsigned reads = 0; reads < TEST_READS && *count == before; reads++) {
        (void)read_status();
    }
    interrupts_save_and_disable();
    interrupts = wanted;
    write_interrupts();
    bool arrived = *count != before;
    interrupts_restore(flags);
    return arrived;
}

/* Enabling the receive interrupt makes it come for bytes that are already there. */
void uart_set_flow(enum uart_flow wanted) {
    if (flow == wanted || !uart_is_present()) {
        return;
    }
    flow = wanted;
    write_register(UART_MODEM_CONTROL,
                   MODEM_DTR | MODEM_OUT2 | (flow == UART_FLOW_ON ? MODEM_RTS : 0));
    write_interrupts();
}

enum uart_flow uart_flow(void) {
    return flow;
}

struct uart_counts uart_get_counts(void) {
    return counts;
}
