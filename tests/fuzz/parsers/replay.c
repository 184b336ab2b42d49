/*
 * replay.c - runs one fuzzer over kept inputs, without libFuzzer and without clang.
 *
 * Usage: replay_NAME FILE...   A property that does not hold, or a sanitizer, ends the program.
 */
#include <stdio.h>

#include "fuzz_input.h"

enum { INPUT_MAX = 1 << 20 };

static bool run(const char *path) {
    static uint8_t buffer[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    const size_t size = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    uint8_t *input = fuzz_copy(buffer, size);
    fprintf(stderr, "%s\n", path); /* the last line but one before a failure */
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    return true;
}

int main(int argument_count, char **arguments) {
    for (int i = 1; i < argument_count; i++) {
        if (!run(arguments[i])) {
            return 2;
        }
    }
    printf("%d inputs\n", argument_count - 1);
    return argument_count > 1 ? 0 : 2;
}
