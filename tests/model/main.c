/*
 * main.c - lives of random operations, each in a process of its own; those that fail shrink and are shown.
 *
 * model [--seeds N] [--first SEED] [--operations N]   lives until so many operations of each seed are done
 * model --self-test                                   is each planted fault noticed?
 * model --replay FILE [--plant NUMBER]                one life, traced
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arbiter/vm_arbiter.h"
#include "model.h"

#define LIFE_MAX     4000u /* operations of a life */
#define TRIALS_MAX   2000u /* of a shrinking */
#define LIFE_SECONDS 10u

static struct operation life[LIFE_MAX];
static uint32_t life_count, life_next;
static bool tracing;

/* What a life's process tells the one that supervises it. */
static struct record {
    uint32_t done; /* operations */
    bool ended;    /* well */
    char message[256];
} * record;

void model_trace(const char *format, ...) {
    if (tracing) {
        va_list arguments;
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        printf("   @%" PRIu64 "\n", machine_now);
        fflush(stdout);
    }
}

void model_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record->message, sizeof record->message, format, arguments);
    va_end(arguments);
    if (tracing) {
        printf("FAIL %s\n", record->message);
        fflush(stdout);
    }
    _exit(1);
}

const struct operation *next_operation(void) {
    if (life_next == life_count) {
        record->ended = true;
        _exit(0);
    }
    record->done = life_next + 1;
    return &life[life_next++];
}

/* ---- random lives ---- */

static uint64_t random_state;

static uint32_t random32(void) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t x = random_state;
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    return (uint32_t)(x >> 32);
}

/* How often the kinds come; each life has a temper of its own that multiplies some of them. */
static const unsigned weights[OP_COUNT] = {
    [OP_TIME] = 20,       [OP_LATE_TIME] = 6,   [OP_YIELD] = 8,          [OP_SLEEP] = 6,
    [OP_KEY_WAIT] = 4,    [OP_SPAWN] = 10,      [OP_KILL] = 4,           [OP_END] = 3,
    [OP_UNCAUGHT] = 2,    [OP_SEND] = 16,       [OP_SEND_WITHIN] = 8,    [OP_TRY_SEND] = 8,
    [OP_RECV] = 7,        [OP_RECV_WITHIN] = 8, [OP_RECV_FROM] = 5,      [OP_RECV_FROM_WITHIN] = 8,
    [OP_TRY_RECV] = 8,    [OP_WAIT_VM] = 3,     [OP_WAIT_VM_WITHIN] = 4, [OP_PRIORITY] = 8,
    [OP_QUANTUM] = 3,     [OP_GRANT] = 6,       [OP_GRANT_RANGE] = 6,    [OP_REVOKE] = 4,
    [OP_CONSOLE_TO] = 3,  [OP_BREAK] = 2,       [OP_LATE_BREAK] = 3,     [OP_KEY] = 5,
    [OP_FAIL_MEMORY] = 3, [OP_ASK] = 3,         [OP_COUNTED] = 3,
};

static void make_life(uint64_t seed, uint64_t number, uint32_t count) {
    unsigned weight[OP_COUNT], sum = 0;
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + number;
    for (unsigned i = 0; i < OP_COUNT; i++) {
        const uint32_t temper = random32() % 8;
        weight[i] = weights[i] * (temper == 0 ? 5 : temper == 1 ? 0 : 1);
        if (i == OP_SPAWN && weight[i] == 0) {
            weight[i] = weights[i];
        }
        sum += weight[i];
    }
    life_count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = random32() % sum, kind = 0;
        while (at >= weight[kind]) {
            at -= weight[kind++];
        }
        life[i] = (struct operation){kind, random32(), random32(), random32()};
    }
}

/* ---- one life ---- */

static void live(void) {
    ref_begin();
    if (vm_arbiter_init() != 0 || vm_create_primordial() != 0) {
        model_fail("the arbiter does not start");
    }
    vm_arbiter_loop();
}

