/*
 * physics.h - what a VM knows of its own execution: seven loops on counted time (c/physics/README.md).
 *
 * Everything here is a function of what the VM has executed and of its configuration: no clock, no address and no
 * interrupt feeds it. All of it is for VMs that do not run at the moment, or have called C; not ISR-safe.
 */
#ifndef PHYSICS_H
#define PHYSICS_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/history.h"
#include "forth/vm.h"
#include "physics/beat.h"
#include "physics/fixed.h"
#include "physics/slope.h"

/* The loops, as bits. */
enum physics_loop {
    PHYSICS_HEAT = 1 << 0,
    PHYSICS_WINDOW = 1 << 1,
    PHYSICS_DECAY = 1 << 2,
    PHYSICS_TRANSITIONS = 1 << 3,
    PHYSICS_WIDTH = 1 << 4,
    PHYSICS_SLOPE = 1 << 5,
    PHYSICS_HEARTBEAT = 1 << 6,
    PHYSICS_ALL = (1 << 7) - 1
};

/* Knobs, and their bounds and defaults: PHYSICS_KNOB_... in c/physics/physics.c. */
enum physics_knob {
    KNOB_WINDOW,     /* words in the rolling window */
    KNOB_HALF_LIFE,  /* words after which heat has fallen by half */
    KNOB_BEAT,       /* words from one heartbeat to the next, where that does not adapt */
    KNOB_BEAT_LEAST, /* bounds of the heartbeat that adapts */
    KNOB_BEAT_MOST,
    KNOB_COUNT
};

/* What is known of one word. */
struct word_heat {
    uint64_t count;  /* executions, those that are paid for and not done included */
    uint64_t fed;    /* of these, how many have become heat */
    uint64_t stamp;  /* virtual time of the last heartbeat at which heat was set */
    uint64_t gained; /* executions in the last interval from heartbeat to heartbeat */
    struct heat heat;
    uint64_t seen;       /* where it was last met in a window: width.h */
    uint32_t next;       /* the word that has followed most often, and how often */
    uint32_t next_count; /* 0: none has */
};
_Static_assert(sizeof(struct word_heat) == HISTORY_RECORD, "a line of the cache each");

#define PHYSICS_UNDONE 24u

struct cut;

/* A hash table: cuts.h. */
struct cuts {
    struct cut *table;
    uint32_t size, count; /* of entries; a power of two, and those in use */
    uint64_t lost;        /* that found no room */
};

struct physics {
    uint32_t loops; /* enum physics_loop */
    uint64_t knob[KNOB_COUNT];
    uint64_t origin;      /* what the virtual clock showed at the reset */
    uint64_t origin_paid; /* and words paid for: the time of heartbeats counts from there */
    uint64_t last;        /* time of the last one */
    uint64_t before;      /* length of the interval that ended with it */
    uint64_t beats;
    uint64_t missed;    /* for want of memory */
    uint64_t half_life; /* that is in use: the knob, or what the slope says */
    uint32_t width;     /* of the window that is looked at */
    uint64_t seen;      /* words met in windows */
    uint64_t distance;  /* between the last two intervals, 0.32: heartbeat.h */
    uint64_t interval;  /* words from the last heartbeat to the next */
    struct slope slope;
    uint64_t predictions, hits;
    uint64_t pairs, pairs_lost; /* in the table of transitions, and not taken because it was full */
    uint32_t committed_paths, committed_words,
        committed_tokens; /* how much of the tables is present */
    uint32_t committed_transitions;
    struct beat beat;
    /* Where paths were left undone, as long as there are few: a VM that has little to count needs no tables. */
    uint32_t undone_count;
    uint64_t undone[PHYSICS_UNDONE];
    struct cuts cuts;
};

/* Called once, when the base dictionary is complete. */
void physics_init(void);

/* Gives `vm` physics with the default configuration. False when there is no memory. */
bool physics_begin(struct vm *vm);
void physics_end(struct vm *vm);

/* Forgets what was measured; the configuration stays. Returns false when there is no memory. */
bool physics_reset(struct vm *vm);

/* Does a piece of what a heartbeat does: about `work` instructions, PHYSICS_PIECE or any number above 0, or
 * WORK_ALL. For the arbiter, when the engine has left with VM_EXIT_WORDS and vm->next_beat words are paid
 * for. True when the heartbeat is over, and vm->next_beat another; else the VM must neither run nor get other
 * registers before it is. */
bool physics_beat(struct vm *vm, int64_t work);
#define PHYSICS_PIECE 12000

/* Forgets a heartbeat that is under way. For the end of the VM. */
void physics_beat_drop(struct vm *vm);

/* Whether the heartbeat adapts when these loops are on. */
bool physics_adapts_heartbeat(uint32_t loops);

/* The nearest value that a knob may have. */
uint64_t physics_bounded(enum physics_knob knob, uint64_t value);

/* Sets a knob to the nearest value in its bounds. Returns that. */
uint64_t physics_set_knob(struct vm *vm, enum physics_knob knob, uint64_t value);
void physics_set_loops(struct vm *vm, uint32_t loops);

/* Virtual time since the last reset; and as heartbeats have it, in words paid for, which costs less. */
uint64_t physics_now(const struct vm *vm);
uint64_t physics_time(const struct vm *vm);

#endif
