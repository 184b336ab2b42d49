/*
 * model.h - the random test of the arbiter: the parts and what they know of one another.
 *
 * The arbiter's own sources run over a machine of the test's (machine.c), which stands where the engine and
 * the HAL stand: time is a variable, memory fails on request, interrupts come where the test wants them. A
 * life is a list of operations; each is what the VM that runs does next, or what happens to the machine
 * meanwhile. The reference (reference.c) says in plain arrays what must come of it, and after each operation
 * both are compared (compare.c).
 * Operations are numbers that are read modulo what there is, so that a list from which some are left out
 * still means something: that is how failures shrink (main.c).
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arbiter/vm_control.h"
#include "forth/vm.h"
#include "hal/hal_fault.h"

/* ---- main.c ---- */

struct ref_vm;

struct operation {
    uint32_t kind; /* enum operation_kind */
    uint32_t x, y, z;
};

/* What can be planted to see whether the test notices. */
enum plant {
    PLANT_NONE,
    PLANT_LOST_WAKE,     /* a VM that is woken is forgotten now and then */
    PLANT_NO_LENDING,    /* who waits lends nothing */
    PLANT_MAIL_SHORT,    /* a message loses its last byte */
    PLANT_MAIL_ORDER,    /* the second-oldest message is found first */
    PLANT_KEEP_DERIVED,  /* a capability derived from a revoked one stays */
    PLANT_KEEP_DEADLINE, /* a VM that is woken stays in the queue of deadlines */
    PLANT_STALE_ID,      /* the ID of a VM that is gone finds the next one in its place */
    PLANT_LEAK,          /* a block is not freed */
    PLANT_EARLY,         /* a deadline comes too early */
    PLANT_NOTICE,        /* the notice of an end is lost */
    PLANT_LONG_TURN,     /* a counted turn is one word too long */
    PLANT_OLD_TURN,      /* a VM that has waited goes on with the turn that it was in */
    PLANT_COUNT
};
extern enum plant plant;

/* Ends the process: the arbiter is not what it should be. */
_Noreturn void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The next operation; ends the life when there is none. */
const struct operation *next_operation(void);

/* A line of what happens, with --trace. */
void model_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs a life to its end, which model_life_ended says. */
_Noreturn void model_life(void);
_Noreturn void model_life_ended(void);

/* ---- operations.c ---- */

enum operation_kind {
    OP_TIME,
    OP_LATE_TIME,
    OP_YIELD,
    OP_SLEEP,
    OP_KEY_WAIT,
    OP_SPAWN,
    OP_KILL,
    OP_END,
    OP_UNCAUGHT,
    OP_SEND,
    OP_SEND_WITHIN,
    OP_TRY_SEND,
    OP_RECV,
    OP_RECV_WITHIN,
    OP_RECV_FROM,
    OP_RECV_FROM_WITHIN,
    OP_TRY_RECV,
    OP_WAIT_VM,
    OP_WAIT_VM_WITHIN,
    OP_PRIORITY,
    OP_QUANTUM,
    OP_COUNTED,
    OP_GRANT,
    OP_GRANT_RANGE,
    OP_REVOKE,
    OP_CONSOLE_TO,
    OP_BREAK,
    OP_LATE_BREAK,
    OP_KEY,
    OP_FAIL_MEMORY,
    OP_ASK,
    OP_COUNT
};

const char *operation_name(uint32_t kind);
bool operation_kind_named(const char *name, uint32_t *kind);

/* How an operation of a running VM ended. */
enum outcome {
    OUTCOME_GO_ON,
    OUTCOME_LEFT, /* with *reason */
};

/* Carries out one operation in the running VM. */
enum outcome operation_run(struct vm *vm, const struct operation *operation, enum vm_exit *reason);

/* The same for the world outside while every VM waits: true when something has come of it. */
bool operation_outside(const struct operation *operation);

/* ---- words.c ---- */

/* Carries out an operation that is a word: true when it is one. *allocates: whether that may allocate. */
bool word_run(struct vm *vm, struct ref_vm *ref, const struct operation *op, bool *allocates);

/* Compares what a word leaves that is over at once. */
void word_check(struct vm *vm, struct ref_vm *ref);

/* An ID that will be stale. */
void word_remember_dead(uint64_t id);

/* A time to wait, in ns. */
uint64_t word_delay(uint32_t y);

/* The ID of a VM: mostly one that lives, often a relative; now and then one that is gone, or never was. */
uint64_t word_any_vm(const struct ref_vm *self, uint32_t x);

/* Compares the code of a word with the reference's; a THROW is caught at once. */
void word_over(struct vm *vm, struct ref_vm *ref, int got, int expected);

