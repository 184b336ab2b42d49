/*
 * host_report.c - the tables of the machine, as far as a Linux process has any.
 */
#include "hal/hal_report.h"

#include <cpuid.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "hal/hal_console.h"
#include "hal/hal_memory.h"
#include "hal/hal_space.h"
#include "host.h"
#include "shared/processor.h"

#define KIB 1024ul

enum { COLUMNS = 79, NAME_COLUMN = 16 }; /* where the list of features begins */

/* --- .MEM, .HEAP, .PAGES --- */

/* Linux's files about the process are read without stdio, which takes heap at its first use and keeps it: that
 * would look like a leak of the VM that asked. */

typedef void (*line_visitor)(void *context, const char *line);

/* Shows every line of a file, without its newline and cut to what the buffer holds. False when there is none.
 * */
static bool for_each_line(const char *path, line_visitor visit, void *context) {
    char line[256], bytes[1024];
    size_t size = 0;
    ssize_t count;
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0) {
        return false;
    }
    while ((count = read(file, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                line[size] = '\0';
                visit(context, line);
                size = 0;
            } else if (size < sizeof line - 1) {
                line[size++] = bytes[i];
            }
        }
    }
    close(file);
    return true;
}

struct statm {
    unsigned long size, resident; /* pages */
};

static void read_statm(void *context, const char *line) {
    struct statm *statm = context;
    char *next;
    statm->size = strtoul(line, &next, 10);
    statm->resident = strtoul(next, NULL, 10);
}

static void report_memory(format_sink sink, void *context) {
    const unsigned long page_kib = hal_mem_page_size() / KIB;
    struct statm statm = {0};
    const struct hal_mem_stats stats = hal_mem_get_stats();
    struct sysinfo machine;

    (void)for_each_line("/proc/self/statm", read_statm, &statm);
    format(sink, context, "Memory of the process\n");
    format(sink, context, "  reserved      %10lu MiB of addresses, mostly for VMs\n",
           statm.size * page_kib / KIB);
    format(sink, context, "  in memory     %10lu KiB\n", statm.resident * page_kib);
    format(sink, context, "  in use        %10lu KiB by VMs and heap, of %lu allowed\n",
           (stats.total_pages - stats.free_pages) * page_kib, stats.total_pages * page_kib);
    if (sysinfo(&machine) == 0) {
        const unsigned long unit = machine.mem_unit;
        format(sink, context, "  the machine   %10lu MiB, %lu MiB of them unused\n",
               machine.totalram * unit / KIB / KIB, machine.freeram * unit / KIB / KIB);
    }
}

static void report_heap(format_sink sink, void *context) {
    const struct mallinfo2 heap = mallinfo2();
    const struct hal_mem_stats stats = hal_mem_get_stats();
    format(sink, context, "Heap of the process (the C library's)\n");
    format(sink, context, "  in use        %10lu bytes\n", heap.uordblks + heap.hblkhd);
    format(sink, context, "  free          %10lu bytes\n", heap.fordblks);
    format(sink, context, "  from Linux    %10lu bytes\n", heap.arena + heap.hblkhd);
    format(sink, context, "All: %lu blocks of %lu bytes\n", stats.heap_blocks, stats.heap_bytes);
}

/* What /proc/self/maps lists, by what it allows. */
struct mappings {
    unsigned long read_only, writable, executable, closed; /* KiB */
    unsigned long both;                                    /* mappings writable and executable */
};

/* A line begins "start-end rwxp". */
static void add_mapping(void *context, const char *line) {
    struct mappings *sum = context;
    char *next;
    const unsigned long start = strtoul(line, &next, 16);
    const unsigned long end = *next == '-' ? strtoul(next + 1, &next, 16) : start;
    if (end <= start || strlen(next) < sizeof " rwx" - 1) {
        return;
    }
    const unsigned long kib = (end - start) / KIB;
    const bool readable = next[1] == 'r', writable = next[2] == 'w', executable = next[3] == 'x';
    sum->both += writable && executable;
    if (executable) {
        sum->executable += kib;
    } else if (writable) {
        sum->writable += kib;
    } else if (readable) {
        sum->read_only += kib;
    } else {
        sum->closed += kib;
    }
}

