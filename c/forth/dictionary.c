/*
 * dictionary.c - creating and finding words.
 *
 * Names are hashed into buckets of word numbers; a bucket is a chain from the newest word to the
 * oldest, so that a redefinition hides the older word. The VM's own words are searched before those
 * of the base dictionary. A word enters a chain once, at its beginning, hence no chain can loop.
 */
#include "forth/dictionary.h"

#include "forth/letters.h"
#include "forth/primitive_table.h"
#include "forth/throw.h"
#include "forth/vm.h"
#include "primitives.h"

#define COMMIT_MOST   UINT64_C(0x10000) /* bytes at once; a region begins with a page and doubles */
#define NAME_SIZE_MAX 255u

struct base_image base_image;

/* FNV-1a over the folded name. */
static uint32_t hash_name(const char *name, size_t size) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)fold_letter(name[i])) * 16777619u;
    }
    return hash;
}

/* Makes [region, region + used + bytes) present. `limit` is the size of the region. */
static int reserve(uint64_t region, uint64_t limit, uint64_t used, uint64_t bytes,
                   uint64_t *committed) {
    if (bytes > limit - used) {
        return THROW_DICTIONARY_OVERFLOW;
    }
    uint64_t wanted = (used + bytes + VM_PAGE - 1) & ~(VM_PAGE - 1);
    if (wanted > *committed) {
        const uint64_t step = *committed < COMMIT_MOST ? *committed : COMMIT_MOST;
        wanted = wanted > *committed + step ? wanted : *committed + step;
        wanted = wanted < limit ? wanted : limit;
        if (hal_space_commit(region + *committed, wanted - *committed) != HAL_OK) {
            return THROW_NO_MEMORY;
        }
        *committed = wanted;
    }
    return 0;
}

int dictionary_reserve_code(struct vm *vm, size_t bytes) {
    struct dictionary *own = &vm->own;
    int code = reserve(own->code, own->code_size, own->code_used, bytes, &own->code_committed);
    return code != 0
               ? code
               : reserve(own->prices, own->code_size / 2, own->code_used / CELL * sizeof(uint32_t),
                         bytes / CELL * sizeof(uint32_t), &own->prices_committed);
}

int dictionary_reserve_paths(struct vm *vm, size_t paths) {
    struct dictionary *own = &vm->own;
    return reserve(own->paths, own->code_size / 2,
                   (own->end_path - own->first_path) * sizeof(struct path),
                   paths * sizeof(struct path), &own->paths_committed);
}

_Static_assert(DICTIONARY_BUCKETS * sizeof(uint32_t) == VM_PAGE, "the buckets fill a page");

void dictionary_init(struct dictionary *own, uint64_t end, uint64_t envelope, uint32_t first,
                     uint32_t first_path) {
    own->code_size = envelope < VM_CODE_MIN ? VM_CODE_MIN : envelope;
    own->code_size = own->code_size < VM_CODE_MAX ? own->code_size : VM_CODE_MAX;
    const uint64_t half = own->code_size / 2 & ~(VM_PAGE - 1);
    own->words_size = half;
    own->names_size = own->code_size / 4 & ~(VM_PAGE - 1);
    own->code = end - own->code_size;
    own->words = own->code - VM_GUARD - own->words_size;
    own->bucket = (uint32_t *)(own->words - VM_PAGE);
    own->names = own->words - VM_PAGE - VM_GUARD - own->names_size;
    own->prices = own->names - half;
    own->paths = own->prices - half;
    own->first = first;
    own->end = first;
    own->first_path = first_path;
    own->end_path = first_path;
}

/* Makes room for a word with a name of `size` characters. */
static int reserve_word(struct dictionary *own, size_t size) {
    if (own->words_committed == 0 && hal_space_commit((uint64_t)own->bucket, VM_PAGE) != HAL_OK) {
        return THROW_NO_MEMORY;
    }
    const int code =
        reserve(own->words, own->words_size, (own->end - own->first) * sizeof(struct word),
                sizeof(struct word), &own->words_committed);
    return code != 0
               ? code
               : reserve(own->names, own->names_size, own->names_used, size, &own->names_committed);
}

