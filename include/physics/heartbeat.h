/*
 * heartbeat.h - how many words pass from one heartbeat to the next. Pure functions.
 */
#ifndef PHYSICS_HEARTBEAT_H
#define PHYSICS_HEARTBEAT_H

#include <stdint.h>

/* Two intervals differ by the sum of the differences of the shares that each word has in them, in 0.32: below an eighth
 * the program is stable, above a half it is changing. */
#define HEARTBEAT_STABLE   (UINT64_C(1) << 29)
#define HEARTBEAT_CHANGING (UINT64_C(1) << 31)

/* The next interval: twice as long when stable, half as long when changing, between the bounds. */
uint64_t heartbeat_adapt(uint64_t interval, uint64_t distance, uint64_t least, uint64_t most);

#endif
