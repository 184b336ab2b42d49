/*
 * fuzz.h - what the parts of the Forth fuzzer share.
 *
 * The fuzzer runs generated Forth in VMs of this process. The unit of work is a life: a VM is made, is
 * given some lines, and is destroyed. A life depends on nothing but its seed, so that any life can
 * be run again by itself.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forth/vm.h"

#define FUZZ_LINE_MAX   1000u /* bytes in a line; the terminal input buffer has room for 1024 */
#define FUZZ_LIFE_LINES 160u  /* most lines in a life */
#define FUZZ_THROWS     300u  /* THROW codes -1 to -299 are counted one by one */

/* What a life can be found guilty of. */
enum fuzz_finding {
    FUZZ_CLEAN,
    FUZZ_OUTSIDE, /* a byte that does not belong to the VM has changed */
    FUZZ_STATE,   /* a field of struct vm is out of its bounds */
    FUZZ_CODE,    /* threaded code or dictionary that the engine must not be given */
    FUZZ_LEAK,    /* something is left of a destroyed VM */
    FUZZ_HANG,    /* breaks do not bring the VM back */
    FUZZ_CRASH,   /* a panic or a fatal signal */
};

/* Counts and findings, shared between the supervising process and the one that runs VMs. */
struct fuzz_record {
    uint64_t lives;
    uint64_t lines;
    uint64_t ok; /* lines that came to their end */
    uint64_t thrown[FUZZ_THROWS];
    uint64_t thrown_other; /* codes that programs made up */
    uint64_t uncaught; /* THROWs past the CATCH of the line: after QUIT, or by a break just then */
    uint64_t bye;      /* lines that led to QUIT and the end of input */
    uint64_t breaks;   /* lines that had to be broken */
    uint64_t forced;   /* of these: programs that caught the break again and again */
    uint64_t no_vm;    /* vm_create refused because a failure of memory was planned */
    uint64_t life;     /* number of the life being run */
    uint64_t life_seed;
    uint32_t line;    /* lines of it begun */
    uint32_t finding; /* enum fuzz_finding */
    char message[240];
};

extern struct fuzz_record *fuzz_record;

