/*
 * hal_file.h - whole files by name, for INCLUDED and the boot scripts.
 *
 * On the bare machine the files are the boot modules that the loader read from the ESP; on
 * Linux, the file system.
 */
#ifndef HAL_FILE_H
#define HAL_FILE_H

#include <stddef.h>

#include "hal/hal_status.h"

#define HAL_FILE_NAME_MAX 255u

/* Finds a file. `name` is not zero-terminated. On HAL_OK *contents points to *size bytes that
 * stay valid until hal_file_close. HAL_ERR_NOT_FOUND, HAL_ERR_NO_MEMORY, HAL_ERR_INVALID (bad
 * name). */
hal_status hal_file_open(const char *name, size_t name_size, const char **contents, size_t *size);
void hal_file_close(const char *contents, size_t size);

/* The files to load before the prompt: number `index` counted from 0, or NULL after the last. */
const char *hal_file_startup(unsigned index);

#endif
