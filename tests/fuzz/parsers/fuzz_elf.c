/*
 * fuzz_elf.c - any ELF file: every plan that is accepted can be carried out, and no byte outside is read.
 *
 * Half of the files are built with sound headers and segments near those that are accepted; the others are
 * the bytes of the input.
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

enum { FILE_MAX = 2048, TABLE = 64, ENTRY = 56, BUILT = 1, PATCHED = 2 };

static void put(uint8_t *file, size_t at, uint64_t value, unsigned bytes) {
    if (at + bytes <= FILE_MAX) {
        memcpy(file + at, &value, bytes);
    }
}

/* A number for a field: mostly small, else one from the whole range. */
static uint64_t field(struct fuzz_input *in, uint64_t base, unsigned unit) {
    const uint8_t value = (uint8_t)fuzz_take(in, 1);
    return value < 248 ? base + (uint64_t)value * unit : fuzz_number(in);
}

static void build(struct fuzz_input *in, uint8_t *file) {
    static const uint32_t flags[] = {5, 6, 4, 5, 6, 7, 1, 0};
    const uint8_t count = (uint8_t)fuzz_take(in, 1) % 12;
    put(file, 0, 0x10102464c457f, 7);
    put(file, 16, 2, 2);
    put(file, 18, 62, 2);
    put(file, 24, field(in, WINDOW_START, 64), 8);
    put(file, 32, field(in, TABLE, 8), 8);
    put(file, 54, ENTRY, 2);
    put(file, 56, count, 2);
    const uint64_t table = file[32] + (uint64_t)file[33] * 256;
    uint64_t page = 0;
    for (unsigned i = 0; i < count; i++) {
        const size_t at = table + i * ENTRY;
        const uint8_t kind = (uint8_t)fuzz_take(in, 1);
        page += kind % 8 / 2; /* ascending, and now and then the same page again */
        put(file, at, kind < 224 ? 1 : kind % 8, 4);
        put(file, at + 4, flags[kind / 8 % 8], 4);
        put(file, at + 8, field(in, 0, 8), 8);
        put(file, at + 16, field(in, WINDOW_START + page * 4096, 0), 8);
        put(file, at + 32, field(in, 0, 8), 8);
        put(file, at + 40, field(in, 0, 32), 8);
    }
}

/* Makes the file that the input describes; returns its size. The first byte says how. */
static size_t make_file(struct fuzz_input *in, uint8_t *file) {
    const uint8_t how = (uint8_t)fuzz_take(in, 1);
    size_t size = fuzz_take(in, 1) * 8 + how % 8;
    if ((how & BUILT) != 0) {
        build(in, file);
    }
    for (unsigned i = 0; (how & PATCHED) != 0 && i < 4; i++) {
        const size_t at = fuzz_take(in, 2) % 512;
        put(file, at, fuzz_number(in), 8);
    }
    if ((how & BUILT) == 0) {
        size = in->left < FILE_MAX ? in->left : FILE_MAX;
        memcpy(file, in->next, size);
    }
    return size < FILE_MAX ? size : FILE_MAX;
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
    struct fuzz_input in = {data, size};
    uint8_t bytes[FILE_MAX] = {0};
    struct elf_plan plan;
    const size_t file_size = make_file(&in, bytes);
    uint8_t *file = fuzz_copy(bytes, file_size);
    const elf_plan_status status = elf_plan_make(file, file_size, WINDOW_START, WINDOW_END, &plan);
    if (status == ELF_PLAN_OK) {
        check_plan(&plan, file_size);
    }
    free(file);
    PROPERTY(elf_plan_message(status)[0] != 0, "every verdict has words");
    PROPERTY(strcmp(elf_plan_message(status), "of an unknown fault") != 0, "they are its own");
    return 0;
}
