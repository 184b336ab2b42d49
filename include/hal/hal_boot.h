/*
 * hal_boot.h - the parts of the bare machine's HAL that need to know what the loader left.
 *
 * For kernel_main alone; nothing above the HAL includes this.
 */
#ifndef HAL_BOOT_H
#define HAL_BOOT_H

#include "boot/bootinfo.h"

/* Makes the boot modules available as files. `info` must stay where it is. */
void hal_file_init(const BootInfo *info);

#endif
