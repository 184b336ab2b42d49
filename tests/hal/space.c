/*
 * space.c - include/hal/hal_space.h: address space for VMs.
 */
#include <string.h>

#include "hal/hal_memory.h"
#include "hal/hal_space.h"
#include "hal_test.h"

#define PAGE      UINT64_C(4096)
#define SLOTS_MAX 65536u
#define HALF      (HAL_SPACE_SLOT_SIZE / 2)

static void create(void) {
    uint64_t a, b, c;
    CHECK_EQ(hal_space_create(&a), HAL_OK);
    CHECK_EQ(hal_space_create(&b), HAL_OK);
    CHECK_EQ(a % HAL_SPACE_SLOT_SIZE, 0);
    CHECK_EQ(b % HAL_SPACE_SLOT_SIZE, 0);
    CHECK(a != 0 && b != 0 && a != b);
    hal_space_destroy(a);
    CHECK_EQ(hal_space_create(&c), HAL_OK);
    CHECK(c != b);
    hal_space_destroy(b);
    hal_space_destroy(c);
}

/* All slots that there are; the last refusal must come, and a slot given back must be had again. */
static void all_slots(void) {
    uint64_t *slots = hal_mem_alloc(SLOTS_MAX * sizeof *slots);
    CHECK(slots != NULL);
    unsigned count = 0;
    hal_status status = HAL_OK;
    while (count < SLOTS_MAX && status == HAL_OK) {
        status = hal_space_create(&slots[count]);
        count += status == HAL_OK;
    }
    uint64_t again = 0;
    const unsigned middle = count / 2;
    hal_space_destroy(slots[middle]);
    const hal_status second = hal_space_create(&again);
    for (unsigned i = 0; i < count; i++) {
        hal_space_destroy(i == middle ? again : slots[i]);
    }
    const uint64_t freed = slots[middle];
    hal_mem_free(slots);
    CHECK_EQ(status, HAL_ERR_NO_MEMORY);
    CHECK(count >= 64);
    CHECK_EQ(second, HAL_OK);
    CHECK_EQ(again, freed);
}

static void zeroed(void) {
    for (unsigned round = 0; round < 3; round++) {
        uint64_t slot;
        CHECK_EQ(hal_space_create(&slot), HAL_OK);
        CHECK_EQ(hal_space_commit(slot + HALF, 16 * PAGE), HAL_OK);
        CHECK(hal_test_all_bytes((void *)(slot + HALF), 16 * PAGE, 0));
        memset((void *)(slot + HALF), 0xdd, 16 * PAGE);
        hal_space_destroy(slot); /* its pages come back with the next round */
    }
}

static void keeps(void) {
    uint64_t slot;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK_EQ(hal_space_commit(slot + 2 * PAGE, PAGE), HAL_OK);
    CHECK_EQ(hal_space_commit(slot + 4 * PAGE, PAGE), HAL_OK);
    memset((void *)(slot + 2 * PAGE), 1, PAGE);
    memset((void *)(slot + 4 * PAGE), 2, PAGE);
    CHECK_EQ(hal_space_commit(slot, 8 * PAGE), HAL_OK);
    CHECK(hal_test_all_bytes((void *)slot, 2 * PAGE, 0));
    CHECK(hal_test_all_bytes((void *)(slot + 2 * PAGE), PAGE, 1));
    CHECK(hal_test_all_bytes((void *)(slot + 3 * PAGE), PAGE, 0));
    CHECK(hal_test_all_bytes((void *)(slot + 4 * PAGE), PAGE, 2));
    CHECK(hal_test_all_bytes((void *)(slot + 5 * PAGE), 3 * PAGE, 0));
    hal_space_destroy(slot);
}

static void closed(void) {
    uint64_t slot, value;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK(!probe_read(slot, &value));
    CHECK_EQ(probe_result.fault.address, slot);
    CHECK_EQ(hal_space_commit(slot + PAGE, PAGE), HAL_OK);
    CHECK(probe_write(slot + PAGE, 1));
    CHECK(probe_write(slot + 2 * PAGE - 8, 1));
    CHECK(!probe_write(slot + 2 * PAGE, 1)); /* the next page is not open */
    CHECK_EQ(probe_result.fault.address, slot + 2 * PAGE);
    CHECK(probe_result.fault.write);
    CHECK(!probe_read(slot + PAGE - 8, &value));
    CHECK(!probe_read(slot + HAL_SPACE_SLOT_SIZE - 8, &value));
    hal_space_destroy(slot);
    CHECK(!probe_read(slot + PAGE, &value)); /* nothing stays behind */
}

static void never_executable(void) {
    const unsigned char return_instruction = 0xc3;
    uint64_t slot;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK_EQ(hal_space_commit(slot, PAGE), HAL_OK);
    memset((void *)slot, return_instruction, PAGE);
    CHECK(!probe_call(slot));
    CHECK_EQ(probe_result.fault.rip, slot);
    hal_space_destroy(slot);
}

