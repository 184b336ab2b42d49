"""verify_rules.py - what the code of the engine may do, as data.

verify_machine.py runs each primitive on abstract values and asks these tables. A new primitive that does nothing
new needs no change here: its stack effect comes from primitives.tbl, its kind says whether it may take operands.
Whoever adds a field, a frame, an entry label or a helper adds a line here and says why.
"""

# Every rule has a name, by which the tests ask for it, and a sentence for the report.
RULES = {
    "instruction": "this instruction is not on the list of what the engine uses",
    "memory-base": "the base register of a memory operand holds no address that may be used here",
    "unmasked": "an index into the window must be zero-extended from 32 bits on every path",
    "window-displacement": "an access to the window has a scale, or a displacement that the guard does not cover",
    "stack-displacement": "the displacement from a stack pointer is larger than a guard page surely catches",
    "stack-index": "a stack is indexed by a number that was not compared with its depth",
    "stack-depth": "a stack cell is touched that lies deeper than the stack comment says",
    "stack-below": "a cell below the stack pointer is read",
    "segment": "a segment override or an address of 32 bits",
    "vm-field": "no field of struct vm that the engine knows lies at this offset, or it is narrower",
    "vm-write": "this field of struct vm is not for the engine to write, or not with this value",
    "vm-register": "r12 must hold the struct vm between any two instructions",
    "window-register": "rdi may change only to its saved copy, or to a block that a block word has made",
    "ip-register": "rsi may change only by whole cells, or to threaded code from an operand, a frame or a word",
    "stack-register": "rbp, r13 and r10 may change only by constants or to a saved stack pointer",
    "control-register": "rsp may change only by push, pop, whole frames or from the struct vm",
    "control-frame": "only whole frames may be pushed onto and popped from the control stack",
    "clock": "r11 may change only by a price, by one for a word entered by a jump, or to its saved copy",
    "payment": "the way that is taken must be paid for once, by the price that lies with its operand or before its code",
    "counter": "the way that is taken must be counted once, by the counter that lies with its price or of its token",
    "history": "what execution goes on with must be noted once, as rsi or the token then is, where r9 points",
    "counted-last": "a way is counted when no stack and no memory of the program is still to be touched",
    "paid-first": "a way is counted and noted before it is paid for, so that a fault there finds it unpaid",
    "trace-register": "r9 may change only by the cell that was noted, or to its saved copy",
    "control-last": "rsp leaves the arbiter's stack when r9 and r11 are back: interrupts tell by rsp whether they are",
    "loop-register": "only loop words change r14 and r15",
    "code-write": "threaded code and word tables are never written",
    "operand": "only primitives without an execution token (inner) may read an operand",
    "operand-executed": "the paths skip different operands, or an operand would be executed, now or on return",
    "next": "an indirect jump must go to the cell at rsi, with rsi already past it",
    "execute": "a jump through a word needs an execution token that was compared with both ends",
    "call": "the engine calls nothing but C words, from engine_call_c with all registers saved, the depth compared "
            "and the headroom touched",
    "jump-target": "a jump leads neither into the same primitive nor to a listed entry",
    "falls-through": "control runs off the end",
    "unreached": "these bytes are neither reached nor padding: data or dead code",
    "direction": "the direction flag must be clear here",
    "block": "a string instruction needs blocks that were checked to lie in the window, byte by byte",
    "leak": "an address of the engine must not reach a Forth stack, the window or the top of the stack",
    "decides-first": "memory is changed before the stack cell was touched that tells an underflow",
    "drops-unseen": "cells are dropped and the deepest of them was not touched, so an underflow goes unnoticed",
    "effect": "the change of the data stack is not what the stack comment says",
    "return-effect": "the change of the return stack is not what the stack comment says",
    "locals-effect": "the locals stack is changed, and this is no word for locals",
    "c-word": "a C word's stub must pass its own function and the depth of its stack comment",
    "exit-reason": "engine_leave needs a constant exit reason in eax, and all registers saved if the VM goes on later",
    "rip-address": "only static threads and C words may be addressed relative to rip",
    "alignment": "a primitive must begin at a multiple of 64",
    "missing": "the table names a primitive that is not in the engine",
    "unknown-function": "the table does not know this function, nor is it a listed helper",
    "thread": "a static thread must be read-only and made of primitives and their operands",
    "writable": "the code of the engine must lie in a segment that is not writable",
    "endless": "the paths through this code are without end or too many",
}

PRIMITIVE_ALIGN = 64
STACK_REACH = 512  # bytes from a stack pointer; half a guard is 32 KiB
WINDOW_REACH = 64  # bytes above a 32-bit offset; the guard above the window catches them

