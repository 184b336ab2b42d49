/*
 * elf_plan.h - checks an ELF64 kernel and says what to put where.
 *
 * Pure: no firmware, no allocation, no output, so the host can test and fuzz it.
 */
#ifndef ELF_PLAN_H
#define ELF_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define ELF_PLAN_SEGMENT_MAX 8u
#define ELF_PLAN_PAGE_SIZE   UINT64_C(4096)

typedef enum {
    ELF_PLAN_OK = 0,
    ELF_PLAN_NOT_ELF,        /* too short, or no ELF magic */
    ELF_PLAN_WRONG_KIND,     /* not a 64-bit little-endian x86-64 executable */
    ELF_PLAN_BAD_TABLE,      /* the program headers lie outside the file or have a wrong size */
    ELF_PLAN_NOT_STATIC,     /* asks for a dynamic linker or relocation */
    ELF_PLAN_TOO_MANY,       /* more loadable segments than ELF_PLAN_SEGMENT_MAX */
    ELF_PLAN_NO_SEGMENTS,    /* nothing to load */
    ELF_PLAN_OUTSIDE_FILE,   /* a segment's contents lie outside the file */
    ELF_PLAN_BAD_SIZE,       /* more bytes in the file than in memory */
    ELF_PLAN_UNALIGNED,      /* a segment does not start at a page */
    ELF_PLAN_OUTSIDE_WINDOW, /* a segment lies outside the permitted addresses */
    ELF_PLAN_OVERLAP,        /* segments share a page or are not in ascending order */
    ELF_PLAN_WRITE_EXECUTE,  /* a segment is both writable and executable */
    ELF_PLAN_BAD_ENTRY,      /* the entry point is not in the contents of executable segment */
} elf_plan_status;

/* The values of p_flags (ELF specification, program header). */
enum {
    ELF_SEGMENT_EXECUTE = 1u << 0,
    ELF_SEGMENT_WRITE = 1u << 1,
    ELF_SEGMENT_READ = 1u << 2,
};

struct elf_segment {
    uint64_t virtual_address; /* page-aligned */
    uint64_t memory_size;     /* bytes, at least file_size; the rest is zero */
    uint64_t file_offset;
    uint64_t file_size;
    uint32_t flags; /* ELF_SEGMENT_..., nothing else */
};

struct elf_plan {
    uint64_t base; /* virtual address of the first page */
    uint64_t size; /* bytes from base to the end of the last page */
    uint64_t entry;
    unsigned segment_count;
    struct elf_segment segments[ELF_PLAN_SEGMENT_MAX]; /* ascending, page-disjoint */
};

/* Checks `file` (any alignment, any contents) and fills *plan, which is meaningful only after
 * ELF_PLAN_OK. Every segment lies in [window_start, window_end), both page-aligned. */
elf_plan_status elf_plan_make(const void *file, size_t size, uint64_t window_start,
                              uint64_t window_end, struct elf_plan *plan);

/* The status in words, as the end of a sentence; never NULL. */
const char *elf_plan_message(elf_plan_status status);

#endif
