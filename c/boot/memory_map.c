/*
 * memory_map.c - the firmware's memory map, and leaving boot services with it.
 *
 * ExitBootServices accepts only the key of the newest map (UEFI 2.10 section 7.4.6). Firmware
 * timers may change the map between the two calls, so a refusal is normal and is answered with a
 * fresh map. After the first refusal only the memory services may be called: nothing that
 * prints, opens or waits.
 */
#include "boot/loader.h"

enum {
    SLACK_DESCRIPTORS = 64, /* growth between one call and the next */
    DESCRIPTOR_SIZE_MAX = 4096,
    FETCH_ATTEMPTS = 8,
    EXIT_ATTEMPTS = 16,
};

/* Fetches the current map into the buffer that is there, which may be none. */
static EFI_STATUS refresh(struct memory_map *map) {
    UINT32 version = 0;
    map->size = map->capacity;
    EFI_STATUS status = BS->GetMemoryMap(&map->size, (EFI_MEMORY_DESCRIPTOR *)map->buffer,
                                         &map->key, &map->descriptor_size, &version);
    if (EFI_ERROR(status)) {
        return status;
    }
    /* A descriptor may grow in later specifications, but never shrink. */
    if (map->descriptor_size < sizeof(EFI_MEMORY_DESCRIPTOR) ||
        map->descriptor_size > DESCRIPTOR_SIZE_MAX || map->size > map->capacity) {
        return EFI_COMPROMISED_DATA;
    }
    return EFI_SUCCESS;
}

/* Replaces the buffer by one for the size that the firmware has asked for, with slack: this allocation
 * changes the map as well. */
static EFI_STATUS grow(struct memory_map *map) {
    UINTN stride = map->descriptor_size;
    if (stride < sizeof(EFI_MEMORY_DESCRIPTOR) || stride > DESCRIPTOR_SIZE_MAX) {
        stride = sizeof(EFI_MEMORY_DESCRIPTOR); /* not every firmware says it already */
    }
    const UINTN pages = EFI_SIZE_TO_PAGES(map->size + SLACK_DESCRIPTORS * stride);
    void *buffer = NULL;
    EFI_STATUS status = loader_take_pages(pages, &buffer);
    if (EFI_ERROR(status)) {
        return status;
    }
    if (map->buffer != NULL) {
        (void)BS->FreePages((uintptr_t)map->buffer, EFI_SIZE_TO_PAGES(map->capacity));
    }
    map->buffer = buffer;
    map->capacity = pages * PAGE_SIZE_4K;
    return EFI_SUCCESS;
}

/* The current map, in a larger buffer if it takes one. Silent: also used when nothing may be printed. */
static EFI_STATUS fetch(struct memory_map *map) {
    EFI_STATUS status = refresh(map);
    for (unsigned i = 0; i < FETCH_ATTEMPTS && status == EFI_BUFFER_TOO_SMALL; i++) {
        status = grow(map);
        if (!EFI_ERROR(status)) {
            status = refresh(map);
        }
    }
    return status;
}

EFI_STATUS memory_map_take(struct memory_map *map) {
    *map = (struct memory_map){0};
    const EFI_STATUS status = fetch(map);
    return EFI_ERROR(status) ? loader_failure("cannot read the firmware's memory map", status)
                             : EFI_SUCCESS;
}

UINTN memory_map_count(const struct memory_map *map) {
    return map->size / map->descriptor_size;
}

EFI_MEMORY_DESCRIPTOR memory_map_at(const struct memory_map *map, UINTN index) {
    EFI_MEMORY_DESCRIPTOR descriptor;
    /* Copied because an odd stride would leave the entry unaligned. */
    CopyMem(&descriptor, map->buffer + index * map->descriptor_size, sizeof descriptor);
    return descriptor;
}

EFI_STATUS memory_map_exit_boot_services(EFI_HANDLE image, struct memory_map *map) {
    EFI_STATUS status = EFI_INVALID_PARAMETER;
    for (unsigned i = 0; i < EXIT_ATTEMPTS && EFI_ERROR(status); i++) {
        status = fetch(map);
        if (EFI_ERROR(status)) {
            return status;
        }
        status = BS->ExitBootServices(image, map->key);
    }
    return status;
}
