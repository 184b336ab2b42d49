/*
 * test_irq.c - interrupt lines on controllers of the test's making, which keep a record of what they are
 * told.
 */
/* uses: c/cpu/irq.c c/cpu/cmdline.c c/drivers/irq_route.c c/shared/format.c */
#include "cpu/irq.h"

#include "irq_machine.h"

static bool mask_in_handler, detach_in_handler;

static void handler(void *context) {
    const unsigned irq = *(const unsigned *)context;
    note("handler %u ", irq);
    if (mask_in_handler) {
        irq_mask(irq);
    }
    if (detach_in_handler) {
        CHECK_EQ_I64(irq_detach(irq), HAL_OK);
    }
}

static unsigned numbers[300];

static hal_status attach(unsigned irq) {
    numbers[irq] = irq;
    return irq_attach(irq, handler, &numbers[irq], "test");
}

static void detach_all(void) {
    struct irq_info info;
    while (irq_get(0, &info)) {
        CHECK_EQ_I64(irq_detach(info.irq), HAL_OK);
    }
}

/* A PC: line 0 at input 2, line 9 a level; two IOAPICs with a gap between them. */
static void start(bool has_ioapics, bool has_pics) {
    detach_all();
    memset(&machine, 0, sizeof machine);
    mask_in_handler = detach_in_handler = false;
    machine.has_lapic = true;
    machine.has_pics = has_pics;
    machine.apic_id = 3;
    machine.fixed.sci_interrupt = 9;
    machine.madt.present = has_ioapics;
    machine.madt.ioapic_count = has_ioapics ? 2 : 0;
    machine.madt.override_count = 1;
    machine.madt.overrides[0] = (struct acpi_override){.gsi = 2};
    irq_init();
    record[0] = '\0';
}

static void expect_record(const char *expected) {
    CHECK_STR(record, expected);
    record[0] = '\0';
    CHECK_EQ_U64(machine.interrupts_disabled, 0);
}

static void interrupt(unsigned vector) {
    CHECK(machine.flow[vector] != NULL);
    machine.flow[vector](machine.context[vector]);
}

UNIT_TEST(irq_attach_ioapic, "a line is routed by the tables to this processor and unmasked") {
    start(true, true);
    CHECK_EQ_I64(attach(0), HAL_OK);
    expect_record("route 2 df edge high to 3 unmask 2 ");
    CHECK_EQ_I64(attach(9), HAL_OK);
    expect_record("route 9 db level low to 3 unmask 9 ");
    CHECK_EQ_I64(attach(16), HAL_OK);
    expect_record("route 16 30 level low to 3 unmask 16 ");
    CHECK_EQ_I64(attach(41), HAL_OK);
    expect_record("route 41 31 level low to 3 unmask 41 ");
    detach_all();
}

