/*
 * fuzz_shrink.c - from a life that fails to the few words that make it fail.
 *
 * Delta debugging: pieces of the list of lines, then of each line's words, are left out as long as the rest
 * fails in the same way. Each trial runs in a process of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define TRIALS_MAX 4000u
#define WORDS_MAX  (FUZZ_LINE_MAX / 2 + 1)

static const char *const finding_names[] = {"clean", "outside", "state", "code",
                                            "leak",  "hang",    "crash"};

const char *fuzz_finding_name(enum fuzz_finding finding) {
    return finding_names[finding];
}

struct job {
    uint64_t seed;
    const char *const *lines;
    uint32_t count;
    enum fuzz_plant plant;
};

static void run_trial(const void *context) {
    const struct job *job = context;
    fuzz_life(job->seed, job->lines, job->count, 1, job->plant);
}

enum fuzz_finding fuzz_try(uint64_t seed, const char *const *lines, uint32_t count,
                           enum fuzz_plant plant) {
    const struct job job = {seed, lines, count, plant};
    return fuzz_supervise(run_trial, &job, false);
}

struct trial {
    uint64_t seed;
    enum fuzz_finding finding;
    unsigned left; /* trials that may still be made */
};

static bool still_fails(struct trial *trial, char **lines, uint32_t count) {
    if (trial->left == 0) {
        return false;
    }
    trial->left--;
    return fuzz_try(trial->seed, (const char *const *)lines, count, PLANT_NONE) == trial->finding;
}

/* Leaves out runs of lines, from half of them down to single ones. Returns how many stay. */
static uint32_t shrink_lines(struct trial *trial, char **lines, uint32_t count) {
    char *rest[FUZZ_LIFE_LINES];
    for (uint32_t piece = count / 2; piece > 0; piece = piece / 2) {
        for (uint32_t start = 0; start < count;) {
            uint32_t end = start + piece < count ? start + piece : count;
            memcpy(rest, lines, start * sizeof *rest);
            memcpy(rest + start, lines + end, (count - end) * sizeof *rest);
            if (still_fails(trial, rest, count - (end - start))) {
                count -= end - start;
                memcpy(lines, rest, count * sizeof *rest);
            } else {
                start = end;
            }
        }
    }
    return count;
}

/* Puts the words of a line together again, without those from `start` to `end`. */
static void join(char *line, char *const *words, unsigned count, unsigned start, unsigned end) {
    char *to = line;
    for (unsigned i = 0; i < count; i++) {
        if (i < start || i >= end) {
            to = stpcpy(to, words[i]);
            *to++ = ' ';
        }
    }
    *(to > line ? to - 1 : to) = '\0';
}

static void shrink_words(struct trial *trial, char **lines, uint32_t count, uint32_t which) {
    char *original = lines[which];
    char parts[FUZZ_LINE_MAX + 1], candidate[2 * FUZZ_LINE_MAX + 2];
    char *words[WORDS_MAX];
    unsigned used = 0;
    snprintf(parts, sizeof parts, "%s", original);
    for (char *rest, *word = strtok_r(parts, " ", &rest); word != NULL && used < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest)) {
        words[used++] = word;
    }
    lines[which] = candidate;
    join(candidate, words, used, 0, 0);
    if (!still_fails(trial, lines, count)) {
        lines[which] = original; /* the blanks matter */
        return;
    }
    for (unsigned piece = used / 2; piece > 0; piece /= 2) {
        for (unsigned start = 0; start < used;) {
            unsigned end = start + piece < used ? start + piece : used;
            join(candidate, words, used, start, end);
            if (still_fails(trial, lines, count)) {
                memmove(words + start, words + end, (used - end) * sizeof *words);
                used -= end - start;
            } else {
                start = end;
            }
        }
    }
    join(candidate, words, used, 0, 0);
    lines[which] = original;
    strcpy(original, candidate);
}

static void write_finding(const struct trial *trial, char *const *lines, uint32_t count,
                          const char *folder) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s-%016llx.fs", folder, fuzz_finding_name(trial->finding),
             (unsigned long long)trial->seed);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return;
    }
    fprintf(file, "\\ fuzz life %#llx: %s: %s\n", (unsigned long long)trial->seed,
            fuzz_finding_name(trial->finding), fuzz_record->message);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(file, "%s\n", lines[i]);
        printf("    %s\n", lines[i]);
    }
    fclose(file);
    printf("  written to %s\n", path);
}

void fuzz_shrink(uint64_t seed, char **lines, uint32_t count, enum fuzz_finding finding,
                 const char *folder) {
    struct trial trial = {.seed = seed, .finding = finding, .left = TRIALS_MAX};
    if (still_fails(&trial, lines, count)) {
        count = shrink_lines(&trial, lines, count);
        for (uint32_t i = 0; i < count; i++) {
            shrink_words(&trial, lines, count, i);
        }
        count = shrink_lines(&trial, lines, count);
        trial.left = 1;
        printf("  %u lines are left of it%s\n", count,
               still_fails(&trial, lines, count) ? ":" : ", and it does not fail every time:");
    } else {
        printf("  it does not fail again by itself (a break came at a bad moment?):\n");
    }
    write_finding(&trial, lines, count, folder);
}
