/*
 * test_uart.c - the driver of COM1 and the input from it, against a model of the device.
 *
 * The model is a PC16550D with what tests want to be wrong with it. It interrupts in the middle of the port
 * access that gives it the reason, as QEMU does, when a handler is attached and the line is wired.
 */
/* uses: c/drivers/console_queue.c */
#include <string.h>

#include "fake_ports.h"

/* What is played here; test_i8042.c has the real keyboard, and lines of its own. */
#define irq_attach          uart_irq_attach
#define irq_detach          uart_irq_detach
#define keyboard_start      uart_keyboard_start
#define keyboard_needs_poll uart_keyboard_needs_poll
#define keyboard_receive    uart_keyboard_receive

#include "../../c/drivers/console_input.c"
#include "../../c/drivers/uart.c"

#include "unit.h"

enum model { ABSENT, MODEL_8250, MODEL_16450, MODEL_16550, MODEL_16550A };

/* A byte on its way to us, with the errors that go with it. */
struct incoming {
    uint8_t byte, errors;
};

static struct {
    enum model model;
    uint8_t enable, line_control, modem_control, scratch, divisor, fifo_control;
    uint8_t line_errors; /* overrun */
    bool cts;
    bool never_ready;  /* the transmitter */
    bool always_wants; /* the interrupt request does not go away */
    bool transmit_interrupt;
    struct incoming fifo[16];
    unsigned fifo_used;
    char out[4096];
    size_t out_size;
    unsigned burst, longest_burst; /* bytes written since the status was last read */
    bool wired;
    bool in_handler, asked;
} device;

static irq_handler handler;

static unsigned capacity(void) {
    return device.model == MODEL_16550A && (device.fifo_control & FIFO_ENABLE) ? 16 : 1;
}

static bool wants_interrupt(void) {
    return (device.modem_control & MODEM_OUT2) != 0 &&
           (device.always_wants || ((device.enable & INTERRUPT_RECEIVED) && device.fifo_used > 0) ||
            ((device.enable & INTERRUPT_LINE_STATUS) &&
             (device.line_errors || (device.fifo_used > 0 && device.fifo[0].errors))) ||
            ((device.enable & INTERRUPT_CAN_SEND) && device.transmit_interrupt));
}

/* The line is edge-triggered: the handler runs when the request begins. */
static void update_line(void) {
    bool wants = wants_interrupt();
    bool edge = wants && !device.asked;
    device.asked = wants;
    if (edge && device.wired && handler != NULL && !device.in_handler) {
        device.in_handler = true;
        handler(NULL);
        device.in_handler = false;
        device.asked = wants_interrupt();
    }
}

static uint8_t read_line_status(void) {
    uint8_t status = device.line_errors;
    device.line_errors = 0;
    device.burst = 0;
    if (device.fifo_used > 0) {
        status |= STATUS_DATA_READY | device.fifo[0].errors;
        device.fifo[0].errors = 0;
    }
    return device.never_ready ? status : status | STATUS_CAN_SEND | STATUS_IDLE;
}

static uint8_t read_data(void) {
    uint8_t byte = device.fifo[0].byte;
    if (device.fifo_used > 0) {
        device.fifo_used--;
        memmove(device.fifo, device.fifo + 1, device.fifo_used * sizeof device.fifo[0]);
    }
    return byte;
}

static uint8_t fake_in(uint16_t port) {
    CHECK(port >= COM1 && port < COM1 + 8);
    if (device.model == ABSENT)
        return 0xff;
    uint8_t value = 0;
    switch (port - COM1) {
    case UART_DATA:
        value = read_data();
        break;
    case UART_INTERRUPT:
        value = device.enable;
        break;
    case UART_IDENTIFICATION:
        value = wants_interrupt() ? 0 : IDENTIFICATION_NONE;
        device.transmit_interrupt = false;
        if (device.fifo_control & FIFO_ENABLE)
            value |= device.model == MODEL_16550A ? 0xc0 : device.model == MODEL_16550 ? 0x80 : 0;
        break;
    case UART_LINE_STATUS:
        value = read_line_status();
        break;
    case UART_MODEM_STATUS:
        value = device.cts ? MODEM_STATUS_CTS : 0;
        break;
    case UART_SCRATCH:
        value = device.model == MODEL_8250 ? 0xff : device.scratch;
        break;
    default:
        break;
    }
    update_line();
    return value;
}

