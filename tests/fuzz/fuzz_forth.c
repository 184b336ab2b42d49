/*
 * fuzz_forth.c - the Forth fuzzer: random programs in real VMs, with everything around them watched.
 *
 * Usage: see usage(). The exit status is 0 when nothing was found, 1 when something was, 2 when the fuzzer
 * itself cannot run. A seed gives the same lines each time; only lines that never end, and the few
 * lives in which breaks come at random moments, depend on the clock.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <time.h>
#include <unistd.h>

#include "arbiter/vm_instance.h"
#include "fuzz.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"

#define NS          1000000000u
#define LIFE_LETTER "\\ fuzz life "

struct options {
    uint64_t lines;
    uint64_t seed;
    uint64_t seconds;
    uint64_t check_every;
    const char *findings;
    const char *replay;
    bool self_test;
};

static struct options options = {
    .lines = 100000, .seed = 1, .seconds = 0, .check_every = 16, .findings = "."};

static int usage(int status) {
    fputs("usage: fuzz_forth [option ...] [corpus file ...]\n"
          "  --lines N        lines to run (100000)\n"
          "  --seconds N      stop after so long (0: no limit)\n"
          "  --seed N         which lines (1)\n"
          "  --check-every N  check what lies outside the VM after every Nth line (16)\n"
          "  --findings DIR   where shrunken failures are written (.)\n"
          "  --replay FILE    run the lines of a finding, and nothing else\n"
          "  --self-test      plant violations and see that each is found\n"
          "Lines of the corpus files are damaged and run among the rest.\n",
          status == 0 ? stdout : stderr);
    return status;
}

static bool parse_options(int argc, char **argv, int *rest) {
    struct number {
        const char *name;
        uint64_t *value;
    } numbers[] = {{"--lines", &options.lines},
                   {"--seconds", &options.seconds},
                   {"--seed", &options.seed},
                   {"--check-every", &options.check_every}};
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        bool known = strcmp(argv[i], "--self-test") == 0;
        options.self_test |= known;
        bool more = i + 1 < argc;
        if (!known && more && strcmp(argv[i], "--findings") == 0) {
            options.findings = argv[++i];
            known = true;
        } else if (!known && more && strcmp(argv[i], "--replay") == 0) {
            options.replay = argv[++i];
            known = true;
        }
        for (size_t k = 0; !known && more && k < sizeof numbers / sizeof numbers[0]; k++) {
            if (strcmp(argv[i], numbers[k].name) == 0) {
                char *end;
                *numbers[k].value = strtoull(argv[++i], &end, 0);
                if (*end != '\0') {
                    return false;
                }
                known = true;
            }
        }
        if (!known) {
            return false;
        }
    }
    *rest = i;
    return options.check_every > 0;
}

/* ---- corpus and replay ---- */

/* The lines of a file, each zero-terminated; the caller keeps them. */
static char *read_lines(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t capacity = 0;
    ssize_t got = file != NULL ? getdelim(&text, &capacity, EOF, file) : -1;
    if (file == NULL || got < 0) {
        fprintf(stderr, "fuzz: %s: %s\n", path, file == NULL ? strerror(errno) : "empty");
        exit(2);
    }
    fclose(file);
    for (ssize_t i = 0; i < got; i++) {
        text[i] = text[i] == '\n' ? '\0' : text[i];
    }
    *size = (size_t)got;
    return text;
}

static void add_corpus(const char *path) {
    size_t size;
    const char *text = read_lines(path, &size);
    for (size_t at = 0; at < size; at += strlen(text + at) + 1) {
        fuzz_corpus_add(text + at, strlen(text + at));
    }
}

static int replay(const char *path) {
    size_t size;
    const char *text = read_lines(path, &size);
    const char *lines[FUZZ_LIFE_LINES];
    uint32_t count = 0;
    uint64_t seed = 0;
    for (size_t at = 0; at < size && count < FUZZ_LIFE_LINES; at += strlen(text + at) + 1) {
        if (strncmp(text + at, LIFE_LETTER, sizeof LIFE_LETTER - 1) == 0) {
            seed = strtoull(text + at + sizeof LIFE_LETTER - 1, NULL, 0);
        } else if (strlen(text + at) <= FUZZ_LINE_MAX) {
            lines[count++] = text + at;
        }
    }
    enum fuzz_finding finding = fuzz_try(seed, lines, count, PLANT_NONE);
    printf("%s: %u lines: %s%s%s\n", path, count, fuzz_finding_name(finding),
           finding != FUZZ_CLEAN ? ": " : "", fuzz_record->message);
    return finding == FUZZ_CLEAN ? 0 : 1;
}

/* ---- fuzzing ---- */

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS + (uint64_t)now.tv_nsec;
}

static uint64_t start_ns;

static bool time_is_up(void) {
    return fuzz_record->lines >= options.lines ||
           (options.seconds > 0 && now_ns() - start_ns >= options.seconds * NS);
}

