/*
 * capability.h - what a VM may do to the machine and to others.
 *
 * A capability is a record of the kernel: a VM has no way to make one or to change one. It has a kind and a range of
 * numbers whose meaning the kind tells. It is derived from another, down from those of VM[0], and when that one
 * goes, it goes too. Holding a capability includes handing on all of it or a part, never more.
 *
 * Called by the arbiter and by C words; nothing here is ISR-safe.
 */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

struct vm_control;

/* How many a VM may hold: who hands on takes memory of the kernel for it. The last quarter is for its parent and
 * for VM[0], so that strangers cannot fill it up before them. */
#ifndef CAPABILITIES_MAX
#define CAPABILITIES_MAX 256u
#endif
#define CAPABILITIES_OF_STRANGERS (CAPABILITIES_MAX / 4 * 3)

enum capability_kind {
    CAP_SPAWN,      /* make VMs; range: bytes of the envelope */
    CAP_MMIO,       /* registers of devices; range: physical addresses */
    CAP_PORT,       /* the same; range: I/O ports */
    CAP_IRQ,        /* interrupt lines; range: hal_irq_attach's numbers */
    CAP_KILL,       /* end VMs that are not its own children; no range */
    CAP_TIME_ADMIN, /* priorities and quanta; range: priorities */
    CAP_CONSOLE,    /* give the console to a VM; no range */
    CAP_AUDIT,      /* read the record of uses and refusals; no range */
    CAP_BLOCK,      /* read and write blocks of BLOCK; range: blocks */
    CAP_KINDS
};

struct capability {
    enum capability_kind kind;
    uint64_t low, high; /* the range, both ends included */
    struct vm_control *owner;
    struct capability *next, *previous;                 /* of the same owner, the latest first */
    struct capability *source, *derived;                /* the tree of derivation, */
    struct capability *next_derived, *previous_derived; /* and the others from the same source */
    uint32_t depth;                                     /* how far it is from the start */
    uint64_t uses;
};

/* Gives VM[0] every kind with its widest range. False when memory does not suffice. */
bool capability_give_all(struct vm_control *primordial);

/* Whether a VM may do what needs [low, high] of a kind. A use or a refusal goes to the audit. Returns 0 or
 * THROW_NOT_PERMITTED. */
int capability_demand(struct vm_control *control, enum capability_kind kind, uint64_t low,
                      uint64_t high);

/* The same for what is done often: only the first use of a capability, and every refusal, goes to the
 * audit. All are counted. */
int capability_use(struct vm_control *control, enum capability_kind kind, uint64_t low,
                   uint64_t high);

/* The same question without a trace. */
bool capability_holds(const struct vm_control *control, enum capability_kind kind, uint64_t low,
                      uint64_t high);

/* Derives [low, high] of what `from` has for `to`; of several that cover it, from the one that is nearest to
 * the start, so that nobody can get in between by handing on. Does nothing when `to` is `from` or one that
 * this comes from, or has the range from there already. Returns 0, THROW_NOT_PERMITTED, THROW_INVALID_ARGUMENT (a
 * kind that is none, or an empty range), THROW_TOO_MANY_CAPABILITIES or THROW_NO_MEMORY. */
int capability_grant(struct vm_control *from, struct vm_control *to, uint64_t kind, uint64_t low,
                     uint64_t high);

/* Grants everything of a kind that `from` has, or nothing: the same codes. */
int capability_grant_kind(struct vm_control *from, struct vm_control *to, uint64_t kind);

/* Takes from `to` every capability of a kind that derives from `from`, and all that derives from these. Returns
 * how many `to` has lost. */
unsigned capability_revoke(struct vm_control *from, struct vm_control *to, uint64_t kind);

/* Takes everything from a VM that ends, and what derives from it. */
void capability_drop_all(struct vm_control *control);

/* The name of a kind as the words write it. */
const char *capability_name(enum capability_kind kind);

#endif