/* ---- words_rights.c ---- */

void word_rights(struct vm *vm, struct ref_vm *ref, const struct operation *op); /* GRANT REVOKE */
void word_steer(struct vm *vm, struct ref_vm *ref, const struct operation *op);
void word_counted(struct vm *vm, struct ref_vm *ref, const struct operation *op);

/* ---- machine.c, interrupts.c, engine.c ---- */

struct ref_vm;

#define SLACK_NS (UINT64_C(1000) + 2) /* the shortest timer, and rounding */

extern uint64_t machine_now;           /* ns, and cycles of the time stamp counter */
extern void (*machine_listener)(void); /* called when a key comes */
extern unsigned machine_input;         /* keys that nobody has taken yet */
extern uint64_t machine_input_time;    /* when the oldest of them came */
extern uint32_t machine_fail_in;       /* allocations until one fails, 0 none */
extern bool machine_failed;            /* since this was last cleared */
extern uint64_t machine_blocks;        /* allocations in use */
extern uint64_t machine_allocations;
extern uint32_t
    machine_late; /* calls of the HAL until the interrupts that are held back come; 0 none are */
extern bool machine_break;       /* a break is to come */
extern bool machine_interrupted; /* an interrupt came since this was last cleared */

/* Where an interrupt finds the processor. */
enum place { IN_C, IN_ENGINE, IN_CONTINUE };
extern const char model_in_c[], model_in_engine[], model_next[];

/* A place in the arbiter at which an interrupt may come. */
void machine_point(void);

/* All interrupts that are due, at this place. True when they send the engine elsewhere. */
bool machine_interrupts(enum place place, const struct hal_registers *registers);

/* When the next timer rings, UINT64_MAX for none. */
uint64_t machine_next_timer(void);

/* The engine, instruction by instruction as far as the arbiter can tell: lets `ns` pass. False when the VM
 * has been taken off the processor. */
bool machine_pass(struct vm *vm, uint64_t ns);

/* A piece of the heartbeat with which a VM that was put on begins: an interrupt may come, and then the VM is
 * taken off again. */
void machine_beat_piece(struct vm *vm);

/* Everything that is due happens now, in the engine. As machine_pass. */
bool machine_interrupts_now(struct vm *vm);

/* Throws what the VM's attention says, in a VM whose registers are live. */
void machine_throw(struct vm *vm, struct ref_vm *ref);

/* Puts the registers into the VM's frame, between two words. */
void machine_save_frame(struct vm *vm);

/* Looks at what the reference says the VM has received. */
void machine_check_bytes(const struct vm *vm, struct ref_vm *ref);
unsigned char *machine_bytes(const struct vm *vm, uint64_t address);

#define BUFFER_ADDRESS UINT64_C(0x1000) /* what is received */
#define SEND_ADDRESS   UINT64_C(0x2800)
#define TEXT_ADDRESS   UINT64_C(0x1000)
#define WINDOW_SIZE    UINT64_C(0x4000)
#define BUFFER_SIZE    (SEND_ADDRESS - BUFFER_ADDRESS)

void stack_clear(struct vm *vm);

/* Whether the VM is to look at its attention at the next branch. */
bool *machine_hurry(struct vm *vm);

/* ---- clock.c ---- */

/* The next word is paid for. */
void clock_pay(struct vm *vm, struct ref_vm *ref);

/* What comes of it at a branch: OUTCOME_LEFT when the VM leaves, with *reason, and its frame. */
enum outcome clock_branch(struct vm *vm, struct ref_vm *ref, enum vm_exit *reason);

/* ---- inside.c: what the scheduler keeps to itself ---- */

bool inside_look(void);
void inside_check(void);

/* ---- reference.c, reference_messages.c, reference_rights.c ---- */

#define MAIL_MAX    1024u
#define RESULTS_MAX 5u
#define VMS_MAX     400u
#define CAPS_MAX    4096u

struct ref_message {
    uint64_t from;
    uint32_t size, stamp;
    bool taken;
};

struct ref_notice {
    uint64_t id;
    enum vm_end how;
    int64_t code;
};

