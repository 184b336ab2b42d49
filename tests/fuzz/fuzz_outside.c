/*
 * fuzz_outside.c - has anything changed that does not belong to the VM?
 *
 * Copies of all that must stay are compared byte by byte: the slots of the base dictionary and of an
 * idle VM, the idle VM's struct vm, the image of new VMs, and the static variables of the program but for
 * a list of those that the arbiter and C words change by right. Protections come from /proc/self/maps.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define RANGES_MAX  512u
#define MAPS_MAX    (256u * 1024)
#define PAGES_SLACK 512u /* resident pages that libc may take meanwhile */

extern char __data_start[], _end[];

struct range {
    const unsigned char *at;
    size_t size;
    unsigned char *copy;
    const char *what;
};

/* On the heap: this file's own data would otherwise watch itself change. */
struct outside {
    struct range range[RANGES_MAX];
    size_t ranges;
    uint64_t base_slot;
    uint64_t idle_slot;
    uint64_t base_pages; /* fingerprints of the accessible mappings of these slots */
    uint64_t idle_pages;
    uint64_t resident; /* pages after the first life; 0 before */
    char maps[MAPS_MAX];
};

static struct outside *outside;

/* Static variables that may change while a VM runs: the cursor's place and the line editor, which whoever has
 * the console shares (console.c); the signal stack and the signals being handled (host_fault.c); the VM that
 * runs and the failure of a start-up file (arbiter); life and death of VMs (host_space.c); what is in use of
 * memory (host_memory.c); the dictionary being looked at (fuzz_validate.c); the log of a recording engine. */
static const char *const may_change[] = {
    "at_line_start", "editor",      "editor_ready", "stack",       "depth",
    "vm_current",    "exit_status", "slots",        "lowest_slot", "host_memory",
    "own",           "fuzz_blocks", "oracle_log",
};

/* The watch reads all of .data and .bss, also what the sanitizer puts between variables, so there it must
 * not use functions that the sanitizer looks after. */
#ifdef __SANITIZE_ADDRESS__
__attribute__((no_sanitize("address"))) static void
copy_memory(unsigned char *to, const unsigned char *from, size_t size) {
    for (volatile size_t i = 0; i < size; i++) {
        to[i] = from[i];
    }
}

__attribute__((no_sanitize("address"))) static size_t
difference(const unsigned char *a, const unsigned char *b, size_t size) {
    size_t i = 0;
    while (i < size && a[i] == b[i]) {
        i++;
    }
    return i;
}
#else
static void copy_memory(unsigned char *to, const unsigned char *from, size_t size) {
    memcpy(to, from, size);
}

static size_t difference(const unsigned char *a, const unsigned char *b, size_t size) {
    size_t i = memcmp(a, b, size) == 0 ? size : 0;
    while (i < size && a[i] == b[i]) {
        i++;
    }
    return i;
}
#endif

static void watch(const void *at, size_t size, const char *what) {
    if (size == 0) {
        return;
    }
    if (outside->ranges == RANGES_MAX) {
        fuzz_report(FUZZ_OUTSIDE, "too many ranges to watch");
    }
    struct range *range = &outside->range[outside->ranges++];
    *range = (struct range){at, size, malloc(size), what};
    if (range->copy == NULL) {
        abort();
    }
    copy_memory(range->copy, at, size);
}

/* ---- static variables ---- */

static bool is_exempt(const char *name) {
    for (size_t i = 0; i < sizeof may_change / sizeof may_change[0]; i++) {
        if (strcmp(name, may_change[i]) == 0) {
            return true;
        }
    }
    return strncmp(name, "__asan", 6) == 0 || strncmp(name, "__ubsan", 7) == 0 ||
           strncmp(name, "_ZN", 3) == 0; /* a sanitizer's */
}

static int by_value(const void *a, const void *b) {
    const Elf64_Sym *x = a, *y = b;
    return x->st_value < y->st_value ? -1 : x->st_value > y->st_value;
}

