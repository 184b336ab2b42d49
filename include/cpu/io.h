/*
 * io.h - the processor instructions that C has no words for: ports, MSRs, CPUID, control
 * registers, the time stamp counter.
 *
 * All of them are ISR-safe. References are to the Intel SDM, volumes 2 and 3.
 */
#ifndef CPU_IO_H
#define CPU_IO_H

#include <stdint.h>

#define RFLAGS_TF (UINT64_C(1) << 8)  /* single step */
#define RFLAGS_IF (UINT64_C(1) << 9)  /* interrupts enabled */
#define RFLAGS_DF (UINT64_C(1) << 10) /* string instructions count down */
#define RFLAGS_AC (UINT64_C(1) << 18) /* alignment checks; lifts SMAP in ring 0 */

static inline void outb(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint16_t inw(uint16_t port) {
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void outw(uint16_t port, uint16_t value) {
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint32_t inl(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void outl(uint16_t port, uint32_t value) {
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint64_t rdmsr(uint32_t msr) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value) {
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

static inline uint64_t rdtsc(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

/* One CPUID leaf. The caller must know that the leaf exists: above the highest leaf the
 * processor returns the data of some other leaf (SDM volume 2, CPUID). */
static inline struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf) {
    struct cpuid_result r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

#define DEFINE_CONTROL_REGISTER_READ(name)                                                         \
    static inline uint64_t read_##name(void) {                                                     \
        uint64_t value;                                                                            \
        __asm__ volatile("movq %%" #name ", %0" : "=r"(value) : : "memory");                       \
        return value;                                                                              \
    }

#define DEFINE_CONTROL_REGISTER_WRITE(name)                                                        \
    static inline void write_##name(uint64_t value) {                                              \
        __asm__ volatile("movq %0, %%" #name : : "r"(value) : "memory");                           \
    }

DEFINE_CONTROL_REGISTER_READ(cr0)
DEFINE_CONTROL_REGISTER_READ(cr2)
DEFINE_CONTROL_REGISTER_READ(cr3)
DEFINE_CONTROL_REGISTER_READ(cr4)
DEFINE_CONTROL_REGISTER_WRITE(cr0)
DEFINE_CONTROL_REGISTER_WRITE(cr4)

/* Disables interrupts and returns RFLAGS as it was. Only for code that runs on a kernel stack. */
static inline uint64_t interrupts_save_and_disable(void) {
    uint64_t flags;
    __asm__ volatile("pushfq\n\tpopq %0\n\tcli" : "=r"(flags) : : "memory");
    return flags;
}

/* Enables interrupts again if they were enabled in `flags`. */
static inline void interrupts_restore(uint64_t flags) {
    if (flags & RFLAGS_IF) {
        __asm__ volatile("sti" : : : "memory");
    }
}

/* Enables interrupts and sleeps until one came. STI takes effect after the next instruction, so
 * that no interrupt can slip in between and leave the processor asleep (SDM volume 2, STI). */
static inline void wait_for_interrupt(void) {
    __asm__ volatile("sti\n\thlt" : : : "memory");
}

/* The end: nothing short of a reset wakes the processor. */
static inline _Noreturn void halt_for_good(void) {
    for (;;) {
        __asm__ volatile("cli\n\thlt" : : : "memory");
    }
}

#endif
