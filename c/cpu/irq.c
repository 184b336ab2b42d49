/*
 * irq.c - the interrupt lines of devices: who has them, and what happens when one calls.
 *
 * When the end of an interrupt is signalled depends on the kind of line:
 *
 *   edge    before the handler. An edge that comes while the handler runs is then taken up, and interrupts
 *           again after it.
 *   level   after the handler. Until then the device holds the line, and with the end signalled first an
 *           IOAPIC would deliver the same request again. The handler quiets the device, or masks the line and
 *           leaves the device to somebody else. To mask the line, signal the end, and unmask the line after
 *           the handler would do too, but takes eight more uncached accesses each time.
 *
 * That a handler returns is part of its contract. Switching to another VM is no reason not to: that is done on
 * the way out (fault_deliver_break), by changing the frame, when every end has been signalled.
 *
 * A masked edge line of an IOAPIC loses edges, so irq_mask only makes a note. Should an interrupt come, that is
 * noted in turn, the input is masked for good, and irq_unmask has the processor interrupt itself.
 */
#include "cpu/irq.h"

#include <stddef.h>

#include "cpu/cmdline.h"
#include "cpu/interrupts.h"
#include "cpu/nmi.h"
#include "cpu/vectors.h"
#include "drivers/acpi.h"
#include "drivers/apic.h"
#include "drivers/ioapic.h"
#include "drivers/irq_route.h"
#include "drivers/pic.h"
#include "hal/hal_interrupt.h"

enum { LINES_MAX = 64, DESTINATION_MAX = 0xfe };

struct irq_line {
    irq_handler handler; /* NULL: not in use */
    void *context;
    const char *name;
    unsigned irq;
    struct irq_route route;
    unsigned vector;
    bool masked;  /* by irq_mask */
    bool waiting; /* an edge came while masked */
};

static struct irq_line lines[LINES_MAX];
static struct irq_controllers controllers;

/* --- Flows --- */

static void ioapic_edge_flow(void *context) {
    struct irq_line *line = context;

    lapic_end_of_interrupt();
    if (line->masked) {
        line->waiting = true;
        ioapic_mask(line->route.gsi);
    } else {
        line->handler(line->context);
    }
}

static void ioapic_level_flow(void *context) {
    const struct irq_line *line = context;

    if (!line->masked) { /* it may have been on its way when it was masked; the device still asks */
        line->handler(line->context);
    }
    lapic_end_of_interrupt();
}

static void pic_edge_flow(void *context) {
    const struct irq_line *line = context;

    if (pic_is_spurious(line->irq)) {
        controllers.pic_spurious++;
        return;
    }
    pic_end_of_interrupt(line->irq);
    line->handler(line->context);
}

static void pic_level_flow(void *context) {
    const struct irq_line *line = context;

    if (pic_is_spurious(line->irq)) {
        controllers.pic_spurious++;
        return;
    }
    line->handler(line->context);
    pic_end_of_interrupt(line->irq);
}

/* Lines 7 and 15 while nobody has them: the 8259 raise these without being asked. */
static void pic_idle_flow(void *context) {
    const unsigned line = (unsigned)(uintptr_t)context;

    controllers.pic_spurious++;
    if (!pic_is_spurious(line)) {
        pic_end_of_interrupt(line);
    }
}

/* --- The controllers --- */

/* An IOAPIC reaches the processors with numbers of eight bits, of which all ones means everybody. */
static bool can_use_ioapics(const struct acpi_madt *madt) {
    return lapic_is_present() && madt->present && lapic_id() <= DESTINATION_MAX &&
           !cmdline_has("noapic");
}

void irq_init(void) {
    const struct acpi_madt *madt = acpi_madt();
    controllers = (struct irq_controllers){.has_pics = pic_init(VECTOR_PIC)};

    interrupts_set_flow(VECTOR_PIC + 7, pic_idle_flow, (void *)(uintptr_t)7);
    interrupts_set_flow(VECTOR_PIC + 15, pic_idle_flow, (void *)(uintptr_t)15);
    nmi_accept_local(madt);
    if (can_use_ioapics(madt)) {
        controllers.ioapic_count = ioapic_init(madt);
    }
    if (controllers.ioapic_count != 0) {
        controllers.in_use = IRQ_CONTROLLER_IOAPIC;
        nmi_accept_sources(madt);
    } else if (controllers.has_pics) {
        controllers.in_use = IRQ_CONTROLLER_PIC;
        lapic_accept_legacy();
    }
}

void irq_describe(format_sink sink, void *context) {
    if (lapic_is_present()) {
        format(sink, context, "local APIC%s, ", lapic_is_x2apic() ? " in x2APIC mode" : "");
    }
    if (controllers.in_use == IRQ_CONTROLLER_IOAPIC) {
        format(sink, context, "%u IOAPIC%s", controllers.ioapic_count,
               controllers.ioapic_count == 1 ? "" : "s");
    } else {
        format(sink, context,
               controllers.in_use == IRQ_CONTROLLER_PIC ? "two 8259" : "no controller for devices");
    }
}

/* --- Lines --- */

static struct irq_line *find_line(unsigned irq) {
    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (lines[i].handler != NULL && lines[i].irq == irq) {
            return &lines[i];
        }
    }
    return NULL;
}

static struct irq_line *find_free_line(void) {
    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (lines[i].handler == NULL) {
            return &lines[i];
        }
    }
    return NULL;
}

/* Two numbers may name one input: that of the ISA line, and that of the global system interrupt. */
static bool is_taken(const struct irq_route *route) {
    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (lines[i].handler != NULL && lines[i].route.gsi == route->gsi) {
            return true;
        }
    }
    return false;
}

