/*
 * hal_memory.c - the HAL's kernel heap, physical pages and mappings on the bare machine.
 *
 * The managers below stand for themselves; this file adds what the contract asks on top: none of
 * this from an interrupt handler, where a heap in the middle of a change would be met.
 */
#include "hal/hal_memory.h"

#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "mm/alloc_fail.h"
#include "mm/direct_map.h"
#include "mm/kmalloc.h"
#include "mm/pmm.h"
#include "mm/vmm.h"

static void refuse_in_interrupt(const char *message) {
    if (hal_in_interrupt_context()) {
        hal_panic(message);
    }
}

void hal_mem_init(void) {
    if (!pmm_is_initialized() || !vmm_is_initialized() || !kmalloc_is_initialized()) {
        hal_panic("hal_mem_init: called before pmm_init, vmm_init and kmalloc_init");
    }
}

void *hal_mem_alloc(size_t size) {
    refuse_in_interrupt("hal_mem_alloc: called from an interrupt handler");
    return kmalloc(size);
}

void hal_mem_free(void *memory) {
    refuse_in_interrupt("hal_mem_free: called from an interrupt handler");
    kfree(memory);
}

uint64_t hal_mem_alloc_pages(size_t count) {
    refuse_in_interrupt("hal_mem_alloc_pages: called from an interrupt handler");
    return pmm_alloc_pages(count);
}

void hal_mem_free_pages(uint64_t physical, size_t count) {
    refuse_in_interrupt("hal_mem_free_pages: called from an interrupt handler");
    pmm_free_pages(physical, count);
}

hal_status hal_mem_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags) {
    refuse_in_interrupt("hal_mem_map: called from an interrupt handler");
    return vmm_map(virtual_address, physical, size, flags);
}

hal_status hal_mem_unmap(uint64_t virtual_address, size_t size) {
    refuse_in_interrupt("hal_mem_unmap: called from an interrupt handler");
    return vmm_unmap(virtual_address, size);
}

hal_status hal_mem_protect(uint64_t virtual_address, size_t size, unsigned flags) {
    refuse_in_interrupt("hal_mem_protect: called from an interrupt handler");
    return vmm_protect(virtual_address, size, flags);
}

struct hal_mem_stats hal_mem_get_stats(void) {
    const struct pmm_stats pages = pmm_get_stats();
    const struct heap_stats heap = kmalloc_stats();
    return (struct hal_mem_stats){
        .total_pages = pages.total_pages,
        .free_pages = pages.free_pages,
        .heap_blocks = heap.blocks,
        .heap_bytes = heap.bytes,
    };
}

bool hal_mem_check(void) {
    refuse_in_interrupt("hal_mem_check: called from an interrupt handler");
    return heap_check();
}

void hal_mem_fail_at(uint64_t nth) {
    alloc_fail_arm(nth);
}

uint64_t hal_mem_fail_count(void) {
    return alloc_fail.count;
}

size_t hal_mem_page_size(void) {
    return PAGE_BYTES;
}
