/*
 * elf_plan.c - checks an ELF64 kernel and says what to put where.
 *
 * The kernel is carried inside the loader, so a bad one means a bad build or a damaged disk. Both
 * deserve a sentence on the screen, not a reset. Fields are read byte by byte: the
 * file may have any alignment, and no header is trusted before its bounds are known.
 *
 * Offsets and constants: System V ABI, chapters "Object Files" and "Program Loading", ELF64.
 */
#include "boot/elf_plan.h"

#include <stdbool.h>

enum {
    ELF_HEADER_SIZE = 64,
    ELF_CLASS_OFFSET = 4,
    ELF_CLASS_64 = 2,
    ELF_DATA_OFFSET = 5,
    ELF_DATA_LITTLE_ENDIAN = 1,
    ELF_IDENT_VERSION_OFFSET = 6,
    ELF_VERSION_CURRENT = 1,
    ELF_TYPE_OFFSET = 16,
    ELF_TYPE_EXECUTABLE = 2,
    ELF_MACHINE_OFFSET = 18,
    ELF_MACHINE_X86_64 = 62,
    ELF_ENTRY_OFFSET = 24,
    ELF_PROGRAM_TABLE_OFFSET = 32,
    ELF_PROGRAM_SIZE_OFFSET = 54,
    ELF_PROGRAM_COUNT_OFFSET = 56,
};

enum {
    PROGRAM_HEADER_SIZE = 56,
    PROGRAM_TYPE_OFFSET = 0,
    PROGRAM_FLAGS_OFFSET = 4,
    PROGRAM_FILE_OFFSET = 8,
    PROGRAM_VIRTUAL_OFFSET = 16,
    PROGRAM_FILE_SIZE_OFFSET = 32,
    PROGRAM_MEMORY_SIZE_OFFSET = 40,
};

enum {
    PROGRAM_TYPE_LOAD = 1,
    PROGRAM_TYPE_DYNAMIC = 2,
    PROGRAM_TYPE_INTERPRETER = 3,
};

