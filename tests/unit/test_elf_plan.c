/*
 * test_elf_plan.c - the ELF checker of the loader against damaged kernels.
 */
/* uses: c/boot/elf_plan.c */
#include "boot/elf_plan.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define WINDOW_START UINT64_C(0xffffffff80000000)
#define WINDOW_END   (UINT64_C(0) - 4096)

enum { FILE_SIZE = 1024, TABLE = 64, ENTRY_SIZE = 56, CODE = 0x200 };

static uint8_t file[FILE_SIZE];
static struct elf_plan plan;

static void put(size_t at, uint64_t value, unsigned bytes) {
    memcpy(file + at, &value, bytes);
}

static void put_segment(unsigned index, uint32_t flags, uint64_t address, uint64_t file_size,
                        uint64_t memory_size) {
    const size_t at = TABLE + index * ENTRY_SIZE;
    put(at, 1, 4);
    put(at + 4, flags, 4);
    put(at + 8, CODE, 8);
    put(at + 16, address, 8);
    put(at + 32, file_size, 8);
    put(at + 40, memory_size, 8);
    put(56, index + 1, 2);
}

/* A kernel with code and data. */
static void make_file(void) {
    memset(file, 0, sizeof file);
    memcpy(file,
           "\x7f"
           "ELF\2\1\1",
           7);
    put(16, 2, 2);
    put(18, 62, 2);
    put(24, WINDOW_START + 0x10, 8);
    put(32, TABLE, 8);
    put(54, ENTRY_SIZE, 2);
    put_segment(0, ELF_SEGMENT_READ | ELF_SEGMENT_EXECUTE, WINDOW_START, 0x100, 0x100);
    put_segment(1, ELF_SEGMENT_READ | ELF_SEGMENT_WRITE, WINDOW_START + 0x1000, 0x20, 0x1800);
}

/* The verdict on the first `size` bytes, in memory of exactly that size. */
static elf_plan_status check_size(size_t size) {
    uint8_t *copy = malloc(size);
    memcpy(copy, file, size);
    const elf_plan_status status = elf_plan_make(copy, size, WINDOW_START, WINDOW_END, &plan);
    free(copy);
    return status;
}

static elf_plan_status check(void) {
    return check_size(FILE_SIZE);
}

UNIT_TEST(elf_plan_good, "a sound kernel gives its segments, its size and its entry") {
    make_file();
    CHECK_EQ_U64(check(), ELF_PLAN_OK);
    CHECK_EQ_U64(plan.base, WINDOW_START);
    CHECK_EQ_U64(plan.size, 0x3000);
    CHECK_EQ_U64(plan.entry, WINDOW_START + 0x10);
    CHECK_EQ_U64(plan.segment_count, 2);
    CHECK_EQ_U64(plan.segments[1].memory_size, 0x1800);
    CHECK_EQ_U64(plan.segments[1].flags, ELF_SEGMENT_READ | ELF_SEGMENT_WRITE);
}

UNIT_TEST(elf_plan_cut, "a file that is cut off anywhere is refused, never read past its end") {
    make_file();
    for (size_t size = 0; size < CODE + 0x100; size++) {
        CHECK(check_size(size) != ELF_PLAN_OK);
    }
    CHECK_EQ_U64(check_size(CODE + 0x100), ELF_PLAN_OK);
}

/* One change to a sound file and what it must lead to. */
struct damage {
    size_t at;
    uint64_t value;
    unsigned bytes;
    elf_plan_status status;
};

UNIT_TEST(elf_plan_damaged, "each kind of damage is called by its name") {
    static const struct damage damages[] = {
        {0, 0x7e, 1, ELF_PLAN_NOT_ELF},
        {4, 1, 1, ELF_PLAN_WRONG_KIND},
        {5, 2, 1, ELF_PLAN_WRONG_KIND},
        {16, 3, 2, ELF_PLAN_WRONG_KIND},
        {18, 3, 2, ELF_PLAN_WRONG_KIND},
        {32, FILE_SIZE + 1, 8, ELF_PLAN_BAD_TABLE},
        {32, UINT64_MAX, 8, ELF_PLAN_BAD_TABLE},
        {54, 57, 2, ELF_PLAN_BAD_TABLE},
        {56, 0xffff, 2, ELF_PLAN_BAD_TABLE},
        {56, 0, 2, ELF_PLAN_NO_SEGMENTS},
        {TABLE, 2, 4, ELF_PLAN_NOT_STATIC},
        {TABLE, 3, 4, ELF_PLAN_NOT_STATIC},
        {TABLE + 4, 7, 4, ELF_PLAN_WRITE_EXECUTE},
        {TABLE + 4, 4, 4, ELF_PLAN_BAD_ENTRY},
        {TABLE + 8, UINT64_MAX, 8, ELF_PLAN_OUTSIDE_FILE},
        {TABLE + 8, FILE_SIZE - 0xff, 8, ELF_PLAN_OUTSIDE_FILE},
        {TABLE + 16, WINDOW_START + 1, 8, ELF_PLAN_UNALIGNED},
        {TABLE + 16, WINDOW_START - 4096, 8, ELF_PLAN_OUTSIDE_WINDOW},
        {TABLE + 16, WINDOW_END, 8, ELF_PLAN_OUTSIDE_WINDOW},
        {TABLE + 16, 0, 8, ELF_PLAN_OUTSIDE_WINDOW},
        {TABLE + 32, UINT64_MAX, 8, ELF_PLAN_OUTSIDE_FILE},
        {TABLE + 32, 0x101, 8, ELF_PLAN_BAD_SIZE},
        {TABLE + 40, UINT64_MAX, 8, ELF_PLAN_OUTSIDE_WINDOW},
        {TABLE + 40, 0x1001, 8, ELF_PLAN_OVERLAP},
        {TABLE + ENTRY_SIZE + 16, WINDOW_START, 8, ELF_PLAN_OVERLAP},
        {24, 0, 8, ELF_PLAN_BAD_ENTRY},
        {24, WINDOW_START + 0x100, 8, ELF_PLAN_BAD_ENTRY},
        {24, WINDOW_START + 0x1000, 8, ELF_PLAN_BAD_ENTRY},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        make_file();
        put(damages[i].at, damages[i].value, damages[i].bytes);
        CHECK_EQ_U64(check(), damages[i].status);
        CHECK(elf_plan_message(damages[i].status)[0] != 0);
    }
}

UNIT_TEST(elf_plan_many, "more segments than the plan has room for are refused") {
    make_file();
    put(32, 0x180, 8); /* the table behind the code, where it has room */
    for (unsigned i = 0; i <= ELF_PLAN_SEGMENT_MAX; i++) {
        const size_t at = 0x180 + i * ENTRY_SIZE;
        put(at, 1, 4);
        put(at + 4, ELF_SEGMENT_READ | ELF_SEGMENT_EXECUTE, 4);
        put(at + 8, 0, 8);
        put(at + 16, WINDOW_START + i * 0x1000, 8);
        put(at + 32, 0x20, 8);
        put(at + 40, 0x20, 8);
    }
    put(56, ELF_PLAN_SEGMENT_MAX, 2);
    CHECK_EQ_U64(check(), ELF_PLAN_OK);
    put(56, ELF_PLAN_SEGMENT_MAX + 1, 2);
    CHECK_EQ_U64(check(), ELF_PLAN_TOO_MANY);
}
