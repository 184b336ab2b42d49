/*
 * test_irq_route.c - where interrupt lines enter the IOAPICs.
 */
/* uses: c/drivers/irq_route.c */
#include "drivers/irq_route.h"

#include "unit.h"

enum { SCI = 9 };

static struct acpi_madt madt;

static void override(uint8_t irq, uint32_t gsi, enum acpi_trigger trigger,
                     enum acpi_polarity polarity) {
    madt.overrides[madt.override_count++] =
        (struct acpi_override){.gsi = gsi, .irq = irq, .polarity = polarity, .trigger = trigger};
}

static void expect_route(unsigned irq, uint32_t gsi, bool level, bool active_low) {
    struct irq_route route;
    CHECK(irq_find_route(&madt, SCI, irq, &route));
    CHECK_EQ_U64(route.gsi, gsi);
    CHECK_EQ_U64(route.level, level);
    CHECK_EQ_U64(route.active_low, active_low);
}

static void expect_none(unsigned irq) {
    struct irq_route route;
    CHECK(!irq_find_route(&madt, SCI, irq, &route));
}

UNIT_TEST(irq_route_plain, "without overrides ISA lines are edges upward, others levels downward") {
    madt = (struct acpi_madt){.present = true};
    expect_route(0, 0, false, false);
    expect_route(15, 15, false, false);
    expect_route(SCI, SCI, true, true);
    expect_route(16, 16, true, true);
    expect_route(UINT32_MAX, UINT32_MAX, true, true);
    expect_none(2);
}

UNIT_TEST(irq_route_overrides, "an override moves a line and says how it is triggered") {
    madt = (struct acpi_madt){.present = true};
    override(0, 2, ACPI_TRIGGER_OF_BUS, ACPI_POLARITY_OF_BUS);
    override(SCI, 20, ACPI_TRIGGER_OF_BUS, ACPI_POLARITY_OF_BUS);
    override(5, 5, ACPI_LEVEL, ACPI_ACTIVE_HIGH);
    override(10, 100, ACPI_EDGE, ACPI_ACTIVE_LOW);
    expect_route(0, 2, false, false);
    expect_route(SCI, 20, true, true);
    expect_route(5, 5, true, false);
    expect_route(10, 100, false, true);
    expect_route(100, 100, false, true); /* the same input by its other number */
    expect_route(20, 20, true, true);
    expect_none(2);
}

UNIT_TEST(irq_route_displaced, "an ISA line whose input another line has does not exist") {
    madt = (struct acpi_madt){.present = true};
    override(0, 7, ACPI_TRIGGER_OF_BUS, ACPI_POLARITY_OF_BUS);
    expect_none(7);
    expect_route(0, 7, false, false);
    override(7, 21, ACPI_TRIGGER_OF_BUS, ACPI_POLARITY_OF_BUS);
    expect_route(7, 21, false, false);
}

UNIT_TEST(irq_route_sci_stated, "what the tables state about the SCI wins over its custom") {
    madt = (struct acpi_madt){.present = true};
    override(SCI, SCI, ACPI_EDGE, ACPI_ACTIVE_HIGH);
    expect_route(SCI, SCI, false, false);
}
