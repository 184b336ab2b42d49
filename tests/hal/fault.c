/*
 * fault.c - include/hal/hal_fault.h: what is reported, and where the machine goes on.
 */
#include "hal/hal_fault.h"

#include "hal/hal_interrupt.h"
#include "hal/hal_time.h"
#include "hal_test.h"
#include "probe.h"

#define FLAG_TF        (UINT64_C(1) << 8)
#define FLAG_DF        (UINT64_C(1) << 10)
#define FLAG_AC        (UINT64_C(1) << 18)
#define NULL_AREA      UINT64_C(0x10)
#define NOT_CANONICAL  UINT64_C(0x8000000000000000)
#define PREEMPT_PERIOD UINT64_C(500000)
#define PREEMPTIONS    300u
#define BREAK_DELAY    UINT64_C(5000000)
#define BREAK_PATIENCE UINT64_C(10000000000)

static uint64_t rip(void) {
    return probe_result.fault.rip;
}

static void memory(void) {
    const uint64_t places[] = {NULL_AREA, machine_map_base(), machine_map_base() + 0x123456};
    uint64_t value;
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        CHECK(!probe_read(places[i], &value));
        CHECK_EQ(probe_result.faults, 1);
        CHECK_EQ(probe_result.fault.kind, HAL_FAULT_MEMORY);
        CHECK_EQ(probe_result.fault.address, places[i]);
        CHECK(!probe_result.fault.write);
        CHECK_EQ(rip(), (uint64_t)probe_read_access);
        CHECK(!probe_write(places[i], 1));
        CHECK_EQ(probe_result.fault.kind, HAL_FAULT_MEMORY);
        CHECK_EQ(probe_result.fault.address, places[i]);
        CHECK(probe_result.fault.write);
        CHECK_EQ(rip(), (uint64_t)probe_write_access);
    }
}

static void not_canonical(void) {
    uint64_t value;
    CHECK(!probe_read(NOT_CANONICAL, &value));
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_MEMORY);
    CHECK_EQ(probe_result.fault.address, 0);
    CHECK_EQ(rip(), (uint64_t)probe_read_access);
}

static void divide(void) {
    CHECK(probe_divide(7, 2));
    CHECK(!probe_divide(7, 0));
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_DIVIDE);
    CHECK_EQ(rip(), (uint64_t)probe_divide_access);
    CHECK(!probe_divide(INT64_MIN, -1)); /* the quotient has no room */
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_DIVIDE);
}

static void other(void) {
    CHECK(!probe_undefined());
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_OTHER);
    CHECK_EQ(probe_result.faults, 1);
}

static void context(void) {
    uint64_t value;
    CHECK(!probe_read(NULL_AREA, &value));
    CHECK(probe_result.in_interrupt);
    CHECK(!hal_in_interrupt_context());
}

static hal_fault_action redirect_with_registers(struct hal_fault *fault) {
    fault->rip = (uint64_t)probe_recover;
    fault->rbx = UINT64_C(0x1122334455667788);
    fault->r12 = UINT64_C(0x99aabbccddeeff00);
    return HAL_FAULT_REDIRECT;
}

/* The probe of an invalid opcode has set the direction flag. */
static void redirect(void) {
    probe_set_handler(redirect_with_registers);
    const bool through = probe_undefined();
    probe_set_handler(NULL);
    CHECK(!through);
    CHECK_EQ(probe_rbx, UINT64_C(0x1122334455667788));
    CHECK_EQ(probe_r12, UINT64_C(0x99aabbccddeeff00));
    CHECK_EQ(probe_flags & (FLAG_DF | FLAG_TF | FLAG_AC), 0);
}

static void many(void) {
    uint64_t value;
    for (unsigned i = 0; i < 2000; i++) { /* nothing piles up, neither stack nor nesting */
        CHECK(!probe_read(NULL_AREA, &value));
        CHECK(!probe_divide(1, 0));
    }
    CHECK(!hal_in_interrupt_context());
}

static hal_fault_action end_spin(struct hal_fault *fault) {
    if (fault->kind != HAL_FAULT_BREAK && fault->kind != HAL_FAULT_PREEMPT) {
        return HAL_FAULT_UNHANDLED;
    }
    fault->rip = (uint64_t)probe_recover;
    return HAL_FAULT_REDIRECT;
}