static void fake_out(uint16_t port, uint8_t value) {
    CHECK(port >= COM1 && port < COM1 + 8);
    switch (port - COM1) {
    case UART_DATA:
        if (device.line_control & LINE_DLAB) {
            device.divisor = value;
        } else {
            CHECK(!device.never_ready);
            CHECK(++device.burst <= capacity());
            if (device.burst > device.longest_burst)
                device.longest_burst = device.burst;
            if (device.out_size < sizeof device.out)
                device.out[device.out_size++] = (char)value;
        }
        break;
    case UART_INTERRUPT:
        if (!(device.line_control & LINE_DLAB)) {
            device.transmit_interrupt = (value & INTERRUPT_CAN_SEND) && !device.never_ready;
            device.enable = value & INTERRUPT_ALL;
        }
        break;
    case UART_IDENTIFICATION:
        device.fifo_control = value;
        break;
    case UART_LINE_CONTROL:
        device.line_control = value;
        break;
    case UART_MODEM_CONTROL:
        device.modem_control = value;
        break;
    case UART_SCRATCH:
        device.scratch = value;
        break;
    default:
        break;
    }
    update_line();
}

/* ---- the rest of the kernel ---- */

static hal_status attach_status;

hal_status irq_attach(unsigned irq, irq_handler wanted, void *context, const char *name) {
    CHECK_EQ_U64(irq, UART_IRQ);
    CHECK(context == NULL && name != NULL);
    if (attach_status == HAL_OK)
        handler = wanted;
    return attach_status;
}

hal_status irq_detach(unsigned irq) {
    CHECK_EQ_U64(irq, UART_IRQ);
    handler = NULL;
    return HAL_OK;
}

void keyboard_start(void) {}

bool keyboard_needs_poll(void) {
    return false;
}

void keyboard_receive(void) {}

/* Bytes arrive on the line. What the device has no room for is lost, as it is there. */
static void arrive(const char *text, uint8_t errors) {
    for (; *text != '\0'; text++) {
        if (device.fifo_used == capacity())
            device.line_errors |= STATUS_OVERRUN;
        else
            device.fifo[device.fifo_used++] = (struct incoming){(uint8_t)*text, errors};
        update_line();
    }
}

static void begin(enum model model) {
    memset(&device, 0, sizeof device);
    device.model = model;
    device.wired = true;
    handler = NULL;
    attach_status = HAL_OK;
    console_queue_break();
    serial_interrupts = 0;
    serial_polled = true;
    input_counts = (struct console_input_counts){0};
    fake_breaks = 0;
    fake_attentions = 0;
    uart_init();
}

static void begin_started(enum model model) {
    begin(model);
    console_input_start();
}

static const char *take(unsigned count) {
    static char text[256];
    size_t size = 0;
    int byte;
    while (count-- > 0 && (byte = console_input_take()) >= 0)
        text[size++] = (char)byte;
    text[size] = '\0';
    return text;
}

static const char *written(void) {
    device.out[device.out_size] = '\0';
    device.out_size = 0;
    return device.out;
}

/* ---- finding it ---- */

