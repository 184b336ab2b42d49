/*
 * mandel.c - programs/mandel.fs in C: the Mandelbrot set in fixed point.
 */
#include <inttypes.h>
#include <stdio.h>

#define FRACTION   13
#define ONE        (INT64_C(1) << FRACTION)
#define WIDTH      320
#define HEIGHT     200
#define MOST_STEPS 250

/* Shifts toward zero. */
static int64_t fix(int64_t n) {
    return n < 0 ? -(-n >> FRACTION) : n >> FRACTION;
}

static int64_t steps(int64_t c_re, int64_t c_im) {
    int64_t re = 0, im = 0, n = 0;
    for (;;) {
        int64_t im2 = fix(im * im), re2 = fix(re * re);
        if (im2 + re2 >= 4 * ONE || n >= MOST_STEPS) {
            return n;
        }
        im = fix(re * im * 2) + c_im;
        re = re2 - im2 + c_re;
        n++;
    }
}

int main(void) {
    int64_t checksum = 0;
    for (int64_t row = 0; row < HEIGHT; row++) {
        for (int64_t column = 0; column < WIDTH; column++) {
            int64_t n = steps(column * ONE * 3 / WIDTH - 2 * ONE, row * ONE * 2 / HEIGHT - ONE);
            checksum = (checksum * 31 + n) & 2147483647;
        }
    }
    printf("%" PRId64 "\n", checksum);
    return 0;
}