/* Finds out how a line comes in, and whether it does. */
static hal_status find_route(unsigned irq, struct irq_route *route) {
    switch (controllers.in_use) {
    case IRQ_CONTROLLER_NONE:
        return HAL_ERR_UNSUPPORTED;
    case IRQ_CONTROLLER_PIC:
        if (irq >= PIC_LINES || irq == ISA_LINE_CASCADE) {
            return HAL_ERR_NOT_FOUND;
        }
        *route = (struct irq_route){.gsi = irq, .level = pic_is_level(irq)};
        return HAL_OK;
    case IRQ_CONTROLLER_IOAPIC:
        break;
    }
    const struct acpi_madt *madt = acpi_madt();
    if (!irq_find_route(madt, acpi_fixed_table()->sci_interrupt, irq, route) ||
        !ioapic_has(route->gsi)) {
        return HAL_ERR_NOT_FOUND;
    }
    return nmi_has_input(madt, route->gsi) ? HAL_ERR_BUSY : HAL_OK;
}

/* The 8259 served line 0 first, then 1, then 8 to 15, which came in at line 2, then 3 to 7. Vectors of higher
 * numbers are served first. */
static unsigned isa_vector(unsigned irq) {
    const unsigned rank = irq <= 2 ? irq : irq >= 8 ? irq - 5 : irq + 8;
    return VECTOR_ISA + PIC_LINES - 1 - rank;
}

/* The vector for a line, 0 when none is free. */
static unsigned choose_vector(unsigned irq) {
    if (controllers.in_use == IRQ_CONTROLLER_PIC) {
        return VECTOR_PIC + irq;
    }
    if (irq < ACPI_ISA_LINES) {
        return isa_vector(irq);
    }
    for (unsigned vector = VECTOR_LINES; vector < VECTOR_ISA; vector++) {
        if (!interrupts_is_expected(vector)) {
            return vector;
        }
    }
    return 0;
}

static void mask(const struct irq_line *line) {
    if (controllers.in_use == IRQ_CONTROLLER_PIC) {
        pic_mask(line->irq);
    } else {
        ioapic_mask(line->route.gsi);
    }
}

static void unmask(const struct irq_line *line) {
    if (controllers.in_use == IRQ_CONTROLLER_PIC) {
        pic_unmask(line->irq);
    } else {
        ioapic_unmask(line->route.gsi);
    }
}

static interrupt_flow flow_of(const struct irq_line *line) {
    if (controllers.in_use == IRQ_CONTROLLER_PIC) {
        return line->route.level ? pic_level_flow : pic_edge_flow;
    }
    return line->route.level ? ioapic_level_flow : ioapic_edge_flow;
}

static hal_status attach(unsigned irq, irq_handler handler, void *context, const char *name) {
    struct irq_route route;
    const hal_status status = find_route(irq, &route);
    if (status != HAL_OK) {
        return status;
    }
    if (is_taken(&route)) {
        return HAL_ERR_BUSY;
    }
    struct irq_line *line = find_free_line();
    const unsigned vector = choose_vector(irq);
    if (line == NULL || vector == 0) {
        return HAL_ERR_NO_MEMORY;
    }
    *line = (struct irq_line){handler, context, name, irq, route, vector, false, false};
    interrupts_set_flow(vector, flow_of(line), line);
    if (controllers.in_use == IRQ_CONTROLLER_IOAPIC) {
        ioapic_route(route.gsi, vector, route.level, route.active_low, lapic_id());
    }
    unmask(line);
    return HAL_OK;
}

hal_status irq_attach(unsigned irq, irq_handler handler, void *context, const char *name) {
    if (handler == NULL) {
        return HAL_ERR_INVALID;
    }
    const unsigned long state = hal_irq_disable();
    const hal_status status = attach(irq, handler, context, name);
    hal_irq_restore(state);
    return status;
}

hal_status irq_detach(unsigned irq) {
    const unsigned long state = hal_irq_disable();
    struct irq_line *line = find_line(irq);
    if (line != NULL) {
        const bool idle_pic_line = controllers.in_use == IRQ_CONTROLLER_PIC && irq % 8 == 7;
        mask(line);
        interrupts_set_flow(line->vector, idle_pic_line ? pic_idle_flow : NULL,
                            (void *)(uintptr_t)irq);
        line->handler = NULL;
    }
    hal_irq_restore(state);
    return line != NULL ? HAL_OK : HAL_ERR_NOT_FOUND;
}

void irq_mask(unsigned irq) {
    const unsigned long state = hal_irq_disable();
    struct irq_line *line = find_line(irq);
    if (line != NULL && !line->masked) {
        line->masked = true;
        if (controllers.in_use == IRQ_CONTROLLER_PIC || line->route.level) {
            mask(line);
        }
    }
    hal_irq_restore(state);
}

void irq_unmask(unsigned irq) {
    const unsigned long state = hal_irq_disable();
    struct irq_line *line = find_line(irq);
    if (line != NULL && line->masked) {
        line->masked = false;
        unmask(line);
        if (line->waiting) {
            line->waiting = false;
            lapic_send_self(line->vector);
        }
    }
    hal_irq_restore(state);
}

/* --- For reports --- */

bool irq_get(unsigned index, struct irq_info *info) {
    for (unsigned i = 0; i < LINES_MAX; i++) {
        const struct irq_line *line = &lines[i];
        if (line->handler != NULL && index-- == 0) {
            *info = (struct irq_info){
                .irq = line->irq,
                .gsi = line->route.gsi,
                .vector = line->vector,
                .level = line->route.level,
                .active_low = line->route.active_low,
                .masked = line->masked,
                .count = interrupts_count(line->vector),
                .name = line->name,
            };
            return true;
        }
    }
    return false;
}

struct irq_controllers irq_get_controllers(void) {
    return controllers;
}
