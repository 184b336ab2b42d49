"""verify_state.py - abstract values, and the state of the engine on one path through a function.

A value is a tuple whose first item says what is known of it:

    ("num", id)  ("u32", id)  ("const", n)       numbers; u32 is zero-extended from 32 bits
    ("sp", k)  ("rp", k)  ("lp", k)               stack pointer, k bytes from the one at entry, None unknown
    ("lp-unchecked", id)                          one that must yet be compared with VM_LOCALS_BASE
    ("ip", base, k)  ("cell", base, k, where)     k bytes into threaded code; the cell read there
    ("window",)  ("vm",)  ("control", frame)      the other registers of the contract
    ("block", id)  ("block-end", id, length)      window plus a u32; the last byte of a block
    ("room-1", id)  ("room", id)                  bytes from the offset to the end of the window
    ("depth-bytes", k)  ("depth", k, less, nonzero)  items below the stack pointer
    ("index", k, id, nonzero)                     less than the items below ("sp", k)
    ("not-base", id)  ("xt", table, id)  ("xt-bytes", table, id)       a token, compared; times the size of a word
    ("word", id, id of token)  ("arg", id of word)   for EXECUTE
    ("offset", id)                                a number that is at most VM_TOP
    ("address",)                                  an address of no use
    ("c-word", name)                              the function of a C word
    ("words",)                                    what the virtual clock has left
    ("trace", k)                                  where the history goes on, k bytes from there at entry
    ("counter", base, k)                          the counter of threaded code, read k bytes from its beginning
    ("executed",)                                 the counters of the words

An id names one computed number: two values with the same id are equal. It is made from the address of the
instruction that computes it, so a loop that computes it again must first forget the old meaning (fresh).
"""

from verify_rules import FRAMES

# Kinds that are addresses of the engine: not to be given to a Forth program.
ADDRESSES = {"sp", "rp", "lp", "lp-unchecked", "locals-base", "ip", "window", "vm", "control", "block", "block-end",
             "words", "word", "trace", "executed", "data-base", "base-words", "own-words", "handler", "c-word", "arbiter", "address"}


def splits_into_frames(items, complete, frames=None):
    """True if items, from the top of the stack down, are whole frames, the last perhaps begun only."""
    if not items:
        return True
    for frame in frames or FRAMES.values():
        if items[:len(frame)] == frame and splits_into_frames(items[len(frame):], complete):
            return True
        if not complete and frame[:len(items)] == items:
            return True
    return False


def skip_frame_items(items, count):
    """items with `count` more of the only frame that they can belong to, or None."""
    found = {frame[:len(items) + count] for frame in FRAMES.values()
             if frame[:len(items)] == items and len(frame) >= len(items) + count}
    return found.pop() if len(found) == 1 else None


HEADROOM, DEPTH = "headroom", "depth"


class State:
    __slots__ = ("registers", "popped", "pushed", "blocks", "cells", "touched", "saved", "returns", "backward",
                 "flags", "paid", "counted", "noted", "came")

    def __init__(self, registers):
        self.registers = registers
        self.popped = ()  # items taken from the control stack of the entry, first one first
        self.pushed = ()  # items laid on it, top first
        self.blocks = frozenset()  # (offset id, length id): known to lie in the window
        self.cells = frozenset()  # (where, base, k): cells of threaded code that were read
        self.touched = -8  # deepest data stack cell, in bytes from the stack pointer at entry
        self.saved = frozenset()  # fields of struct vm written, and HEADROOM and DEPTH once they are checked
        self.returns = frozenset()  # places in threaded code that were pushed, as ("ip", base, k)
        self.backward = False  # direction flag
        self.flags = None  # (operation, value, value) behind the flags
        self.paid = ()  # prices that r11 was lowered by, as places (base, k); "word" for one word
        self.counted = ()  # counters that were raised by one, as places; ("token", id) for that of a word
        self.noted = ()  # what was written into the history: ("ip", base, k), ("cell", base, k), ("token", id)
        self.came = None  # where rsi has its threaded code from: "operand" and its place, "return", or "code"

    def copy(self):
        other = State(dict(self.registers))
        for name in State.__slots__[1:]:
            setattr(other, name, getattr(self, name))
        return other

    def key(self):
        return (tuple(self.registers.values()),
                *(getattr(self, name) for name in State.__slots__[1:]))

    def fresh(self, identity):
        """Makes an id for a number computed now; what bore it before loses its name."""
        def mentions(value):
            return any(part == identity or (isinstance(part, tuple) and mentions(part)) for part in value)

        for register, value in self.registers.items():
            if mentions(value):
                self.registers[register] = ("num", None)
        self.blocks = frozenset(pair for pair in self.blocks if not mentions(pair))
        if self.flags and any(mentions(value) for value in self.flags[1:]):
            self.flags = None
        return identity

    def refine(self, old, new):
        """A branch has told more about a value: every register that holds it learns it."""
        for register, value in self.registers.items():
            if value == old:
                self.registers[register] = new