static uint64_t read_le(const uint8_t *bytes, unsigned count) {
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static uint64_t page_round_up(uint64_t value) {
    return (value + ELF_PLAN_PAGE_SIZE - 1) & ~(ELF_PLAN_PAGE_SIZE - 1);
}

static uint64_t segment_end(const struct elf_segment *segment) {
    return segment->virtual_address + page_round_up(segment->memory_size);
}

static elf_plan_status check_file_header(const uint8_t *file, size_t size) {
    if (size < ELF_HEADER_SIZE || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' ||
        file[3] != 'F') {
        return ELF_PLAN_NOT_ELF;
    }
    if (file[ELF_CLASS_OFFSET] != ELF_CLASS_64 || file[ELF_DATA_OFFSET] != ELF_DATA_LITTLE_ENDIAN ||
        file[ELF_IDENT_VERSION_OFFSET] != ELF_VERSION_CURRENT ||
        read_le(file + ELF_TYPE_OFFSET, 2) != ELF_TYPE_EXECUTABLE ||
        read_le(file + ELF_MACHINE_OFFSET, 2) != ELF_MACHINE_X86_64) {
        return ELF_PLAN_WRONG_KIND;
    }
    return ELF_PLAN_OK;
}

/* Reads one PT_LOAD header with all checks that concern it alone. */
static elf_plan_status read_segment(const uint8_t *header, size_t file_size, uint64_t window_start,
                                    uint64_t window_end, struct elf_segment *segment) {
    segment->virtual_address = read_le(header + PROGRAM_VIRTUAL_OFFSET, 8);
    segment->memory_size = read_le(header + PROGRAM_MEMORY_SIZE_OFFSET, 8);
    segment->file_offset = read_le(header + PROGRAM_FILE_OFFSET, 8);
    segment->file_size = read_le(header + PROGRAM_FILE_SIZE_OFFSET, 8);
    segment->flags = (uint32_t)read_le(header + PROGRAM_FLAGS_OFFSET, 4) &
                     (ELF_SEGMENT_READ | ELF_SEGMENT_WRITE | ELF_SEGMENT_EXECUTE);

    if (segment->file_offset > file_size || segment->file_size > file_size - segment->file_offset) {
        return ELF_PLAN_OUTSIDE_FILE;
    }
    if (segment->file_size > segment->memory_size) {
        return ELF_PLAN_BAD_SIZE;
    }
    if (segment->virtual_address % ELF_PLAN_PAGE_SIZE != 0) {
        return ELF_PLAN_UNALIGNED;
    }
    if (segment->virtual_address < window_start || segment->virtual_address > window_end ||
        segment->memory_size > window_end - segment->virtual_address) {
        return ELF_PLAN_OUTSIDE_WINDOW;
    }
    if ((segment->flags & ELF_SEGMENT_WRITE) != 0 && (segment->flags & ELF_SEGMENT_EXECUTE) != 0) {
        return ELF_PLAN_WRITE_EXECUTE;
    }
    return ELF_PLAN_OK;
}

/* The entry must be a byte that came from the file: zero-filled memory holds no code. */
static bool entry_is_code(const struct elf_plan *plan) {
    for (unsigned i = 0; i < plan->segment_count; i++) {
        const struct elf_segment *segment = &plan->segments[i];
        if ((segment->flags & ELF_SEGMENT_EXECUTE) != 0 &&
            plan->entry >= segment->virtual_address &&
            plan->entry - segment->virtual_address < segment->file_size) {
            return true;
        }
    }
    return false;
}

elf_plan_status elf_plan_make(const void *file, size_t size, uint64_t window_start,
                              uint64_t window_end, struct elf_plan *plan) {
    const uint8_t *bytes = file;
    elf_plan_status status = check_file_header(bytes, size);
    if (status != ELF_PLAN_OK) {
        return status;
    }

    const uint64_t table = read_le(bytes + ELF_PROGRAM_TABLE_OFFSET, 8);
    const uint64_t count = read_le(bytes + ELF_PROGRAM_COUNT_OFFSET, 2);
    if (read_le(bytes + ELF_PROGRAM_SIZE_OFFSET, 2) != PROGRAM_HEADER_SIZE || table > size ||
        count * PROGRAM_HEADER_SIZE > size - table) {
        return ELF_PLAN_BAD_TABLE;
    }

    *plan = (struct elf_plan){.entry = read_le(bytes + ELF_ENTRY_OFFSET, 8)};
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *header = bytes + table + i * PROGRAM_HEADER_SIZE;
        const uint64_t type = read_le(header + PROGRAM_TYPE_OFFSET, 4);
        if (type == PROGRAM_TYPE_DYNAMIC || type == PROGRAM_TYPE_INTERPRETER) {
            return ELF_PLAN_NOT_STATIC;
        }
        if (type != PROGRAM_TYPE_LOAD || read_le(header + PROGRAM_MEMORY_SIZE_OFFSET, 8) == 0) {
            continue;
        }
        if (plan->segment_count == ELF_PLAN_SEGMENT_MAX) {
            return ELF_PLAN_TOO_MANY;
        }
        struct elf_segment *segment = &plan->segments[plan->segment_count];
        status = read_segment(header, size, window_start, window_end, segment);
        if (status != ELF_PLAN_OK) {
            return status;
        }
        if (plan->segment_count > 0 && segment->virtual_address < segment_end(segment - 1)) {
            return ELF_PLAN_OVERLAP;
        }
        plan->segment_count++;
    }
    if (plan->segment_count == 0) {
        return ELF_PLAN_NO_SEGMENTS;
    }
    if (!entry_is_code(plan)) {
        return ELF_PLAN_BAD_ENTRY;
    }
    plan->base = plan->segments[0].virtual_address;
    plan->size = segment_end(&plan->segments[plan->segment_count - 1]) - plan->base;
    return ELF_PLAN_OK;
}

const char *elf_plan_message(elf_plan_status status) {
    switch (status) {
    case ELF_PLAN_OK:
        return "it is sound";
    case ELF_PLAN_NOT_ELF:
        return "it is not an ELF file";
    case ELF_PLAN_WRONG_KIND:
        return "it is not a 64-bit x86-64 executable";
    case ELF_PLAN_BAD_TABLE:
        return "its program header table is damaged";
    case ELF_PLAN_NOT_STATIC:
        return "it needs a dynamic linker";
    case ELF_PLAN_TOO_MANY:
        return "it has too many segments";
    case ELF_PLAN_NO_SEGMENTS:
        return "it has nothing to load";
    case ELF_PLAN_OUTSIDE_FILE:
        return "a segment lies outside the file";
    case ELF_PLAN_BAD_SIZE:
        return "a segment is larger in the file than in memory";
    case ELF_PLAN_UNALIGNED:
        return "a segment does not start at a page boundary";
    case ELF_PLAN_OUTSIDE_WINDOW:
        return "a segment lies outside the kernel's address range";
    case ELF_PLAN_OVERLAP:
        return "its segments overlap or are out of order";
    case ELF_PLAN_WRITE_EXECUTE:
        return "a segment is both writable and executable";
    case ELF_PLAN_BAD_ENTRY:
        return "its entry point is not in executable code";
    }
    return "of an unknown fault";
}
