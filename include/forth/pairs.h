/*
 * pairs.h - primitives that stand for two others in a row (asm/engine/pairs.asm).
 */
#ifndef PAIRS_H
#define PAIRS_H

#define PAIR_PARTS_MAX 4u

/* Makes pairs_join fast. Called once, before anything is compiled. */
void pairs_init(void);

/* The primitive that stands for `first` and then `second`, or a null pointer. */
const char *pairs_join(const char *first, const char *second);

/* The primitives that `primitive` stands for, in order: itself alone unless it is a pair. Returns how many. */
unsigned pairs_split(const char *primitive, const char *parts[PAIR_PARTS_MAX]);

#endif
