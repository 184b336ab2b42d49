/*
 * string_words.c - the parts of SEARCH, and SLITERAL.
 *
 * A C word cannot be interrupted, so a part of SEARCH must not take time in proportion to the product of both
 * sizes. It uses the two-way algorithm (Crochemore and Perrin): the pattern is cut where its local
 * period is its period; the right part is compared upward, then the left part downward, and a
 * mismatch on either side allows a known shift. Linear time, constant space.
 */
#include "forth/compiler.h"
#include "forth/throw.h"
#include "primitives.h"

#define PLACES (4 * VM_PIECE)

struct text {
    const unsigned char *at;
    uint64_t size;
};

/* Start of the greatest suffix of the pattern, in the order of characters or its reverse, and its
 * period. */
static uint64_t greatest_suffix(const struct text *pattern, bool reverse, uint64_t *period) {
    uint64_t start = 0; /* of the greatest suffix so far */
    uint64_t other = 1; /* of the suffix that is compared with it */
    uint64_t k = 0;     /* characters that both have in common */
    *period = 1;
    while (other + k < pattern->size) {
        unsigned char a = pattern->at[other + k], b = pattern->at[start + k];
        if (a == b) {
            if (++k == *period) {
                other += *period;
                k = 0;
            }
        } else if ((a < b) != reverse) {
            other += k + 1;
            k = 0;
            *period = other - start;
        } else {
            start = other++;
            k = 0;
            *period = 1;
        }
    }
    return start;
}

static bool same(const unsigned char *a, const unsigned char *b, uint64_t size) {
    for (uint64_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

/* Offset of the first occurrence of the pattern, which is not empty; text->size when there is none.
 */
static uint64_t find(const struct text *text, const struct text *pattern) {
    uint64_t period, other_period;
    uint64_t cut = greatest_suffix(pattern, false, &period);
    uint64_t other_cut = greatest_suffix(pattern, true, &other_period);
    if (other_cut > cut) {
        cut = other_cut;
        period = other_period;
    }
    bool periodic = same(pattern->at, pattern->at + period, cut);
    if (!periodic) {
        uint64_t right = pattern->size - cut;
        period = (cut > right ? cut : right) + 1; /* shifts are at least so long */
    }

    uint64_t known = 0; /* characters at the pattern's start that are known to match */
    for (uint64_t at = 0; pattern->size <= text->size - at;) {
        const unsigned char *here = text->at + at;
        uint64_t i = cut > known ? cut : known;
        while (i < pattern->size && here[i] == pattern->at[i]) {
            i++;
        }
        if (i < pattern->size) {
            at += i - cut + 1;
            known = 0;
            continue;
        }
        i = cut;
        while (i > known && here[i - 1] == pattern->at[i - 1]) {
            i--;
        }
        if (i <= known) {
            return at;
        }
        at += period;
        known = periodic ? pattern->size - period : 0;
    }
    return text->size;
}

/* A piece of SEARCH, which is in string.fs: looks where the pattern may begin in the next PLACES characters, and for no
 * more of it than a piece.
 * ( addr1 u1 addr2 u2 -- addr3 u3 addr2 u2 n ) n: 0 not before addr3; 1 at addr3; 2 a piece of it at addr3; -1 nowhere */
int word_paren_search(struct vm *vm) {
    const uint64_t pattern_size = *vm_item(vm, 0), pattern_addr = *vm_item(vm, 1);
    const uint64_t text_size = *vm_item(vm, 2), text_addr = *vm_item(vm, 3);
    if (pattern_size == 0 || pattern_size > text_size) {
        vm_push(vm, pattern_size == 0 ? 1 : (uint64_t)-1);
        return 0;
    }
    if (!vm_has(vm, text_addr, text_size) || !vm_has(vm, pattern_addr, pattern_size)) {
        return THROW_BAD_ADDRESS;
    }
    const uint64_t part = pattern_size < VM_PIECE ? pattern_size : VM_PIECE;
    const uint64_t rest = text_size - pattern_size + 1;
    const uint64_t places = rest < PLACES ? rest : PLACES;
    const struct text text = {.at = vm_pointer(vm, text_addr, places + part - 1),
                              .size = places + part - 1};
    const struct text pattern = {.at = vm_pointer(vm, pattern_addr, part), .size = part};
    if (text.at == NULL || pattern.at == NULL) {
        return THROW_NO_MEMORY;
    }
    const uint64_t offset = find(&text, &pattern);
    const bool found = offset < text.size;
    const uint64_t skipped = found ? offset : places;
    *vm_item(vm, 2) = text_size - skipped;
    *vm_item(vm, 3) = text_addr + skipped;
    vm_push(vm, !found ? 0 : part == pattern_size ? 1 : 2);
    return 0;
}

/* ( addr1 u -- ) The string is copied to data space; its place and size are compiled. */
int word_sliteral(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    const char *from = vm_pointer(vm, addr, size);
    if (from == NULL) {
        return THROW_BAD_ADDRESS;
    }
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    if (size > vm->top - vm->dp) {
        return THROW_DICTIONARY_OVERFLOW;
    }
    char *to = vm_pointer(vm, vm->dp, size);
    if (to == NULL) {
        return THROW_NO_MEMORY;
    }
    for (uint64_t i = 0; i < size; i++) {
        to[i] = from[i];
    }
    int code = compile_literal(vm, vm->dp);
    if (code == 0) {
        code = compile_literal(vm, size);
    }
    if (code == 0) {
        vm->dp += size;
    }
    return code;
}