/* Watches .data and .bss but for the exempt variables, which the symbol table of this program finds. */
static void watch_statics(void) {
    int file = open("/proc/self/exe", O_RDONLY);
    struct stat status;
    const unsigned char *image = MAP_FAILED;
    if (file >= 0 && fstat(file, &status) == 0) {
        image = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    }
    if (image == MAP_FAILED) {
        fuzz_report(FUZZ_OUTSIDE, "cannot read the symbols of this program");
    }
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
    const Elf64_Shdr *section = (const Elf64_Shdr *)(image + header->e_shoff);
    uint64_t at = (uint64_t)__data_start, end = (uint64_t)_end;
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (section[i].sh_type != SHT_SYMTAB) {
            continue;
        }
        const char *names = (const char *)image + section[section[i].sh_link].sh_offset;
        size_t count = section[i].sh_size / sizeof(Elf64_Sym);
        Elf64_Sym *symbols = malloc(section[i].sh_size);
        if (symbols == NULL) {
            abort();
        }
        memcpy(symbols, image + section[i].sh_offset, section[i].sh_size);
        qsort(symbols, count, sizeof *symbols, by_value);
        for (size_t k = 0; k < count; k++) {
            const Elf64_Sym *symbol = &symbols[k];
            if (ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_value >= at &&
                symbol->st_value < end && is_exempt(names + symbol->st_name)) {
                watch((const void *)at, symbol->st_value - at, "a static variable");
                at = symbol->st_value + symbol->st_size;
            }
        }
        free(symbols);
    }
    watch((const void *)at, end - at, "a static variable");
    munmap((void *)image, (size_t)status.st_size);
    close(file);
}

/* ---- mappings ---- */

static void read_maps(void) {
    int file = open("/proc/self/maps", O_RDONLY);
    size_t size = 0;
    ssize_t got;
    while (file >= 0 && size < MAPS_MAX - 1 &&
           (got = read(file, outside->maps + size, MAPS_MAX - 1 - size)) > 0) {
        size += (size_t)got;
    }
    close(file);
    outside->maps[size] = '\0';
}

struct mapping {
    uint64_t start, end;
    char access[5];
};

/* The next mapping of the slot that can be used for anything. */
static bool next_mapping(const char **at, uint64_t slot, struct mapping *mapping) {
    while (**at != '\0') {
        char *rest;
        mapping->start = strtoull(*at, &rest, 16);
        mapping->end = strtoull(rest + 1, &rest, 16);
        memcpy(mapping->access, rest + 1, 4);
        mapping->access[4] = '\0';
        const char *newline = strchr(rest, '\n');
        *at = newline != NULL ? newline + 1 : rest + strlen(rest);
        if (mapping->end > slot && mapping->start < slot + HAL_SPACE_SLOT_SIZE &&
            strncmp(mapping->access, "---", 3) != 0) {
            return true;
        }
    }
    return false;
}

static uint64_t fingerprint(uint64_t slot) {
    uint64_t hash = slot;
    struct mapping mapping;
    for (const char *at = outside->maps; next_mapping(&at, slot, &mapping);) {
        uint64_t access = 0;
        memcpy(&access, mapping.access, 4);
        const uint64_t parts[] = {mapping.start, mapping.end, access};
        for (int i = 0; i < 3; i++) {
            hash ^= parts[i];
            hash = fuzz_random(&hash);
        }
    }
    return hash;
}

static void watch_slot(uint64_t slot, const char *what) {
    struct mapping mapping;
    for (const char *at = outside->maps; next_mapping(&at, slot, &mapping);) {
        watch((const void *)mapping.start, mapping.end - mapping.start, what);
    }
}

