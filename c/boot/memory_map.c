/*
 * memory_map.c - the firmware's memory map, and leaving boot services with it.
 *
 * ExitBootServices accepts only the key of the newest map (UEFI 2.10 section 7.4.6). Firmware
 * timers may change the map between the two calls, so a refusal is normal and is answered with a
 * fresh map. The buffer must exist before: after the first refusal, nothing that prints, opens or
 * waits may be called.
 */
#include "boot/loader.h"

enum {
    SLACK_DESCRIPTORS = 64, /* growth between the sizing call and the last map */
    TAKE_ATTEMPTS = 4,
    EXIT_ATTEMPTS = 16,
};

/* Fetches the current map into the buffer that is there. */
static EFI_STATUS refresh(struct memory_map *map) {
    UINT32 version = 0;
    map->size = map->capacity;
    EFI_STATUS status = BS->GetMemoryMap(&map->size, (EFI_MEMORY_DESCRIPTOR *)map->buffer,
                                         &map->key, &map->descriptor_size, &version);
    if (EFI_ERROR(status)) {
        return status;
    }
    /* A descriptor may grow in later specifications, but never shrink. */
    if (map->descriptor_size < sizeof(EFI_MEMORY_DESCRIPTOR) || map->size > map->capacity) {
        return EFI_COMPROMISED_DATA;
    }
    return EFI_SUCCESS;
}

EFI_STATUS memory_map_take(struct memory_map *map) {
    EFI_STATUS status = EFI_BUFFER_TOO_SMALL;
    for (unsigned i = 0; i < TAKE_ATTEMPTS && status == EFI_BUFFER_TOO_SMALL; i++) {
        UINT32 version = 0;
        map->size = 0;
        status = BS->GetMemoryMap(&map->size, NULL, &map->key, &map->descriptor_size, &version);
        if (status != EFI_BUFFER_TOO_SMALL) {
            return loader_failure("the firmware does not tell the size of its memory map",
                                  EFI_ERROR(status) ? status : EFI_DEVICE_ERROR);
        }
        map->capacity = map->size + SLACK_DESCRIPTORS * map->descriptor_size;
        map->buffer = loader_allocate(map->capacity, "the memory map");
        if (map->buffer == NULL) {
            return EFI_OUT_OF_RESOURCES;
        }
        status = refresh(map);
        if (EFI_ERROR(status)) {
            BS->FreePages((uintptr_t)map->buffer, EFI_SIZE_TO_PAGES(map->capacity));
        }
    }
    if (EFI_ERROR(status)) {
        return loader_failure("cannot read the firmware's memory map", status);
    }
    return EFI_SUCCESS;
}

UINTN memory_map_count(const struct memory_map *map) {
    return map->size / map->descriptor_size;
}

const EFI_MEMORY_DESCRIPTOR *memory_map_at(const struct memory_map *map, UINTN index) {
    return (const EFI_MEMORY_DESCRIPTOR *)(map->buffer + index * map->descriptor_size);
}

EFI_STATUS memory_map_exit_boot_services(EFI_HANDLE image, struct memory_map *map) {
    EFI_STATUS status = EFI_INVALID_PARAMETER;
    for (unsigned i = 0; i < EXIT_ATTEMPTS && status == EFI_INVALID_PARAMETER; i++) {
        status = refresh(map);
        if (EFI_ERROR(status)) {
            return status;
        }
        status = BS->ExitBootServices(image, map->key);
    }
    return status;
}
