/*
 * audit.c - the record of what capabilities were used for, and of what was refused.
 */
#include "arbiter/audit.h"

#include <stddef.h>

#include "hal/hal_time.h"

_Static_assert((AUDIT_SIZE & (AUDIT_SIZE - 1)) == 0, "numbers wrap evenly");

static struct audit_entry entries[AUDIT_SIZE];
static uint64_t count;

void audit(enum audit_event event, uint64_t vm, uint64_t other, enum capability_kind kind,
           uint64_t low, uint64_t high) {
    count++;
    entries[count % AUDIT_SIZE] = (struct audit_entry){
        .number = count,
        .time_ns = hal_time_now_ns(),
        .vm = vm,
        .other = other,
        .event = event,
        .kind = kind,
        .low = low,
        .high = high,
    };
}

uint64_t audit_count(void) {
    return count;
}

const struct audit_entry *audit_entry(uint64_t number) {
    const struct audit_entry *entry = &entries[number % AUDIT_SIZE];
    return number != 0 && entry->number == number ? entry : NULL;
}
