/*
 * fuzz_generate.c - random words, numbers and lines. The shapes that are more than a row of words are in
 * fuzz_phrases.c.
 *
 * All words come from the base dictionary, so a new word of the system is fuzzed without a change here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forth/dictionary.h"
#include "fuzz.h"

#define WORDS_MAX     2048u
#define CORPUS_MAX    8192u
#define PRELUDE_LINES 6u /* that begin a life */
#define OWN_NAMES     12u

struct known_word {
    char name[48];
    int need; /* data stack cells that it takes */
};

static struct known_word *words; /* on the heap, so that the watch over .bss stays quick */
static uint32_t word_count;

struct corpus_line {
    const char *text;
    size_t size;
};

static struct corpus_line *corpus;
static uint32_t corpus_count;

/* Splitmix64. */
uint64_t fuzz_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t fuzz_below(struct fuzz_text *text, uint32_t limit) {
    return (uint32_t)((fuzz_random(&text->random) >> 32) * limit >> 32);
}

bool fuzz_chance(struct fuzz_text *text, uint32_t percent) {
    return fuzz_below(text, 100) < percent;
}

void fuzz_words_init(void) {
    const struct dictionary *base = &base_image.dictionary;
    words = calloc(WORDS_MAX, sizeof *words);
    corpus = calloc(CORPUS_MAX, sizeof *corpus);
    if (words == NULL || corpus == NULL) {
        fputs("fuzz: out of memory\n", stderr);
        exit(2);
    }
    for (uint32_t xt = base->first; xt < base->end && word_count < WORDS_MAX; xt++) {
        const struct word *word = (const struct word *)base->words + (xt - base->first);
        struct known_word *known = &words[word_count];
        if (word->name_size == 0 || word->name_size >= sizeof known->name) {
            continue;
        }
        memcpy(known->name, (const char *)base->names + word->name, word->name_size);
        known->name[word->name_size] = '\0';
        known->need = word->need;
        /* These end the VM, and there is nothing to learn from that. */
        if (strcmp(known->name, "BYE") != 0 && strcmp(known->name, "REBOOT") != 0) {
            word_count++;
        }
    }
}

void fuzz_corpus_add(const char *line, size_t size) {
    if (size > 0 && size < FUZZ_LINE_MAX && corpus_count < CORPUS_MAX) {
        corpus[corpus_count++] = (struct corpus_line){line, size};
    }
}

void fuzz_put_byte(struct fuzz_text *text, char c) {
    if (text->size < FUZZ_LINE_MAX) {
        text->line[text->size++] = c;
    }
}

void fuzz_put(struct fuzz_text *text, const char *piece) {
    for (; *piece != '\0'; piece++) {
        fuzz_put_byte(text, *piece);
    }
    fuzz_put_byte(text, ' ');
}

static void put_u64(struct fuzz_text *text, uint64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "$%llX", (unsigned long long)value);
    fuzz_put(text, digits);
}

/* A power of two or a border of something, give or take a few. */
static uint64_t border(struct fuzz_text *text) {
    static const uint64_t borders[] = {
        0,
        VM_USER_AREA,
        VM_HOLD_START,
        VM_HOLD_END,
        VM_TIB,
        VM_STRINGS,
        VM_DATA_SPACE,
        UINT64_C(1) << 16,
        UINT64_C(1) << 18,
        UINT64_C(1) << 20,
        UINT64_C(16) << 20,
        UINT64_C(1) << 32,
        VM_CONTROL_STACK,
        VM_DATA_STACK,
        VM_RETURN_STACK,
        VM_WORKSPACE,
        VM_WINDOW_AT,
        HAL_SPACE_SLOT_SIZE,
        UINT64_C(1) << 63,
        UINT64_C(0x7fffffffffffffff),
        UINT64_C(0x00007fffffffffff),
        UINT64_C(0xffffffff80000000),
    };
    uint64_t value = fuzz_chance(text, 50)
                         ? borders[fuzz_below(text, sizeof borders / sizeof borders[0])]
                         : UINT64_C(1) << fuzz_below(text, 64);
    return value + fuzz_below(text, 33) - 16;
}

void fuzz_number(struct fuzz_text *text) {
    char digits[32];
    switch (fuzz_below(text, 16)) {
    case 0:
    case 1:
    case 2:
        put_u64(text, border(text));
        break;
    case 3:
        put_u64(text, -border(text));
        break;
    case 4: /* data space or what is near it */
        put_u64(text, VM_DATA_SPACE + fuzz_below(text, 0x20000));
        break;
    case 5: /* an execution token, perhaps one that does not exist yet */
        snprintf(digits, sizeof digits, "%u", fuzz_below(text, base_image.dictionary.end + 64));
        fuzz_put(text, digits);
        break;
    case 6: /* an address of the process: the VM must not be able to use it */
        put_u64(text, (uint64_t)&corpus_count + fuzz_below(text, 4096));
        break;
    case 7:
        put_u64(text, base_image.dictionary.code + fuzz_below(text, 65536));
        break;
    case 8:
        put_u64(text, fuzz_random(&text->random));
        break;
    case 9: /* a double */
        snprintf(digits, sizeof digits, "%u.", fuzz_below(text, 100000));
        fuzz_put(text, digits);
        break;
    default:
        snprintf(digits, sizeof digits, "%d", (int)fuzz_below(text, 40) - 8);
        fuzz_put(text, digits);
        break;
    }
}

