/*
 * host_file.c - files for INCLUDED on Linux, and the start-up files of the command line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/hal_file.h"
#include "host.h"

static char **startup_names;
static unsigned startup_count;

void host_file_init(char **names, unsigned count) {
    startup_names = names;
    startup_count = count;
}

const char *hal_file_startup(unsigned index) {
    return index < startup_count ? startup_names[index] : NULL;
}

/* Reads a stream to its end into a buffer that grows. */
static hal_status read_all(FILE *file, char **contents, size_t *size) {
    size_t capacity = 64 * 1024, used = 0;
    char *buffer = malloc(capacity);
    while (buffer != NULL) {
        used += fread(buffer + used, 1, capacity - used, file);
        if (ferror(file)) {
            free(buffer);
            return HAL_ERR_INVALID;
        }
        if (used < capacity) {
            *contents = buffer;
            *size = used;
            return HAL_OK;
        }
        capacity *= 2;
        char *larger = realloc(buffer, capacity);
        if (larger == NULL) {
            free(buffer);
        }
        buffer = larger;
    }
    return HAL_ERR_NO_MEMORY;
}

hal_status hal_file_open(const char *name, size_t name_size, const char **contents, size_t *size) {
    char path[HAL_FILE_NAME_MAX + 1];
    if (name_size == 0 || name_size > HAL_FILE_NAME_MAX || memchr(name, '\0', name_size) != NULL) {
        return HAL_ERR_INVALID;
    }
    memcpy(path, name, name_size);
    path[name_size] = '\0';
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return errno == ENOENT ? HAL_ERR_NOT_FOUND : HAL_ERR_INVALID;
    }
    char *buffer;
    hal_status status = read_all(file, &buffer, size);
    fclose(file);
    if (status == HAL_OK) {
        *contents = buffer;
    }
    return status;
}

void hal_file_close(const char *contents, size_t size) {
    (void)size;
    free((char *)contents);
}
