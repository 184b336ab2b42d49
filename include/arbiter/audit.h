/*
 * audit.h - the record of what capabilities were used for, and of what was refused.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdint.h>

#include "arbiter/capability.h"

#define AUDIT_SIZE 512u /* entries; a power of two. The oldest are overwritten */

enum audit_event { AUDIT_USE, AUDIT_REFUSED, AUDIT_GRANT, AUDIT_REVOKE };

struct audit_entry {
    uint64_t number;  /* counted from 1 since boot; gaps tell what was overwritten */
    uint64_t time_ns; /* hal_time_now_ns */
    uint64_t vm;      /* who did it, or wanted to */
    uint64_t other;   /* AUDIT_GRANT, AUDIT_REVOKE: to or from whom */
    enum audit_event event;
    enum capability_kind kind;
    uint64_t low, high;
};

/* Notes an event. */
void audit(enum audit_event event, uint64_t vm, uint64_t other, enum capability_kind kind,
           uint64_t low, uint64_t high);

/* Events since boot. */
uint64_t audit_count(void);

/* The entry with this number, NULL when it is overwritten or yet to come. */
const struct audit_entry *audit_entry(uint64_t number);

#endif