static void report_pages(format_sink sink, void *context) {
    struct mappings sum = {0};

    format(sink, context, "Address space of the process\n");
    if (!for_each_line("/proc/self/maps", add_mapping, &sum)) {
        format(sink, context, "Linux does not tell: there is no /proc.\n");
        return;
    }
    format(sink, context, "  executable    %14lu KiB\n", sum.executable);
    format(sink, context, "  writable      %14lu KiB\n", sum.writable);
    format(sink, context, "  read-only     %14lu KiB\n", sum.read_only);
    format(sink, context, "  closed        %14lu KiB, slots of %lu GiB for VMs among them\n",
           sum.closed, HAL_SPACE_SLOT_SIZE >> 30);
    if (sum.both == 0) {
        format(sink, context, "No page is both writable and executable.\n");
    } else {
        format(sink, context, "%lu mappings are both writable and executable.\n", sum.both);
    }
}

/* --- .CPU --- */

static struct cpuid_leaf read_leaf(uint32_t leaf, uint32_t subleaf) {
    struct cpuid_leaf result;
    __cpuid_count(leaf, subleaf, result.eax, result.ebx, result.ecx, result.edx);
    return result;
}

static void report_features(const struct processor *processor, format_sink sink, void *context) {
    size_t column = NAME_COLUMN;

    format(sink, context, "  %-14s", "features");
    for (unsigned i = 0; i < PROCESSOR_FEATURE_COUNT; i++) {
        const char *name = processor_feature_name((enum processor_feature)i);
        if (!processor_has(processor, (enum processor_feature)i)) {
            continue;
        }
        if (column + strlen(name) + 2 > COLUMNS) {
            format(sink, context, ",\n%16s", "");
            column = NAME_COLUMN;
        }
        format(sink, context, "%s%s", column == NAME_COLUMN ? "" : ", ", name);
        column += strlen(name) + 2;
    }
    format(sink, context, "\n");
}

static void report_processor(format_sink sink, void *context) {
    struct processor processor;
    processor_decode(&processor, read_leaf);
    format(sink, context, "Processor\n");
    processor_report(&processor, sink, context);
    format(sink, context, "  processors    %ld found, 1 in use\n", sysconf(_SC_NPROCESSORS_ONLN));
    report_features(&processor, sink, context);
    format(sink, context, "Linux decides what of it is switched on.\n");
}

/* --- What a process has not --- */

static void report_interrupts(format_sink sink, void *context) {
    format(sink, context,
           "A process has no interrupt lines; signals stand for timer and Ctrl-C.\n");
}

static void report_acpi(format_sink sink, void *context) {
    format(sink, context, "A process sees no ACPI tables: Linux has read them.\n");
}

static void report_pci(format_sink sink, void *context) {
    format(sink, context, "A process has no PCI devices; lspci shows the machine's.\n");
}

static void report_console(format_sink sink, void *context) {
    unsigned columns, rows;
    hal_console_size(&columns, &rows);
    if (hal_console_is_terminal()) {
        format(sink, context, "Console: a terminal, %u columns, %u rows.\n", columns, rows);
    } else {
        format(sink, context, "Console: standard input is a file or a pipe.\n");
    }
}

void hal_report(hal_report_topic topic, format_sink sink, void *context) {
    static void (*const reports[])(format_sink, void *) = {
        [HAL_REPORT_MEMORY] = report_memory,         [HAL_REPORT_HEAP] = report_heap,
        [HAL_REPORT_PAGES] = report_pages,           [HAL_REPORT_TIME] = host_time_report,
        [HAL_REPORT_INTERRUPTS] = report_interrupts, [HAL_REPORT_ACPI] = report_acpi,
        [HAL_REPORT_CPU] = report_processor,         [HAL_REPORT_PCI] = report_pci,
        [HAL_REPORT_CONSOLE] = report_console,
    };
    reports[topic](sink, context);
}
