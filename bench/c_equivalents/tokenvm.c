/*
 * tokenvm.c - programs/tokenvm.fs in C: a machine for a small token language, with a table of functions.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LIMIT 3000

static int64_t stack[64], registers[8], code[256];
static int64_t *top;
static const int64_t *pc;
static bool running;

static void push(int64_t x) {
    *++top = x;
}

static int64_t pop(void) {
    return *top--;
}

static void t_halt(void) {
    running = false;
}
static void t_push(void) {
    push(*pc++);
}
static void t_drop(void) {
    (void)pop();
}
static void t_dup(void) {
    push(*top);
}
static void t_add(void) {
    int64_t y = pop();
    push(pop() + y);
}
static void t_sub(void) {
    int64_t y = pop();
    push(pop() - y);
}
static void t_mul(void) {
    int64_t y = pop();
    push(pop() * y);
}
static void t_and(void) {
    int64_t y = pop();
    push(pop() & y);
}
static void t_half(void) {
    push((int64_t)((uint64_t)pop() >> 1));
}
static void t_less(void) {
    int64_t y = pop();
    push(pop() < y ? -1 : 0);
}
static void t_same(void) {
    int64_t y = pop();
    push(pop() == y ? -1 : 0);
}
static void t_load(void) {
    push(registers[*pc++]);
}
static void t_store(void) {
    registers[*pc++] = pop();
}
static void t_inc(void) {
    registers[*pc++]++;
}
static void t_jump(void) {
    pc = code + *pc;
}
static void t_jumpz(void) {
    int64_t target = *pc++;
    if (pop() == 0) {
        pc = code + target;
    }
}

static void (*const tokens[])(void) = {t_halt,  t_push, t_drop, t_dup,  t_add,  t_sub,
                                       t_mul,   t_and,  t_half, t_less, t_same, t_load,
                                       t_store, t_inc,  t_jump, t_jumpz};

enum token {
    HALT,
    PUSH,
    DROP,
    DUP,
    ADD,
    SUB,
    MUL,
    AND,
    HALF,
    LESS,
    SAME,
    LOAD,
    STORE,
    INC,
    JUMP,
    JUMPZ
};

/* The sum of the lengths of the Collatz sequences: register 0 is n, 1 is x, 2 the total, 3 the limit. */
static const int64_t program[] = {
    PUSH, 1,   STORE, 0,     PUSH, 0,     STORE, 2,             /* 0 */
    LOAD, 0,   LOAD,  3,     LESS, JUMPZ, 58,                   /* 8: next n */
    LOAD, 0,   STORE, 1,                                        /* 15 */
    LOAD, 1,   DUP,   PUSH,  1,    SUB,   JUMPZ, 53,            /* 19: next x */
    INC,  2,   PUSH,  1,     AND,  JUMPZ, 46,                   /* 27 */
    LOAD, 1,   PUSH,  3,     MUL,  PUSH,  1,     ADD, STORE, 1, /* 34: odd */
    JUMP, 19,                                                   /* 44 */
    LOAD, 1,   HALF,  STORE, 1,    JUMP,  19,                   /* 46: even */
    DROP, INC, 0,     JUMP,  8,                                 /* 53: x is 1 */
    LOAD, 2,   HALT,                                            /* 58: n is the limit */
};

int main(void) {
    memcpy(code, program, sizeof program);
    registers[3] = LIMIT;
    top = stack;
    pc = code;
    running = true;
    while (running) {
        tokens[*pc++]();
    }
    printf("%" PRId64 "\n", *top);
    return 0;
}