static uint64_t touched;

static hal_fault_action commit_on_touch(struct hal_fault *fault) {
    const bool ok = fault->kind == HAL_FAULT_MEMORY &&
                    hal_space_commit(fault->address & ~(PAGE - 1), PAGE) == HAL_OK;
    touched = fault->address;
    return ok ? HAL_FAULT_RESUME : HAL_FAULT_UNHANDLED;
}

/* The way in which VMs get their pages: the access faults, the page comes, the access is done again. */
static void first_touch(void) {
    uint64_t slot, value = 1;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    probe_set_handler(commit_on_touch);
    const bool read = probe_read(slot + 3 * PAGE + 8, &value);
    const uint64_t read_at = touched;
    const unsigned read_faults = probe_result.faults;
    const bool write = probe_write(slot + HALF + 16, 42);
    const uint64_t write_at = touched;
    const bool straddles = probe_write(slot + 8 * PAGE - 4, UINT64_MAX); /* two pages, two faults */
    const unsigned straddle_faults = probe_result.faults;
    probe_set_handler(NULL);
    CHECK(read && write && straddles);
    CHECK_EQ(value, 0);
    CHECK_EQ(read_at, slot + 3 * PAGE + 8);
    CHECK_EQ(read_faults, 1);
    CHECK_EQ(write_at, slot + HALF + 16);
    CHECK_EQ(straddle_faults, 2);
    CHECK(probe_read(slot + HALF + 16, &value));
    CHECK_EQ(value, 42);
    hal_space_destroy(slot);
}

static void protect(void) {
    uint64_t slot, value;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK_EQ(hal_space_commit(slot, 3 * PAGE), HAL_OK);
    *(uint64_t *)(slot + PAGE) = 99;
    CHECK_EQ(hal_space_protect(slot + PAGE, PAGE), HAL_OK);
    CHECK(!probe_write(slot + PAGE, 1));
    CHECK_EQ(probe_result.fault.address, slot + PAGE);
    CHECK(probe_result.fault.write);
    CHECK(probe_read(slot + PAGE, &value));
    CHECK_EQ(value, 99);
    CHECK(probe_write(slot, 1));
    CHECK(probe_write(slot + 2 * PAGE, 1));
    CHECK_EQ(hal_space_commit(slot, 4 * PAGE), HAL_OK);
    CHECK(!probe_write(slot + PAGE, 1)); /* frozen stays frozen */
    CHECK_EQ(hal_space_protect(slot, 5 * PAGE), HAL_ERR_NOT_FOUND);
    CHECK_EQ(hal_space_protect(slot, 0), HAL_OK);
    hal_space_destroy(slot);
}