static struct word *word_at(const struct dictionary *dictionary, uint32_t xt) {
    return (struct word *)dictionary->words + (xt - dictionary->first);
}

struct word *dictionary_word(const struct vm *vm, uint64_t xt) {
    if (dictionary_is_own(vm, xt)) {
        return word_at(&vm->own, (uint32_t)xt);
    }
    const struct dictionary *base = &base_image.dictionary;
    if (xt >= base->first && xt < base->end) {
        return word_at(base, (uint32_t)xt);
    }
    return NULL;
}

bool dictionary_is_own(const struct vm *vm, uint64_t xt) {
    return xt >= vm->own.first && xt < vm->own.end;
}

const char *dictionary_name(const struct vm *vm, uint32_t xt, size_t *size) {
    const struct word *word = dictionary_word(vm, xt);
    if (word == NULL) {
        *size = 0;
        return "";
    }
    *size = word->name_size;
    uint64_t names = dictionary_is_own(vm, xt) ? vm->own.names : base_image.dictionary.names;
    return (const char *)names + word->name;
}

/* All word lists share the buckets; the same name in two lists falls into two of them. */
static uint32_t bucket_of(uint32_t hash, uint32_t wordlist) {
    return (hash + wordlist * 0x9e3779b1u) % DICTIONARY_BUCKETS;
}

static uint32_t find_in(const struct dictionary *dictionary, uint32_t wordlist, const char *name,
                        size_t size, uint32_t hash) {
    if (dictionary->words_committed == 0) {
        return 0;
    }
    uint32_t xt = dictionary->bucket[bucket_of(hash, wordlist)];
    while (xt != 0) {
        const struct word *word = word_at(dictionary, xt);
        if (word->hash == hash && word->name_size == size && word->wordlist == wordlist &&
            same_name((const char *)dictionary->names + word->name, name, size)) {
            return xt;
        }
        xt = word->link;
    }
    return 0;
}

static uint32_t find_hashed(const struct vm *vm, uint32_t wordlist, const char *name, size_t size,
                            uint32_t hash) {
    uint32_t xt = find_in(&vm->own, wordlist, name, size, hash);
    return xt != 0 ? xt : find_in(&base_image.dictionary, wordlist, name, size, hash);
}

uint32_t dictionary_find_in(const struct vm *vm, uint32_t wordlist, const char *name, size_t size) {
    return find_hashed(vm, wordlist, name, size, hash_name(name, size));
}

static uint32_t find_hot(const struct vm *vm, const char *name, size_t size, uint32_t hash) {
    const struct hot_word *hot = &vm->hot_words[hash % HOT_WORDS];
    if (hot->xt == 0 || hot->hash != hash) {
        return 0;
    }
    size_t own_size;
    const char *own = dictionary_name(vm, hot->xt, &own_size);
    return own_size == size && same_name(own, name, size) ? hot->xt : 0;
}

void dictionary_cool(struct vm *vm) {
    for (uint32_t i = 0; i < HOT_WORDS && vm->hot_words != NULL; i++) {
        vm->hot_words[i].xt = 0;
    }
}

void dictionary_heat(struct vm *vm, uint32_t xt) {
    size_t size;
    const char *name = dictionary_name(vm, xt, &size);
    if (size != 0 && dictionary_find(vm, name, size) == xt) {
        const uint32_t hash = dictionary_word(vm, xt)->hash;
        vm->hot_words[hash % HOT_WORDS] = (struct hot_word){.hash = hash, .xt = xt};
    }
}

uint32_t dictionary_find(const struct vm *vm, const char *name, size_t size) {
    uint32_t hash = hash_name(name, size);
    if (vm->hot_words != NULL) {
        const uint32_t xt = find_hot(vm, name, size, hash);
        if (xt != 0) {
            return xt;
        }
    }
    for (uint32_t i = 0; i < vm->order_count; i++) {
        uint32_t xt = find_hashed(vm, vm->order[i], name, size, hash);
        if (xt != 0) {
            return xt;
        }
    }
    return 0;
}

