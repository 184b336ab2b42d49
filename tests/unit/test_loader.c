/*
 * test_loader.c - the parts of the loader that talk to the firmware, with firmware of the test's making.
 */
/* uses: c/boot/loader_services.c c/boot/memory_map.c c/boot/address_space.c c/boot/page_tables.c */
/* uses: c/boot/esp_files.c c/boot/esp_text.c c/boot/firmware_tables.c c/boot/gop_mode.c */
#include "fake_firmware.h"
#include "fake_volume.h"
#include "unit.h"

/* --- Messages and memory --- */

UNIT_TEST(loader_no_console, "without a console the loader is silent and goes on") {
    firmware_reset();
    CHECK_EQ_U64(loader_failure("x", EFI_TIMEOUT), EFI_TIMEOUT);
    CHECK_EQ_U64(firmware.prints, 1);
    fake_system_table.ConOut = NULL;
    CHECK_EQ_U64(loader_failure("x", EFI_TIMEOUT), EFI_TIMEOUT);
    CHECK_EQ_U64(firmware.prints, 1);
}

UNIT_TEST(loader_page_0, "page 0 is not mistaken for a lack of memory, and memory is cleared") {
    firmware_reset();
    firmware.page_0_first = true;
    static const uint8_t zeros[8192];
    const uint8_t *memory = loader_allocate(5000, "a test");
    CHECK(memory != NULL);
    CHECK_MEM(memory, zeros, sizeof zeros);
    firmware.pages_left = 1;
    CHECK(loader_allocate(4097, "a test") == NULL);
    CHECK_EQ_U64(firmware.prints, 1);
    firmware_reset();
}

/* --- The memory map --- */

static void plain_map(unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        firmware_add(EfiConventionalMemory, i * PAGE_SIZE_4K, 1);
    }
}

UNIT_TEST(loader_map_sizes, "a map of any descriptor size and of 600 entries is read whole") {
    static const UINTN sizes[] = {40, 44, 48, 56, 64};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct memory_map map;
        firmware_reset();
        firmware.descriptor_size = sizes[i];
        plain_map(600);
        CHECK_EQ_U64(memory_map_take(&map), EFI_SUCCESS);
        CHECK_EQ_U64(memory_map_count(&map), 600);
        CHECK_EQ_U64(memory_map_at(&map, 599).PhysicalStart, 599 * PAGE_SIZE_4K);
    }
    firmware_reset();
}

UNIT_TEST(loader_map_bad_sizes, "a descriptor size that cannot be is refused") {
    static const UINTN sizes[] = {0, 39, 4097, UINT64_C(1) << 40};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct memory_map map;
        firmware_reset();
        firmware.descriptor_size = sizes[i];
        firmware.descriptor_count = 1;
        CHECK(EFI_ERROR(memory_map_take(&map)));
        CHECK_EQ_U64(firmware.prints, 1);
    }
    firmware_reset();
}

UNIT_TEST(loader_map_grows, "a map that grows with every allocation is taken all the same") {
    struct memory_map map;
    firmware_reset();
    plain_map(10);
    firmware.grows_by = 60;
    CHECK_EQ_U64(memory_map_take(&map), EFI_SUCCESS);
    CHECK_EQ_U64(memory_map_count(&map), firmware.descriptor_count);
    firmware_reset();
    firmware.descriptor_count = 1;
    firmware.grows_by = 200; /* faster than any slack */
    CHECK_EQ_U64(memory_map_take(&map), EFI_BUFFER_TOO_SMALL);
    firmware_reset();
}

UNIT_TEST(loader_exit_refused,
          "refused twice, with a larger map each time, boot services still end") {
    struct memory_map map;
    firmware_reset();
    plain_map(10);
    CHECK_EQ_U64(memory_map_take(&map), EFI_SUCCESS);
    firmware.exit_refused = 2;
    firmware.refusal_grows = 500;
    CHECK_EQ_U64(memory_map_exit_boot_services(NULL, &map), EFI_SUCCESS);
    CHECK_EQ_U64(firmware.exit_calls, 3);
    CHECK_EQ_U64(memory_map_count(&map), 1010);
    CHECK(!firmware.printed_while_departing);
    firmware_reset();
}

UNIT_TEST(loader_exit_never, "firmware that never lets go is given up, in silence") {
    struct memory_map map;
    firmware_reset();
    plain_map(10);
    CHECK_EQ_U64(memory_map_take(&map), EFI_SUCCESS);
    firmware.exit_refused = 1000;
    CHECK(EFI_ERROR(memory_map_exit_boot_services(NULL, &map)));
    CHECK(firmware.exit_calls >= 2 && firmware.exit_calls <= 100);
    CHECK(!firmware.printed_while_departing);
    firmware_reset();
}

