/*
 * heartbeat.c - how many words pass from one heartbeat to the next.
 */
#include "physics/heartbeat.h"

uint64_t heartbeat_adapt(uint64_t interval, uint64_t distance, uint64_t least, uint64_t most) {
    if (distance < HEARTBEAT_STABLE) {
        interval *= 2;
    } else if (distance > HEARTBEAT_CHANGING) {
        interval /= 2;
    }
    return interval < least ? least : interval > most ? most : interval;
}