/* True when the life came to its end. */
static bool try_life(enum plant with) {
    fflush(stdout);
    memset(record, 0, sizeof *record);
    const pid_t child = fork();
    if (child == 0) {
        if (!tracing && with == PLANT_NONE && getenv("MODEL_QUIET") != NULL) {
            (void)!freopen("/dev/null", "w", stderr);
        }
        plant = with;
        alarm(LIFE_SECONDS);
        live();
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("model: fork");
        exit(2);
    }
    if (!record->ended && record->message[0] == '\0') {
        snprintf(record->message, sizeof record->message, "the process ended with status %#x",
                 (unsigned)status);
    }
    return record->ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- shrinking ---- */

/* Leaves out runs of operations, from half of them down to single ones, as long as the rest fails. */
static void shrink(void) {
    static struct operation kept[LIFE_MAX];
    life_count = record->done;
    unsigned trials = 0;
    setenv("MODEL_QUIET", "1", 1);
    for (uint32_t piece = life_count; piece > 0; piece /= 2) {
        for (uint32_t start = 0; start < life_count && trials < TRIALS_MAX;) {
            const uint32_t count = life_count;
            const uint32_t end = start + piece < count ? start + piece : count;
            memcpy(kept, life, sizeof life);
            memmove(life + start, life + end, (count - end) * sizeof *life);
            life_count -= end - start;
            trials++;
            if (try_life(PLANT_NONE)) {
                memcpy(life, kept, sizeof life);
                life_count = count;
                start = end;
            } else {
                life_count = record->done < life_count ? record->done : life_count;
            }
        }
    }
    unsetenv("MODEL_QUIET");
}

static void show_life(const char *path) {
    FILE *file = fopen(path, "w");
    for (uint32_t i = 0; i < life_count; i++) {
        const struct operation *at = &life[i];
        printf("    %s %u %u %u\n", operation_name(at->kind), at->x, at->y, at->z);
        if (file != NULL) {
            fprintf(file, "%s %u %u %u\n", operation_name(at->kind), at->x, at->y, at->z);
        }
    }
    if (file != NULL) {
        fclose(file);
        printf("  model --replay %s\n", path);
    }
}

/* ---- what is asked for ---- */

static int random_lives(uint64_t first, uint64_t seeds, uint64_t operations, const char *folder) {
    unsigned passed = 0, failed = 0;
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        bool good = true;
        uint64_t done = 0, lives = 0;
        while (done < operations && good) {
            const uint64_t left = operations - done;
            make_life(seed, lives++, left < LIFE_MAX ? (uint32_t)left : LIFE_MAX);
            good = try_life(PLANT_NONE);
            done += record->done;
        }
        if (good) {
            printf("pass model-%" PRIu64 ": %" PRIu64 " operations in %" PRIu64 " lives\n", seed,
                   done, lives);
            passed++;
            continue;
        }
        failed++;
        printf("FAIL model-%" PRIu64 ": life %" PRIu64 ", operation %u: %s\n", seed, lives - 1,
               record->done, record->message);
        shrink();
        (void)try_life(PLANT_NONE);
        printf("  %u operations are left of it: %s\n", life_count, record->message);
        char path[512];
        snprintf(path, sizeof path, "%s/model-%" PRIu64 ".txt", folder, seed);
        show_life(path);
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}

static int self_test(void) {
    static const char *const what[PLANT_COUNT] = {
        [PLANT_NONE] = "nothing",
        [PLANT_LOST_WAKE] = "a wake-up that is lost",
        [PLANT_NO_LENDING] = "a priority that is not lent",
        [PLANT_MAIL_SHORT] = "a message without its last byte",
        [PLANT_MAIL_ORDER] = "messages out of order",
        [PLANT_KEEP_DERIVED] = "a derived capability that stays",
        [PLANT_KEEP_DEADLINE] = "a deadline that stays",
        [PLANT_STALE_ID] = "an ID that finds another VM",
        [PLANT_LEAK] = "memory that is not freed",
        [PLANT_EARLY] = "a deadline that comes too early",
        [PLANT_NOTICE] = "an end that nobody is told of",
        [PLANT_LONG_TURN] = "a turn that is one word too long",
        [PLANT_OLD_TURN] = "a turn that is not given anew after a wait",
    };
    unsigned missed = 0;
    setenv("MODEL_QUIET", "1", 1);
    for (int with = PLANT_NONE; with < PLANT_COUNT; with++) {
        bool noticed = false;
        for (uint64_t number = 0; number < (with == PLANT_NONE ? 10 : 100) && !noticed; number++) {
            make_life(1, number, LIFE_MAX);
            noticed = !try_life((enum plant)with);
        }
        const bool right = noticed == (with != PLANT_NONE);
        missed += !right;
        printf("%s model-plant-%d: %s%s%s\n", right ? "pass" : "FAIL", with, what[with],
               noticed ? " is noticed: " : " is not noticed", noticed ? record->message : "");
    }
    printf("%d passed, %u failed\n", PLANT_COUNT - (int)missed, missed);
    return missed != 0;
}

static int replay(const char *path) {
    FILE *file = fopen(path, "r");
    char name[32];
    if (file == NULL) {
        perror(path);
        return 2;
    }
    while (life_count < LIFE_MAX && fscanf(file, "%31s %u %u %u", name, &life[life_count].x,
                                           &life[life_count].y, &life[life_count].z) == 4) {
        if (!operation_kind_named(name, &life[life_count].kind)) {
            fprintf(stderr, "%s: no operation is called %s\n", path, name);
            return 2;
        }
        life_count++;
    }
    fclose(file);
    tracing = true;
    const bool good = try_life(PLANT_NONE);
    printf("%s\n", good ? "it came to its end" : record->message);
    return !good;
}

int main(int count, char **arguments) {
    uint64_t first = 1, seeds = 3, operations = 200000;
    const char *folder = ".";
    record = mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (record == MAP_FAILED) {
        perror("model: mmap");
        return 2;
    }
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? arguments[i + 1] : "";
        if (strcmp(arguments[i], "--self-test") == 0) {
            return self_test();
        }
        if (strcmp(arguments[i], "--replay") == 0) {
            return replay(value);
        }
        if (strcmp(arguments[i], "--seeds") == 0) {
            seeds = strtoull(value, NULL, 0);
        } else if (strcmp(arguments[i], "--first") == 0) {
            first = strtoull(value, NULL, 0);
        } else if (strcmp(arguments[i], "--operations") == 0) {
            operations = strtoull(value, NULL, 0);
        } else if (strcmp(arguments[i], "--findings") == 0) {
            folder = value;
        } else {
            fprintf(stderr, "model: what is %s?\n", arguments[i]);
            return 2;
        }
        i++;
    }
    return random_lives(first, seeds, operations, folder);
}
