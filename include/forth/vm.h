/*
 * vm.h - a VM as the engine and the Forth system see it.
 *
 * The engine keeps this structure's address in r12 while the VM runs; asm_offsets.c gives NASM the
 * offsets. Registers live in the first fields only while the VM is suspended or inside C.
 */
#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forth/console.h"
#include "forth/dictionary.h"
#include "forth/vm_layout.h"

#define VM_FILE_DEPTH    16u /* files that may be including one another */
#define VM_CONTROL_DEPTH 64u /* nesting of control structures in one definition */
#define VM_ORDER_MAX     16u /* word lists in the search order */
#define VM_LOCALS_MAX    64u /* locals in scope at once */
#define VM_PRESENT       16u /* pages that vm_pointer remembers */
#define VM_LOCAL_NAME    31u /* characters in the name of a local */
#define VM_SOURCE_MAX                                                                              \
    (UINT64_C(1)                                                                                   \
     << 20) /* bytes of a string or line that is interpreted: parsing goes through it at once */

/* Why engine_run returned. */
enum vm_exit {
    VM_EXIT_FINISHED, /* its start-up word returned */
    VM_EXIT_UNCAUGHT, /* THROW without CATCH: vm->throw_code */
    VM_EXIT_WAIT,     /* it waits for console input */
    VM_EXIT_SLEEP,    /* it waits for the time vm->wake_ns */
    VM_EXIT_BYE,      /* BYE */
    VM_EXIT_YIELD,    /* it gave up the rest of its quantum */
    VM_EXIT_WORDS,    /* it has used up its words (forth/clock.h): vm->frame has the registers */
    VM_EXIT_PREEMPTED /* it had to leave: between two instructions (vm->preempted: the registers are in vm->frame), or
                         after a word, which may have made it wait */
};

/* What a VM must attend to before it goes on: bits of vm->attention. */
enum vm_attention {
    VM_ATTENTION_BREAK = 1 << 0, /* Ctrl-C: THROW -28 */
    VM_ATTENTION_THROW = 1 << 1, /* THROW vm->attention_code */
    VM_ATTENTION_LEAVE = 1 << 2, /* back to the arbiter */
};

/* The registers of a VM that was preempted (engine_continue in asm/engine/switch.asm). r12 is not among
 * them: it is the struct vm. */
struct vm_frame {
    uint64_t rip, rsp, rflags;
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r13, r14, r15;
};

/* Cells of the input source on the control stack, and of an exception frame, without the return address above them
 * (asm/engine/exception.asm). */
#define VM_SOURCE_CELLS 6u
#define VM_CATCH_CELLS  (6u + VM_SOURCE_CELLS)

/* A file being included: its text lies in the window, [text, text + size). */
struct vm_file {
    uint64_t text;
    uint64_t size;
    uint64_t next;  /* offset of the next line */
    uint64_t line;  /* number of the line that is the source now, from 1 */
    char name[256]; /* zero-terminated */
};

/* What a control-flow stack entry stands for (Forth-2012 3.2.3.2). */
enum control_kind { CONTROL_ORIG, CONTROL_DEST, CONTROL_DO, CONTROL_CASE, CONTROL_OF };

struct control_entry {
    enum control_kind kind;
    uint64_t address; /* orig: operand cell to resolve; dest: target; do: loop body */
    uint64_t leaves;  /* do, case: chain of operand cells to resolve at its end, 0 none */
    uint32_t locals;  /* locals in scope where it began; those declared since end with it */
};

struct local {
    uint8_t size;
    char name[VM_LOCAL_NAME];
};

struct definition {
    bool open;     /* between : and ; */
    bool linear;   /* no branch so far: depth and need are exact */
    uint32_t xt;   /* the word being defined */
    int32_t depth; /* data stack cells relative to entry */
    int32_t need;  /* cells surely needed on entry */
    uint64_t last; /* cell of the newest primitive, 0 where a branch may arrive after it */
    uint32_t control_depth;
    uint32_t local_count;
    struct control_entry *control; /* in the workspace; present while a definition is open */
    struct local *local;           /* in the order of declaration */
};

/* What few VMs need at any time: pages of the slot that are made when they are first used. */
struct vm_workspace {
    struct control_entry control[VM_CONTROL_DEPTH];
    struct local local[VM_LOCALS_MAX];
    struct vm_file file[VM_FILE_DEPTH];
};

_Static_assert(sizeof(struct vm_workspace) <= VM_WORKSPACE_SIZE, "the workspace is large enough");

/* Where the tables above the window lie, placed by history_start. */
struct vm_tables {
    uint64_t counts, counts_size;
    uint64_t executed_size; /* of the region at vm->executed */
    uint64_t trace;         /* the first half; the second is VM_TRACE_HALF + VM_GUARD further on */
    uint64_t settled, settled_tokens;
    uint64_t heat, heat_size;
    uint64_t transitions;
};

