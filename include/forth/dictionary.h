/*
 * dictionary.h - words, execution tokens and the two dictionaries that a VM sees.
 *
 * An execution token (xt) is a word number. Words 1 .. base end - 1 belong to the base dictionary,
 * which is built once, frozen and shared read-only by all VMs; numbers from there on are the VM's
 * own. Number 0 is never a word. The numbers depend only on the order of definition, so they
 * are the same on every run and on every machine.
 */
#ifndef DICTIONARY_H
#define DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;

/* What a word is, hence what COMPILE, emits for it. */
enum word_kind {
    WORD_PRIMITIVE, /* code in the engine: its address */
    WORD_COLON,     /* threaded code: call, address */
    WORD_CONSTANT,  /* CONSTANT, VARIABLE, CREATE: lit, value */
    WORD_DOES,      /* CREATE ... DOES>: lit, value, call, code */
    WORD_VALUE,     /* VALUE: value, address */
    WORD_DEFER,     /* DEFER: defer, address */
    WORD_MARKER,    /* MARKER: lit, xt, forget */
    WORD_UNFINISHED /* between : and ; */
};

enum {
    WORD_IMMEDIATE = 1u << 0,
    WORD_COMPILE_ONLY = 1u << 1, /* executing it outside a definition is THROW -14 */
    WORD_HIDDEN = 1u << 2,       /* not found by name: unfinished, or :NONAME */
    WORD_DUAL = 1u << 4,         /* looks at STATE: POSTPONE makes it compile */
    WORD_CREATED = 1u << 3,      /* made by CREATE: DOES> and >BODY accept it */
};

#define WORD_NET_UNKNOWN INT16_MIN

/* Word lists that every VM has */
#define WORDLIST_FORTH UINT32_C(1)
#define WORDLIST_FILES UINT32_C(2) /* names of the files that have been included: REQUIRED */

/* One word. The engine reads handler and arg (EXECUTE); the rest is for the compiler. */
struct word {
    uint64_t handler; /* machine code that EXECUTE jumps to */
    uint64_t arg;     /* colon: address of threaded code; constant: value; value, defer: address */
    uint64_t code;    /* does: address of the threaded code after DOES> */
    uint64_t code_end;
    uint32_t hash;
    uint32_t link; /* next older word in the same bucket, 0 none */
    uint32_t name; /* offset into the names of its dictionary */
    uint8_t name_size;
    uint8_t flags;
    uint8_t kind; /* enum word_kind */
    uint8_t reserved;
    int16_t need; /* data stack cells it surely takes before the first branch */
    int16_t net;  /* change of depth, or WORD_NET_UNKNOWN */
    uint32_t wordlist;
    uint64_t doc; /* address of its struct primitive, or 0 */
};

#define WORD_SHIFT 6 /* the engine turns a word number into an address by shifting */
_Static_assert(sizeof(struct word) == 1u << WORD_SHIFT, "the engine indexes words by shifting");

#define DICTIONARY_BUCKETS 1024u

/* A way through code up to the next branch, loop word or end: what is paid for at once (forth/price.h). */
struct path {
    uint32_t cell; /* of the code, where it begins */
    uint32_t word; /* that it belongs to */
};

struct dictionary {
    uint64_t code; /* address and size of the region, bytes in use and committed */
    uint64_t code_size;
    uint64_t code_used;
    uint64_t code_committed;
    uint64_t words;
    uint64_t words_size;
    uint64_t words_committed; /* 0: there is no word, and no page for bucket */
    uint64_t names;
    uint64_t names_size;
    uint64_t names_used;
    uint64_t names_committed;
    uint64_t prices; /* a uint32_t for each cell of the code (forth/price.h) */
    uint64_t prices_committed;
    uint64_t paths; /* a struct path for each */
    uint64_t paths_committed;
    uint32_t first_path; /* number of its first path */
    uint32_t end_path;   /* number after its last path */
    uint32_t first;      /* number of its first word */
    uint32_t end;        /* number after its last word */
    uint32_t *bucket;    /* DICTIONARY_BUCKETS of them, in the page before the words */
};

