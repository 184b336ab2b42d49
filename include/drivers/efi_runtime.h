/*
 * efi_runtime.h - the one runtime service of the UEFI firmware that the kernel uses: ResetSystem.
 */
#ifndef EFI_RUNTIME_H
#define EFI_RUNTIME_H

#include "boot/bootinfo.h"

/* EFI_RESET_TYPE, UEFI 2.10 section 8.5.1. */
enum efi_reset_type {
    EFI_RESET_COLD = 0,
    EFI_RESET_SHUTDOWN = 2,
};

/* Checks the firmware's tables and sets aside the pages that a call takes, so that it works when memory is
 * exhausted. Needs vmm_init. Without firmware tables or pages efi_reset_system does nothing. */
void efi_runtime_init(const BootInfo *info);

/* Calls ResetSystem. Returns only when that had no effect, having said why on the console. Interrupts must be
 * disabled. */
void efi_reset_system(enum efi_reset_type type);

#endif
