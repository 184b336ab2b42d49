/*
 * beat.h - a heartbeat under way: how far it has come. A part of struct physics.
 */
#ifndef PHYSICS_BEAT_H
#define PHYSICS_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "physics/progress.h"

/* The work of a heartbeat, in this order; a loop that is off has none. */
enum beat_step {
    BEAT_NONE,      /* none is under way */
    BEAT_SETTLE,    /* counts are brought up to date, */
    BEAT_LEAVE_OUT, /* without what is not executed, */
    BEAT_FEED,      /* become heat, */
    BEAT_TAKE_BACK, /* and are again what was paid for */
    BEAT_SLOPE,
    BEAT_CHOOSE,  /* another working set */
    BEAT_COOL,    /* another half-life */
    BEAT_LOOK,    /* at the window: */
    BEAT_PRESENT, /* memory, */
    BEAT_COUNT,   /* how far back it goes, */
    BEAT_WINDOW,  /* its words, */
    BEAT_WIDTH,   /* and how much of it will be looked at */
    BEAT_HOT_WORDS,
    BEAT_END
};

struct look;

struct beat {
    enum beat_step step;
    bool incomplete;      /* for want of memory */
    uint64_t now;         /* its time */
    uint64_t interval;    /* words since the last one */
    uint64_t distance;    /* what of it is known */
    uint64_t half_life;   /* that there will be */
    struct look *look;    /* at the window, while that is looked at; else NULL */
    struct progress work; /* in one step */
};

#endif