struct vm {
    /* The suspended engine: register contract in asm/engine/engine.inc */
    uint64_t ip;
    uint64_t sp; /* data stack with the top item in memory */
    uint64_t rp;
    uint64_t cs; /* control stack */
    uint64_t lp; /* locals stack */
    uint64_t loop_index;
    uint64_t loop_limit;
    int64_t words_left;  /* words that may be paid for before the engine looks up (forth/clock.h) */
    int64_t words_later; /* and then */
    uint64_t trace;      /* where the next place is noted (forth/history.h) */

    /* What a switch touches beside them: two lines of the cache with the above */
    uint64_t window;            /* address of Forth address 0; constant while the VM lives */
    uint32_t attention;         /* enum vm_attention */
    uint32_t preempted;         /* 1: frame, not the fields above, has the registers */
    uint64_t arbiter_sp;        /* rsp of engine_run's caller: C called by Forth runs below it */
    int64_t clock_target;       /* words paid for when words_left and words_later will be 0 */
    uint64_t next_beat;         /* words paid for at the next heartbeat (physics/physics.h) */
    struct vm_control *control; /* arbiter/vm_control.h; NULL: the arbiter does not schedule it */
    uint32_t exit_reason;       /* enum vm_exit */

    /* Constant while the VM lives */
    uint64_t data_base;    /* data stack pointer of the empty stack */
    uint64_t return_base;  /* return stack pointer of the empty stack */
    uint64_t control_base; /* rsp of the empty control stack */
    uint64_t locals_base;  /* locals stack pointer of the empty stack */
    uint64_t envelope;     /* first window address that the VM may not use */
    uint64_t quit_code;    /* threaded code of the text interpreter's outer loop */

    /* Word tables: base words by number, own words by number (address biased by the first) */
    uint64_t base_words;
    uint64_t base_end;
    uint64_t own_words;
    uint64_t own_end;

    uint64_t executed;    /* counters of the words, by token */
    uint64_t trace_begin; /* of the half that is being written */
    uint64_t trace_full;  /* bytes after which the other half has its turn */
    uint64_t trace_other; /* the other half: its begin and the end of what is in it */
    uint64_t trace_other_end;

    uint64_t handler; /* innermost exception frame on the control stack, 0 none */
    uint64_t dp;      /* HERE */
    uint64_t top;     /* end of free data space */

    /* The input source (Forth-2012 6.1.2216 SOURCE); >IN is in the window */
    uint64_t source_addr;
    uint64_t source_size;
    int64_t source_id;   /* 0 terminal, -1 string, n > 0: file[n - 1] */
    uint64_t file_depth; /* files open */
    uint64_t word_addr;  /* the word parsed last, for messages */
    uint64_t word_size;

    /* The last THROW: where it happened */
    int64_t throw_code;
    uint64_t throw_word_addr;
    uint64_t throw_word_size;
    int64_t throw_source_id;
    uint64_t fault_known;   /* 1: the throw came from a fault at fault_address */
    uint64_t fault_address; /* as a Forth address when inside the window */
    uint64_t fault_write;

    /* For clock_unwind */
    uint64_t
        throw_rip; /* the instruction that faulted; 0: the throw came from between two primitives */
    uint64_t throw_cs; /* control stack before the frame that is being pushed, 0 none is */
    uint64_t block_ip; /* the instruction pointer while a block word uses its register */

    int64_t attention_code;
    uint32_t breaks; /* Ctrl-C since the prompt last waited for a line */
    struct vm_frame frame;

    /* C only */
    uint64_t slot; /* address of the slot */
    uint32_t present
        [VM_PRESENT]; /* pages that are present, the page of number n in place n % VM_PRESENT: vm_pointer */
    struct vm_tables tables;
    struct physics *physics; /* physics/physics.h; NULL: it has none */
    uint64_t id;
    enum {
        VM_UNCOUNTED_PATH = 1, /* the path from the instruction pointer on is not paid for */
        VM_UNCOUNTED_TOKEN     /* a word is paid for besides */
    } throw_uncounted;    /* there was no memory for a counter, and a THROW is on its way; else 0 */
    uint32_t latest;      /* xt of the newest definition, for DOES> and IMMEDIATE */
    uint64_t wake_ns;     /* hal_time_now_ns at which a sleep ends */
    uint32_t noop_xt;     /* a word that does nothing */
    uint32_t order_count; /* search order, the first to be searched first */
    uint32_t order[VM_ORDER_MAX];
    /* HOT_WORDS places, where dictionary_find looks first; NULL: none */
    struct hot_word *hot_words;
    uint32_t current;     /* word list that new words go to */
    uint32_t wordlists;   /* word lists that exist */
    uint32_t string_turn; /* which of the two transient string buffers is next */
    uint64_t abort_addr;  /* message of the last ABORT" */
    uint64_t abort_size;
    bool at_prompt; /* the outer interpreter waits for a line */
    struct console_stream console;
    struct definition definition;
    unsigned char *mailbox; /* VM_MAILBOX_SIZE bytes of the slot, for the arbiter */
    struct vm_file *file;   /* in the workspace; the first file_depth are present */
    struct dictionary own;
};