# The virtual clock (README.md). Words whose two ways have a price each; the names are those of the table, and a pair
# does what its last part does. One way back has a price, the way of "branch" is paid for already.
CLOCK, TRACE = "r11", "r9"
FORKS = {"0branch", "of", "?do", "loop", "+loop", "loop79", "+loop79"}
BACK, AHEAD = "branch_back", "branch"
PAID_WITH = {"does": "set_does"}  # a primitive that another jumps to, and that its price has in it

# What the fields of struct vm hold; the offsets come from the generated engine_offsets.inc. A field that is not
# named here holds a number.
FIELD_KIND = {
    "VM_IP": "ip",
    "VM_SP": "sp",
    "VM_RP": "rp",
    "VM_CS": "control",
    "VM_LP": "lp",
    "VM_WINDOW": "window",
    "VM_DATA_BASE": "data-base",
    "VM_RETURN_BASE": "rp",
    "VM_CONTROL_BASE": "control",
    "VM_LOCALS_BASE": "locals-base",
    "VM_ENVELOPE": "offset",
    "VM_QUIT_CODE": "ip",
    "VM_BASE_WORDS": "base-words",
    "VM_BASE_END": "base-end",
    "VM_OWN_WORDS": "own-words",
    "VM_OWN_END": "own-end",
    "VM_HANDLER": "handler",
    "VM_ARBITER_SP": "arbiter",
    "VM_WORDS_LEFT": "words",
    "VM_TRACE": "trace",
    "VM_EXECUTED": "executed",
    "VM_TRACE_BEGIN": "private",  # .text and C turn the halves of the trace
    "VM_TRACE_OTHER": "private",
    "VM_TRACE_OTHER_END": "private",
    "VM_BLOCK_IP": "private",
    "VM_THROW_CS": "frame-note",
    "VM_DP": "offset",
    "VM_TOP": "offset",
}

# Fields that the engine may write, with a value of their kind (a number: anything but an address). An offset is a
# number that was found to be at most VM_TOP, so it lies in the window.
FIELD_WRITABLE = {
    "VM_IP", "VM_SP", "VM_RP", "VM_LP", "VM_CS", "VM_LOOP_INDEX", "VM_LOOP_LIMIT",  # the suspended engine
    "VM_HANDLER", "VM_DP", "VM_TOP",
    "VM_SOURCE_ADDR", "VM_SOURCE_SIZE", "VM_SOURCE_ID", "VM_FILE_DEPTH",
    "VM_THROW_CODE", "VM_THROW_WORD_ADDR", "VM_THROW_WORD_SIZE", "VM_THROW_SOURCE_ID",
    "VM_FAULT_KNOWN", "VM_THROW_RIP", "VM_THROW_CS", "VM_ATTENTION", "VM_ATTENTION_CODE", "VM_WORDS_LEFT",
    "VM_TRACE",
}

# What must be in the struct vm before a C word runs or the VM is suspended.
FIELD_SAVED = {"VM_IP", "VM_SP", "VM_RP", "VM_LP", "VM_CS", "VM_LOOP_INDEX", "VM_LOOP_LIMIT", "VM_WORDS_LEFT",
               "VM_TRACE"}

# Names in engine_offsets.inc that begin like fields but are values of one.
NOT_A_FIELD = {"VM_EXIT_FINISHED", "VM_EXIT_UNCAUGHT", "VM_EXIT_WAIT", "VM_EXIT_SLEEP",
               "VM_EXIT_BYE", "VM_EXIT_YIELD", "VM_EXIT_WORDS", "VM_EXIT_PREEMPTED",
               "VM_SOURCE_CELLS"}

# The frames on the control stack, the item on top first. They are pushed whole and popped whole, and each item
# goes back to where it came from; so what is popped into rsi is a return address.
_SOURCE = ("VM_SOURCE_ADDR", "VM_SOURCE_SIZE", "VM_SOURCE_ID", "USER_TO_IN", "VM_FILE_DEPTH", "VM_TOP")
FRAMES = {
    "call": ("IP",),
    "source": _SOURCE + ("IP",),
    "catch": ("VM_HANDLER", "INDEX", "LIMIT", "RP", "LP", "SP") + _SOURCE + ("IP",),
}

# Registers that the items of a frame come from.
FRAME_REGISTER = {"rsi": "IP", "rbp": "SP", "r13": "RP", "r10": "LP", "r14": "INDEX", "r15": "LIMIT"}

