/*
 * unit.h - the unit-test framework.
 *
 *     UNIT_TEST(stack_pop_empty, "popping an empty stack is refused") {
 *         struct stack s = {0};
 *         CHECK(!stack_pop(&s));
 *     }
 *
 * A test registers itself before main, so a new test file needs no list to be edited. The first
 * CHECK that fails ends its test. A test file names the product sources that it needs in a comment
 * line of its own that begins with "uses:", separated by blanks; the Makefile collects them.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stddef.h>
#include <stdint.h>

struct unit_test {
    const char *id;
    const char *sentence;
    void (*run)(void);
    struct unit_test *next;
};

/* Adds a test after those already known. `test` must stay valid. */
void unit_register(struct unit_test *test);

/* Defines a test: an identifier, and what must be true as a sentence. The body follows. */
#define UNIT_TEST(name, what)                                                                      \
    static void unit_run_##name(void);                                                             \
    static struct unit_test unit_test_##name = {#name, what, unit_run_##name, NULL};               \
    __attribute__((constructor)) static void unit_register_##name(void) {                          \
        unit_register(&unit_test_##name);                                                          \
    }                                                                                              \
    static void unit_run_##name(void)

/* Ends the running test as failed. `format` and the rest, as for printf, say what was wrong. */
_Noreturn void unit_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void unit_check_u64(const char *file, int line, const char *what, uint64_t actual,
                    uint64_t expected);
void unit_check_i64(const char *file, int line, const char *what, int64_t actual, int64_t expected);
void unit_check_str(const char *file, int line, const char *what, const char *actual,
                    const char *expected);
void unit_check_mem(const char *file, int line, const char *what, const void *actual,
                    const void *expected, size_t size);

/* The checks. Each evaluates its arguments once; CHECK_STR takes zero-terminated strings, CHECK_MEM
 * compares `size` bytes. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            unit_fail(__FILE__, __LINE__, "%s, expected true, got false", #condition);             \
    } while (0)
#define CHECK_EQ_U64(actual, expected)                                                             \
    unit_check_u64(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_EQ_I64(actual, expected)                                                             \
    unit_check_i64(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_STR(actual, expected)                                                                \
    unit_check_str(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_MEM(actual, expected, size)                                                          \
    unit_check_mem(__FILE__, __LINE__, #actual, (actual), (expected), (size))

#endif
