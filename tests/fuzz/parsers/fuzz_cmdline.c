/*
 * fuzz_cmdline.c - any kernel command line: look-ups agree with a plain search for the words.
 */
/* uses: c/cpu/cmdline.c */
/* plant: c/cpu/cmdline.c: s/i < BOOT_CMDLINE_MAX - 1/i < BOOT_CMDLINE_MAX + 1/ */
/* plant: c/cpu/cmdline.c: s/size_t size = strlen(word) + 1;/size_t size = strlen(word);/ */
/* plant: c/cpu/cmdline.c: s/c == '\\t' ||// */
/* plant: c/cpu/cmdline.c: s/size < words_size - at/true/ */
#include "cpu/cmdline.h"

#include "fuzz_input.h"

/* The look-up as the header describes it. `value` false: the word itself is looked for; true: a word that
 * begins with it and an equals sign, whose rest goes to *rest. */
static bool expected(const char *line, const char *key, bool value, char *rest) {
    const size_t size = strlen(key);
    while (*line != 0) {
        const size_t word = strcspn(line, " \t\r\n");
        if (!value && word == size && word > 0 && memcmp(line, key, size) == 0) {
            return true;
        }
        if (value && word > size && memcmp(line, key, size) == 0 && line[size] == '=') {
            memcpy(rest, line + size + 1, word - size - 1);
            rest[word - size - 1] = 0;
            return true;
        }
        line += word;
        line += strspn(line, " \t\r\n");
    }
    return false;
}

/* Takes a key of up to 15 characters out of the input, without blanks: with blanks there is no such word. */
static void take_key(struct fuzz_input *in, char key[16]) {
    const size_t length = fuzz_take(in, 1) % 15 + 1;
    for (size_t i = 0; i < length; i++) {
        key[i] = (char)fuzz_take(in, 1);
        if (key[i] == 0 || strchr(" \t\r\n", key[i]) != NULL) {
            key[i] = '=';
        }
    }
    key[length] = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    char keys[3][16], line[BOOT_CMDLINE_MAX] = {0}, rest[BOOT_CMDLINE_MAX];
    for (unsigned i = 0; i < 2; i++) {
        take_key(&in, keys[i]);
    }
    /* The BootInfo ends with its command line, which need not end with a zero. */
    BootInfo *info = calloc(1, sizeof *info);
    memcpy(info->cmdline, in.next, in.left < BOOT_CMDLINE_MAX ? in.left : BOOT_CMDLINE_MAX);
    memcpy(line, info->cmdline, BOOT_CMDLINE_MAX - 1);
    cmdline_init(info);
    free(info);

    /* One key is the beginning of the line, which is often there. */
    struct fuzz_input own = {(const uint8_t *)line, strcspn(line, "= ")};
    memset(keys[2], 0, sizeof keys[2]);
    memcpy(keys[2], own.next, own.left < 15 ? own.left : 15);
    for (unsigned i = 0; i < 3; i++) {
        if (keys[i][0] == 0) {
            continue;
        }
        PROPERTY(cmdline_has(keys[i]) ==
                     (strpbrk(keys[i], " \t\r\n") == NULL && expected(line, keys[i], false, rest)),
                 "a word is found when it is there, and only then");
        const char *value = cmdline_value(keys[i]);
        if (strpbrk(keys[i], " \t\r\n") == NULL) {
            PROPERTY((value != NULL) == expected(line, keys[i], true, rest),
                     "a value is found when it is there, and only then");
            PROPERTY(value == NULL || strcmp(value, rest) == 0,
                     "the value is that of the first such word");
        }
    }
    return 0;
}
