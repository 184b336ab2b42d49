/*
 * control_registers.h - the bits of CR0, CR4, EFER and the debug registers (Intel SDM volume 3, sections
 * 2.2.1, 2.5 and 17.2).
 */
#ifndef CPU_CONTROL_REGISTERS_H
#define CPU_CONTROL_REGISTERS_H

#include <stdint.h>

#define CR0_PE (UINT64_C(1) << 0)
#define CR0_MP (UINT64_C(1) << 1)
#define CR0_TS (UINT64_C(1) << 3)
#define CR0_ET (UINT64_C(1) << 4)
#define CR0_NE (UINT64_C(1) << 5)
#define CR0_WP (UINT64_C(1) << 16)
#define CR0_PG (UINT64_C(1) << 31)

#define CR4_PAE      (UINT64_C(1) << 5)
#define CR4_MCE      (UINT64_C(1) << 6)
#define CR4_PGE      (UINT64_C(1) << 7)
#define CR4_OSFXSR   (UINT64_C(1) << 9)
#define CR4_UMIP     (UINT64_C(1) << 11)
#define CR4_LA57     (UINT64_C(1) << 12)
#define CR4_VMXE     (UINT64_C(1) << 13)
#define CR4_SMXE     (UINT64_C(1) << 14)
#define CR4_FSGSBASE (UINT64_C(1) << 16)
#define CR4_PCIDE    (UINT64_C(1) << 17)
#define CR4_OSXSAVE  (UINT64_C(1) << 18)
#define CR4_SMEP     (UINT64_C(1) << 20)
#define CR4_SMAP     (UINT64_C(1) << 21)
#define CR4_CET      (UINT64_C(1) << 23)

#define MSR_EFER 0xc0000080u
#define EFER_SCE (UINT64_C(1) << 0)
#define EFER_NXE (UINT64_C(1) << 11)

#define DR6_NONE UINT64_C(0xffff0ff0)
#define DR7_OFF  UINT64_C(0x400)

#endif
