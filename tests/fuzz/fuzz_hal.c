/*
 * fuzz_hal.c - the machine that the fuzzed VMs run on: console, clock and files without an outside.
 *
 * Stands for host_console.c, host_time.c, host_file.c and host_restart.c. Nothing is printed, nobody types,
 * the clock counts its readings: so a life gives the same result every time. Input is a few random keys a
 * line and then the end. Memory can be made to run out.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "forth/block_device.h"
#include "hal/hal_console.h"
#include "hal/hal_file.h"
#include "hal/hal_power.h"
#include "hal/hal_space.h"
#include "hal/hal_time.h"
#include "shared/format.h"

#define KEYS_A_LINE 64u
#define RATE_MAX    64u /* in a life of failures one call in at most so many fails */

/* Outside .data and .bss, which fuzz_outside.c watches. */
struct machine {
    uint64_t random;
    uint64_t clock;
    uint64_t sum; /* of the bytes written: they are read, as a device would */
    uint32_t keys;
    uint32_t rate; /* one call for memory in so many fails; 0 for none */
};

static struct machine *machine;

void fuzz_hal_begin(uint64_t seed, bool failures) {
    if (machine == NULL) {
        machine =
            mmap(NULL, sizeof *machine, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    *machine = (struct machine){.random = seed,
                                .keys = KEYS_A_LINE,
                                .rate = failures ? 4 + (uint32_t)(seed >> 20) % RATE_MAX : 0};
}

void fuzz_hal_line(void) {
    machine->keys = KEYS_A_LINE;
}

void fuzz_hal_end(void) {
    machine->rate = 0;
}

/* ---- memory ---- */

hal_status __real_hal_space_commit(uint64_t address, size_t size);
hal_status __wrap_hal_space_commit(uint64_t address, size_t size);

hal_status __wrap_hal_space_commit(uint64_t address, size_t size) {
    if (machine != NULL && machine->rate != 0 &&
        fuzz_random(&machine->random) % machine->rate == 0) {
        return HAL_ERR_NO_MEMORY;
    }
    return __real_hal_space_commit(address, size);
}

bool fuzz_hal_commit(uint64_t address, size_t size) {
    return __real_hal_space_commit(address, size) == HAL_OK;
}

/* ---- console ---- */

void hal_console_init(void) {}

void hal_console_flush(void) {}

void hal_console_write(const char *bytes, size_t size) {
    if (size > 0 && machine != NULL) {
        machine->sum += (unsigned char)bytes[0] + (unsigned char)bytes[size - 1];
    }
}

void hal_console_putc(char c) {
    hal_console_write(&c, 1);
}

int hal_console_poll(void) {
    static const char keys[] = "\r\n\x1b[A\x1b[D\x7f\x08\x04\x15 1 DUP . : x ; \xc3\xa4";
    if (machine->keys == 0) {
        return HAL_CONSOLE_EOF;
    }
    machine->keys--;
    uint64_t random = fuzz_random(&machine->random);
    switch (random % 8) {
    case 0:
        return HAL_CONSOLE_NONE;
    case 1:
        return (unsigned char)(random >> 8);
    default:
        return (unsigned char)keys[(random >> 8) % (sizeof keys - 1)];
    }
}

bool hal_console_has_input(void) {
    return machine->keys % 3 != 0;
}

void hal_console_wait(void) {}

void hal_console_set_listener(void (*listener)(void)) {
    (void)listener;
}

void host_console_signal(void) {}

void hal_console_size(unsigned *columns, unsigned *rows) {
    *columns = 80;
    *rows = 24;
}

void hal_console_mark_error(bool on) {
    (void)on;
}

bool hal_console_is_terminal(void) {
    return machine->clock % 2 != 0;
}

/* ---- time ---- */

void hal_time_init(void) {}

uint64_t hal_time_now_ns(void) {
    machine->clock += 1000000;
    return machine->clock;
}

uint64_t hal_time_cycles(void) {
    return ++machine->clock;
}

uint64_t hal_time_cycles_hz(void) {
    return 0;
}

const char *hal_time_source(void) {
    return "count";
}

hal_status hal_time_wall(struct hal_wall_time *time) {
    *time = (struct hal_wall_time){.year = 2026, .month = 1, .day = 1};
    return machine->clock % 2 != 0 ? HAL_OK : HAL_ERR_UNSUPPORTED;
}

int hal_timer_periodic(uint64_t period_ns, hal_timer_callback callback, void *context) {
    (void)period_ns, (void)callback, (void)context;
    return HAL_ERR_NO_MEMORY;
}

int hal_timer_oneshot(uint64_t delay_ns, hal_timer_callback callback, void *context) {
    return hal_timer_periodic(delay_ns, callback, context);
}

hal_status hal_timer_cancel(int handle) {
    (void)handle;
    return HAL_ERR_NOT_FOUND;
}

void host_time_report(format_sink sink, void *context);

void host_time_report(format_sink sink, void *context) {
    format(sink, context, "Count: %lu\n", machine->clock);
}

/* ---- files ---- */

struct file {
    const char *name;
    const char *text;
};

static const struct file files[] = {
    {"a", "1 2 3\n: fa DUP * ;\n( a comment\nover lines ) fa\n"},
    {"b", "S\" a\" INCLUDED S\" c\" INCLUDED\nundefined-word\n"},
    {"c", ": fc S\" b\" INCLUDED ;\n' fc CATCH\n100 ALLOT 5 ,\n: open IF"},
    {"d", "S\" d\" INCLUDED"},
    {"e", ""},
    {"f", "\n\n1000000 ALLOT\n-5 THROW\n"},
};

hal_status hal_file_open(const char *name, size_t name_size, const char **contents, size_t *size) {
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (name_size == strlen(files[i].name) && memcmp(name, files[i].name, name_size) == 0) {
            *contents = files[i].text;
            *size = strlen(files[i].text);
            return HAL_OK;
        }
    }
    return HAL_ERR_NOT_FOUND;
}

void hal_file_close(const char *contents, size_t size) {
    (void)contents, (void)size;
}

const char *hal_file_startup(unsigned index) {
    return index < 2 ? files[index].name : NULL;
}

/* A small block device whose memory is not the heap's, for what a VM writes to a disk is not its own to give
 * back. */
#define FUZZ_BLOCKS 8u

static unsigned char fuzz_blocks[FUZZ_BLOCKS][BLOCK_SIZE];

static bool read_block(uint64_t block, void *to) {
    memcpy(to, fuzz_blocks[block], BLOCK_SIZE);
    return true;
}

static bool write_block(uint64_t block, const void *from) {
    memcpy(fuzz_blocks[block], from, BLOCK_SIZE);
    return true;
}

static const struct block_device fuzz_device = {
    .count = FUZZ_BLOCKS, .read = read_block, .write = write_block};

__attribute__((constructor)) static void use_fuzz_device(void) {
    block_device = &fuzz_device;
}

/* REBOOT is left out of the programs (fuzz_generate.c), but EXECUTE of the right number finds it: the life is
 * over, and its process with it. The next goes on with the next life. */
void hal_power_reboot(void) {
    fuzz_record->life++;
    _exit(0);
}
