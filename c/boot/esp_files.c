/*
 * esp_files.c - reads the command line and the boot scripts from the volume the loader came from.
 *
 *   \starkernel\cmdline.txt   one line: the kernel's command line
 *   \starkernel\boot.lst      one script name a line, in the order in which to load them; those after
 *                             a line "--" are there for INCLUDED and not loaded by themselves
 *   \starkernel\<name>        the scripts
 *
 * Every file is optional, and no trouble with one keeps the kernel from booting: it is named on
 * the console and left out. There may be no volume at all (loaded over the network, or by QEMU).
 */
#include "boot/esp_text.h"
#include "boot/loader.h"

#define FOLDER          L"\\starkernel\\"
#define SCRIPT_SIZE_MAX (UINT64_C(16) << 20)
#define LIST_SIZE_MAX   UINT64_C(65536)
#define READ_CHUNK      (UINT64_C(1) << 20) /* some firmware fails on very large reads */

enum {
    FOLDER_LENGTH = sizeof(FOLDER) / sizeof(CHAR16) - 1,
};

struct contents {
    char *bytes; /* EfiLoaderData, followed by a zero byte */
    uint64_t size;
};

/* Length of the file in bytes. A folder is no file. */
static EFI_STATUS file_size(EFI_FILE *file, uint64_t *size) {
    EFI_GUID guid = EFI_FILE_INFO_ID;
    struct {
        EFI_FILE_INFO info;
        CHAR16 name[512]; /* the firmware stores the name behind the fixed part */
    } buffer;
    UINTN buffer_size = sizeof(buffer);
    EFI_STATUS status = file->GetInfo(file, &guid, &buffer_size, &buffer);
    if (EFI_ERROR(status)) {
        return status;
    }
    *size = buffer.info.FileSize;
    return (buffer.info.Attribute & EFI_FILE_DIRECTORY) != 0 ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

static EFI_STATUS read_all(EFI_FILE *file, struct contents *contents) {
    uint64_t done = 0;
    while (done < contents->size) {
        const uint64_t left = contents->size - done;
        UINTN count = left < READ_CHUNK ? left : READ_CHUNK;
        EFI_STATUS status = file->Read(file, &count, contents->bytes + done);
        if (EFI_ERROR(status)) {
            return status;
        }
        if (count == 0 || count > left) {
            return EFI_VOLUME_CORRUPTED;
        }
        done += count;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS read_open_file(EFI_FILE *file, uint64_t size_max, struct contents *contents) {
    EFI_STATUS status = file_size(file, &contents->size);
    if (EFI_ERROR(status)) {
        return status;
    }
    if (contents->size > size_max) {
        return EFI_BAD_BUFFER_SIZE;
    }
    contents->bytes = loader_allocate(contents->size + 1, "a boot file");
    return contents->bytes == NULL ? EFI_OUT_OF_RESOURCES : read_all(file, contents);
}

/* Reads \starkernel\<name>; says why not when it cannot. `name` is at most BOOT_MODULE_NAME_MAX - 1
 * long. The contents belong to the caller for good. */
static bool read_file(EFI_FILE *root, const char *name, uint64_t size_max,
                      struct contents *contents) {
    CHAR16 path[FOLDER_LENGTH + BOOT_MODULE_NAME_MAX] = FOLDER;
    for (unsigned i = 0; name[i] != 0; i++) {
        path[FOLDER_LENGTH + i] = (CHAR16)name[i];
    }
    EFI_FILE *file = NULL;
    EFI_STATUS status = root->Open(root, &file, path, EFI_FILE_MODE_READ, 0);
    if (!EFI_ERROR(status)) {
        status = read_open_file(file, size_max, contents);
        (void)file->Close(file);
    }
    if (status == EFI_NOT_FOUND) {
        loader_print(L"StarKernel loader: there is no %s on the boot volume\n", path);
    } else if (status == EFI_BAD_BUFFER_SIZE) {
        loader_print(L"StarKernel loader: %s left out, larger than %ld KiB\n", path,
                     size_max / 1024);
    } else if (EFI_ERROR(status)) {
        loader_print(L"StarKernel loader: %s left out: %r\n", path, status);
    }
    return !EFI_ERROR(status);
}

/* Reads one of the two text files; false, and it has been said why, when it cannot be used. */
static bool open_text(EFI_FILE *root, const char *name, struct esp_text *text) {
    struct contents contents = {0};
    if (!read_file(root, name, LIST_SIZE_MAX, &contents)) {
        return false;
    }
    if (!esp_text_open(text, contents.bytes, contents.size)) {
        loader_print(
            L"StarKernel loader: %a left out, it has zero bytes: save it as ASCII or UTF-8\n",
            name);
        return false;
    }
    return true;
}

static void read_command_line(EFI_FILE *root, BootInfo *info) {
    struct esp_text text;
    const char *line = open_text(root, "cmdline.txt", &text) ? esp_text_line(&text) : NULL;
    if (line != NULL && !esp_text_copy_cmdline(info->cmdline, line)) {
        loader_print(
            L"StarKernel loader: the line in cmdline.txt is left out, longer than %d bytes\n",
            BOOT_CMDLINE_MAX - 1);
    }
}

static void add_module(EFI_FILE *root, const char *name, BootInfo *info) {
    if (!esp_text_is_file_name(name)) {
        char shown[ESP_TEXT_SHOWN_MAX];
        esp_text_show(shown, name);
        loader_print(
            L"StarKernel loader: \"%a\" in boot.lst is not a file name of 1 to %d characters "
            L"without folders or blanks, left out\n",
            shown, BOOT_MODULE_NAME_MAX - 1);
        return;
    }
    if (info->module_count == BOOT_MODULE_MAX) {
        loader_print(L"StarKernel loader: %a left out, boot.lst names more than %d files\n", name,
                     BOOT_MODULE_MAX);
        return;
    }
    struct contents contents = {0};
    if (!read_file(root, name, SCRIPT_SIZE_MAX, &contents)) {
        return;
    }
    BootModule *module = &info->modules[info->module_count++];
    module->address = (uint64_t)(uintptr_t)contents.bytes;
    module->size = contents.size;
    for (unsigned i = 0; name[i] != 0; i++) {
        module->name[i] = name[i];
    }
}

static void read_scripts(EFI_FILE *root, BootInfo *info) {
    struct esp_text text;
    if (!open_text(root, "boot.lst", &text)) {
        return;
    }
    bool separated = false;
    for (const char *line = esp_text_line(&text); line != NULL; line = esp_text_line(&text)) {
        if (esp_text_is_separator(line)) {
            separated = true;
        } else if (line[0] != 0) {
            add_module(root, line, info);
        }
        if (!separated) {
            info->startup_count = info->module_count;
        }
    }
}

void esp_read_files(EFI_HANDLE image, BootInfo *info) {
    EFI_GUID image_guid = LOADED_IMAGE_PROTOCOL;
    EFI_GUID volume_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
    void *loaded = NULL;
    void *volume = NULL;
    EFI_STATUS status = BS->HandleProtocol(image, &image_guid, &loaded);
    if (!EFI_ERROR(status)) {
        EFI_HANDLE device = ((EFI_LOADED_IMAGE *)loaded)->DeviceHandle;
        status = device == NULL ? EFI_NOT_FOUND : BS->HandleProtocol(device, &volume_guid, &volume);
    }
    EFI_FILE *root = NULL;
    if (!EFI_ERROR(status)) {
        EFI_FILE_IO_INTERFACE *file_system = volume;
        status = file_system->OpenVolume(file_system, &root);
    }
    if (EFI_ERROR(status)) {
        loader_print(
            L"StarKernel loader: no boot volume (%r), so no command line and no boot scripts\n",
            status);
        return;
    }
    read_command_line(root, info);
    read_scripts(root, info);
    (void)root->Close(root);
}
