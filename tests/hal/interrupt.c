/*
 * interrupt.c - include/hal/hal_interrupt.h: the interrupt flag, and lines.
 */
#include "hal/hal_interrupt.h"

#include "hal/hal_time.h"
#include "hal_test.h"

#define MS        UINT64_C(1000000)
#define NO_SUCH   100000u
#define SOME_LINE 5u

static const char no_lines[] = "a Linux process has no interrupt lines";

static void count(void *context) {
    (*(volatile unsigned *)context)++;
}

static void nesting(void) {
    volatile unsigned fires = 0;
    const unsigned long outer = hal_irq_disable();
    const int timer = hal_timer_periodic(MS, count, (void *)&fires);
    const unsigned long inner = hal_irq_disable();
    const unsigned long innermost = hal_irq_disable();
    hal_irq_restore(innermost);
    hal_irq_restore(inner);
    hal_test_spin_ns(5 * MS);
    const unsigned disabled = fires; /* still disabled: only the outermost restore enables */
    hal_irq_restore(outer);
    const bool enabled = hal_test_wait_for(&fires, 2);
    CHECK(timer >= 0);
    CHECK_EQ(hal_timer_cancel(timer), HAL_OK);
    CHECK_EQ(disabled, 0);
    CHECK(enabled);
}

/* A restore inside a callback must not let interrupts in. */
struct nested {
    volatile unsigned depth, deepest, fires;
};

static void disable_and_restore(void *context) {
    struct nested *nested = context;
    nested->depth++;
    if (nested->depth > nested->deepest) {
        nested->deepest = nested->depth;
    }
    const unsigned long state = hal_irq_disable();
    hal_irq_restore(state);
    hal_test_spin_ns(2 * MS);
    nested->depth--;
    nested->fires++;
}

static void in_callback(void) {
    struct nested nested = {0};
    const int first = hal_timer_periodic(10 * MS, disable_and_restore, &nested);
    const int second = hal_timer_periodic(10 * MS, disable_and_restore, &nested);
    const bool fired = hal_test_wait_for(&nested.fires, 6);
    CHECK_EQ(hal_timer_cancel(first), HAL_OK);
    CHECK_EQ(hal_timer_cancel(second), HAL_OK);
    CHECK(fired);
    CHECK_EQ(nested.deepest, 1);
}

/* ---- lines ---- */

struct device {
    volatile unsigned interrupts;
    volatile bool in_interrupt;
};

static void on_line(void *context) {
    struct device *device = context;
    machine_line_acknowledge();
    device->in_interrupt = hal_in_interrupt_context();
    device->interrupts++;
}

static bool has_lines(void) {
    struct device device = {0};
    const hal_status status = hal_irq_attach(machine_line(), on_line, &device, "conformance");
    if (status == HAL_OK) {
        (void)hal_irq_detach(machine_line());
    } else if (status == HAL_ERR_UNSUPPORTED) {
        hal_test_skip(no_lines);
    } else {
        hal_test_fail(__FILE__, __LINE__, "hal_irq_attach", (uint64_t)status, HAL_OK);
    }
    return status == HAL_OK;
}

static void line_fires(void) {
    struct device device = {0};
    if (!has_lines()) {
        return;
    }
    CHECK_EQ(hal_irq_attach(machine_line(), on_line, &device, "conformance"), HAL_OK);
    machine_line_start();
    const bool fired = hal_test_wait_for(&device.interrupts, 10);
    machine_line_stop();
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_OK);
    CHECK(fired);
    CHECK(device.in_interrupt);
    CHECK(!hal_in_interrupt_context());
}

static void line_busy(void) {
    struct device device = {0};
    if (!has_lines()) {
        return;
    }
    CHECK_EQ(hal_irq_attach(machine_line(), on_line, &device, "conformance"), HAL_OK);
    CHECK_EQ(hal_irq_attach(machine_line(), on_line, &device, "another"), HAL_ERR_BUSY);
    CHECK_EQ(hal_irq_attach(machine_line(), NULL, NULL, "nobody"), HAL_ERR_INVALID);
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_OK);
    CHECK_EQ(hal_irq_attach(machine_line(), on_line, &device, "conformance"), HAL_OK);
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_OK);
}

static void line_detach(void) {
    struct device device = {0};
    if (!has_lines()) {
        return;
    }
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_ERR_NOT_FOUND);
    CHECK_EQ(hal_irq_attach(machine_line(), on_line, &device, "conformance"), HAL_OK);
    machine_line_start();
    const bool fired = hal_test_wait_for(&device.interrupts, 3);
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_OK);
    const unsigned at_detach = device.interrupts;
    hal_test_spin_ns(20 * MS); /* the device goes on; nobody hears it */
    const unsigned after = device.interrupts;
    machine_line_stop();
    CHECK(fired);
    CHECK_EQ(after, at_detach);
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_ERR_NOT_FOUND);
}

static void line_mask(void) {
    struct device device = {0};
    if (!has_lines()) {
        return;
    }
    CHECK_EQ(hal_irq_attach(machine_line(), on_line, &device, "conformance"), HAL_OK);
    machine_line_start();
    const bool fired = hal_test_wait_for(&device.interrupts, 3);
    hal_irq_mask(machine_line());
    const unsigned at_mask = device.interrupts;
    hal_test_spin_ns(20 * MS);
    const unsigned masked = device.interrupts;
    hal_irq_unmask(
        machine_line()); /* what came meanwhile was kept: the device waits to be acknowledged */
    const bool again = hal_test_wait_for(&device.interrupts, masked + 3);
    machine_line_stop();
    CHECK_EQ(hal_irq_detach(machine_line()), HAL_OK);
    CHECK(fired);
    CHECK_EQ(masked, at_mask);
    CHECK(again);
}

static void line_none(void) {
    struct device device = {0};
    const hal_status status = hal_irq_attach(NO_SUCH, on_line, &device, "conformance");
    CHECK(status == HAL_ERR_NOT_FOUND || status == HAL_ERR_UNSUPPORTED);
    CHECK_EQ(hal_irq_detach(NO_SUCH), HAL_ERR_NOT_FOUND);
    hal_irq_mask(NO_SUCH); /* nothing to mask, and nothing happens */
    hal_irq_unmask(NO_SUCH);
    CHECK_EQ(hal_irq_detach(SOME_LINE), HAL_ERR_NOT_FOUND);
}

const struct hal_test hal_interrupt_tests[] = {
    {"irq-nesting", "interrupts stay disabled until the outermost restore", nesting},
    {"irq-in-callback", "a callback that disables and restores is not interrupted", in_callback},
    {"line-none", "a line that does not exist is not found", line_none},
    {"line-fires", "a line calls its handler, in interrupt context", line_fires},
    {"line-busy", "a line has one handler at a time", line_busy},
    {"line-detach", "a handler that was detached does not run again", line_detach},
    {"line-mask", "a masked line is silent, and what comes meanwhile is kept", line_mask},
    {NULL, NULL, NULL},
};
