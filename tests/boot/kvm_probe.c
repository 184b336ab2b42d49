/*
 * kvm_probe.c - does /dev/kvm run ring 0 code natively, or does it only look so?
 *
 * Some nested set-ups offer a /dev/kvm that emulates every ring 0 instruction: a thousand times too
 * slow, and it dies on many opcodes. The device node says nothing about that, so this program runs
 * a little 64-bit guest and looks at how it fares. It prints one line, `native ...`, `emulated ...`
 * or `absent ...`, with the reason, and exits with 0 whatever the answer is.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    GUEST_SIZE = 0x10000,
    PML4 = 0x1000, /* three levels of page tables, one entry each: 1 GiB identity-mapped by 2 MiB */
    PDPT = 0x2000,
    PD = 0x3000,
    CODE = 0x4000,
    NATIVE_LIMIT_MS = 50, /* a million iterations take under 1 ms natively, seconds when emulated */
    GIVE_UP_SECONDS = 5,
};

/* fninit; fwait; pxor xmm0,xmm0; mov ecx,1000000; 1: dec ecx; jnz 1b; hlt */
static const uint8_t guest_code[] = {0xdb, 0xe3, 0x9b, 0x66, 0x0f, 0xef, 0xc0, 0xb9, 0x40,
                                     0x42, 0x0f, 0x00, 0xff, 0xc9, 0x75, 0xfc, 0xf4};

_Noreturn static void answer(const char *kind, const char *reason) {
    printf("%s: %s\n", kind, reason);
    fflush(stdout);
    _exit(0); /* the process may hold a VM that never stops running: nothing to be tidied */
}

static void give_up(int signal_number) {
    (void)signal_number;
    static const char text[] = "emulated: a short guest loop did not end within 5 s\n";
    ssize_t written = write(STDOUT_FILENO, text, sizeof text - 1);
    _exit(written < 0);
}

static void put_entry(uint8_t *guest, unsigned table, uint64_t value) {
    memcpy(guest + table, &value, sizeof value);
}

/* Puts the virtual processor into 64-bit mode, ring 0, SSE on, at CODE. */
static int enter_long_mode(int vcpu) {
    struct kvm_sregs sregs;
    if (ioctl(vcpu, KVM_GET_SREGS, &sregs) < 0) {
        return -1;
    }
    sregs.cr3 = PML4;
    sregs.cr4 = 1u << 5 | 1u << 9 | 1u << 10; /* PAE, OSFXSR, OSXMMEXCPT */
    sregs.cr0 = 1u << 0 | 1u << 1 | 1u << 31; /* PE, MP, PG */
    sregs.efer = 1u << 8 | 1u << 10;          /* LME, LMA */
    struct kvm_segment segment = {
        .limit = 0xffffffff, .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1};
    sregs.cs = segment;
    segment.selector = 16;
    segment.type = 3;
    segment.l = 0;
    segment.db = 1;
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = segment;
    if (ioctl(vcpu, KVM_SET_SREGS, &sregs) < 0) {
        return -1;
    }
    struct kvm_regs registers = {.rip = CODE, .rsp = GUEST_SIZE, .rflags = 2};
    return ioctl(vcpu, KVM_SET_REGS, &registers);
}

/* The guest sees the host's processor; without this, SSE could be missing from it. */
static int copy_cpuid(int kvm, int vcpu) {
    enum { ENTRIES = 256 };
    struct kvm_cpuid2 *cpuid = calloc(1, sizeof *cpuid + ENTRIES * sizeof(struct kvm_cpuid_entry2));
    if (cpuid == NULL) {
        return -1;
    }
    cpuid->nent = ENTRIES;
    int result = ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid);
    if (result >= 0) {
        result = ioctl(vcpu, KVM_SET_CPUID2, cpuid);
    }
    free(cpuid);
    return result;
}

int main(void) {
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0) {
        answer("absent", errno == ENOENT   ? "there is no /dev/kvm"
                         : errno == EACCES ? "/dev/kvm may not be opened by this user"
                                           : "/dev/kvm cannot be opened");
    }
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    int vcpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
    int run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (vcpu < 0 || run_size <= 0) {
        answer("absent", "/dev/kvm does not create virtual machines");
    }
    uint8_t *guest =
        mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_run *run = mmap(NULL, (size_t)run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (guest == MAP_FAILED || run == MAP_FAILED) {
        answer("absent", "no memory for a virtual machine");
    }
    put_entry(guest, PML4, PDPT | 3); /* present, writable */
    put_entry(guest, PDPT, PD | 3);
    put_entry(guest, PD, 0x80 | 3); /* a 2 MiB page */
    memcpy(guest + CODE, guest_code, sizeof guest_code);
    struct kvm_userspace_memory_region region = {.memory_size = GUEST_SIZE,
                                                 .userspace_addr = (uintptr_t)guest};
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 || copy_cpuid(kvm, vcpu) < 0 ||
        enter_long_mode(vcpu) < 0) {
        answer("absent", "/dev/kvm refuses a 64-bit guest");
    }

    signal(SIGALRM, give_up);
    alarm(GIVE_UP_SECONDS);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    int result = ioctl(vcpu, KVM_RUN, 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long milliseconds =
        (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;

    char reason[128];
    if (result < 0 || run->exit_reason != KVM_EXIT_HLT) {
        snprintf(reason, sizeof reason, "/dev/kvm fails on ordinary ring 0 code (exit reason %u)",
                 run->exit_reason);
        answer("emulated", reason);
    }
    snprintf(reason, sizeof reason, "/dev/kvm ran a million guest loop turns in %ld ms",
             milliseconds);
    answer(milliseconds < NATIVE_LIMIT_MS ? "native" : "emulated", reason);
}