void dictionary_reveal(struct vm *vm, uint32_t xt) {
    struct word *word = word_at(&vm->own, xt);
    if (word->name_size > 0 && (word->flags & WORD_HIDDEN) != 0) {
        uint32_t *bucket = &vm->own.bucket[bucket_of(word->hash, word->wordlist)];
        word->flags &= (uint8_t)~WORD_HIDDEN;
        word->link = *bucket;
        *bucket = xt;
        if (vm->hot_words != NULL) {
            vm->hot_words[word->hash % HOT_WORDS].xt = 0;
        }
    }
}

int dictionary_create(struct vm *vm, const char *name, size_t size, unsigned flags, uint32_t *xt) {
    struct dictionary *own = &vm->own;
    if (size > NAME_SIZE_MAX) {
        return THROW_NAME_TOO_LONG;
    }
    const int code = reserve_word(own, size);
    if (code != 0) {
        return code;
    }

    char *stored = (char *)own->names + own->names_used;
    for (size_t i = 0; i < size; i++) {
        stored[i] = name[i];
    }
    *xt = own->end++;
    *word_at(own, *xt) = (struct word){
        .handler = (uint64_t)prim_enter_unfinished,
        .hash = hash_name(name, size),
        .name = (uint32_t)own->names_used,
        .name_size = (uint8_t)size,
        .flags = (uint8_t)(flags | WORD_HIDDEN),
        .kind = WORD_UNFINISHED,
        .net = WORD_NET_UNKNOWN,
        .wordlist = vm->current,
    };
    own->names_used += size;
    vm->own_end = own->end;
    vm->latest = *xt;
    if ((flags & WORD_HIDDEN) == 0) {
        dictionary_reveal(vm, *xt);
    }
    return 0;
}

void dictionary_drop_newest(struct vm *vm) {
    struct dictionary *own = &vm->own;
    own->end--;
    own->names_used -= word_at(own, own->end)->name_size;
    vm->own_end = own->end;
    vm->latest = own->end > own->first ? own->end - 1 : 0;
}

/* The names and headers go back to where they were before `xt`, and the chains lose the younger words. Those
 * need not be at the beginning of a chain: a definition is revealed by its end, after words that were
 * created inside it. */
void dictionary_forget(struct vm *vm, uint32_t xt) {
    struct dictionary *own = &vm->own;
    dictionary_cool(vm);
    own->names_used = word_at(own, xt)->name;
    for (uint32_t i = 0; i < DICTIONARY_BUCKETS; i++) {
        uint32_t *link = &own->bucket[i];
        while (*link != 0) {
            struct word *word = word_at(own, *link);
            if (*link >= xt) {
                *link = word->link;
            } else {
                link = &word->link;
            }
        }
    }
    own->end = xt;
    vm->own_end = xt;
    vm->latest = xt > own->first ? xt - 1 : 0;
}

int dictionary_add_primitives(struct vm *vm) {
    for (unsigned i = 0; i < primitive_count; i++) {
        const struct primitive *primitive = &primitive_table[i];
        if (primitive->kind == PRIMITIVE_INNER || primitive->kind == PRIMITIVE_PAIR ||
            primitive->kind == PRIMITIVE_FORTH) {
            continue;
        }
        size_t size = 0;
        while (primitive->name[size] != '\0') {
            size++;
        }
        uint32_t xt;
        int code = dictionary_create(vm, primitive->name, size, primitive->flags, &xt);
        if (code != 0) {
            return code;
        }
        struct word *word = word_at(&vm->own, xt);
        word->need = primitive->need;
        word->net = primitive->net;
        word->doc = (uint64_t)primitive;
        word->code = primitive->handler;
        switch (primitive->kind) {
        case PRIMITIVE_WORD:
            word->kind = WORD_PRIMITIVE;
            word->handler = primitive->handler;
            break;
        case PRIMITIVE_USER:
            word->kind = WORD_CONSTANT;
            word->handler = (uint64_t)prim_enter_constant;
            word->arg = primitive->handler;
            break;
        case PRIMITIVE_INNER:
        case PRIMITIVE_PAIR:
        case PRIMITIVE_FORTH:
            break;
        }
    }
    return 0;
}
