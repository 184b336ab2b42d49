/*
 * hal_costs_kernel.c - the operations of the bare machine.
 */
#include "boot/bootinfo.h"
#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "drivers/apic.h"
#include "drivers/apic_registers.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal_costs.h"
#include "mm/kmalloc.h"
#include "mm/pmm.h"

#define BLOCK_SIZE 64u
#define PAGE       UINT64_C(4096)
#define ONE_HOUR   UINT64_C(3600000000000)
#define AT         KERNEL_MAP_BASE

enum {
    VECTOR_COST = 0xf1, /* nobody's */
    INTERRUPT_COMMAND = 0x300,
    TO_SELF = 1 << 18,
};

static uint64_t page_to_map;

static void nothing(void *context) {
    (void)context;
}

static void on_interrupt(void) {}

bool machine_costs_init(void) {
    page_to_map = pmm_alloc_pages(1);
    interrupts_set_handler(VECTOR_COST, on_interrupt);
    /* with a neighbour, the page tables are there already */
    return page_to_map != 0 && lapic_is_present() &&
           hal_mem_map(AT + PAGE, page_to_map, PAGE, HAL_MAP_READ) == HAL_OK;
}

/* Lets in what is waiting: an interrupt comes after the instruction that follows STI. */
static inline void let_in(void) {
    __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
}

COST_FUNCTION(empty, COST_KEEP(i))
COST_FUNCTION(heap_block, {
    void *block = kmalloc(BLOCK_SIZE);
    COST_KEEP(block);
    kfree(block);
})
COST_FUNCTION(page, {
    const uint64_t physical = pmm_alloc_pages(1);
    COST_KEEP(physical);
    pmm_free_pages(physical, 1);
})
COST_FUNCTION(map, {
    (void)hal_mem_map(AT, page_to_map, PAGE, HAL_MAP_READ | HAL_MAP_WRITE);
    (void)hal_mem_unmap(AT, PAGE);
})
COST_FUNCTION(now, COST_KEEP(hal_time_now_ns()))
COST_FUNCTION(timer, (void)hal_timer_cancel(hal_timer_oneshot(ONE_HOUR, nothing, NULL)))

/* From the moment at which the interrupt is let in until the interrupted code goes on. */
static uint64_t interrupt(unsigned rounds) {
    const unsigned long state = hal_irq_disable();
    uint64_t sum = 0;
    for (unsigned i = 0; i < rounds; i++) {
        lapic_write(INTERRUPT_COMMAND, TO_SELF | VECTOR_COST);
        const uint64_t start = tsc_begin();
        let_in();
        sum += tsc_end() - start;
    }
    hal_irq_restore(state);
    return sum;
}

/* The same for a timer: its interrupt, the queue, an empty callback, and the hardware set for the next. */
static uint64_t timer_interrupt(unsigned rounds) {
    const unsigned long state = hal_irq_disable();
    uint64_t sum = 0;
    for (unsigned i = 0; i < rounds; i++) {
        (void)hal_timer_oneshot(HAL_TIMER_MIN_NS, nothing, NULL);
        const uint64_t due = hal_time_now_ns() + 20 * HAL_TIMER_MIN_NS;
        while (hal_time_now_ns() < due) {
        }
        const uint64_t start = tsc_begin();
        let_in();
        sum += tsc_end() - start;
    }
    hal_irq_restore(state);
    return sum;
}

static uint64_t no_interrupt(unsigned rounds) {
    const unsigned long state = hal_irq_disable();
    uint64_t sum = 0;
    for (unsigned i = 0; i < rounds; i++) {
        const uint64_t start = tsc_begin();
        let_in();
        sum += tsc_end() - start;
    }
    hal_irq_restore(state);
    return sum;
}

const struct cost machine_costs[] = {
    {"heap-64", 1000, heap_block, empty},
    {"page", 1000, page, empty},
    {"map", 200, map, empty},
    {"now", 1000, now, empty},
    {"timer", 200, timer, empty},
    {"interrupt", 50, interrupt, no_interrupt},
    {"timer-interrupt", 50, timer_interrupt, no_interrupt},
    {NULL, 0, NULL, NULL},
};