static void press(void *context) {
    (void)context;
    machine_break();
}

static void preempt(void *context) {
    (void)context;
    hal_preempt_request();
    hal_preempt_request(); /* twice is once */
}

/* Either reaches a loop that does nothing else, and may take it out of there. */
static void leave_spin(hal_timer_callback request, hal_fault_kind kind) {
    volatile uint32_t never = 0;
    probe_set_handler(end_spin);
    const int timer = hal_timer_oneshot(BREAK_DELAY, request, NULL);
    const bool through = timer < 0 || probe_spin(&never);
    probe_set_handler(NULL);
    CHECK(!through);
    CHECK_EQ(probe_result.fault.kind, kind);
    CHECK_EQ(probe_result.faults, 1);
    CHECK(probe_result.in_interrupt);
    CHECK(!hal_in_interrupt_context());
    /* the registers are those of the loop */
    CHECK(probe_result.has_registers);
    CHECK_EQ(probe_result.registers.rip, probe_result.fault.rip);
    CHECK_EQ(probe_result.registers.rbx, probe_result.fault.rbx);
    CHECK_EQ(probe_result.registers.r12, probe_result.fault.r12);
    CHECK_EQ(probe_result.registers.rdi, (uint64_t)&never);
    CHECK_EQ(probe_result.registers.rsp, probe_rsp);
}

static void break_redirect(void) {
    leave_spin(press, HAL_FAULT_BREAK);
}

static void preempt_redirect(void) {
    leave_spin(preempt, HAL_FAULT_PREEMPT);
}

static hal_fault_action resume(struct hal_fault *fault) {
    const bool asked = fault->kind == HAL_FAULT_BREAK || fault->kind == HAL_FAULT_PREEMPT;
    return asked ? HAL_FAULT_RESUME : HAL_FAULT_UNHANDLED;
}

static void break_resume(void) {
    probe_result.faults = 0;
    probe_set_handler(resume);
    machine_break();
    const uint64_t start = hal_time_now_ns();
    uint64_t sum = 0, turns = 0;
    while (probe_result.faults == 0 && hal_time_now_ns() - start < BREAK_PATIENCE) {
        sum += ++turns;
    }
    probe_set_handler(NULL);
    CHECK_EQ(probe_result.faults, 1);
    CHECK_EQ(sum, turns * (turns + 1) / 2); /* whatever was interrupted goes on unharmed */
}

/* Hundreds of preemptions of a computation, wherever they hit it. */
static void preempt_resume(void) {
    probe_result.faults = 0;
    probe_set_handler(resume);
    const int timer = hal_timer_periodic(PREEMPT_PERIOD, preempt, NULL);
    const uint64_t start = hal_time_now_ns();
    uint64_t sum = 0, turns = 0;
    while (probe_result.faults < PREEMPTIONS && hal_time_now_ns() - start < BREAK_PATIENCE) {
        sum += ++turns;
    }
    const hal_status status = hal_timer_cancel(timer);
    probe_set_handler(NULL);
    CHECK_EQ(status, HAL_OK);
    CHECK(probe_result.faults >= PREEMPTIONS);
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_PREEMPT);
    CHECK_EQ(sum, turns * (turns + 1) / 2);
}

const struct hal_test hal_fault_tests[] = {
    {"fault-memory", "a wild access is reported with address, direction and instruction", memory},
    {"fault-not-canonical", "an address that cannot be is a memory fault at 0", not_canonical},
    {"fault-divide", "division by zero and a quotient without room are divide faults", divide},
    {"fault-other", "an invalid opcode is another fault", other},
    {"fault-context", "the fault handler runs in interrupt context", context},
    {"fault-redirect", "a redirect sets rip, rbx and r12, and clears DF, AC and TF", redirect},
    {"fault-many", "thousands of faults leave nothing behind", many},
    {"break-redirect", "Ctrl-C takes a program out of an endless loop", break_redirect},
    {"preempt-redirect", "a preemption takes a program out of an endless loop", preempt_redirect},
    {"preempt-resume", "hundreds of preemptions leave a computation as it was", preempt_resume},
    {"break-resume", "Ctrl-C that is only noted leaves a program as it was", break_resume},
    {NULL, NULL, NULL},
};