UNIT_TEST(uart_models,
          "every member of the family is recognised, and a FIFO is used only where it works") {
    static const struct {
        enum model model;
        const char *name;
        unsigned fifo;
    } models[] = {{ABSENT, "absent", 0},
                  {MODEL_8250, "8250", 1},
                  {MODEL_16450, "16450", 1},
                  {MODEL_16550, "16550 without FIFO", 1},
                  {MODEL_16550A, "16550A", 16}};
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        begin(models[i].model);
        CHECK_STR(uart_name(), models[i].name);
        CHECK_EQ_U64(uart_fifo_size(), models[i].fifo);
        CHECK_EQ_U64(uart_is_present(), models[i].model != ABSENT);
        if (models[i].model != ABSENT) {
            CHECK_EQ_U64(device.divisor, 1);
            CHECK_EQ_U64(device.line_control, LINE_8N1);
            CHECK_EQ_U64(device.enable, 0);
            CHECK_EQ_U64(device.modem_control, MODEM_DTR | MODEM_RTS | MODEM_OUT2);
            CHECK_EQ_U64(device.fifo_control & FIFO_ENABLE, models[i].fifo == 16);
        }
    }
}

UNIT_TEST(uart_absent, "without a device output is dropped at once and nothing arrives") {
    begin_started(ABSENT);
    port_accesses = 0;
    uart_write("text\n", 5);
    uart_flush();
    CHECK_EQ_I64(uart_receive(), UART_NONE);
    CHECK(!uart_has_line_event() && !uart_interrupt_pending());
    CHECK_EQ_U64(port_accesses, 0);
    CHECK(!console_input_needs_poll());
    CHECK_EQ_I64(console_input_take(), -1);
    CHECK_STR(console_input_serial_description(), "no COM1");
}

/* ---- sending ---- */

UNIT_TEST(uart_send_bursts,
          "with the FIFO the device is asked once for 16 bytes, without it for each") {
    static const char text[] = "0123456789abcdef0123456789abcdef";
    begin(MODEL_16550A);
    port_accesses = 0;
    uart_write(text, 32);
    CHECK_STR(written(), text);
    CHECK_EQ_U64(device.longest_burst, 16);
    CHECK_EQ_U64(port_accesses, 2 * (16 + 2)); /* status of line and modem */
    begin(MODEL_16450);
    uart_write(text, 32);
    CHECK_STR(written(), text);
    CHECK_EQ_U64(device.longest_burst, 1);
}

UNIT_TEST(uart_send_single,
          "bytes written one at a time use the FIFO too, and a newline becomes CR LF") {
    begin(MODEL_16550A);
    for (unsigned i = 0; i < 40; i++)
        uart_write(i % 10 == 9 ? "\n" : "x", 1);
    CHECK_STR(written(), "xxxxxxxxx\r\nxxxxxxxxx\r\nxxxxxxxxx\r\nxxxxxxxxx\r\n");
    CHECK_EQ_U64(device.longest_burst, 16);
    CHECK_EQ_U64(uart_get_counts().sent, 44);
}

UNIT_TEST(uart_send_stuck,
          "a device that takes nothing costs one wait, not one for each byte, and recovers") {
    begin(MODEL_16550A);
    device.never_ready = true;
    port_accesses = 0;
    uart_write("lost", 4);
    CHECK(port_accesses < WAIT_READS + 100);
    CHECK_EQ_U64(uart_get_counts().unsent, 4);
    device.never_ready = false;
    uart_write("back", 4);
    CHECK_STR(written(), "back");
}

UNIT_TEST(uart_cts,
          "CTS is waited for only once it has been seen, and no longer when it stays away") {
    begin(MODEL_16550A);
    uart_write("three wires", 11);
    CHECK_STR(written(), "three wires");
    CHECK(!uart_obeys_cts());
    device.cts = true;
    uart_write("0123456789abcdef", 16);
    CHECK(uart_obeys_cts());
    written();
    device.cts = false;
    port_accesses = 0;
    uart_write("0123456789abcdef!", 17);
    CHECK(port_accesses >= WAIT_READS); /* it has waited */
    CHECK_STR(written(), "0123456789abcdef!");
    CHECK(!uart_obeys_cts());
    CHECK_EQ_U64(uart_get_counts().unsent, 0);
}