/* --- The address space --- */

static const struct kernel_image kernel = {
    .plan = {.base = KERNEL_IMAGE_BASE,
             .size = 0x3000,
             .segment_count = 2,
             .segments = {{.virtual_address = KERNEL_IMAGE_BASE,
                           .memory_size = 0x1000,
                           .flags = ELF_SEGMENT_READ | ELF_SEGMENT_EXECUTE},
                          {.virtual_address = KERNEL_IMAGE_BASE + 0x1000,
                           .memory_size = 0x1800,
                           .flags = ELF_SEGMENT_READ | ELF_SEGMENT_WRITE}}},
    .physical = 0x201000,
};

/* The entry for `address`, its accessed and dirty bits aside. */
static uint64_t entry_of(const BootInfo *info, uint64_t address) {
    const struct page_tables tables = {.root = info->page_table_addr};
    return page_tables_lookup(&tables, address);
}

UNIT_TEST(loader_address_space, "kernel, RAM, devices and screen are mapped as they should be") {
    static BootInfo info;
    struct memory_map map;
    firmware_reset();
    memset(&info, 0, sizeof info);
    firmware.descriptor_size = 44;
    firmware_add(EfiMemoryMappedIO, UINT64_C(6) << 30, UINT64_C(1) << 40); /* above all RAM */
    firmware_add(EfiConventionalMemory, UINT64_C(4) << 30, 512);
    firmware_add(EfiConventionalMemory, 0, 1024);
    firmware_add(EfiConventionalMemory, 0x123, 1024);
    firmware_add(EfiConventionalMemory, UINT64_MAX - 4095, UINT64_MAX);
    info.framebuffer_addr = UINT64_C(0x8000001000);
    info.framebuffer_size = 0x1800;
    info.acpi_rsdp_addr = UINT64_C(0x9000000000);
    CHECK_EQ_U64(memory_map_take(&map), EFI_SUCCESS);
    CHECK_EQ_U64(address_space_build(&kernel, &map, &info), EFI_SUCCESS);

    const uint64_t present = 1, write = 2, uncached = 0x18, large = 0x80;
    const uint64_t never = UINT64_C(1) << 63;
    CHECK_EQ_U64(entry_of(&info, KERNEL_IMAGE_BASE), 0x201000 | present);
    CHECK_EQ_U64(entry_of(&info, KERNEL_IMAGE_BASE + 0x2000), 0x203000 | present | write | never);
    CHECK_EQ_U64(entry_of(&info, KERNEL_IMAGE_BASE + 0x3000), 0);
    CHECK_EQ_U64(entry_of(&info, DIRECT_MAP_BASE + 0x201000), 0x201000 | present | never);
    CHECK_EQ_U64(entry_of(&info, DIRECT_MAP_BASE), present | write | large | never);
    CHECK_EQ_U64(entry_of(&info, DIRECT_MAP_BASE + (UINT64_C(4) << 30)),
                 UINT64_C(4) << 30 | present | write | large | never);
    CHECK_EQ_U64(entry_of(&info, DIRECT_MAP_BASE + 0xfee00000),
                 0xfee00000 | present | write | large | never | uncached);
    CHECK_EQ_U64(entry_of(&info, DIRECT_MAP_BASE + (UINT64_C(6) << 30)), 0);
    CHECK_EQ_U64(entry_of(&info, DIRECT_MAP_BASE + info.framebuffer_addr + 0x1000),
                 UINT64_C(0x8000002000) | present | write | never | uncached);
    CHECK_EQ_U64(entry_of(&info, (uintptr_t)handoff_start),
                 ((uintptr_t)handoff_start & ~(PAGE_SIZE_4K - 1)) | present);
    CHECK_EQ_U64(entry_of(&info, 0), 0);
    CHECK_EQ_U64(info.acpi_rsdp_addr, 0); /* not in memory: dropped, and said so */
    CHECK_EQ_U64(firmware.prints, 1);
    firmware_reset();
}

UNIT_TEST(loader_address_space_memory,
          "wherever memory runs out, building the tables fails cleanly") {
    for (unsigned pages = 1;; pages++) {
        static BootInfo info;
        struct memory_map map;
        firmware_reset();
        memset(&info, 0, sizeof info);
        plain_map(3);
        firmware.pages_left = pages;
        EFI_STATUS status = memory_map_take(&map);
        if (!EFI_ERROR(status)) {
            status = address_space_build(&kernel, &map, &info);
        }
        if (!EFI_ERROR(status)) {
            CHECK(pages > 10 && info.page_table_addr != 0);
            break;
        }
        CHECK_EQ_U64(status, EFI_OUT_OF_RESOURCES);
        CHECK(firmware.prints > 0 && info.page_table_addr == 0 && pages < 1000);
    }
    firmware_reset();
}

