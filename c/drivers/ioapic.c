/*
 * ioapic.c - the IOAPICs.
 *
 * Each has two registers in memory: an index, and a window on the register of that index. An input has a
 * redirection entry of two of those. Writing the low half is what makes an entry take effect, so the high
 * half, with the destination, comes first.
 */
#include "drivers/ioapic.h"

#include <stddef.h>

#include "cpu/io.h"
#include "mm/vmm.h"

/* 82093AA data sheet, section 3. */
enum {
    REGISTER_INDEX = 0x00 / 4, /* offsets in registers of 4 bytes */
    REGISTER_WINDOW = 0x10 / 4,
    REGISTERS_SIZE = 0x20,

    INDEX_VERSION = 1,
    INDEX_ENTRIES = 0x10, /* two for each input */

    VERSION_NUMBER_MASK = 0xff,
    VERSION_LAST_ENTRY_SHIFT = 16,
    INPUTS_MAX = 240, /* as many as the index has room for */

    ENTRY_DELIVER_NMI = 4 << 8,
    ENTRY_ACTIVE_LOW = 1 << 13,
    ENTRY_LEVEL = 1 << 15,
    ENTRY_MASKED = 1 << 16,
    ENTRY_DESTINATION_SHIFT = 24, /* of the high half */
};

#define VERSION_ABSENT UINT32_MAX /* what an address reads as where nothing answers */

struct ioapic {
    volatile uint32_t *registers;
    struct ioapic_info info;
};

static struct ioapic ioapics[ACPI_IOAPICS_MAX];
static unsigned ioapic_count;

static uint32_t read_register(const struct ioapic *ioapic, unsigned index) {
    ioapic->registers[REGISTER_INDEX] = index;
    return ioapic->registers[REGISTER_WINDOW];
}

static void write_register(const struct ioapic *ioapic, unsigned index, uint32_t value) {
    ioapic->registers[REGISTER_INDEX] = index;
    ioapic->registers[REGISTER_WINDOW] = value;
}

static struct ioapic *find(uint32_t gsi) {
    for (unsigned i = 0; i < ioapic_count; i++) {
        if (gsi >= ioapics[i].info.gsi_first && gsi <= ioapics[i].info.gsi_last) {
            return &ioapics[i];
        }
    }
    return NULL;
}

/* The index of the low half of the input's redirection entry. */
static unsigned entry_of(const struct ioapic *ioapic, uint32_t gsi) {
    return INDEX_ENTRIES + 2 * (gsi - ioapic->info.gsi_first);
}

static void write_entry(uint32_t gsi, uint32_t low, unsigned destination) {
    const uint64_t flags = interrupts_save_and_disable();
    const struct ioapic *ioapic = find(gsi);
    if (ioapic != NULL) {
        const unsigned entry = entry_of(ioapic, gsi);
        write_register(ioapic, entry, low | ENTRY_MASKED);
        write_register(ioapic, entry + 1, (uint32_t)destination << ENTRY_DESTINATION_SHIFT);
        write_register(ioapic, entry, low);
    }
    interrupts_restore(flags);
}

/* Overwriting an entry as edge-triggered also forgets a level interrupt whose end the firmware did not
 * signal. */
static void mask_all(const struct ioapic *ioapic) {
    for (uint32_t gsi = ioapic->info.gsi_first; gsi <= ioapic->info.gsi_last; gsi++) {
        write_register(ioapic, entry_of(ioapic, gsi), ENTRY_MASKED);
        write_register(ioapic, entry_of(ioapic, gsi) + 1, 0);
    }
}

static bool overlaps_another(const struct ioapic_info *info) {
    for (unsigned i = 0; i < ioapic_count; i++) {
        if (info->gsi_first <= ioapics[i].info.gsi_last &&
            ioapics[i].info.gsi_first <= info->gsi_last) {
            return true;
        }
    }
    return false;
}

static void add(const struct acpi_ioapic *listed) {
    struct ioapic ioapic = {
        .info = {.address = listed->address, .gsi_first = listed->gsi_base, .id = listed->id},
    };
    if (listed->address % sizeof(uint64_t) != 0) {
        return;
    }
    ioapic.registers = vmm_map_device(listed->address, REGISTERS_SIZE);
    if (ioapic.registers == NULL) {
        return;
    }
    const uint32_t version = read_register(&ioapic, INDEX_VERSION);
    const uint32_t last = version >> VERSION_LAST_ENTRY_SHIFT & 0xff;
    if (version == VERSION_ABSENT || version == 0 || last >= INPUTS_MAX ||
        listed->gsi_base > UINT32_MAX - last - 1) {
        return;
    }
    ioapic.info.version = version & VERSION_NUMBER_MASK;
    ioapic.info.gsi_last = listed->gsi_base + last;
    if (!overlaps_another(&ioapic.info)) {
        mask_all(&ioapic);
        ioapics[ioapic_count++] = ioapic;
    }
}

unsigned ioapic_init(const struct acpi_madt *madt) {
    for (unsigned i = 0; i < madt->ioapic_count; i++) {
        add(&madt->ioapics[i]);
    }
    return ioapic_count;
}

struct ioapic_info ioapic_get(unsigned index) {
    return ioapics[index].info;
}

bool ioapic_has(uint32_t gsi) {
    return find(gsi) != NULL;
}

void ioapic_route(uint32_t gsi, unsigned vector, bool level, bool active_low,
                  unsigned destination) {
    write_entry(gsi,
                (uint32_t)(vector | (level ? ENTRY_LEVEL : 0) |
                           (active_low ? ENTRY_ACTIVE_LOW : 0) | ENTRY_MASKED),
                destination);
}

void ioapic_route_nmi(uint32_t gsi, bool active_low, unsigned destination) {
    write_entry(gsi, ENTRY_DELIVER_NMI | (active_low ? ENTRY_ACTIVE_LOW : 0), destination);
}

static void change_entry(uint32_t gsi, uint32_t clear, uint32_t set) {
    const uint64_t flags = interrupts_save_and_disable();
    const struct ioapic *ioapic = find(gsi);
    if (ioapic != NULL) {
        const unsigned entry = entry_of(ioapic, gsi);
        write_register(ioapic, entry, (read_register(ioapic, entry) & ~clear) | set);
    }
    interrupts_restore(flags);
}

void ioapic_mask(uint32_t gsi) {
    change_entry(gsi, 0, ENTRY_MASKED);
}

void ioapic_unmask(uint32_t gsi) {
    change_entry(gsi, ENTRY_MASKED, 0);
}
