/*
 * hal_file.c - files on the bare machine: the boot modules that the loader read from the ESP.
 *
 * They lie in memory for good, so opening is finding and closing is nothing.
 */
#include "hal/hal_file.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "hal/hal_boot.h"
#include "mm/direct_map.h"

static const BootInfo *boot_info;

void hal_file_init(const BootInfo *info) {
    boot_info = info;
}

static unsigned module_count(void) {
    if (boot_info == NULL) {
        return 0;
    }
    return boot_info->module_count < BOOT_MODULE_MAX ? boot_info->module_count : BOOT_MODULE_MAX;
}

/* Whether `module` is called exactly `name`, which has no zero byte at its end. */
static bool has_name(const BootModule *module, const char *name, size_t name_size) {
    return strlen(module->name) == name_size && memcmp(module->name, name, name_size) == 0;
}

static bool is_file_name(const char *name, size_t size) {
    if (size == 0 || size > HAL_FILE_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (name[i] == '\0') {
            return false;
        }
    }
    return true;
}

hal_status hal_file_open(const char *name, size_t name_size, const char **contents, size_t *size) {
    if (!is_file_name(name, name_size)) {
        return HAL_ERR_INVALID;
    }
    for (unsigned i = 0; i < module_count(); i++) {
        const BootModule *module = &boot_info->modules[i];
        if (has_name(module, name, name_size)) {
            *contents = direct_map_pointer(module->address);
            *size = module->size;
            return HAL_OK;
        }
    }
    return HAL_ERR_NOT_FOUND;
}

void hal_file_close(const char *contents, size_t size) {
    (void)contents;
    (void)size;
}

const char *hal_file_startup(unsigned index) {
    return index < module_count() && index < boot_info->startup_count
               ? boot_info->modules[index].name
               : NULL;
}
