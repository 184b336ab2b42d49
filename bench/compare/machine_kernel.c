/*
 * machine_kernel.c - the bare machine: its options on the kernel command line, its JSON on a channel of its own.
 *
 * The channel is the second serial port where there is one, else QEMU's debug console; the command line may say which:
 * compare-channel=com2, debugcon or none. Without any the table stays on the screen.
 */
#include <string.h>

#include "../bench_chain.h"
#include "compare.h"
#include "cpu/cmdline.h"
#include "cpu/escape.h"
#include "cpu/io.h"
#include "firmware_kernel.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_power.h"
#include "hal/hal_time.h"
#include "machine.h"
#include "statistics.h"

#define OPTION_PREFIX "compare-"
#define MSR_MICROCODE 0x8bu
#define DATE_SIZE     32u
#define NS_A_SECOND   UINT64_C(1000000000)
#define RATE_NS       UINT64_C(50000000)

enum {
    COM2 = 0x2f8,
    DEBUGCON = 0xe9,
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    SCRATCH = 7,
    DLAB_8N1 = 0x83,
    ONLY_8N1 = 0x03,
    DTR_RTS = 0x03,
    FIFO_ON = 0x07,
    FIFO_CONTROL = 2,
    CAN_SEND = 0x20,
    IDLE = 0x40,
    WAIT_READS = 1000000, /* about a second */
};

const bool machine_is_kernel = true;

static enum { NONE, SERIAL, DEBUG } channel;
static bool lost; /* the device has not taken a byte: no more of them */

const char *machine_option(const char *name) {
    char key[64] = OPTION_PREFIX;
    const size_t prefix = sizeof OPTION_PREFIX - 1, size = strlen(name);
    if (size + prefix >= sizeof key) {
        return NULL;
    }
    memcpy(key + prefix, name, size + 1);
    return cmdline_value(key);
}

/* Whether a UART answers at COM2: its scratch register keeps what is written. */
static bool serial_begin(void) {
    for (unsigned pattern = 0x55; pattern <= 0xaa; pattern += 0x55) {
        outb(COM2 + SCRATCH, (uint8_t)pattern);
        if (inb(COM2 + SCRATCH) != pattern) {
            return false;
        }
    }
    outb(COM2 + 1, 0); /* no interrupts */
    outb(COM2 + LINE_CONTROL, DLAB_8N1);
    outb(COM2, 1); /* 115200 baud */
    outb(COM2 + 1, 0);
    outb(COM2 + LINE_CONTROL, ONLY_8N1);
    outb(COM2 + FIFO_CONTROL, FIFO_ON);
    outb(COM2 + MODEM_CONTROL, DTR_RTS);
    return true;
}

static bool serial_wait(uint8_t state) {
    for (unsigned i = 0; i < WAIT_READS; i++) {
        if ((inb(COM2 + LINE_STATUS) & state) != 0) {
            return true;
        }
    }
    return false;
}

void machine_begin(void) {
    const char *wanted = machine_option("channel");
    const bool any = wanted == NULL;
    if ((any || compare_same(wanted, "com2")) && serial_begin()) {
        channel = SERIAL;
    } else if ((any || compare_same(wanted, "debugcon")) && inb(DEBUGCON) == DEBUGCON) {
        channel = DEBUG;
    }
}

const char *machine_channel(void) {
    return channel == SERIAL  ? "COM2, 115200 baud 8N1"
           : channel == DEBUG ? "the debug console at port 0xe9"
                              : NULL;
}

void machine_put(void *context, const char *text, size_t size) {
    (void)context;
    for (size_t i = 0; i < size && !lost; i++) {
        if (channel == SERIAL) {
            lost = !serial_wait(CAN_SEND);
            outb(COM2, (uint8_t)text[i]);
        } else if (channel == DEBUG) {
            outb(DEBUGCON, (uint8_t)text[i]);
        }
    }
}

/* Nobody else has the processor; what a hypervisor takes shows in the chains. */
struct machine_moment machine_now(void) {
    return (struct machine_moment){0, 0};
}

bool machine_was_taken(const struct machine_moment *from, const struct machine_moment *to) {
    (void)from, (void)to;
    return false;
}

/* Where nobody states the rate it is measured against the clock. */
uint64_t machine_tsc_hz(void) {
    const uint64_t stated = hal_time_cycles_hz();
    if (stated != 0) {
        return stated;
    }
    const uint64_t start_ns = hal_time_now_ns(), start = tsc_begin();
    uint64_t ns;
    do {
        ns = hal_time_now_ns() - start_ns;
    } while (ns < RATE_NS);
    return multiply_divide(tsc_end() - start, NS_A_SECOND, ns);
}

/* "2026-11-22T17:00:00" by the real-time clock; NULL when that does not answer. */
static const char *date(char text[DATE_SIZE]) {
    static const char pattern[] = "0000-00-00T00:00:00";
    struct hal_wall_time now;
    if (hal_time_wall(&now) != HAL_OK) {
        return NULL;
    }
    const unsigned fields[] = {now.year, now.month, now.day, now.hour, now.minute, now.second};
    const unsigned ends[] = {4, 7, 10, 13, 16, 19};
    memcpy(text, pattern, sizeof pattern);
    for (unsigned i = 0; i < 6; i++) {
        unsigned value = fields[i];
        for (unsigned at = ends[i]; value != 0 && at > 0; at--, value /= 10) {
            text[at - 1] = (char)('0' + value % 10);
        }
    }
    return text;
}

/* What the processor says its microcode is: it shows in the upper half of the register after CPUID. An emulator has
 * the register without the microcode. */
static bool microcode(uint64_t *revision) {
    uint64_t value;
    (void)cpuid(1, 0);
    if (compare_counted() || !rdmsr_guarded(MSR_MICROCODE, &value) || value >> 32 == 0) {
        return false;
    }
    *revision = value >> 32;
    return true;
}

static void put_microcode(struct json *json) {
    static const char digits[] = "0123456789abcdef";
    char text[11] = "0x";
    uint64_t revision;
    if (!microcode(&revision)) {
        json_text(json, "microcode", NULL);
        return;
    }
    for (unsigned i = 0; i < 8; i++) {
        text[2 + i] = digits[revision >> (28 - 4 * i) & 15];
    }
    json_text(json, "microcode", text);
}

const char *machine_model(void) {
    return firmware_model();
}

void machine_context(struct json *json) {
    char text[DATE_SIZE];
    json_text(json, "date", date(text));
    json_text(json, "executable", "StarKernel");
    json_text(json, "side", "kernel");
    put_microcode(json);
    json_text(json, "firmware", firmware_vendor());
    json_text(json, "kernel_command_line", firmware_command_line());
    json_text(json, "interrupts", "disabled, but for distributions and interrupts themselves");
    json_number(json, "num_cpus", hal_cpu_count());
    json_text(json, "clock", hal_time_source());
}

_Noreturn void machine_end(int status) {
    if (channel == SERIAL) {
        lost = lost || !serial_wait(IDLE);
    }
    if (lost) {
        compare_say("compare: COM2 did not take all of the JSON\n");
    }
    compare_say("compare: END %d\n", lost ? 1 : status);
    if (channel == NONE) {
        compare_say(
            "No channel for the JSON: it would have come out of a second serial port (COM2,\n"
            "115200 baud 8N1), or of QEMU's debug console (-debugcon file:kernel.json).\n"
            "The machine can be switched off.\n");
        halt_for_good();
    }
    hal_power_off(status);
}