/* ---- receiving ---- */

UNIT_TEST(uart_receive_by_interrupt,
          "bytes come by interrupt, a full FIFO and a single byte alike") {
    begin_started(MODEL_16550A);
    CHECK(!console_input_needs_poll());
    CHECK_STR(console_input_serial_description(), "COM1");
    device.in_handler = true; /* interrupts disabled: the FIFO fills */
    arrive("0123456789abcdef", 0);
    device.in_handler = false;
    device.asked = false;
    update_line();
    CHECK_STR(take(99), "0123456789abcdef");
    arrive("x", 0);
    CHECK_STR(take(99), "x");
    CHECK_EQ_U64(uart_get_counts().received, 17);
    CHECK_EQ_U64(uart_get_counts().overruns, 0);
}

UNIT_TEST(uart_without_fifo, "a device without FIFO receives by interrupt too") {
    begin_started(MODEL_8250);
    arrive("8250", 0);
    CHECK_STR(take(99), "8250");
}

UNIT_TEST(uart_no_interrupt, "where no interrupt arrives, or no line can be had, input is polled") {
    begin(MODEL_16550A);
    device.wired = false;
    console_input_start();
    CHECK(console_input_needs_poll());
    CHECK(handler == NULL);
    CHECK_EQ_U64(device.enable, 0);
    CHECK_STR(console_input_serial_description(), "COM1, polled");
    arrive("abc", 0);
    CHECK_EQ_I64(console_input_take(), -1);
    console_input_receive();
    CHECK_STR(take(99), "abc");
    begin(MODEL_16550A);
    attach_status = HAL_ERR_NOT_FOUND;
    console_input_start();
    CHECK(console_input_needs_poll());
    arrive("\003", 0);
    console_input_receive();
    CHECK_EQ_U64(fake_breaks, 1);
}

UNIT_TEST(uart_request_stays,
          "a device whose request does not go away is polled instead of serving it for ever") {
    begin_started(MODEL_16550A);
    device.always_wants = true;
    arrive("a", 0);
    CHECK(console_input_needs_poll());
    CHECK_EQ_U64(device.enable, 0);
    CHECK_STR(take(99), "a");
    arrive("b", 0);
    console_input_receive();
    CHECK_STR(take(99), "b");
}

UNIT_TEST(uart_damaged_bytes, "damaged bytes are dropped and counted by what was wrong") {
    begin_started(MODEL_16550A);
    arrive("a", 0);
    arrive("b", STATUS_PARITY);
    arrive("cd", STATUS_FRAMING);
    arrive("e", 0);
    CHECK_STR(take(99), "ae");
    CHECK_EQ_U64(uart_get_counts().parity_errors, 1);
    CHECK_EQ_U64(uart_get_counts().framing_errors, 2);
    CHECK_EQ_U64(uart_get_counts().received, 2);
}

UNIT_TEST(uart_error_seen_while_sending,
          "an error is not forgotten when the sender reads the status first") {
    begin(MODEL_16550A);
    arrive("x", STATUS_FRAMING);
    uart_flush();
    arrive("y", 0);
    CHECK_EQ_I64(uart_receive(), 'y');
    CHECK_EQ_U64(uart_get_counts().framing_errors, 1);
}

UNIT_TEST(uart_break, "a break is the attention key: it drops what was typed before") {
    begin_started(MODEL_16550A);
    arrive("before", 0);
    device.fifo[0] = (struct incoming){0, STATUS_BREAK | STATUS_FRAMING};
    device.fifo_used = 1;
    update_line();
    CHECK_EQ_U64(fake_attentions, 1);
    arrive("after", 0);
    CHECK_STR(take(99), "after");
    arrive("x\003y", 0);
    CHECK_EQ_U64(fake_breaks, 1);
    CHECK_STR(take(99), "y");
    CHECK_EQ_U64(uart_get_counts().breaks, 1);
    CHECK_EQ_U64(uart_get_counts().framing_errors, 0);
}

