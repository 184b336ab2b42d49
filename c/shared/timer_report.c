/*
 * timer_report.c - the table of the timers in use.
 */
#include "shared/timer_queue.h"

enum { NS_PER_US = 1000 };

static void put_timer(unsigned slot, const struct queued_timer *timer, uint64_t now_ns,
                      format_sink sink, void *context) {
    format(sink, context, "  %2u ", slot);
    if (timer->period_ns == 0) {
        format(sink, context, "%10s ", "once");
    } else {
        format(sink, context, "%10lu ", timer->period_ns / NS_PER_US);
    }
    if (timer->deadline_ns == TIMER_QUEUE_NEVER) {
        format(sink, context, "%10s ", "never");
    } else {
        format(sink, context, "%10lu ",
               timer->deadline_ns > now_ns ? (timer->deadline_ns - now_ns) / NS_PER_US : 0);
    }
    format(sink, context, "%9lu %8lu %7lu %7lu %016lx\n", timer->fires, timer->overruns,
           timer->late_ns / NS_PER_US, timer->worst_late_ns / NS_PER_US,
           (unsigned long)(uintptr_t)timer->callback);
}

void timer_queue_report(const struct timer_queue *copy, uint64_t now_ns, format_sink sink,
                        void *context) {
    format(sink, context, "Timers: %u of %d in use\n", copy->count, TIMER_QUEUE_MAX);
    if (copy->count == 0) {
        return;
    }
    format(sink, context, "  %2s %10s %10s %9s %8s %7s %7s %s\n", "no", "period us", "due in us",
           "fired", "left out", "late us", "worst", "function");
    for (unsigned slot = 0; slot < TIMER_QUEUE_MAX; slot++) {
        if (copy->timers[slot].place < copy->count) {
            put_timer(slot, &copy->timers[slot], now_ns, sink, context);
        }
    }
}
