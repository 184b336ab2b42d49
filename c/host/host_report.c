/*
 * host_report.c - the tables of the machine, as far as a Linux process has any.
 */
#include "hal/hal_report.h"

#include <cpuid.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "hal/hal_memory.h"
#include "hal/hal_space.h"
#include "hal/hal_time.h"
#include "shared/processor.h"

#define KIB       1024ul
#define HZ_IN_MHZ UINT64_C(1000000)

enum { COLUMNS = 79, NAME_COLUMN = 16 }; /* where the list of features begins */

/* --- .MEM, .HEAP, .PAGES --- */

/* Pages of address space and pages in memory; zero when /proc is not there. */
static void read_statm(unsigned long *size, unsigned long *resident) {
    FILE *file = fopen("/proc/self/statm", "re");
    *size = *resident = 0;
    if (file != NULL) {
        if (fscanf(file, "%lu %lu", size, resident) != 2) {
            *size = *resident = 0;
        }
        fclose(file);
    }
}

static void report_memory(format_sink sink, void *context) {
    const unsigned long page_kib = hal_mem_page_size() / KIB;
    unsigned long size, resident;
    struct sysinfo machine;

    read_statm(&size, &resident);
    format(sink, context, "Memory of the process\n");
    format(sink, context, "  reserved      %10lu MiB of addresses, mostly for VMs\n",
           size * page_kib / KIB);
    format(sink, context, "  in memory     %10lu KiB\n", resident * page_kib);
    if (sysinfo(&machine) == 0) {
        const unsigned long unit = machine.mem_unit;
        format(sink, context, "  the machine   %10lu MiB, %lu MiB of them unused\n",
               machine.totalram * unit / KIB / KIB, machine.freeram * unit / KIB / KIB);
    }
}

static void report_heap(format_sink sink, void *context) {
    const struct mallinfo2 heap = mallinfo2();
    format(sink, context, "Heap of the process (the C library's)\n");
    format(sink, context, "  in use        %10lu bytes\n", heap.uordblks + heap.hblkhd);
    format(sink, context, "  free          %10lu bytes\n", heap.fordblks);
    format(sink, context, "  from Linux    %10lu bytes\n", heap.arena + heap.hblkhd);
}

/* What /proc/self/maps lists, by what it allows. */
struct mappings {
    unsigned long read_only, writable, executable, closed; /* KiB */
    unsigned long both;                                    /* mappings writable and executable */
};

static void add_mapping(struct mappings *sum, unsigned long kib, const char *rights) {
    const bool writable = rights[1] == 'w', executable = rights[2] == 'x';
    sum->both += writable && executable;
    if (executable) {
        sum->executable += kib;
    } else if (writable) {
        sum->writable += kib;
    } else if (rights[0] == 'r') {
        sum->read_only += kib;
    } else {
        sum->closed += kib;
    }
}

static void report_pages(format_sink sink, void *context) {
    struct mappings sum = {0};
    char line[512], rights[5];
    unsigned long start, end;
    FILE *file = fopen("/proc/self/maps", "re");

    format(sink, context, "Address space of the process\n");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3) {
            add_mapping(&sum, (end - start) / KIB, rights);
        }
    }
    if (file == NULL) {
        format(sink, context, "Linux does not tell: there is no /proc.\n");
        return;
    }
    fclose(file);
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

/* --- .TIME --- */

static void report_time(format_sink sink, void *context) {
    struct timespec resolution = {0};
    clock_getres(CLOCK_MONOTONIC, &resolution);
    format(sink, context, "Time of the process\n");
    format(sink, context, "  clock         %s, resolution %ld ns\n", hal_time_source(),
           resolution.tv_nsec);
    format(sink, context, "  now           %lu ns after the start\n", hal_time_now_ns());
    format(sink, context, "  cycles        TSC, %lu MHz as measured\n",
           hal_time_cycles_hz() / HZ_IN_MHZ);
    format(sink, context, "  timers        one of Linux's, by SIGALRM\n");
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

void hal_report(hal_report_topic topic, format_sink sink, void *context) {
    static void (*const reports[])(format_sink, void *) = {
        [HAL_REPORT_MEMORY] = report_memory,         [HAL_REPORT_HEAP] = report_heap,
        [HAL_REPORT_PAGES] = report_pages,           [HAL_REPORT_TIME] = report_time,
        [HAL_REPORT_INTERRUPTS] = report_interrupts, [HAL_REPORT_ACPI] = report_acpi,
        [HAL_REPORT_CPU] = report_processor,         [HAL_REPORT_PCI] = report_pci,
    };
    reports[topic](sink, context);
}
