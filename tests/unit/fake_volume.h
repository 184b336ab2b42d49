/*
 * fake_volume.h - a boot volume of the test's making, behind the file protocols of UEFI 2.10 section 13.
 *
 * One file is open at a time beside the root. Include after fake_firmware.h.
 */
#ifndef FAKE_VOLUME_H
#define FAKE_VOLUME_H

struct volume_file {
    const char *name;     /* without the folder */
    const char *contents; /* `size` bytes */
    uint64_t size;
};

static struct {
    const struct volume_file *files;
    unsigned file_count;
    uint64_t read_at_most; /* bytes that one Read gives; 0: all */
    bool reads_too_much;   /* Read claims more than was asked for */
    bool ends_early;       /* Read gives nothing before the stated size has been reached */
    bool is_folder;        /* every file is one */
    unsigned open_files;
    const struct volume_file *current;
    uint64_t position;
} volume;

static EFI_STATUS EFIAPI fake_open(EFI_FILE *root, EFI_FILE **file, CHAR16 *path, UINT64 mode,
                                   UINT64 attributes);

static EFI_STATUS EFIAPI fake_close(EFI_FILE *file) {
    (void)file;
    volume.open_files--;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_read(EFI_FILE *file, UINTN *size, VOID *buffer) {
    (void)file;
    uint64_t count = volume.current->size - volume.position;
    count = count < *size ? count : *size;
    if (volume.read_at_most != 0 && count > volume.read_at_most) {
        count = volume.read_at_most;
    }
    if (volume.ends_early && volume.position > 0) {
        count = 0;
    }
    memcpy(buffer, volume.current->contents + volume.position, count);
    volume.position += count;
    *size = volume.reads_too_much ? *size + 1 : count;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_get_info(EFI_FILE *file, EFI_GUID *type, UINTN *size, VOID *buffer) {
    EFI_FILE_INFO info = {.Size = sizeof info,
                          .FileSize = volume.current->size,
                          .Attribute = volume.is_folder ? EFI_FILE_DIRECTORY : 0};
    (void)file;
    (void)type;
    if (*size < sizeof info) {
        return EFI_BUFFER_TOO_SMALL;
    }
    memcpy(buffer, &info, sizeof info);
    *size = sizeof info;
    return EFI_SUCCESS;
}

static EFI_FILE fake_file = {
    .Open = fake_open, .Close = fake_close, .Read = fake_read, .GetInfo = fake_get_info};

static EFI_STATUS EFIAPI fake_open(EFI_FILE *root, EFI_FILE **file, CHAR16 *path, UINT64 mode,
                                   UINT64 attributes) {
    char name[128] = {0};
    (void)root;
    (void)attributes;
    for (unsigned i = 0; i < sizeof name - 1 && path[i] != 0; i++) {
        name[i] = (char)path[i];
    }
    for (unsigned i = 0; i < volume.file_count; i++) {
        if (mode == EFI_FILE_MODE_READ && strncmp(name, "\\starkernel\\", 12) == 0 &&
            strcmp(name + 12, volume.files[i].name) == 0) {
            volume.current = &volume.files[i];
            volume.position = 0;
            volume.open_files++;
            *file = &fake_file;
            return EFI_SUCCESS;
        }
    }
    return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI fake_open_volume(EFI_FILE_IO_INTERFACE *interface, EFI_FILE **root) {
    (void)interface;
    volume.open_files++;
    *root = &fake_file;
    return EFI_SUCCESS;
}

static EFI_FILE_IO_INTERFACE fake_file_system = {.OpenVolume = fake_open_volume};
static EFI_LOADED_IMAGE fake_image;

/* Whatever is not asked for by the loaded-image GUID is the file system. */
static EFI_STATUS EFIAPI fake_volume_protocol(EFI_HANDLE handle, EFI_GUID *guid, VOID **interface) {
    EFI_GUID image = LOADED_IMAGE_PROTOCOL;
    (void)handle;
    *interface = CompareGuid(guid, &image) == 0 ? (void *)&fake_image : (void *)&fake_file_system;
    return EFI_SUCCESS;
}

/* Makes the volume the one that the loader came from. */
static inline void volume_reset(const struct volume_file *files, unsigned count) {
    memset(&volume, 0, sizeof volume);
    volume.files = files;
    volume.file_count = count;
    fake_image.DeviceHandle = &fake_image;
    fake_boot_services.HandleProtocol = fake_volume_protocol;
}

#endif
