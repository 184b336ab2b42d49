/*
 * vm_layout.h - where everything of a VM lies in its slot of address space (hal_space.h).
 *
 *   slot + 0            private to the kernel, each region of the engine's between guard pages:
 *          paths          for each path, where it begins
 *          prices         for each cell of code, how many words are paid for from there (price.c)
 *          names          the characters of the word names
 *          words          the hash table, then the table that an execution token indexes
 *          code           threaded code; written by the compiler alone, never executed
 *          mailbox        the messages that wait to be received
 *          workspace      of the compiler, and the files being included
 *          control stack  return addresses and exception frames; rsp while the VM runs
 *          data stack
 *          return stack   >R R> and loop parameters
 *          locals stack
 *   slot + VM_WINDOW_AT data window, 4 GiB: the only memory a Forth address can name
 *          0x0000         page 0: never mapped, so that 0 @ is an error
 *          0x1000         user area: system variables and transient buffers, below
 *          0x4000         data space: HERE grows up ...
 *          envelope       ... to here; file texts are stacked downward from the end
 *   ... + 4 GiB         guard: an access at the last address of the window ends here
 *   window + VM_COUNTS  what the engine writes about what it executes; sizes depend on the dictionary's (history.c):
 *          counts         for each path, how often it was taken
 *          executed       for each word, how often a token of it was executed
 *          trace          where execution has gone on: two halves, each with a guard behind it
 *                       and what the physics make of it (c/physics/):
 *          settled        counts and executed as they were at the last look
 *          heat           for each word, what is known of it
 *          transitions    how often which word has followed which
 *
 * The window begins 256 KiB before a multiple of 2 MiB. So the stacks, the beginning of the window and, for a VM
 * with a small envelope, code, words and names too, lie in the 2 MiB that one page table describes: a VM that is
 * small in every respect needs that one, the one above it and one for counts, executed and trace. Paths, prices, names,
 * words and code end below the workspace, where they begin depends on how large they may become: code as large as
 * the envelope, words, prices and paths half of it, names a quarter. What a VM can take is bounded by its envelope,
 * then, the stacks, the mailbox and what is known of its words.
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

/* Regions outside the window, as offsets into the slot. */
#define VM_WINDOW_AT      ((UINT64_C(48) << 20) - (UINT64_C(256) << 10))
#define VM_STACK_SIZE     (UINT64_C(256) << 10)
#define VM_LOCALS_STACK   (VM_WINDOW_AT - VM_GUARD - VM_STACK_SIZE)
#define VM_RETURN_STACK   (VM_LOCALS_STACK - VM_GUARD - VM_STACK_SIZE)
#define VM_DATA_STACK     (VM_RETURN_STACK - VM_GUARD - VM_STACK_SIZE)
#define VM_CONTROL_STACK  (VM_DATA_STACK - VM_GUARD - VM_STACK_SIZE)
#define VM_WORKSPACE_SIZE (3 * VM_PAGE)
#define VM_WORKSPACE      (VM_CONTROL_STACK - VM_GUARD - VM_WORKSPACE_SIZE)
#define VM_MAILBOX_SIZE   (UINT64_C(16) << 10)
#define VM_MAILBOX        (VM_WORKSPACE - VM_MAILBOX_SIZE) /* the kernel alone writes both: no guard */
#define VM_DICTIONARY_END (VM_MAILBOX - VM_GUARD) /* code, below it words, below them names */
#define VM_CODE_MIN       (UINT64_C(64) << 10)
#define VM_CODE_MAX       (UINT64_C(16) << 20)
#define VM_DICTIONARY_MAX                                                                          \
    (2 * VM_CODE_MAX + VM_CODE_MAX / 2 + VM_PAGE + VM_CODE_MAX / 4 + 3 * VM_GUARD)

/* Above the window, as an offset into it. */
#define VM_COUNTS     (VM_WINDOW + (UINT64_C(256) << 10))
#define VM_TRACE_HALF (UINT64_C(2) << 20)

_Static_assert(VM_TIB + VM_TIB_SIZE <= VM_STRINGS, "terminal input buffer overlaps strings");
_Static_assert(VM_STRINGS + VM_STRING_COUNT * VM_STRING_SIZE <= VM_DATA_SPACE,
               "strings overlap data space");
_Static_assert(VM_DICTIONARY_MAX <= VM_DICTIONARY_END,
               "the largest dictionary fits below the stacks");
_Static_assert(VM_WINDOW_AT + VM_WINDOW + VM_GUARD <= HAL_SPACE_SLOT_SIZE, "slot too small");

#endif
