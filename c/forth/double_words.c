/*
 * double_words.c - DOUBLE words that need more than two cells at once or the compiler.
 */
#include "forth/double_words.h"

#include "forth/compiler.h"
#include "forth/throw.h"
#include "primitives.h"

typedef unsigned __int128 double_cell;

#define TRIPLE_CELLS 3
#define CELL_BITS    64

static double_cell magnitude(double_cell value, bool negative) {
    return negative ? -value : value;
}

/* The product of a double and a cell, least significant cell first. */
static void multiply(double_cell a, uint64_t b, uint64_t product[TRIPLE_CELLS]) {
    double_cell low = (double_cell)(uint64_t)a * b;
    double_cell high = (double_cell)(uint64_t)(a >> CELL_BITS) * b + (uint64_t)(low >> CELL_BITS);
    product[0] = (uint64_t)low;
    product[1] = (uint64_t)high;
    product[2] = (uint64_t)(high >> CELL_BITS);
}

/* Divides in place, bit by bit: the kernel has no library for wide division, and nothing hurries.
 */
static void divide(uint64_t number[TRIPLE_CELLS], uint64_t divisor) {
    uint64_t remainder = 0;
    for (unsigned bit = TRIPLE_CELLS * CELL_BITS; bit-- > 0;) {
        uint64_t *cell = &number[bit / CELL_BITS];
        uint64_t mask = UINT64_C(1) << bit % CELL_BITS;
        bool carry = remainder >> (CELL_BITS - 1) != 0;
        remainder = remainder << 1 | ((*cell & mask) != 0);
        if (carry || remainder >= divisor) {
            remainder -= divisor;
            *cell |= mask;
        } else {
            *cell &= ~mask;
        }
    }
}

/* ( d1 n1 n2 -- d2 ) The product has three cells; the quotient is truncated toward zero, as with /
 * . */
int word_m_star_slash(struct vm *vm) {
    int64_t n2 = (int64_t)vm_pop(vm), n1 = (int64_t)vm_pop(vm);
    uint64_t high = vm_pop(vm), low = vm_pop(vm);
    if (n2 == 0) {
        return THROW_DIVISION_BY_ZERO;
    }
    bool d_negative = (int64_t)high < 0;
    bool negative = d_negative ^ (n1 < 0) ^ (n2 < 0);
    uint64_t triple[TRIPLE_CELLS];
    multiply(magnitude((double_cell)high << CELL_BITS | low, d_negative),
             (uint64_t)magnitude((double_cell)n1, n1 < 0), triple);
    divide(triple, (uint64_t)magnitude((double_cell)n2, n2 < 0));
    double_cell result = magnitude((double_cell)triple[1] << CELL_BITS | triple[0], negative);
    bool sign = result >> (2 * CELL_BITS - 1) != 0;
    if (triple[2] != 0 || (result != 0 && sign != negative)) {
        return THROW_RESULT_OUT_OF_RANGE;
    }
    vm_push(vm, (uint64_t)result);
    vm_push(vm, (uint64_t)(result >> CELL_BITS));
    return 0;
}

int word_two_literal(struct vm *vm) {
    uint64_t high = vm_pop(vm), low = vm_pop(vm);
    int code = compile_literal(vm, low);
    return code != 0 ? code : compile_literal(vm, high);
}

/* ( -- ) TO stores two cells into the newest word from now on. */
int word_two_value(struct vm *vm) {
    struct word *word = dictionary_word(vm, vm->latest);
    if (word == NULL || (word->flags & WORD_CREATED) == 0) {
        return THROW_NOT_CREATED;
    }
    if (!dictionary_is_own(vm, vm->latest)) {
        return THROW_PROTECTED_WORD;
    }
    word->flags |= WORD_TWO_CELLS;
    return 0;
}

int two_value_store(struct vm *vm, uint64_t addr) {
    if (is_compiling(vm)) {
        int code = compile_literal(vm, addr);
        return code != 0 ? code : compile_primitive(vm, prim_two_store, 3, -3);
    }
    if (vm_depth(vm) < 2) {
        return THROW_STACK_UNDERFLOW;
    }
    uint64_t *cells = vm_pointer(vm, addr, 2 * CELL);
    if (cells == NULL) {
        return THROW_NO_MEMORY;
    }
    cells[0] = vm_pop(vm);
    cells[1] = vm_pop(vm);
    return 0;
}
