/*
 * fixed.c - fixed-point numbers of the physics.
 *
 * Decay loses nothing to truncation: heat is not lowered a little at each step, which for a long half-life would be
 * less than the last bit and so nothing at all; it keeps the time at which it was last touched, and the whole time
 * that has passed since is applied at once (heat.c), with 32 bits behind the point and rounding to the nearest.
 */
#include "physics/fixed.h"

typedef unsigned __int128 u128;

/* 2^(-1/2), 2^(-1/4), 2^(-1/8) ... in 0.64 */
#define ROOTS 32
static const uint64_t root[ROOTS] = {
    UINT64_C(13043817825332782212), UINT64_C(15511800964685064948), UINT64_C(16915738899553466671),
    UINT64_C(17664662643191237676), UINT64_C(18051468387014017850), UINT64_C(18248035989933441397),
    UINT64_C(18347121020861646924), UINT64_C(18396865112328554661), UINT64_C(18421787711448657618),
    UINT64_C(18434261669329232140), UINT64_C(18440501815349552982), UINT64_C(18443622680442407998),
    UINT64_C(18445183311048607332), UINT64_C(18445963675871538004), UINT64_C(18446353870663572145),
    UINT64_C(18446548971154807802), UINT64_C(18446646522174239825), UINT64_C(18446695297877410579),
    UINT64_C(18446719685777359791), UINT64_C(18446731879739425374), UINT64_C(18446737976723480912),
    UINT64_C(18446741025216264368), UINT64_C(18446742549462845018), UINT64_C(18446743311586182574),
    UINT64_C(18446743692647863159), UINT64_C(18446743883178706404), UINT64_C(18446743978444128764),
    UINT64_C(18446744026076840128), UINT64_C(18446744049893195857), UINT64_C(18446744061801373733),
    UINT64_C(18446744067755462673), UINT64_C(18446744070732507144),
};

struct heat heat_add(struct heat heat, int64_t count) {
    if (count >= 0) {
        heat.whole =
            heat.whole > UINT64_MAX - (uint64_t)count ? UINT64_MAX : heat.whole + (uint64_t)count;
    } else if (heat.whole < (uint64_t)-count) {
        heat = (struct heat){0};
    } else {
        heat.whole -= (uint64_t)-count;
    }
    return heat;
}

static uint64_t multiply_fraction(uint64_t a, uint64_t b) {
    return (uint64_t)((u128)a * b >> 64);
}

/* The part of a half-life that `rest` is, in 0.32: long division of one bit at a time, since there is none of 128 bits
 * in the kernel. rest is below half_life. */
static uint32_t part_of(uint64_t rest, uint64_t half_life) {
    uint32_t part = 0;
    for (int bit = 0; bit < 32; bit++) {
        const uint64_t carry = rest >> 63;
        rest <<= 1;
        part <<= 1;
        if (carry != 0 || rest >= half_life) {
            rest -= half_life;
            part |= 1;
        }
    }
    return part;
}

struct heat heat_decay(struct heat heat, uint64_t elapsed, uint64_t half_life) {
    const uint64_t halvings = elapsed / half_life;
    uint32_t part = part_of(elapsed % half_life, half_life);
    if (halvings >= 97) {
        return (struct heat){0};
    }
    u128 value = (u128)heat.whole << 32 | heat.fraction; /* 96 bits */
    if (part != 0) {
        uint64_t factor = UINT64_MAX;
        for (int i = 0; part != 0; i++, part <<= 1) {
            if (part >> 31 != 0) {
                factor = multiply_fraction(factor, root[i]) + 1;
            }
        }
        const u128 high = (u128)(uint64_t)(value >> 32) * factor; /* unit 2^-64 */
        const u128 low = (u128)(uint32_t)value * factor;          /* unit 2^-96 */
        value = (high >> 32) +
                ((low + (u128)(uint32_t)high * (UINT64_C(1) << 32) + (UINT64_C(1) << 63)) >> 64);
    }
    if (halvings != 0) {
        value = ((value >> (halvings - 1)) + 1) >> 1;
    }
    return (struct heat){.whole = (uint64_t)(value >> 32), .fraction = (uint32_t)value};
}

int heat_compare(struct heat a, struct heat b) {
    if (a.whole != b.whole) {
        return a.whole < b.whole ? -1 : 1;
    }
    return a.fraction == b.fraction ? 0 : a.fraction < b.fraction ? -1 : 1;
}

/* The bits behind the point by squaring: x^2 is 2 or more just when the next bit is 1. */
uint32_t log2_fixed(uint64_t x) {
    if (x == 0) {
        return 0;
    }
    const unsigned whole = 63u - (unsigned)__builtin_clzll(x);
    uint64_t mantissa = x << (63 - whole); /* 1.63 */
    uint32_t result = whole;
    for (int bit = 0; bit < 16; bit++) {
        const u128 square = (u128)mantissa * mantissa; /* 2.126 */
        const uint64_t two = (uint64_t)(square >> 127);
        result = result << 1 | (uint32_t)two;
        mantissa = (uint64_t)(square >> (63 + two));
    }
    return result;
}

uint64_t muldiv(uint64_t a, uint64_t b, uint64_t c) {
    const u128 product = (u128)a * b;
    uint64_t quotient, rest;
    __asm__("divq %4"
            : "=a"(quotient), "=d"(rest)
            : "0"((uint64_t)product), "1"((uint64_t)(product >> 64)), "r"(c)
            : "cc");
    return quotient;
}