struct ref_vm {
    uint64_t id;
    enum vm_state state;
    unsigned base, priority;
    uint64_t quantum;
    uint64_t slice_left;
    int64_t turn;    /* RUNNABLE: place among those of its priority, the lowest first */
    uint64_t waited; /* order in which those that wait for the same VM came */
    uint64_t parent;
    uint64_t partner;
    uint64_t deadline;
    uint64_t buffer_size; /* RECEIVING */
    bool bad_buffer;
    uint32_t size, stamp; /* SENDING */
    struct ref_message mail[MAIL_MAX];
    unsigned mail_count; /* with those that are taken and still in the ring */
    struct ref_notice notices[64];
    unsigned notice_count;
    bool last_was_notice;
    bool started;
    uint64_t turn_words;           /* of the turn that it is in; 0: the next begins anew */
    int64_t words_left;            /* of that */
    uint64_t words;                /* executed */
    int64_t thrown;                /* what it finds when it runs next; 0 nothing */
    uint64_t results[RESULTS_MAX]; /* on the stack */
    unsigned result_count;
    int got; /* in the buffer: 0 nothing new, 1 a message, 2 a notice */
    uint32_t got_size, got_stamp;
    struct ref_notice got_notice;
};

struct ref_cap {
    bool gone;
    uint64_t kind, low, high;
    uint64_t owner;
    int source; /* index, -1: the start */
    unsigned depth;
};

extern struct ref_vm *ref_vms[VMS_MAX];
extern unsigned ref_count;
extern struct ref_cap ref_caps[CAPS_MAX];
extern unsigned ref_cap_count;
extern uint64_t ref_audits;
extern uint64_t ref_current; /* ID, REF_NOBODY */
extern uint64_t ref_console;
extern uint64_t ref_slice_end;
extern uint64_t ref_counted; /* words in a turn, 0: turns are measured in time */
extern bool ref_must_leave;  /* the current VM, as soon as its word is over */
extern bool ref_doomed;

#define REF_NOBODY UINT64_MAX

struct ref_vm *ref_find(uint64_t id);
struct ref_vm *ref_add(uint64_t id, uint64_t parent);
void ref_begin(void); /* VM[0] */

/* What happens, in the words of the machine. */
void ref_event(bool is_break); /* an interrupt handler asks for a look */
void ref_settle_look(void);    /* to be called when the scheduler has none before it */
uint64_t ref_dispatch(void);   /* who runs now */
void ref_exit(struct ref_vm *vm, enum vm_exit reason, int64_t code);
void ref_after_word(struct ref_vm *vm); /* who must make room after a word */
void ref_pay(struct ref_vm *vm);        /* one word more */
bool ref_turn_over(const struct ref_vm *vm);

/* The parts of these, for one another. */
void ref_wait(struct ref_vm *vm, enum vm_state state, uint64_t partner, uint64_t deadline);
void ref_wake(struct ref_vm *vm, int64_t code);
void ref_end(struct ref_vm *vm, enum vm_end how, int64_t code);
struct ref_vm *ref_first_waiting(uint64_t id, bool senders);
void ref_take_notice(struct ref_vm *vm, unsigned which);
void ref_got_notice(struct ref_vm *vm, struct ref_notice notice);
void ref_give_all(void); /* to VM[0] */
void ref_drop_caps(uint64_t owner);

/* The words. Each returns 0 or the THROW code, and leaves results in the VM. */
int ref_send(struct ref_vm *self, uint64_t to, uint64_t size, uint32_t stamp, bool bad,
             uint64_t deadline);
int ref_try_send(struct ref_vm *self, uint64_t to, uint64_t size, uint32_t stamp, bool bad);
int ref_recv(struct ref_vm *self, uint64_t from, uint64_t size, bool bad, uint64_t deadline);
int ref_try_recv(struct ref_vm *self, uint64_t size, bool bad);
int ref_wait_vm(struct ref_vm *self, uint64_t id, uint64_t deadline);
int ref_kill(struct ref_vm *self, uint64_t id);
int ref_priority(struct ref_vm *self, uint64_t id, uint64_t priority);
int ref_quantum(struct ref_vm *self, uint64_t id, uint64_t quantum);
int ref_counted_quantum(struct ref_vm *self, uint64_t words);
int ref_grant(struct ref_vm *self, uint64_t to, uint64_t kind, uint64_t low, uint64_t high);
int ref_grant_kind(struct ref_vm *self, uint64_t to, uint64_t kind);
int ref_revoke(struct ref_vm *self, uint64_t to, uint64_t kind);
int ref_console_to(struct ref_vm *self, uint64_t id);
int ref_demand(struct ref_vm *self, uint64_t kind, uint64_t low, uint64_t high);
bool ref_has_kind(const struct ref_vm *self, uint64_t kind);
void ref_result(struct ref_vm *vm, uint64_t value);
unsigned ref_mail_waiting(const struct ref_vm *vm);
unsigned ref_mail_bytes(const struct ref_vm *vm);
bool ref_waits(const struct ref_vm *vm); /* for a partner */
void ref_lend(void);

/* ---- compare.c ---- */

/* Compares everything with the reference, and looks at every list. */
void compare_all(void);

#endif