/* Where a VM may have pages: offset and size in its slot. */
static bool may_have_page(const struct vm *vm, uint64_t start, uint64_t end) {
    const struct dictionary *own = &vm->own;
    const uint64_t regions[][2] = {
        {VM_WINDOW_AT + VM_USER_AREA, vm->envelope - VM_USER_AREA},
        {VM_CONTROL_STACK, VM_STACK_SIZE},
        {VM_DATA_STACK, VM_STACK_SIZE},
        {VM_RETURN_STACK, VM_STACK_SIZE},
        {VM_LOCALS_STACK, VM_STACK_SIZE},
        {VM_MAILBOX, VM_MAILBOX_SIZE + VM_WORKSPACE_SIZE},
        {own->code - vm->slot, own->code_size},
        {(uint64_t)own->bucket - vm->slot, VM_PAGE + own->words_size},
        {own->names - vm->slot, own->names_size},
        {own->paths - vm->slot, own->names - own->paths},
        {vm->tables.counts - vm->slot, vm->tables.counts_size + vm->tables.executed_size},
        {vm->tables.trace - vm->slot, VM_TRACE_HALF},
        {vm->tables.settled - vm->slot,
         vm->tables.transitions - vm->tables.settled + VM_WINDOW / 4096},
        {vm->tables.trace - vm->slot + VM_TRACE_HALF + VM_GUARD, VM_TRACE_HALF},
    };
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        if (start >= regions[i][0] && end <= regions[i][0] + regions[i][1]) {
            return true;
        }
    }
    return false;
}

void fuzz_outside_check_pages(const struct vm *vm) {
    read_maps();
    struct mapping mapping;
    for (const char *at = outside->maps; next_mapping(&at, vm->slot, &mapping);) {
        if (!may_have_page(vm, mapping.start - vm->slot, mapping.end - vm->slot) ||
            strncmp(mapping.access, "rw-", 3) != 0) {
            fuzz_report(FUZZ_OUTSIDE, "pages %#lx to %#lx of the slot are %s",
                        mapping.start - vm->slot, mapping.end - vm->slot, mapping.access);
        }
    }
    if (fingerprint(outside->base_slot) != outside->base_pages ||
        fingerprint(outside->idle_slot) != outside->idle_pages) {
        fuzz_report(FUZZ_OUTSIDE, "the pages of another slot have changed");
    }
}

void fuzz_outside_check_gone(uint64_t slot) {
    read_maps();
    struct mapping mapping;
    const char *at = outside->maps;
    if (next_mapping(&at, slot, &mapping)) {
        fuzz_report(FUZZ_LEAK, "a destroyed VM still has pages at %#lx", mapping.start - slot);
    }
    char text[64] = "";
    int file = open("/proc/self/statm", O_RDONLY);
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    const char *second = size > 0 ? strchr(text, ' ') : NULL;
    uint64_t resident = second != NULL ? strtoull(second, NULL, 10) : 0;
    if (outside->resident == 0) {
        outside->resident = resident;
    }
#ifdef __SANITIZE_ADDRESS__
    outside->resident = resident; /* the sanitizer keeps freed memory for a while */
#endif
    if (resident > outside->resident + PAGES_SLACK) {
        fuzz_report(FUZZ_LEAK, "%lu pages more are in use than after the first VM",
                    resident - outside->resident);
    }
}

/* ---- the watch ---- */

void fuzz_outside_init(const struct vm *idle) {
    outside = calloc(1, sizeof *outside);
    if (outside == NULL) {
        abort();
    }
    outside->base_slot = base_image.dictionary.code & ~(HAL_SPACE_SLOT_SIZE - 1);
    outside->idle_slot = idle->slot;
    read_maps();
    outside->base_pages = fingerprint(outside->base_slot);
    outside->idle_pages = fingerprint(outside->idle_slot);
    watch_slot(outside->base_slot, "the base dictionary's slot");
    watch_slot(outside->idle_slot, "another VM's slot");
    watch(idle, sizeof *idle, "another VM's struct vm");
    watch(base_image.data, base_image.data_size, "the image of new VMs");
    watch_statics();
}

void fuzz_outside_check(void) {
    for (size_t i = 0; i < outside->ranges; i++) {
        const struct range *range = &outside->range[i];
        size_t k = difference(range->at, range->copy, range->size);
        if (k == range->size) {
            continue;
        }
        fuzz_report(FUZZ_OUTSIDE, "%s has changed at %p: %#x became %#x", range->what,
                    (const void *)(range->at + k), range->copy[k], range->at[k]);
    }
}