UNIT_TEST(irq_attach_refused,
          "lines that are not there or taken are refused, and nothing changes") {
    start(true, true);
    CHECK_EQ_I64(irq_attach(4, NULL, NULL, "none"), HAL_ERR_INVALID);
    CHECK_EQ_I64(attach(2), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(attach(24), HAL_ERR_NOT_FOUND); /* the gap */
    CHECK_EQ_I64(attach(48), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(irq_attach(UINT32_MAX, handler, NULL, "none"), HAL_ERR_NOT_FOUND);
    expect_record("");
    CHECK_EQ_I64(attach(4), HAL_OK);
    record[0] = '\0';
    CHECK_EQ_I64(attach(4), HAL_ERR_BUSY);
    machine.madt.overrides[machine.madt.override_count++] =
        (struct acpi_override){.irq = 11, .gsi = 20};
    CHECK_EQ_I64(attach(20), HAL_OK);
    record[0] = '\0';
    CHECK_EQ_I64(attach(11), HAL_ERR_BUSY); /* the same input by its other number */
    machine.madt.nmi_source_count = 1;
    machine.madt.nmi_sources[0].gsi = 21;
    CHECK_EQ_I64(attach(21), HAL_ERR_BUSY);
    CHECK_EQ_I64(irq_detach(5), HAL_ERR_NOT_FOUND);
    expect_record("");
    detach_all();
}

UNIT_TEST(irq_ranks,
          "vectors rank ISA lines as the 8259 did, above all others and below the timer") {
    static const unsigned order[] = {0, 1, 8, 9, 10, 11, 12, 13, 14, 15, 3, 4, 5, 6, 7, 16};
    unsigned last = VECTOR_TICK;
    struct irq_info info;
    start(true, true);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        CHECK_EQ_I64(attach(order[i]), HAL_OK);
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        CHECK(irq_get((unsigned)i, &info));
        CHECK_EQ_U64(info.irq, order[i]);
        CHECK(info.vector < last);
        last = info.vector;
    }
    CHECK(last >= VECTOR_LINES);
    CHECK(!irq_get(sizeof order / sizeof order[0], &info));
    detach_all();
}

UNIT_TEST(irq_edge_order, "the end of an edge comes before its handler") {
    start(true, true);
    CHECK_EQ_I64(attach(4), HAL_OK);
    record[0] = '\0';
    interrupt(machine.vector[4]);
    expect_record("eoi handler 4 ");
    detach_all();
}

UNIT_TEST(irq_level_order,
          "the end of a level comes after its handler, also when that masks or detaches") {
    start(true, true);
    CHECK_EQ_I64(attach(16), HAL_OK);
    record[0] = '\0';
    interrupt(machine.vector[16]);
    expect_record("handler 16 eoi ");
    mask_in_handler = true;
    interrupt(machine.vector[16]);
    expect_record("handler 16 mask 16 eoi ");
    mask_in_handler = false;
    interrupt(machine.vector[16]); /* was on its way */
    expect_record("eoi ");
    irq_unmask(16);
    expect_record("unmask 16 ");
    detach_in_handler = true;
    interrupt(machine.vector[16]);
    expect_record("handler 16 mask 16 eoi ");
    CHECK(machine.flow[machine.vector[16]] == NULL);
    CHECK_EQ_I64(irq_detach(16), HAL_ERR_NOT_FOUND);
}

UNIT_TEST(irq_edge_kept,
          "an edge that comes while its line is masked is delivered afterwards, once") {
    start(true, true);
    CHECK_EQ_I64(attach(4), HAL_OK);
    const unsigned vector = machine.vector[4];
    char again[64];
    snprintf(again, sizeof again, "unmask 4 self %x ", vector);
    record[0] = '\0';
    irq_mask(4);
    expect_record(""); /* an IOAPIC would lose the edge */
    interrupt(vector);
    expect_record("eoi mask 4 ");
    irq_mask(4);
    expect_record("");
    irq_unmask(4);
    expect_record(again);
    interrupt(vector);
    expect_record("eoi handler 4 ");
    irq_unmask(4);
    expect_record("");
    irq_mask(4);
    irq_unmask(4);
    expect_record("unmask 4 ");
    detach_all();
}

UNIT_TEST(irq_reattach,
          "a line that was given up masked comes back open, and its edge is forgotten") {
    start(true, true);
    CHECK_EQ_I64(attach(4), HAL_OK);
    irq_mask(4);
    interrupt(machine.vector[4]);
    CHECK_EQ_I64(irq_detach(4), HAL_OK);
    CHECK(machine.masked[4]);
    record[0] = '\0';
    irq_mask(4);
    irq_unmask(4);
    expect_record("");
    CHECK_EQ_I64(attach(4), HAL_OK);
    CHECK(!machine.masked[4]);
    record[0] = '\0';
    interrupt(machine.vector[4]);
    expect_record("eoi handler 4 ");
    detach_all();
}

UNIT_TEST(irq_full, "when the table of lines is full, attaching says so") {
    start(true, true);
    struct irq_info info;
    unsigned count = 0;
    for (unsigned gsi = 0; gsi < 300; gsi++) {
        count += attach(gsi) == HAL_OK;
    }
    CHECK_EQ_U64(count,
                 23 - 1 + 1 + 8); /* inputs 0 to 23 but 0 itself, which is nobody's, and 40 to 47 */
    for (unsigned i = 0; i < count; i++) {
        CHECK(irq_get(i, &info));
        CHECK(strcmp(info.name, "test") == 0);
    }
    detach_all();
}

UNIT_TEST(irq_pic, "without IOAPICs the 8259 serve lines 0 to 15, by their own rules") {
    start(false, true);
    machine.level_lines = 1 << 10;
    CHECK_EQ_U64(irq_get_controllers().in_use, IRQ_CONTROLLER_PIC);
    CHECK_EQ_I64(attach(2), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(attach(16), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(attach(4), HAL_OK);
    CHECK_EQ_I64(attach(10), HAL_OK);
    CHECK_EQ_U64(machine.pic_masks, 0xffff & ~(1u << 4 | 1u << 10));
    interrupt(VECTOR_PIC + 4);
    expect_record("pic-eoi 4 handler 4 ");
    interrupt(VECTOR_PIC + 10);
    expect_record("handler 10 pic-eoi 10 ");
    irq_mask(4);
    CHECK_EQ_U64(machine.pic_masks, 0xffff & ~(1u << 10));
    irq_unmask(4);
    CHECK_EQ_U64(machine.pic_masks, 0xffff & ~(1u << 4 | 1u << 10));
    expect_record("");
    detach_all();
    CHECK_EQ_U64(machine.pic_masks, 0xffff);
}

UNIT_TEST(irq_pic_spurious, "spurious interrupts of the 8259 are counted and reach no handler") {
    start(false, true);
    const uint64_t before = irq_get_controllers().pic_spurious;
    machine.pic_spurious = true;
    interrupt(VECTOR_PIC + 7); /* nobody has the lines */
    interrupt(VECTOR_PIC + 15);
    CHECK_EQ_I64(attach(7), HAL_OK);
    interrupt(VECTOR_PIC + 7);
    expect_record("");
    CHECK_EQ_U64(irq_get_controllers().pic_spurious, before + 3);
    machine.pic_spurious = false;
    interrupt(VECTOR_PIC + 7);
    expect_record("pic-eoi 7 handler 7 ");
    CHECK_EQ_I64(irq_detach(7), HAL_OK);
    machine.pic_spurious = true;
    interrupt(VECTOR_PIC + 7);
    expect_record("");
    CHECK_EQ_U64(irq_get_controllers().pic_spurious, before + 4);
}

static void describe(void *context, const char *text, size_t size) {
    (void)context;
    note("%.*s", (int)size, text);
}

static void expect_choice(irq_controller controller, const char *description) {
    irq_init();
    CHECK_EQ_U64(irq_get_controllers().in_use, controller);
    record[0] = '\0';
    irq_describe(describe, NULL);
    expect_record(description);
}

UNIT_TEST(irq_choice, "the controllers are chosen by what is there and by the word noapic") {
    start(true, true);
    expect_choice(IRQ_CONTROLLER_IOAPIC, "local APIC, 2 IOAPICs");
    set_cmdline("noapic");
    expect_choice(IRQ_CONTROLLER_PIC, "local APIC, two 8259");
    set_cmdline("");
    machine.apic_id = 255; /* IOAPICs cannot name this processor */
    expect_choice(IRQ_CONTROLLER_PIC, "local APIC, two 8259");
    machine.has_lapic = false;
    expect_choice(IRQ_CONTROLLER_PIC, "two 8259");
    machine.has_pics = false;
    expect_choice(IRQ_CONTROLLER_NONE, "no controller for devices");
    CHECK_EQ_I64(attach(4), HAL_ERR_UNSUPPORTED);
}