/* The frozen base dictionary and the image of the user area and data space that goes with it. */
struct base_image {
    struct dictionary dictionary;
    unsigned char *data; /* contents of window addresses from VM_USER_AREA on for a new VM */
    uint64_t data_size;  /* bytes of it */
    uint64_t data_pages; /* bit p: page p of it is not all zero; 63 stands for all later pages */
    uint64_t data_end;   /* first free data-space address */
    uint32_t cold;       /* xt of COLD */
    uint32_t evaluate;   /* xt of EVALUATE */
    uint32_t noop;       /* xt of NOOP */
    uint64_t quit_code;  /* threaded code of (QUIT) */
    uint32_t wordlists;  /* word lists that exist; they are numbered from 1 */
};

extern struct base_image base_image;

/* Places a dictionary without words: code, words, names, prices and paths below `end`, sized for `envelope`. `first` and
 * `first_path` are the numbers of its first word and path. */
void dictionary_init(struct dictionary *own, uint64_t end, uint64_t envelope, uint32_t first,
                     uint32_t first_path);

/* Words that dictionary_find finds at once, without the search order: those that the physics say are hot
 * (physics/hot_words.c). By hash; xt 0: none. */
#define HOT_WORDS 128u
struct hot_word {
    uint32_t hash;
    uint32_t xt;
};

/* Forgets all of them, if there are places for some: for whatever may change what a name finds. */
void dictionary_cool(struct vm *vm);

/* Makes `xt` one of them, for which there are places, if a search for its name finds it now. */
void dictionary_heat(struct vm *vm, uint32_t xt);

/* Adds every word of the primitive table to vm's own dictionary. Returns 0 or a THROW code. */
int dictionary_add_primitives(struct vm *vm);

/* Creates a word of `name` in vm's own dictionary; it is found at once unless flags has
 * WORD_HIDDEN. Stores its number in *xt. Returns 0, -16 (no name), -19 (name too long) or -8 (no
 * room). */
int dictionary_create(struct vm *vm, const char *name, size_t size, unsigned flags, uint32_t *xt);

/* Makes a hidden, named word findable. */
void dictionary_reveal(struct vm *vm, uint32_t xt);

/* Forgets the newest word of vm's own dictionary, which must be hidden. */
void dictionary_drop_newest(struct vm *vm);

/* Whether threaded code of the dictionary lies at that address. */
static inline bool dictionary_has_code(const struct dictionary *dictionary, uint64_t address) {
    return address - dictionary->code < dictionary->code_used;
}

/* The word of an execution token, or NULL when there is none. Own words may be written to. */
struct word *dictionary_word(const struct vm *vm, uint64_t xt);

/* True when the word belongs to vm alone and so may be changed. */
bool dictionary_is_own(const struct vm *vm, uint64_t xt);

/* Finds a name in one word list, or along the search order: case-insensitively, newest first.
 * Returns its xt or 0. */
uint32_t dictionary_find_in(const struct vm *vm, uint32_t wordlist, const char *name, size_t size);
uint32_t dictionary_find(const struct vm *vm, const char *name, size_t size);

/* Forgets `xt`, which must be vm's own, and every younger word. Their code and data stay. */
void dictionary_forget(struct vm *vm, uint32_t xt);

/* The name of a word (not zero-terminated) and its size; size 0 for a nameless word. */
const char *dictionary_name(const struct vm *vm, uint32_t xt, size_t *size);

/* Make sure that so much more fits into a region of vm's own dictionary. Return 0 or a THROW code. */
int dictionary_reserve_code(struct vm *vm, size_t bytes);
int dictionary_reserve_paths(struct vm *vm, size_t paths);

#endif
