/*
 * slope.c - how fast what is hot cools.
 *
 * With n points, times scaled to 20 bits and levels of 22 bits, all sums are below 2^50 and their products below
 * 2^100.
 */
#include "physics/slope.h"

#include "physics/fixed.h"

typedef __int128 i128;

/* numerator / denominator in 0.16, for 0 <= numerator <= denominator. */
static uint32_t ratio(unsigned __int128 numerator, unsigned __int128 denominator) {
    while (denominator >> 47 != 0) {
        numerator >>= 1;
        denominator >>= 1;
    }
    return denominator == 0 ? 0 : (uint32_t)(((uint64_t)numerator << 16) / (uint64_t)denominator);
}

static void fit(struct slope *slope) {
    const int64_t n = slope->count;
    unsigned scale = 0; /* times are divided by 2^scale */
    while ((slope->time[n - 1] - slope->time[0]) >> scale >= 1 << 20) {
        scale++;
    }
    int64_t t1 = 0, t2 = 0, y1 = 0, y2 = 0, ty = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t t = (int64_t)((slope->time[i] - slope->time[0]) >> scale);
        const int64_t y = slope->level[i];
        t1 += t;
        t2 += t * t;
        y1 += y;
        y2 += y * y;
        ty += t * y;
    }
    const int64_t covariance = n * ty - t1 * y1; /* each n^2 times the usual */
    const int64_t times = n * t2 - t1 * t1, levels = n * y2 - y1 * y1;
    slope->fits++;
    slope->falls = covariance < 0;
    slope->r2 = times == 0 || levels == 0
                    ? 0
                    : ratio((unsigned __int128)((i128)covariance * covariance),
                            (unsigned __int128)((i128)times * levels));
    if (slope->falls && slope->r2 >= 1 << 15) {
        /* The level falls by 1, which is 2^16, in 2^16 * times / -covariance. */
        const uint64_t fall = (uint64_t)-covariance;
        const uint64_t limit = UINT64_MAX >> 16;
        const uint64_t life =
            (uint64_t)times > limit ? (uint64_t)times / fall << 16 : ((uint64_t)times << 16) / fall;
        slope->half_life = life > UINT64_MAX >> scale ? UINT64_MAX : life << scale;
    }
}

void slope_add(struct slope *slope, uint64_t time, uint32_t level) {
    if (slope->count == SLOPE_POINTS) {
        slope->count--;
        for (unsigned i = 0; i < SLOPE_POINTS - 1; i++) {
            slope->time[i] = slope->time[i + 1];
            slope->level[i] = slope->level[i + 1];
        }
    }
    slope->time[slope->count] = time;
    slope->level[slope->count++] = level;
    bool changed = false;
    for (unsigned i = 0; i < slope->count; i++) {
        changed = changed || slope->level[i] != level;
    }
    if (!changed) {
        slope->skipped++;
    } else if (slope->count >= SLOPE_LEAST) {
        fit(slope);
    }
}