# Primitives that only static threads name, hence not in the table: their stack comment.
THREAD_PRIMITIVES = {
    "catch_exit": "( i*x -- j*x 0 )",
    "source_exit": "( -- )",
    "interpret_dispatch": "( i*x xt -- j*x )",
    "finish": "( -- i*x )",
}

# Exit reasons after which the VM goes on where it was.
SUSPENDS = {"VM_EXIT_WAIT", "VM_EXIT_SLEEP", "VM_EXIT_YIELD", "VM_EXIT_PREEMPTED"}

# Functions that are not primitives, and what they may rely on: "vm" is r12 and a clear direction flag, "fault" r12
# alone, "engine" the whole register contract, "c-word" that, a C word in rax and its need in rcx, "unwound" r12, the
# data stack and a clear direction flag, "paid" the contract in front of a word that has been paid for. Each may be
# jumped to by any primitive.
HELPERS = {
    "engine_resume": "vm",  # engine_run comes here from C
    "engine_attend": "engine",
    "engine_next": "engine",
    "engine_unwound": "vm",  # engine_throw after clock_unwind
    "engine_throw_underflow": "vm",
    "engine_throw_address": "vm",
    "engine_throw_range": "vm",
    "engine_throw_dictionary": "vm",
    "engine_throw_plain": "vm",
    "engine_throw": "fault",  # a fault or a break may come here from any instruction
    "engine_call_c": "c-word",
}
FALLS_INTO = {
    ("engine_throw_dictionary", "engine_throw_plain"),
    ("engine_throw_plain", "engine_throw"),
}
# Labels inside a primitive: its name, what it may rely on, and whether primitives may jump to it.
ENTRIES = {
    "execute_xt": ("prim_execute", "engine", True),  # rcx is any number
    "execute_paid": ("prim_execute", "paid", False),  # engine_words_out_execute goes on here
    "engine_quit_unwound": ("prim_quit", "unwound", False),  # after clock_unwind_all
}
WORDS_OUT = "engine_words_out"  # outside the section: saves all registers, between two primitives
WORDS_OUT_EXECUTE = "engine_words_out_execute"  # the same in front of a word
UNWIND = {"engine_unwind", "engine_unwind_all"}  # outside the section: C gives words back
LEAVE = "engine_leave"  # outside the section: returns to C
MARKERS = {"engine_throw_end", "__start_engine_text", "__stop_engine_text"}

# Reads the lowest cell that a C word may push into, so that the guard page answers in time.
PROBES_BELOW = {"engine_call_c"}

# The arg of a colon word is threaded code, and a DOES> word has some of its own; only their handlers make it rsi.
ARG_IS_CODE = {"enter_colon"}
HAS_CODE = {"enter_does"}

# Loop words may change r14 and r15; loop parameters are two cells on the return stack. The changes of the return
# stack, path by path. A name with something behind it, as in loop_79, is a variant.
LOOP_WORDS = {"do": {2}, "question_do": {0, 2}, "loop": {0, -2}, "plus_loop": {0, -2}, "unloop": {-2}, "leave": {0}}

# Words that replace the return stack pointer or the loop registers by saved ones. Where neither these nor a loop word,
# the R: comment of the table counts.
RESTORES_RETURN = {"quit", "catch_exit"}
RESTORES_LOOP = {"catch_exit"}

# Change of the locals stack in cells; None: the pointer is replaced, or moved by an operand and then compared.
LOCALS_EFFECT = {"to_local": (1,), "local_drop": None, "quit": None, "catch_exit": None}

# Stack pointers: what such a register must hold between any two primitives.
STACK_REGISTERS = {"rbp": "sp", "r13": "rp", "r10": "lp"}

# Instructions on numbers. What is not here or in verify_machine.py is refused: ret, syscall, int, in, out, hlt,
# loads of segment, control and descriptor registers, SSE, and all that nobody has thought of.
ARITHMETIC = {
    "add", "sub", "adc", "sbb", "and", "or", "xor", "shl", "shr", "sar", "rol", "ror", "imul",
    "inc", "dec", "neg", "not", "bswap", "bsf", "bsr", "popcnt", "lzcnt", "tzcnt", "shld", "shrd",
    "bts", "btr", "btc",
}
COMPARISONS = {"cmp", "test", "bt"}
WIDE = {"mul": ("rax", "rdx"), "div": ("rax", "rdx"), "idiv": ("rax", "rdx"), "cqo": ("rdx",),
        "cdq": ("rdx",), "cdqe": ("rax",)}
BIT_TESTS = {"bt", "bts", "btr", "btc"}  # with a memory operand the bit number reaches any byte: registers only