def entry_state(kind):
    """The state at an entry; kinds as in verify_rules.HELPERS, or "handler" for what EXECUTE enters."""
    names = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"] + [f"r{n}" for n in range(8, 16)]
    registers = {name: ("num", ("entry", name)) for name in names}
    registers["r12"] = ("vm",)
    if kind == "unwound":
        registers["rbp"] = ("sp", 0)
    elif kind not in ("vm", "fault"):
        registers["r9"] = ("trace", 0)
        registers["r11"] = ("words",)
        registers["rsp"] = ("control", None)
        registers["rsi"] = ("ip", "entry", 0)
        registers["rdi"] = ("window",)
        registers["rbp"] = ("sp", 0)
        registers["r13"] = ("rp", 0)
        registers["r10"] = ("lp", 0)
    if kind == "handler":
        registers["rcx"] = ("word", "entry", None)
        registers["rdx"] = ("arg", "entry")
    if kind == "c-word":
        registers["rax"] = ("c-word", None)
    state = State(registers)
    state.paid = ("word",) if kind == "paid" else ()
    state.backward = kind == "fault"
    return state


LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = "less", "less-equal", "greater", "greater-equal"
_UNSIGNED = {"jb": LESS, "jc": LESS, "jnae": LESS, "jbe": LESS_EQUAL, "jna": LESS_EQUAL,
             "ja": GREATER, "jnbe": GREATER, "jae": GREATER_EQUAL, "jnc": GREATER_EQUAL, "jnb": GREATER_EQUAL}
_NOT = {LESS: GREATER_EQUAL, GREATER_EQUAL: LESS, LESS_EQUAL: GREATER, GREATER: LESS_EQUAL}
_SWAPPED = {LESS: GREATER, GREATER: LESS, LESS_EQUAL: GREATER_EQUAL, GREATER_EQUAL: LESS_EQUAL}


def identity(value):
    return value[1] if value[0] in ("num", "u32", "offset") else None


def _learn(state, left, relation, right):
    """left stands in the unsigned relation to right."""
    at_most = relation in (LESS, LESS_EQUAL)
    if right[0] == "room" and at_most and identity(left):
        state.blocks |= {(right[1], identity(left))}
    elif right == ("depth-bytes", 0) and at_most and left == ("num", ("entry", "rcx")):
        state.saved |= {DEPTH}
    elif right[0] == "offset" and at_most and left[0] in ("num", "u32") and identity(left):
        state.refine(left, ("offset", left[1]))
    elif right[0] == "locals-base" and at_most and left[0] == "lp-unchecked":
        state.refine(left, ("lp", None))
    elif right[0] == "depth" and right[2] < 0 and relation == LESS and identity(left):
        state.refine(left, ("index", right[1], left[1], False))
    elif right[0] == "base-end" and left[0] == "num" and left[1]:
        if relation == LESS:
            state.refine(left, ("xt", "base-words", left[1]))
        elif relation == GREATER_EQUAL:
            state.refine(left, ("not-base", left[1]))
    elif right[0] == "own-end" and left[0] == "not-base" and relation == LESS:
        state.refine(left, ("xt", "own-words", left[1]))


def learn_from_branch(state, condition, taken):
    """What the outcome of a conditional jump says about the values that were compared."""
    if not state.flags:
        return
    operation, left, right = state.flags
    if operation == "cmp" and condition in _UNSIGNED:
        relation = _UNSIGNED[condition] if taken else _NOT[_UNSIGNED[condition]]
        _learn(state, left, relation, right)
        _learn(state, right, _SWAPPED[relation], left)
    elif operation == "result" and condition in ("je", "jz", "jne", "jnz"):
        if taken == (condition in ("jne", "jnz")) and left[0] in ("depth", "index", "handler"):
            state.refine(left, left[:-1] + (True,))