/* ---- asm/engine/switch.asm and exception.asm ---- */

/* Runs vm until it suspends itself, and then those that scheduler_next gives, until that gives none; returns the last
 * one's reason (enum vm_exit). Interrupts may be enabled. C called by Forth runs on the caller's stack. */
int engine_run(struct vm *vm);

/* The arbiter's part in it (c/arbiter/scheduler.c): the VM that runs has left for `reason`, with all that counts in its
 * struct vm. Returns the VM that goes on in its place without engine_run returning; NULL, and nothing has changed,
 * when the arbiter must look itself, or does not schedule that VM. */
struct vm *scheduler_next(enum vm_exit reason);

/* Where a fault handler sends the engine: throws the code that it put into rbx. vm->throw_rip must say where the fault
 * was. */
void engine_throw(void);

/* The code of engine_run that brings back the registers of a preempted VM. Who finds it interrupted there and
 * wants to stop the VM after all sets vm->preempted and goes to engine_preempted, with r12 = vm. */
extern const char engine_continue[], engine_continue_end[];

/* Returns from engine_run with VM_EXIT_PREEMPTED; needs r12 alone. */
void engine_preempted(void);

/* The bounds of the code in which a VM's registers are live. */
extern const char __start_engine_text[], __stop_engine_text[];

/* Threads are entered by clock_enter. This one executes the xt on the stack and then ends the VM. */
extern const uint64_t engine_start_thread[];

/* A thread that interprets the file being included to its end and then ends the VM. */
extern const uint64_t engine_load_thread[];

/* A thread that goes to the prompt. */
extern const uint64_t engine_quit_thread[];

/* Where the paths of the engine's threads begin, by number; those of the dictionaries have the numbers that follow. */
extern const uint64_t engine_paths[], engine_paths_end[];

/* ---- c/forth/vm_memory.c ---- */

/* The only way from a Forth address to a C pointer: checks that [address, address + size) lies in
 * the VM's envelope (using the low 32 bits of address, like the engine) and makes the pages
 * present. NULL when it does not. The pointer is good until Forth runs again. */
void *vm_pointer(struct vm *vm, uint64_t address, uint64_t size);

/* To be called when pages of the window have gone, or have been taken by others: vm_pointer remembers which are there. */
void vm_pages_moved(struct vm *vm);

/* The same question without making pages present: for a word that goes through its argument in pieces. */
bool vm_has(const struct vm *vm, uint64_t address, uint64_t size);

/* Reads and writes one cell of the user area. */
uint64_t vm_user_get(const struct vm *vm, uint64_t address);
void vm_user_set(struct vm *vm, uint64_t address, uint64_t value);

/* Makes the part of the workspace present that the next definition, or the next file, needs. False when memory
 * does not suffice. */
bool vm_prepare_definition(const struct vm *vm);
bool vm_prepare_file(const struct vm *vm);

/* ---- c/forth/again.c ---- */

#define VM_PIECE UINT64_C(4096) /* bytes that a C word goes through at once */

/* For a C word that has more to do than one piece: with what is left on the stack, as its arguments, it returns what
 * this returns. The VM goes on with `thread`, a branch to the word's primitive and an exit (asm/engine/threads.asm),
 * unless it has to leave first. 0, or a THROW code when the control stack is full. */
int vm_again(struct vm *vm, const uint64_t *thread);
extern const uint64_t engine_again_type_thread[], engine_again_compare_thread[];
extern const uint64_t engine_again_to_number_thread[], engine_again_allocate_on_thread[];

/* ---- vm->attention ---- */

/* Interrupt handlers set bits too, on this processor: for that one instruction suffices, and a locked one costs as much as
 * a quarter of a switch. */
static inline void vm_attend(struct vm *vm, uint32_t bits) {
    __asm__ volatile("orl %1, %0" : "+m"(vm->attention) : "ri"(bits) : "cc");
}

/* What was asked has been done. */
static inline void vm_attended(struct vm *vm, uint32_t bits) {
    __asm__ volatile("andl %1, %0" : "+m"(vm->attention) : "ri"(~bits) : "cc");
}

/* ---- stack access for C words: the engine has checked depth and headroom ---- */

#define VM_HEADROOM_CELLS 32 /* cells that a C word may push without asking */

static inline uint64_t vm_depth(const struct vm *vm) {
    return (vm->data_base - CELL - vm->sp) / CELL;
}

static inline uint64_t vm_pop(struct vm *vm) {
    uint64_t value = *(uint64_t *)vm->sp;
    vm->sp += CELL;
    return value;
}

static inline void vm_push(struct vm *vm, uint64_t value) {
    vm->sp -= CELL;
    *(uint64_t *)vm->sp = value;
}

/* Item n counted from the top, 0 the top. */
static inline uint64_t *vm_item(struct vm *vm, uint64_t n) {
    return (uint64_t *)vm->sp + n;
}

#endif