static uint64_t seed_of(uint64_t number) {
    uint64_t state = options.seed * UINT64_C(0x2545f4914f6cdd1d) + number;
    return fuzz_random(&state);
}

/* Life after life, from the one whose number is in fuzz_record. */
static void run_lives(const void *context) {
    (void)context;
    for (; !time_is_up(); fuzz_record->life++) {
        fuzz_life(seed_of(fuzz_record->life), NULL, 0, (uint32_t)options.check_every, PLANT_NONE);
    }
}

static void handle_finding(enum fuzz_finding finding) {
    uint64_t seed = fuzz_record->life_seed;
    uint32_t count = fuzz_record->line;
    const struct fuzz_record before = *fuzz_record;
    printf("\n%s in life %lu of seed %lu (%#lx), after line %u: %s\n", fuzz_finding_name(finding),
           fuzz_record->life, options.seed, seed, count, fuzz_record->message);
    struct fuzz_text text;
    char *lines[FUZZ_LIFE_LINES], *made[FUZZ_LIFE_LINES];
    fuzz_life_lines(seed, &text);
    for (uint32_t i = 0; i < count; i++) {
        fuzz_generate(&text);
        lines[i] = made[i] = strdup(text.line);
        printf("  %3u  %s\n", i + 1, lines[i]);
    }
    fuzz_shrink(seed, lines, count, finding, options.findings);
    for (uint32_t i = 0; i < count; i++) {
        free(made[i]);
    }
    *fuzz_record = before; /* trials do not count */
}

static void print_totals(uint64_t ns, uint64_t violations, uint64_t hangs) {
    const struct fuzz_record *r = fuzz_record;
    printf("%lu lives in %.1f s, %.0f lines/s\n", r->lives, (double)ns / NS,
           (double)r->lines * NS / (double)(ns > 0 ? ns : 1));
    printf("ok %lu, other THROWs %lu, ended the VM %lu, broken %lu (%lu of them caught it and were "
           "forced), uncaught %lu, no memory for a VM %lu\n",
           r->ok, r->thrown_other, r->bye, r->breaks, r->forced, r->uncaught, r->no_vm);
    printf("THROW");
    for (unsigned i = 1; i < FUZZ_THROWS; i++) {
        if (r->thrown[i] > 0) {
            printf("  -%u: %lu", i, r->thrown[i]);
        }
    }
    printf("\nfuzz: %lu lines, %lu violations, %lu hangs\n", r->lines, violations, hangs);
}

static int fuzz(void) {
    uint64_t violations = 0, hangs = 0;
    start_ns = now_ns();
    while (!time_is_up()) {
        fuzz_record->line = 0;
        enum fuzz_finding finding = fuzz_supervise(run_lives, NULL, true);
        if (finding == FUZZ_CLEAN) {
            continue; /* to the end, or to a life that rebooted */
        }
        if (fuzz_record->line == 0) {
            fprintf(stderr, "fuzz: cannot begin: %s\n", fuzz_record->message);
            return 2;
        }
        handle_finding(finding);
        violations += finding != FUZZ_HANG;
        hangs += finding == FUZZ_HANG;
        fuzz_record->life++;
    }
    print_totals(now_ns() - start_ns, violations, hangs);
    return violations + hangs == 0 ? 0 : 1;
}

/* Addresses are among the numbers that lines contain, so they must be the same on every run. And malloc keeps small
 * blocks that were freed and calls them used, unless it is told before it begins. */
static void fix_addresses(char **argv) {
    int now = personality(0xffffffff);
    const bool tuned = getenv("GLIBC_TUNABLES") != NULL;
    if ((now != -1 && (now & ADDR_NO_RANDOMIZE) == 0 &&
         personality((unsigned long)now | ADDR_NO_RANDOMIZE) != -1) ||
        !tuned) {
        setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 0);
        execv("/proc/self/exe", argv);
    }
}

#ifdef __SANITIZE_ADDRESS__
/* Faults of VMs are ours to handle; VMs' memory is far from the heap. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:use_sigaltstack=0:"
           "detect_leaks=0:detect_stack_use_after_return=0:exitcode=71";
}
#endif

int main(int argc, char **argv) {
    int rest;
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        return usage(0);
    }
    if (!parse_options(argc, argv, &rest)) {
        return usage(2);
    }
    fix_addresses(argv);
    fuzz_record =
        mmap(NULL, sizeof *fuzz_record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fuzz_record == MAP_FAILED) {
        perror("fuzz: mmap");
        return 2;
    }
    hal_interrupt_init();
    hal_mem_init();
    hal_cpu_init();
    hal_fault_set_handler(vm_fault);
    if (base_dictionary_build() != 0) {
        fputs("fuzz: the base dictionary does not compile\n", stderr);
        return 2;
    }
    fuzz_words_init();
    for (int i = rest; i < argc; i++) {
        add_corpus(argv[i]);
    }
    if (options.self_test) {
        return fuzz_self_test();
    }
    return options.replay != NULL ? replay(options.replay) : fuzz();
}