/* --- The boot volume --- */

static BootInfo *read_volume(const struct volume_file *files, unsigned count) {
    static BootInfo info;
    firmware_reset();
    volume_reset(files, count);
    memset(&info, 0, sizeof info);
    return &info;
}

/* The files that a string literal holds. */
#define FILE_OF(name, text)                                                                        \
    { name, text, sizeof(text) - 1 }

static const struct volume_file usual_files[] = {
    FILE_OF("cmdline.txt", "\xef\xbb\xbf  console=pipe test-exit \r\nsecond line"),
    FILE_OF("boot.lst", "one.fs\r\n\r\n  two.fs\n../evil\nnone.fs\n--\nthree.fs"),
    FILE_OF("one.fs", "1"),
    FILE_OF("two.fs", "222222"),
    FILE_OF("three.fs", ""),
};

UNIT_TEST(loader_volume, "command line and scripts are read in the order of boot.lst") {
    BootInfo *info = read_volume(usual_files, 5);
    esp_read_files(NULL, info);
    CHECK_STR(info->cmdline, "console=pipe test-exit");
    CHECK_EQ_U64(info->module_count, 3);
    CHECK_EQ_U64(info->startup_count, 2);
    CHECK_STR(info->modules[1].name, "two.fs");
    CHECK_EQ_U64(info->modules[1].size, 6);
    CHECK_MEM((const char *)(uintptr_t)info->modules[1].address, "222222", 7);
    CHECK_STR(info->modules[2].name, "three.fs");
    CHECK_EQ_U64(info->modules[2].size, 0);
    CHECK_EQ_U64(firmware.prints, 2); /* ../evil and none.fs */
    CHECK_EQ_U64(volume.open_files, 0);
    firmware_reset();
}

UNIT_TEST(loader_short_reads, "a volume that gives one byte at a time gives the whole file") {
    BootInfo *info = read_volume(usual_files, 5);
    volume.read_at_most = 1;
    esp_read_files(NULL, info);
    CHECK_EQ_U64(info->module_count, 3);
    CHECK_MEM((const char *)(uintptr_t)info->modules[1].address, "222222", 7);
    firmware_reset();
}

UNIT_TEST(loader_bad_reads, "a file that ends early, reads too much or is a folder is left out") {
    for (unsigned fault = 0; fault < 3; fault++) {
        BootInfo *info = read_volume(usual_files, 5);
        volume.read_at_most = 1;
        volume.ends_early = fault == 0;
        volume.reads_too_much = fault == 1;
        volume.is_folder = fault == 2;
        esp_read_files(NULL, info);
        CHECK_EQ_U64(info->module_count, 0);
        CHECK_STR(info->cmdline, "");
        CHECK_EQ_U64(firmware.prints, 2);
        CHECK_EQ_U64(volume.open_files, 0);
    }
    firmware_reset();
}

UNIT_TEST(loader_utf16, "text files in UTF-16 are left out with a message") {
    static const struct volume_file files[] = {FILE_OF("cmdline.txt", "\xff\xfet\0e\0"),
                                               FILE_OF("boot.lst", "a.fs\n\0"),
                                               FILE_OF("a.fs", "1")};
    BootInfo *info = read_volume(files, 3);
    esp_read_files(NULL, info);
    CHECK_EQ_U64(info->module_count, 0);
    CHECK_STR(info->cmdline, "");
    CHECK_EQ_U64(firmware.prints, 2);
    firmware_reset();
}

UNIT_TEST(loader_many_scripts, "scripts beyond the last place are left out, each with a message") {
    char list[40 * 5 + 1] = "";
    for (unsigned i = 0; i < 40; i++) {
        memcpy(list + i * 5, "a.fs\n", 5);
    }
    const struct volume_file files[] = {{"boot.lst", list, sizeof list - 1}, FILE_OF("a.fs", "1")};
    BootInfo *info = read_volume(files, 2);
    esp_read_files(NULL, info);
    CHECK_EQ_U64(info->module_count, BOOT_MODULE_MAX);
    CHECK_EQ_U64(info->startup_count, BOOT_MODULE_MAX);
    CHECK_EQ_U64(firmware.prints, 1 + 40 - BOOT_MODULE_MAX); /* and there is no cmdline.txt */
    firmware_reset();
}