/* ---- a full queue ---- */

static void fill(size_t size) {
    while (size-- > 0)
        arrive("s", 0);
}

static size_t drain(void) {
    size_t size = 0;
    while (console_input_take() == 's')
        size++;
    return size;
}

UNIT_TEST(uart_back_pressure, "a nearly full queue stops the other end, a full one leaves bytes in "
                              "the device, and none is lost") {
    begin_started(MODEL_16550A);
    fill(CONSOLE_QUEUE_SERIAL - ROOM_TO_STOP);
    CHECK(device.modem_control & MODEM_RTS);
    fill(1);
    CHECK(!(device.modem_control & MODEM_RTS));
    CHECK(device.enable & INTERRUPT_RECEIVED);
    fill(ROOM_TO_STOP - 1);
    CHECK(!(device.enable & INTERRUPT_RECEIVED));
    CHECK(device.enable & INTERRUPT_LINE_STATUS);
    fill(16); /* these stay in the device */
    CHECK_EQ_U64(device.fifo_used, 16);
    for (unsigned i = 0; i < ROOM_TO_GO_ON - 1; i++)
        CHECK_EQ_I64(console_input_take(), 's');
    CHECK_EQ_U64(device.fifo_used, 16);
    CHECK_EQ_I64(console_input_take(), 's'); /* now there is room again */
    CHECK_EQ_U64(device.fifo_used, 0);
    CHECK(device.modem_control & MODEM_RTS);
    CHECK_EQ_U64(drain(), CONSOLE_QUEUE_SERIAL - ROOM_TO_GO_ON + 16);
    CHECK_EQ_U64(uart_get_counts().overruns, 0);
    CHECK_EQ_U64(console_input_get_counts().stops, 1);
    CHECK_EQ_U64(console_input_get_counts().holds, 1);
    CHECK_EQ_U64(console_input_get_counts().given_up, 0);
}

UNIT_TEST(uart_break_when_full, "a break passes a full queue") {
    begin_started(MODEL_16550A);
    fill(CONSOLE_QUEUE_SERIAL);
    device.fifo[0] = (struct incoming){0, STATUS_BREAK};
    device.fifo_used = 1;
    update_line();
    CHECK_EQ_U64(fake_attentions, 1);
    CHECK(console_input_is_empty());
    CHECK(device.modem_control & MODEM_RTS);
    arrive("on", 0);
    CHECK_STR(take(99), "on");
}

UNIT_TEST(uart_ctrl_c_when_full,
          "where nothing stops the other end, Ctrl-C is found behind a full queue all the same") {
    begin_started(MODEL_16550A);
    fill(CONSOLE_QUEUE_SERIAL + 17); /* one more than the device holds: its FIFO is given up */
    CHECK_EQ_U64(uart_get_counts().overruns, 1);
    CHECK_EQ_U64(console_input_get_counts().given_up, 16);
    fill(5);
    arrive("\003", 0);
    fill(11);
    CHECK_EQ_U64(fake_breaks, 1);
    CHECK_EQ_U64(console_queue_serial_room(), CONSOLE_QUEUE_SERIAL - 10); /* what came after it */
}

UNIT_TEST(uart_keyboard_attention_when_full, "attention from elsewhere lets a held line go on") {
    begin_started(MODEL_16550A);
    fill(CONSOLE_QUEUE_SERIAL + 3);
    console_queue_break();
    CHECK(console_input_is_empty() || device.fifo_used == 0);
    CHECK_EQ_U64(drain(), 3);
    CHECK(device.enable & INTERRUPT_RECEIVED);
    fill(CONSOLE_QUEUE_SERIAL + 3);
    console_input_break();
    CHECK_EQ_U64(drain(), 3);
}
