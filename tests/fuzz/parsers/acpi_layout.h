/*
 * acpi_layout.h - lays out ACPI tables as an input says: where, which signature, how long, how broken.
 */
#ifndef ACPI_LAYOUT_H
#define ACPI_LAYOUT_H

#include "acpi_memory.h"
#include "fuzz_input.h"

enum { RSDP = 0x40 };

static const char names[][5] = {"XSDT", "RSDT", "FACP", "HPET", "APIC", "DSDT", "SSDT", "MCFG"};

enum { NAMES = sizeof names / sizeof names[0] };

/* Physical addresses of what has been laid out, so that the root tables can point there. */
static uint64_t places[256];
static unsigned place_count;

static uint64_t take_place(struct fuzz_input *in) {
    const uint8_t which = (uint8_t)fuzz_take(in, 1);
    return which < 240 && place_count > 0 ? places[which % place_count] : fuzz_number(in);
}

/* Writes Name(_S5_, Package{...}) in parts that are mostly right; returns the number of bytes. */
static size_t lay_s5(struct fuzz_input *in, uint8_t *aml) {
    static const uint8_t opcodes[] = {0x00, 0x01, 0x0a, 0x0a, 0x0b, 0x0c, 0x0e, 0xff};
    size_t at = fuzz_take(in, 1) % 4;
    const uint8_t shape = (uint8_t)fuzz_take(in, 1);
    aml[at++] = 0x08;
    if ((shape & 1) != 0) {
        aml[at++] = '\\';
    }
    memcpy(aml + at, "_S5_\x12", 5);
    at += 5;
    const unsigned length_bytes = shape >> 6;
    aml[at] = (uint8_t)(length_bytes << 6 | 10);
    at += 1 + length_bytes;
    aml[at++] = shape / 2 % 5;
    for (unsigned i = 0; i < 2; i++) {
        aml[at++] = opcodes[fuzz_take(in, 1) % 8];
        if (aml[at - 1] >= 0x0a) {
            aml[at] = (uint8_t)fuzz_take(in, 1);
            at += aml[at - 1] == 0x0c ? 4 : aml[at - 1] - 0x09;
        }
    }
    return at;
}

/* Lays out a table: its body are bytes of the input, or addresses for a root table. */
static void lay_table(struct fuzz_input *in) {
    const uint8_t kind = (uint8_t)fuzz_take(in, 1);
    const unsigned name = kind % NAMES;
    const uint32_t offset = 0x100 + (uint32_t)fuzz_take(in, 1) * 0x80;
    uint32_t length = kind < 224 ? 36 + (uint32_t)fuzz_take(in, 1) : (uint32_t)fuzz_number(in);
    const size_t body = fuzz_take(in, 1) % 64 * (name == 2 ? 4 : 1);
    uint8_t *table = table_new(offset, names[name], length);
    const unsigned step = name == 0 ? 8 : name == 1 ? 4 : 1;
    if (names[name][1] == 'S' && (kind & 0x60) != 0) {
        const size_t size = lay_s5(in, table + 36); /* and the table may end in the middle of it */
        length = 36 + (uint32_t)size - (uint32_t)(fuzz_take(in, 1) % 8);
        put32(table + 4, length);
    } else {
        for (size_t i = 0; i < body && in->left > 0; i++) {
            const uint64_t value = step == 1 ? fuzz_take(in, 1) : take_place(in);
            memcpy(table + 36 + i * step, &value, step);
        }
    }
    table[3] ^= (kind & 0x78) == 0x28; /* almost the signature */
    if ((kind & 0x18) != 0 && length <= 0x800) {
        table_done(table);
    }
    if (place_count < 256) {
        places[place_count++] = MEMORY_BASE + offset;
    }
}

static void lay_rsdp(struct fuzz_input *in) {
    const uint8_t shape = (uint8_t)fuzz_take(in, 1);
    uint8_t *rsdp = memory + RSDP;
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = shape % 4;
    put32(rsdp + 16, (uint32_t)take_place(in));
    put32(rsdp + 20, (shape & 0x80) != 0 ? (uint32_t)fuzz_number(in) : 36);
    put64(rsdp + 24, take_place(in));
    if ((shape & 0x30) != 0) {
        fix_checksum(rsdp, 20, 8);
    }
    if ((shape & 0x0c) != 0) {
        fix_checksum(rsdp, 36, 32);
    }
}

/* Fills the physical memory (acpi_memory.h) with tables and, at RSDP, the root pointer. */
static void acpi_layout(struct fuzz_input *in) {
    acpi_memory_reset();
    place_count = 0;
    while (in->left > 8 && place_count < 32) {
        lay_table(in);
    }
    lay_rsdp(in);
}

#endif
