/*
 * string_words.c - SEARCH and SLITERAL.
 *
 * A C word cannot be interrupted, so SEARCH must not take time in proportion to the product of both
 * sizes. It uses the two-way algorithm (Crochemore and Perrin): the pattern is cut where its local
 * period is its period; the right part is compared upward, then the left part downward, and a
 * mismatch on either side allows a known shift. Linear time, constant space.
 */
#include "forth/compiler.h"
#include "forth/throw.h"
#include "primitives.h"

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

/* ( addr1 u1 addr2 u2 -- addr3 u3 flag ) */
int word_search(struct vm *vm) {
    uint64_t pattern_size = vm_pop(vm), pattern_addr = vm_pop(vm);
    uint64_t text_size = *vm_item(vm, 0), text_addr = *vm_item(vm, 1);
    struct text text = {.at = vm_pointer(vm, text_addr, text_size), .size = text_size};
    struct text pattern = {.at = vm_pointer(vm, pattern_addr, pattern_size), .size = pattern_size};
    bool found = pattern_size == 0;
    if (!found && pattern_size <= text_size) {
        if (text.at == NULL || pattern.at == NULL) {
            return THROW_BAD_ADDRESS;
        }
        uint64_t offset = find(&text, &pattern);
        found = offset < text_size;
        if (found) {
            *vm_item(vm, 0) = text_size - offset;
            *vm_item(vm, 1) = text_addr + offset;
        }
    }
    vm_push(vm, found ? (uint64_t)-1 : 0);
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