void fuzz_own_name(struct fuzz_text *text) {
    char name[16];
    snprintf(name, sizeof name, "n%u", fuzz_below(text, OWN_NAMES));
    fuzz_put(text, name);
}

void fuzz_word(struct fuzz_text *text) {
    static const char *const common[] = {"DUP",  "DROP", "SWAP",    "OVER",  "ROT", "+",    "-",
                                         "@",    "!",    "C@",      "C!",    ">R",  "R>",   "IF",
                                         "ELSE", "THEN", "BEGIN",   "UNTIL", "DO",  "LOOP", "EXIT",
                                         "HERE", ",",    "EXECUTE", "CATCH", "I",   "PICK", "1-"};
    if (fuzz_chance(text, 30)) {
        fuzz_put(text, common[fuzz_below(text, sizeof common / sizeof common[0])]);
        return;
    }
    const struct known_word *word = &words[fuzz_below(text, word_count)];
    if (fuzz_chance(text, 60)) {
        for (int i = 0; i < word->need; i++) {
            fuzz_number(text);
        }
    }
    fuzz_put(text, word->name);
}

void fuzz_soup(struct fuzz_text *text, uint32_t tokens) {
    while (tokens-- > 0) {
        uint32_t kind = fuzz_below(text, 100);
        if (kind < 55) {
            fuzz_word(text);
        } else if (kind < 78) {
            fuzz_number(text);
        } else if (kind < 90) {
            fuzz_own_name(text);
        } else {
            fuzz_phrase(text);
        }
    }
}

/* The words of the test suites' own language mean nothing here. */
static bool is_test_word(const char *word, size_t size) {
    return size == 2 &&
           (memcmp(word, "T{", 2) == 0 || memcmp(word, "}T", 2) == 0 || memcmp(word, "->", 2) == 0);
}

/* Takes a line that was worth keeping and damages it. */
static void mutate(struct fuzz_text *text) {
    const struct corpus_line *from = &corpus[fuzz_below(text, corpus_count)];
    size_t i = 0;
    while (i < from->size) {
        size_t end = i;
        while (end < from->size && from->text[end] > ' ') {
            end++;
        }
        uint32_t damage = is_test_word(from->text + i, end - i) ? 2 : fuzz_below(text, 40);
        if (damage == 0) {
            fuzz_word(text);
        } else if (damage == 1) {
            fuzz_number(text);
        }
        for (uint32_t copies = damage == 2 ? 0 : damage == 3 ? 2 : 1; copies > 0; copies--) {
            for (size_t k = i; k < end; k++) {
                fuzz_put_byte(text, from->text[k]);
            }
            fuzz_put_byte(text, ' ');
        }
        i = end + 1;
    }
    if (fuzz_chance(text, 30)) {
        fuzz_soup(text, 3);
    }
}

/* Bytes of any kind, as a broken serial line would give; but what ends a line ends it in a file, too. */
static void noise(struct fuzz_text *text) {
    for (uint32_t n = fuzz_below(text, 120); n > 0; n--) {
        char c = (char)fuzz_random(&text->random);
        fuzz_put_byte(text, c == '\n' || c == '\0' ? ' ' : c);
    }
}

/* Sound definitions of the names that later lines use, so that these get further than to their first word. */
static void prelude(struct fuzz_text *text) {
    static const char *const sound[][2] = {
        {": ", "DUP + ;"},
        {": ", "0 SWAP 255 AND 0 ?DO I + LOOP ;"},
        {": ", "IF 1 ELSE 2 THEN ;"},
        {": ", "BEGIN DUP WHILE 2/ REPEAT ;"},
        {": ", "{: a b | c :} a b + TO c c ;"},
        {": ", "CREATE , DOES> @ ;"},
        {": ", "POSTPONE DUP ; IMMEDIATE"},
        {": ", "['] THROW CATCH ;"},
        {": ", "S\" 1 2 +\" EVALUATE ;"},
        {"CREATE ", "100 ALLOT"},
        {"VARIABLE ", ""},
        {"7 VALUE ", ""},
        {"9 CONSTANT ", ""},
        {"DEFER ", ""},
        {"MARKER ", ""},
    };
    for (unsigned i = 0; i < 3; i++) {
        const char *const *shape = sound[fuzz_below(text, sizeof sound / sizeof sound[0])];
        fuzz_put(text, shape[0]);
        fuzz_own_name(text);
        fuzz_put(text, shape[1]);
    }
}

void fuzz_generate(struct fuzz_text *text) {
    text->size = 0;
    if (text->lines++ < PRELUDE_LINES) {
        prelude(text);
        text->line[text->size] = '\0';
        return;
    }
    uint32_t kind = fuzz_below(text, 100);
    if (kind < 30) {
        fuzz_soup(text, 1 + fuzz_below(text, 12));
    } else if (kind < 80) {
        fuzz_phrase(text);
        if (fuzz_chance(text, 40)) {
            fuzz_soup(text, fuzz_below(text, 5));
        }
    } else if (kind < 99) {
        if (corpus_count > 0) {
            mutate(text);
        } else {
            fuzz_phrase(text);
        }
    } else {
        noise(text);
    }
    text->line[text->size] = '\0';
}
