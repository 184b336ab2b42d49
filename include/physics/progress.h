/*
 * progress.h - work that is done in pieces, because nothing takes the processor from C.
 *
 * A piece gets how much work it may do, about so many instructions, takes off what it has done, and ends when
 * nothing is left: a little beyond, for it looks after each step. How much there was has no influence on the
 * result.
 */
#ifndef PHYSICS_PROGRESS_H
#define PHYSICS_PROGRESS_H

#include <stdint.h>

#include "forth/clock.h"

/* What a caller has to do that cannot wait. */
#define WORK_ALL INT64_MAX

/* How far work has come; all zero at its beginning, and when it has come to its end. */
struct progress {
    uint32_t step;
    uint32_t next;            /* path, token or word that comes next */
    uint64_t at;              /* the rest of a path that is being counted, 0 none; */
    uint64_t times;           /* how often */
    struct clock_place place; /* on the control stack */
};

enum progress_end { PROGRESS_MORE, PROGRESS_DONE, PROGRESS_NO_MEMORY };

#endif