UNIT_TEST(loader_no_volume,
          "without a boot volume, or when its memory is short, the kernel still boots") {
    BootInfo *info = read_volume(usual_files, 5);
    fake_image.DeviceHandle = NULL;
    esp_read_files(NULL, info);
    CHECK_EQ_U64(firmware.prints, 1);
    info = read_volume(usual_files, 5);
    firmware.pages_left = 3; /* both text files and one script */
    esp_read_files(NULL, info);
    CHECK_EQ_U64(info->module_count, 1);
    CHECK_EQ_U64(volume.open_files, 0);
    firmware_reset();
}

/* --- ACPI and screens --- */

UNIT_TEST(loader_acpi_guids,
          "the ACPI 2.0 root is preferred, the 1.0 root is taken, none is said") {
    EFI_CONFIGURATION_TABLE tables[] = {{ACPI_TABLE_GUID, (void *)0x1000},
                                        {ACPI_20_TABLE_GUID, (void *)0x2000}};
    static const uint64_t roots[] = {0, 0x1000, 0x2000};
    static BootInfo info;
    firmware_reset();
    fake_system_table.ConfigurationTable = tables;
    for (unsigned count = 0; count <= 2; count++) {
        fake_system_table.NumberOfTableEntries = count;
        firmware_find_acpi(&info);
        CHECK_EQ_U64(info.acpi_rsdp_addr, roots[count]);
        CHECK_EQ_U64(info.acpi_revision, count);
    }
    fake_system_table.ConfigurationTable = NULL;
    firmware_find_acpi(&info);
    CHECK_EQ_U64(info.acpi_rsdp_addr, 0);
    CHECK_EQ_U64(firmware.prints, 2);
}

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION screen_modes[4];
static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE screen_states[4];
static EFI_GRAPHICS_OUTPUT_PROTOCOL screens[4];
static EFI_STATUS screen_search;

/* A handle is the number of its screen, counted from 1. */
static EFI_STATUS EFIAPI screen_protocol(EFI_HANDLE handle, EFI_GUID *guid, VOID **interface) {
    (void)guid;
    *interface = &screens[(uintptr_t)handle - 1];
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI screen_handles(EFI_LOCATE_SEARCH_TYPE type, EFI_GUID *guid, VOID *key,
                                        UINTN *count, EFI_HANDLE **handles) {
    (void)type;
    (void)guid;
    (void)key;
    if (!EFI_ERROR(screen_search)) {
        *handles = malloc(4 * sizeof **handles);
        for (uintptr_t i = 0; i < 4; i++) {
            (*handles)[i] = (EFI_HANDLE)(i + 1);
        }
        *count = 4;
    }
    return screen_search;
}

static EFI_STATUS EFIAPI screen_free(VOID *memory) {
    free(memory);
    return EFI_SUCCESS;
}

UNIT_TEST(loader_screens, "of several screens the first with a linear frame buffer is taken") {
    static BootInfo info;
    firmware_reset();
    screen_search = EFI_SUCCESS;
    fake_boot_services.HandleProtocol = screen_protocol;
    fake_boot_services.LocateHandleBuffer = screen_handles;
    fake_boot_services.FreePool = screen_free;
    fake_system_table.ConsoleOutHandle = (EFI_HANDLE)1;
    for (unsigned i = 1; i < 4; i++) { /* screens[0] has no mode at all */
        screens[i].Mode = &screen_states[i];
        screen_states[i] = (EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE){
            .Info = &screen_modes[i], .FrameBufferBase = i << 20, .FrameBufferSize = 640 * 480 * 4};
        screen_modes[i] = (EFI_GRAPHICS_OUTPUT_MODE_INFORMATION){
            .HorizontalResolution = 640, .VerticalResolution = 480, .PixelsPerScanLine = 640};
    }
    screen_modes[1].PixelFormat = PixelBltOnly;
    firmware_find_framebuffer(&info);
    CHECK_EQ_U64(info.framebuffer_addr, 2 << 20);
    CHECK_EQ_U64(firmware.prints, 0);

    memset(&info, 0, sizeof info);
    screen_modes[2].HorizontalResolution = 0;
    screen_states[3].Info = NULL;
    firmware_find_framebuffer(&info);
    CHECK_EQ_U64(info.framebuffer_addr, 0);
    CHECK_EQ_U64(firmware.prints, 1);
    screen_search = EFI_NOT_FOUND;
    firmware_find_framebuffer(&info);
    CHECK_EQ_U64(firmware.prints, 1); /* a machine without a screen is nothing unusual */
    screen_search = EFI_OUT_OF_RESOURCES;
    firmware_find_framebuffer(&info);
    CHECK_EQ_U64(firmware.prints, 2);
}
