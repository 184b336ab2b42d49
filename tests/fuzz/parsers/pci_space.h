/*
 * pci_space.h - a PCI configuration space of an input's making: a small table of functions, all else reads as
 * all ones.
 */
#ifndef PCI_SPACE_H
#define PCI_SPACE_H

#include "drivers/pci.h"
#include "fuzz_input.h"

enum { FUNCTIONS_MAX = 16, SPACE = 256 };

static struct function {
    struct pci_address address;
    uint8_t space[SPACE];
    unsigned reads;
    bool visited;
} functions[FUNCTIONS_MAX];
static unsigned function_count;

static uint64_t number_of(struct pci_address address) {
    return (uint64_t)address.bus << 8 | address.device << 3 | address.function;
}

static struct function *find(struct pci_address address) {
    for (unsigned i = 0; i < function_count; i++) {
        if (number_of(functions[i].address) == number_of(address)) {
            return &functions[i];
        }
    }
    return NULL;
}

/* Makes a function: on few buses and devices, with a header that is mostly sound, the rest from the input. */
static void make_function(struct fuzz_input *in, uint8_t first_bus) {
    struct function *function = &functions[function_count];
    memset(function, 0, sizeof *function);
    const uint8_t shape = (uint8_t)fuzz_take(in, 1);
    function->address.bus = (uint8_t)(first_bus + shape % 4);
    function->address.device = (uint8_t)fuzz_take(in, 1) % 4;
    function->address.function = shape / 4 % 4;
    if (find(function->address) != NULL) {
        return;
    }
    function_count++;
    uint8_t *space = function->space;
    const uint32_t id = shape < 240 ? 0x12348086 : 0x0000ffff;
    memcpy(space, &id, sizeof id);
    space[6] = (shape & 0x20) != 0 ? 0x10 : 0; /* it has capabilities */
    space[14] = (uint8_t)((shape & 0x40) << 1 | fuzz_take(in, 1) % 3);
    if (space[14] % 128 == PCI_HEADER_BRIDGE) {
        space[0x19] = (uint8_t)(first_bus + fuzz_take(in, 1) % 6);
        space[0x1a] = (uint8_t)(space[0x19] + fuzz_take(in, 1) % 4);
    }
    uint8_t *next = &space[space[14] % 128 == PCI_HEADER_CARDBUS ? 0x14 : 0x34];
    for (unsigned i = 0; i < 8 && (shape & 0x20) != 0; i++) { /* capabilities, often in a circle */
        const uint8_t at = (uint8_t)fuzz_take(in, 1);
        *next = at < 250 ? (uint8_t)(at % 64 * 4 | 0x40) : at;
        if (*next < 0x40 || *next > SPACE - 4) {
            break;
        }
        space[*next] = (uint8_t)fuzz_take(in, 1) % 0x18;
        next = &space[*next + 1];
    }
    for (unsigned i = fuzz_take(in, 1) % 24; i > 0; i--) {
        const uint8_t at = (uint8_t)fuzz_take(in, 1);
        space[at % 4 == 0 ? at : at % 64] = (uint8_t)fuzz_take(in, 1);
    }
}

#endif