static void invalid(void) {
    uint64_t slot, gone;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK_EQ(hal_space_create(&gone), HAL_OK);
    hal_space_destroy(gone);
    const struct hal_mem_stats before = hal_mem_get_stats();
    CHECK_EQ(hal_space_commit(slot + 1, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(slot, PAGE + 1), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(slot + HAL_SPACE_SLOT_SIZE - PAGE, 2 * PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(slot, SIZE_MAX - PAGE + 1), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(0, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(0 - PAGE, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(gone, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_protect(gone, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_protect(slot + 1, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_commit(slot, 0), HAL_OK);
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    hal_space_destroy(slot);
}

static void all_or_nothing(void) {
    uint64_t slot, value;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK_EQ(hal_space_commit(slot + 2 * PAGE, PAGE), HAL_OK);
    *(uint64_t *)(slot + 2 * PAGE) = 5;
    const struct hal_mem_stats before = hal_mem_get_stats();
    hal_status status;
    uint64_t k = 1, count;
    do { /* far apart, so that tables are needed as well */
        hal_mem_fail_at(k++);
        status = hal_space_commit(slot, 6 * PAGE);
        count = hal_mem_fail_count();
        hal_mem_fail_at(0);
        if (status != HAL_OK) {
            CHECK_EQ(status, HAL_ERR_NO_MEMORY);
            CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
            for (unsigned page = 0; page < 6; page++) {
                CHECK_EQ(probe_read(slot + page * PAGE, &value), page == 2);
            }
        }
    } while (status != HAL_OK);
    CHECK(k >= 7); /* five pages were missing */
    CHECK(count >= 5);
    CHECK(probe_read(slot + 2 * PAGE, &value));
    CHECK_EQ(value, 5);
    hal_space_destroy(slot);
}

static void even(void) {
    uint64_t slots[3];
    CHECK_EQ(hal_space_create(&slots[0]), HAL_OK); /* what a first slot makes may stay */
    CHECK_EQ(hal_space_commit(slots[0], PAGE), HAL_OK);
    hal_space_destroy(slots[0]);
    const struct hal_mem_stats before = hal_mem_get_stats();
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 3; i++) {
            CHECK_EQ(hal_space_create(&slots[i]), HAL_OK);
            for (unsigned n = 0; n < 20; n++) {
                const uint64_t page = hal_test_random() % (HAL_SPACE_SLOT_SIZE / PAGE - 8);
                CHECK_EQ(hal_space_commit(slots[i] + page * PAGE, (n % 8 + 1) * PAGE), HAL_OK);
            }
        }
        CHECK(hal_mem_get_stats().free_pages < before.free_pages);
        for (unsigned i = 0; i < 3; i++) {
            hal_space_destroy(slots[(i + round) % 3]);
        }
        CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    }
}

/* Two slots; of the first, pages 0 and 2 are committed, of the second 1 and 2. */
static void move(void) {
    const struct hal_mem_stats before = hal_mem_get_stats();
    uint64_t a, b;
    CHECK_EQ(hal_space_create(&a), HAL_OK);
    CHECK_EQ(hal_space_create(&b), HAL_OK);
    CHECK_EQ(hal_space_commit(a, PAGE), HAL_OK);
    CHECK_EQ(hal_space_commit(a + 2 * PAGE, PAGE), HAL_OK);
    CHECK_EQ(hal_space_commit(b + HALF + PAGE, 2 * PAGE), HAL_OK);
    memset((void *)a, 0x11, PAGE);
    memset((void *)(a + 2 * PAGE), 0x33, PAGE);
    memset((void *)(b + HALF + PAGE), 0xee, 2 * PAGE);
    CHECK_EQ(hal_space_move(a, b + HALF, 3 * PAGE), HAL_OK);
    CHECK_EQ(hal_space_commit(a, 3 * PAGE), HAL_OK);
    CHECK_EQ(hal_space_commit(b + HALF, 3 * PAGE), HAL_OK);
    CHECK(hal_test_all_bytes((void *)(b + HALF), PAGE, 0x11));
    CHECK(hal_test_all_bytes((void *)(b + HALF + PAGE), PAGE, 0));
    CHECK(hal_test_all_bytes((void *)(b + HALF + 2 * PAGE), PAGE, 0x33));
    CHECK(hal_test_all_bytes((void *)a, 3 * PAGE, 0));
    CHECK_EQ(hal_space_move(a + 1, b, PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_move(a, a + PAGE, 2 * PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_move(a + HAL_SPACE_SLOT_SIZE - PAGE, b, 2 * PAGE), HAL_ERR_INVALID);
    CHECK_EQ(hal_space_move(a, a + 3 * PAGE, 0), HAL_OK);
    hal_space_destroy(a);
    CHECK_EQ(hal_space_move(b, a, PAGE), HAL_ERR_INVALID);
    hal_space_destroy(b);
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
}

/* On Linux the later slots are made in another way than the first ones. */
static void late_slots(void) {
    enum { EARLIER = 1100 };
    uint64_t *slots = hal_mem_alloc(EARLIER * sizeof *slots);
    CHECK(slots != NULL);
    unsigned count = 0;
    while (count < EARLIER && hal_space_create(&slots[count]) == HAL_OK) {
        count++;
    }
    if (count == EARLIER) {
        zeroed();
        keeps();
        closed();
        never_executable();
        first_touch();
        protect();
        all_or_nothing();
        move();
        even();
    }
    while (count > 0) {
        hal_space_destroy(slots[--count]);
    }
    hal_mem_free(slots);
}

const struct hal_test hal_space_tests[] = {
    {"space-create", "slots are aligned to their size, and each is one's own", create},
    {"space-all-slots", "slots end with HAL_ERR_NO_MEMORY, and one given back is had again",
     all_slots},
    {"space-zeroed", "committed pages are zero, also those that another VM had", zeroed},
    {"space-keeps", "a page that is committed already keeps what it holds", keeps},
    {"space-closed", "what is not committed cannot be read or written", closed},
    {"space-no-code", "nothing in a slot can be executed", never_executable},
    {"space-first-touch", "a fault handler can commit the page, and the access goes on",
     first_touch},
    {"space-protect", "a protected page can be read, not written, and a commit leaves it so",
     protect},
    {"space-invalid", "what is not aligned, crosses a slot or is nobody's is refused", invalid},
    {"space-all-or-nothing", "whichever page a commit lacks, no new page stays", all_or_nothing},
    {"space-move",
     "pages move to another slot; what was not committed, and where they were, is zero", move},
    {"space-even", "destroyed slots give back every page and table", even},
    {"space-late", "slots beyond the first thousand are like the others", late_slots},
    {NULL, NULL, NULL},
};
