/*
 * vm_layout.h - where everything of a VM lies in its slot of address space (hal_space.h).
 *
 *   slot + 0            data window, 4 GiB: the only memory a Forth address can name
 *          0x0000         page 0: never mapped, so that 0 @ is an error
 *          0x1000         user area: system variables and transient buffers, below
 *          0x4000         data space: HERE grows up ...
 *          envelope       ... to here; file texts are stacked downward from the end
 *   slot + 4 GiB        guard: an access at the last address of the window ends here
 *   slot + 4 GiB + ...  private to the kernel, each region between guard pages:
 *          control stack  return addresses and exception frames; rsp while the VM runs
 *          data stack
 *          return stack   >R R> and loop parameters
 *          locals stack
 *          code           threaded code; written by the compiler alone, never executed
 *          words          the table that an execution token indexes
 *          names          the characters of the word names
 *          prices         for each cell of code, how many words are paid for from there (price.c)
 *          paths          for each path, where it begins (forth/path.h)
 *          counts         for each path, how often it was taken; written by the engine
 *          executed       for each word, how often a token of it was executed; written by the engine
 *          trace          two halves: where execution has gone on (forth/history.h); written by the engine
 *          settled        counts and executed as they were when the physics last looked (c/physics/)
 *          heat           for each word, what the physics know of it
 *          transitions    how often which word has followed which
 */
#ifndef VM_LAYOUT_H
#define VM_LAYOUT_H

#include <stdint.h>

#include "hal/hal_space.h"

#define VM_PAGE   UINT64_C(4096)
#define VM_GUARD  UINT64_C(0x10000)
#define VM_WINDOW (UINT64_C(4) << 30)
#define CELL      UINT64_C(8)

/* Addresses inside the window */
#define VM_USER_TO_IN       UINT64_C(0x1000) /* >IN */
#define VM_USER_BASE        UINT64_C(0x1008) /* BASE */
#define VM_USER_STATE       UINT64_C(0x1010) /* STATE */
#define VM_USER_HOLD        UINT64_C(0x1018) /* first character of the pictured number */
#define VM_USER_AREA        UINT64_C(0x1000)
#define VM_HOLD_START       UINT64_C(0x1100)
#define VM_HOLD_END         UINT64_C(0x1300) /* pictured numeric output is built down from here */
#define VM_PAD              UINT64_C(0x1300)
#define VM_PAD_SIZE         UINT64_C(0x400)
#define VM_WORD_BUFFER      UINT64_C(0x1700) /* WORD: count byte and up to 255 characters */
#define VM_WORD_BUFFER_SIZE UINT64_C(0x200)
#define VM_TIB              UINT64_C(0x1900)
#define VM_TIB_SIZE         UINT64_C(0x400)
#define VM_STRINGS          UINT64_C(0x2000) /* buffers for S" while interpreting */
#define VM_STRING_SIZE      UINT64_C(0x400)
#define VM_STRING_COUNT     UINT64_C(4)
#define VM_DATA_SPACE       UINT64_C(0x4000)

/* Regions outside the window, as offsets into the slot */
#define VM_STACK_SIZE       (UINT64_C(256) << 10)
#define VM_CONTROL_STACK    (VM_WINDOW + VM_GUARD)
#define VM_DATA_STACK       (VM_CONTROL_STACK + VM_STACK_SIZE + VM_GUARD)
#define VM_RETURN_STACK     (VM_DATA_STACK + VM_STACK_SIZE + VM_GUARD)
#define VM_LOCALS_STACK     (VM_RETURN_STACK + VM_STACK_SIZE + VM_GUARD)
#define VM_CODE             (VM_LOCALS_STACK + VM_STACK_SIZE + VM_GUARD)
#define VM_CODE_SIZE        (UINT64_C(16) << 20)
#define VM_WORDS            (VM_CODE + VM_CODE_SIZE + VM_GUARD)
#define VM_WORDS_SIZE       (UINT64_C(8) << 20)
#define VM_NAMES            (VM_WORDS + VM_WORDS_SIZE + VM_GUARD)
#define VM_NAMES_SIZE       (UINT64_C(4) << 20)
#define VM_PRICES           (VM_NAMES + VM_NAMES_SIZE + VM_GUARD)
#define VM_PRICES_SIZE      (VM_CODE_SIZE / CELL * sizeof(uint32_t))
#define VM_PATHS            (VM_PRICES + VM_PRICES_SIZE + VM_GUARD)
#define VM_PATHS_MAX        (VM_CODE_SIZE / CELL / 2) /* a path takes two cells of code or more */
#define VM_PATHS_SIZE       (VM_PATHS_MAX * 8)
#define VM_COUNTS           (VM_PATHS + VM_PATHS_SIZE + VM_GUARD)
#define VM_COUNTS_SIZE      (2 * VM_PATHS_MAX * CELL) /* those of the base dictionary, and own ones */
#define VM_EXECUTED         (VM_COUNTS + VM_COUNTS_SIZE + VM_GUARD)
#define VM_EXECUTED_SIZE    (2 * VM_WORDS_SIZE / 64 * CELL)
#define VM_TRACE_HALF       (UINT64_C(2) << 20)
#define VM_TRACE            (VM_EXECUTED + VM_EXECUTED_SIZE + VM_GUARD)
#define VM_TRACE_SECOND     (VM_TRACE + VM_TRACE_HALF + VM_GUARD)
#define VM_SETTLED          (VM_TRACE_SECOND + VM_TRACE_HALF + VM_GUARD)
#define VM_SETTLED_TOKENS   (VM_SETTLED + VM_COUNTS_SIZE)
#define VM_HEAT             (VM_SETTLED_TOKENS + VM_EXECUTED_SIZE)
#define VM_HEAT_SIZE        (UINT64_C(32) << 20)
#define VM_TRANSITIONS      (VM_HEAT + VM_HEAT_SIZE)
#define VM_TRANSITIONS_SIZE (UINT64_C(1) << 20)
#define VM_SLOT_END         (VM_TRANSITIONS + VM_TRANSITIONS_SIZE + VM_GUARD)

_Static_assert(VM_TIB + VM_TIB_SIZE <= VM_STRINGS, "terminal input buffer overlaps strings");
_Static_assert(VM_STRINGS + VM_STRING_COUNT * VM_STRING_SIZE <= VM_DATA_SPACE,
               "strings overlap data space");
_Static_assert(VM_SLOT_END <= HAL_SPACE_SLOT_SIZE, "slot too small");

#endif
