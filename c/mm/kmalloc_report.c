/*
 * kmalloc_report.c - the table of .HEAP: what the kernel heap holds, and whether it is sound.
 */
#include "mm/heap_parts.h"
#include "mm/kmalloc.h"

static void report_classes(format_sink sink, void *context, const struct heap_stats *stats) {
    format(sink, context, "Slabs: bytes a block    in use      free     slabs    bytes held\n");
    for (unsigned i = 0; i < HEAP_CLASS_COUNT; i++) {
        const uint64_t blocks = stats->class_slabs[i] * heap_slab_blocks(i);
        format(sink, context, "  %18lu  %8lu  %8lu  %8lu  %12lu\n", heap_class_size(i),
               stats->class_blocks[i], blocks - stats->class_blocks[i], stats->class_slabs[i],
               stats->class_slabs[i] * HEAP_SLAB);
    }
}

static void report_orders(format_sink sink, void *context, const struct heap_stats *stats) {
    format(sink, context, "Buddies: KiB a block    in use      free              bytes held\n");
    for (unsigned i = 0; i < HEAP_ORDER_COUNT; i++) {
        format(sink, context, "  %18lu  %8lu  %8lu            %12lu\n", heap_order_size(i) / 1024,
               stats->order_used[i], stats->order_free[i],
               (stats->order_used[i] + stats->order_free[i]) * heap_order_size(i));
    }
}

void kmalloc_report(format_sink sink, void *context) {
    const struct heap_stats stats = kmalloc_stats();
    report_classes(sink, context, &stats);
    report_orders(sink, context, &stats);
    format(sink, context, "Larger blocks: %lu, %lu KiB\n", stats.huge_blocks,
           stats.huge_pages * HEAP_PAGE / 1024);
    format(sink, context, "All: %lu blocks of %lu bytes, in %lu KiB of physical memory\n",
           stats.blocks, stats.bytes, stats.pages_held * HEAP_PAGE / 1024);
#ifdef STARKERNEL_DEBUG
    format(sink, context, "Debugging: each block has guards, 32 bytes or more.\n");
#endif
    format(sink, context, "%s\n",
           heap_check() ? "The whole heap has been checked: it is sound."
                        : "The whole heap has been checked: SOMETHING HAS OVERWRITTEN IT.");
}
