/*
 * fuzz_elf.c - any ELF file: every plan that is accepted can be carried out, and no byte outside is read.
 *
 * The first byte of the input says which fields of the header are put right, so that an input gets past the
 * checks of the identification and to those of the segments.
 */
/* uses: c/boot/elf_plan.c */
/* plant: c/boot/elf_plan.c: s/size < ELF_HEADER_SIZE/size < 20/ */
/* plant: c/boot/elf_plan.c: s/count \* PROGRAM_HEADER_SIZE > size - table/count * PROGRAM_HEADER_SIZE > size/ */
/* plant: c/boot/elf_plan.c: s/segment->file_size > file_size - segment->file_offset/false/ */
/* plant: c/boot/elf_plan.c: s/segment->file_size > segment->memory_size/false/ */
/* plant: c/boot/elf_plan.c: s/segment->memory_size > window_end - segment->virtual_address/false/ */
/* plant: c/boot/elf_plan.c: s/segment->virtual_address < segment_end(segment - 1)/false/ */
/* plant: c/boot/elf_plan.c: s/return ELF_PLAN_WRITE_EXECUTE;/;/ */
/* plant: c/boot/elf_plan.c: s/plan->segment_count == ELF_PLAN_SEGMENT_MAX/false/ */
#include "boot/elf_plan.h"

#include "fuzz_input.h"

#define WINDOW_START UINT64_C(0xffffffff80000000)
#define WINDOW_END   (UINT64_C(0) - 4096)

enum { HEADER = 64, ENTRY = 56, FIX_IDENTITY = 1, FIX_TABLE = 2, FIX_SEGMENTS = 4 };

static void put(uint8_t *file, size_t size, size_t at, uint64_t value, unsigned bytes) {
    if (at + bytes <= size) {
        memcpy(file + at, &value, bytes);
    }
}

static void fix(uint8_t *file, size_t size, unsigned what) {
    if ((what & FIX_IDENTITY) != 0) {
        put(file, size, 0, 0x10102464c457f, 7);
        put(file, size, 16, 2, 2);
        put(file, size, 18, 62, 2);
    }
    if ((what & FIX_TABLE) != 0 && size > HEADER) {
        put(file, size, 32, HEADER + file[HEADER - 1] % 8, 8);
        put(file, size, 54, ENTRY, 2);
        put(file, size, 56, file[HEADER - 2] % 12, 2);
    }
    /* Segments whose addresses are near the window: the upper half of the number is what it must be. */
    for (size_t at = HEADER; (what & FIX_SEGMENTS) != 0 && at + ENTRY <= size; at += ENTRY) {
        file[at + 1] = file[at + 2] = file[at + 3] = 0;
        put(file, size, at + 20, 0xffffffff, 4);
        put(file, size, at + 44, file[at + 44] & 1, 4);
        if ((what & 8) != 0) {
            put(file, size, at + 12, 0, 4);
            put(file, size, at + 36, 0, 4);
        }
    }
}

static void check_plan(const struct elf_plan *plan, size_t size) {
    PROPERTY(plan->segment_count >= 1 && plan->segment_count <= ELF_PLAN_SEGMENT_MAX,
             "the plan has room for its segments");
    PROPERTY(plan->base == plan->segments[0].virtual_address, "it begins with the first segment");
    uint64_t next = WINDOW_START;
    bool entry_found = false;
    for (unsigned i = 0; i < plan->segment_count; i++) {
        const struct elf_segment *segment = &plan->segments[i];
        PROPERTY(segment->virtual_address % 4096 == 0, "segments begin at pages");
        PROPERTY(segment->virtual_address >= next, "segments are in order and share no page");
        PROPERTY(segment->memory_size != 0, "segments are not empty");
        PROPERTY(segment->memory_size <= WINDOW_END - segment->virtual_address,
                 "segments lie in the window");
        PROPERTY(segment->file_offset <= size && segment->file_size <= size - segment->file_offset,
                 "contents lie in the file");
        PROPERTY(segment->file_size <= segment->memory_size, "contents fit their memory");
        PROPERTY((segment->flags & ~7u) == 0 && (segment->flags & 3) != 3,
                 "nothing is both writable and executable");
        entry_found |= (segment->flags & ELF_SEGMENT_EXECUTE) != 0 &&
                       plan->entry >= segment->virtual_address &&
                       plan->entry - segment->virtual_address < segment->file_size;
        next = segment->virtual_address + ((segment->memory_size + 4095) & ~UINT64_C(4095));
    }
    PROPERTY(entry_found, "the entry is code that came from the file");
    PROPERTY(plan->size == next - plan->base, "the size reaches to the end of the last page");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct elf_plan plan;
    if (size == 0) {
        return 0;
    }
    uint8_t *file = fuzz_copy(data + 1, size - 1);
    fix(file, size - 1, data[0]);
    const elf_plan_status status = elf_plan_make(file, size - 1, WINDOW_START, WINDOW_END, &plan);
    if (status == ELF_PLAN_OK) {
        check_plan(&plan, size - 1);
    }
    free(file);
    PROPERTY(elf_plan_message(status)[0] != 0, "every verdict has words");
    PROPERTY(strcmp(elf_plan_message(status), "of an unknown fault") != 0, "they are its own");
    return 0;
}