/* Notes a finding and ends the process that runs VMs. */
void fuzz_report(enum fuzz_finding finding, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Ways to spoil things on purpose, to see that the checks notice. */
enum fuzz_plant {
    PLANT_NONE,
    PLANT_IDLE_WINDOW, /* a byte in another VM's window */
    PLANT_IDLE_VM,     /* a field of another VM's struct vm */
    PLANT_STATIC,      /* a static variable of the program */
    PLANT_GUARD,       /* a guard page made writable */
    PLANT_BRANCH,      /* a branch to the middle of an instruction */
    PLANT_CELL,        /* a cell that is no primitive */
    PLANT_PRICE,       /* a price that is not the number of words */
    PLANT_COUNTER,     /* a counter that is another path's */
    PLANT_PATH,        /* a path that begins elsewhere */
    PLANT_COUNT,       /* a counter that is raised and no way taken */
    PLANT_TRACE,       /* the end of the trace outside it */
    PLANT_CHAIN,       /* a dictionary chain in a circle */
    PLANT_STACK,       /* a stack pointer below its stack */
    PLANT_LEAK,        /* memory that is not given back */
    PLANT_HANG,        /* a loop in C */
    PLANT_CRASH,       /* a wild store in C */
    PLANTS
};

/* Does it to a VM that has begun its code with : T IF 1 THEN ; or to what lies around it. */
void fuzz_plant_now(enum fuzz_plant plant, struct vm *vm, struct vm *idle);

/* Plants each and prints whether it was found: the exit status. */
int fuzz_self_test(void);

/* ---- fuzz_generate.c, fuzz_phrases.c: text from a seed ---- */

struct fuzz_text {
    uint64_t random; /* state of the generator of random numbers */
    uint32_t lines;  /* lines written */
    char line[FUZZ_LINE_MAX + 1];
    size_t size;
};

/* Collects the names of the base dictionary. Needs base_dictionary_build before it; comes before
 * everything else here. */
void fuzz_words_init(void);

/* Adds a line that mutations start from. `line` must stay valid. */
void fuzz_corpus_add(const char *line, size_t size);

/* Writes a new line to text->line and text->size. */
void fuzz_generate(struct fuzz_text *text);

uint64_t fuzz_random(uint64_t *state);
uint32_t fuzz_below(struct fuzz_text *text, uint32_t limit); /* 0 .. limit - 1 */
bool fuzz_chance(struct fuzz_text *text, uint32_t percent);

/* Appends to the line; what does not fit is dropped. */
void fuzz_put(struct fuzz_text *text, const char *piece);
void fuzz_put_byte(struct fuzz_text *text, char c);
void fuzz_number(struct fuzz_text *text);
void fuzz_word(struct fuzz_text *text);     /* any word, often with the items it takes */
void fuzz_own_name(struct fuzz_text *text); /* a name that lines like to define */
void fuzz_soup(struct fuzz_text *text, uint32_t tokens);
void fuzz_phrase(struct fuzz_text *text); /* one of the shapes that are likely to hurt */

/* ---- fuzz_life.c ---- */

/* Prepares the idle VM and all that checks compare with. Once, after base_dictionary_build. */
void fuzz_life_init(void);

/* Runs a life in this process and counts it in fuzz_record. With `lines` those are run, with NULL the lines
 * that the seed gives. Checks after every `check_every` lines and at the end. */
void fuzz_life(uint64_t seed, const char *const *lines, uint32_t count, uint32_t check_every,
               enum fuzz_plant plant);

/* The lines of a life: how many, and the text of each in order. */
uint32_t fuzz_life_lines(uint64_t seed, struct fuzz_text *text);

/* ---- fuzz_outside.c: everything that is not the VM's ---- */

void fuzz_outside_init(const struct vm *idle);
void fuzz_outside_check(void);
void fuzz_outside_check_pages(const struct vm *vm); /* protections; slow */
void fuzz_outside_check_gone(uint64_t slot);        /* nothing is left of a destroyed VM */

/* ---- fuzz_validate.c: the VM's own state ---- */

void fuzz_validate_init(const struct vm *idle);
void fuzz_validate_state(const struct vm *vm, const struct vm *born);
void fuzz_validate_dictionary(const struct vm *vm);

/* ---- fuzz_paths.c: are the counters of paths and words right? ---- */

void fuzz_paths_init(void);
void fuzz_paths_begin(const struct vm *vm); /* before a line */
void fuzz_paths_check(const struct vm *vm); /* after it */

/* ---- fuzz_hal.c: the machine of the fuzzer ---- */

/* Restarts the machine's input, clock and planned failures of memory for a life. */
void fuzz_hal_begin(uint64_t seed, bool failures);
void fuzz_hal_line(void); /* a new line may have some input again */
void fuzz_hal_end(void);  /* no planned failures from here on */

/* hal_space_commit that fails only when there is really no memory. */
bool fuzz_hal_commit(uint64_t address, size_t size);

/* ---- fuzz_supervise.c: processes that may die ---- */

/* Runs `work` in a process of its own, on VMs that are ready, and says what was found in fuzz_record. Complaints
 * that the process prints are shown if `loud`. */
enum fuzz_finding fuzz_supervise(void (*work)(const void *context), const void *context, bool loud);

/* ---- fuzz_shrink.c ---- */

/* Runs `lines` in a process of its own and says what it finds; the message goes to fuzz_record. */
enum fuzz_finding fuzz_try(uint64_t seed, const char *const *lines, uint32_t count,
                           enum fuzz_plant plant);

/* Takes away what the finding does not need, and writes the rest to a file in `folder`. */
void fuzz_shrink(uint64_t seed, char **lines, uint32_t count, enum fuzz_finding finding,
                 const char *folder);

const char *fuzz_finding_name(enum fuzz_finding finding);

#endif
