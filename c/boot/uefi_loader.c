/*
 * uefi_loader.c - the UEFI application: from the firmware to the first instruction of the kernel.
 *
 * Reads top to bottom in efi_main. Everything that may print, open or allocate comes before the
 * memory map is final; after ExitBootServices there are only stores into BootInfo and the jump.
 * The protocols are called directly, with the Microsoft calling convention that gnu-efi puts into
 * their types (GNU_EFI_USE_MS_ABI). efi_main itself is called by gnu-efi's start-up code
 * and has the ordinary convention.
 */
#include "boot/loader.h"

#define CPUID_EXTENDED_MAX      0x80000000u
#define CPUID_EXTENDED_FEATURES 0x80000001u

enum {
    CPUID_NO_EXECUTE = 1u << 20, /* in edx of the extended features */
    CR4_LINEAR_ADDRESS_57 = 1u << 12,
    FAILURE_PAUSE_US = 5000000, /* time to read the message: firmware likes to clear the screen */
};

static void cpuid(uint32_t leaf, uint32_t *eax, uint32_t *edx) {
    uint32_t ebx;
    uint32_t ecx = 0;
    __asm__ volatile("cpuid" : "=a"(*eax), "=b"(ebx), "+c"(ecx), "=d"(*edx) : "0"(leaf));
}

static uint64_t read_cr3(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static uint64_t read_cr4(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

/* What the kernel's page tables need of the processor and of the state the firmware left it in. */
static EFI_STATUS check_processor(void) {
    uint32_t eax = 0;
    uint32_t edx = 0;
    cpuid(CPUID_EXTENDED_MAX, &eax, &edx);
    if (eax >= CPUID_EXTENDED_FEATURES) {
        cpuid(CPUID_EXTENDED_FEATURES, &eax, &edx);
    }
    if ((edx & CPUID_NO_EXECUTE) == 0) {
        return loader_failure("this processor cannot protect pages from being executed, or the "
                              "firmware setup has switched that off (NX, XD)",
                              EFI_UNSUPPORTED);
    }
    /* The number of levels cannot be changed while paging is on, which in 64-bit mode is always. */
    if ((read_cr4() & CR4_LINEAR_ADDRESS_57) != 0) {
        return loader_failure("the firmware uses 5-level paging, which StarKernel does not know; "
                              "switch it off in the firmware setup (LA57)",
                              EFI_UNSUPPORTED);
    }
    return EFI_SUCCESS;
}

static BootInfo *create_boot_info(void) {
    BootInfo *info = loader_allocate(sizeof(BootInfo), "the boot information");
    if (info != NULL) {
        info->magic = BOOTINFO_MAGIC;
        info->version = BOOTINFO_VERSION;
        info->size = sizeof(BootInfo);
        info->efi_system_table = (uint64_t)(uintptr_t)ST;
        info->firmware_cr3 = read_cr3();
    }
    return info;
}

/* All that the last step needs, so that it need not ask for anything. */
struct departure {
    BootInfo *info;
    struct memory_map map;
    uint64_t entry;
};

/* Everything that can be done while the firmware still serves. */
static EFI_STATUS prepare(EFI_HANDLE image, struct departure *departure) {
    EFI_STATUS status = check_processor();
    if (EFI_ERROR(status)) {
        return status;
    }
    BootInfo *info = create_boot_info();
    if (info == NULL) {
        return EFI_OUT_OF_RESOURCES;
    }
    firmware_find_acpi(info);
    firmware_find_framebuffer(info);
    esp_read_files(image, info);

    struct kernel_image kernel;
    status = kernel_image_load(&kernel);
    if (EFI_ERROR(status)) {
        return status;
    }
    info->kernel_phys_addr = kernel.physical;
    info->kernel_size = kernel.plan.size;
    departure->info = info;
    departure->entry = kernel.plan.entry;

    /* The page tables need to know what is RAM. What the loader allocates afterwards changes the
     * use of RAM, not its extent, so this map will do; the kernel gets the last one. */
    status = memory_map_take(&departure->map);
    if (EFI_ERROR(status)) {
        return status;
    }
    return address_space_build(&kernel, &departure->map, info);
}

/* Ends boot services and jumps. Returns only when the firmware refuses, and then silently: its
 * console must not be used any more. */
static EFI_STATUS depart(EFI_HANDLE image, struct departure *departure) {
    BootInfo *info = departure->info;
    EFI_STATUS status = memory_map_exit_boot_services(image, &departure->map);
    if (EFI_ERROR(status)) {
        return status;
    }
    info->memory_map_addr = (uint64_t)(uintptr_t)departure->map.buffer;
    info->memory_map_size = departure->map.size;
    info->memory_map_descriptor_size = departure->map.descriptor_size;
    handoff(info->page_table_addr, departure->entry, DIRECT_MAP_BASE + (uint64_t)(uintptr_t)info);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table) {
    InitializeLib(image, system_table);
    /* The firmware would reset the machine five minutes after it started us. Failing to
     * stop that is no reason not to boot: leaving boot services stops it as well. */
    EFI_STATUS status = BS->SetWatchdogTimer(0, 0, 0, NULL);
    if (EFI_ERROR(status)) {
        (void)loader_failure("cannot stop the firmware's watchdog", status);
    }
    struct departure departure = {0};
    status = prepare(image, &departure);
    if (EFI_ERROR(status)) {
        loader_print(L"StarKernel loader: not booting, back to the firmware\n");
        BS->Stall(FAILURE_PAUSE_US);
        return status;
    }
    return depart(image, &departure);
}
