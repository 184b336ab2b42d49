/*
 * word_entries.c - finds the entries of the primitives in the ELF file of the running program.
 *
 * The table of primitives does not name all of them: what CATCH or EVALUATE go through has no
 * line there. The symbol table has.
 */
#define _GNU_SOURCE
#include "word_entries.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_machine.h"
#include "forth/pairs.h"

#define ENTRIES_MOST 2048u

static const char prefix[] = "prim_";
static uint64_t entries[ENTRIES_MOST]; /* ascending, without duplicates */
static size_t entry_count;

static int compare(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void add_symbols(const unsigned char *file, const Elf64_Shdr *symbols,
                        const Elf64_Shdr *names) {
    const Elf64_Sym *symbol = (const Elf64_Sym *)(file + symbols->sh_offset);
    for (size_t i = 0; i < symbols->sh_size / sizeof *symbol; i++) {
        const char *name = (const char *)file + names->sh_offset + symbol[i].st_name;
        if (strncmp(name, prefix, sizeof prefix - 1) == 0 &&
            ELF64_ST_TYPE(symbol[i].st_info) == STT_FUNC) {
            if (entry_count == ENTRIES_MOST) {
                machine_fail("word_entries", "too many primitives");
            }
            entries[entry_count++] = symbol[i].st_value;
        }
    }
}

void word_entries_init(void) {
    struct stat status;
    int descriptor = open("/proc/self/exe", O_RDONLY);
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        machine_fail("word_entries", "cannot read this program's file");
    }
    const unsigned char *file =
        mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (file == MAP_FAILED) {
        machine_fail("word_entries", "cannot map this program's file");
    }
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
    const Elf64_Shdr *section = (const Elf64_Shdr *)(file + header->e_shoff);
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (section[i].sh_type == SHT_SYMTAB) {
            add_symbols(file, &section[i], &section[section[i].sh_link]);
        }
    }
    munmap((void *)file, (size_t)status.st_size);
    close(descriptor);
    if (entry_count == 0) {
        machine_fail("word_entries", "no symbols");
    }
    qsort(entries, entry_count, sizeof entries[0], compare);
}

unsigned word_entry_at(uint64_t address) {
    size_t low = 0, high = entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entries[middle] == address) {
            const char *parts[PAIR_PARTS_MAX];
            return pairs_split((const char *)address, parts);
        }
        if (entries[middle] < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return 0;
}
