"""verify_memory.py - which memory an instruction may read and write, by what its base register holds.

Each kind of address (verify_state.py) has a method that judges the access and says what a reader gets.
"""

from verify_rules import FIELD_WRITABLE, HAS_CODE, PROBES_BELOW, STACK_REACH, WINDOW_REACH
from verify_state import ADDRESSES, HEADROOM, splits_into_frames

CELL = 8
MAY_FAULT = {"sp", "rp", "lp", "window", "block"}  # kinds of addresses, when the rest of a word behaves


class MemoryAccess:
    """For one function. `facts` has the offsets, fields and threads of the program; `report` takes (address, rule)."""

    def __init__(self, function, facts, report):
        self.function, self.facts, self.report = function, facts, report
        self.here = 0

    def bad(self, rule):
        self.report(self.here, rule)

    def number(self, state, kind="num", part=0):
        return (kind, state.fresh((self.here, part)))

    def thread(self, state):
        """The beginning of threaded code not seen before."""
        return ("ip", state.fresh((self.here, "ip")), 0)

    def access(self, state, memory, stored):
        """Reads memory (stored is None) or writes it. Returns what a reader gets."""
        result = self.number(state, "u32" if memory.size and memory.size < 8 else "num", 2)
        if memory.segment not in (None, "ds", "ss") or memory.strange:
            self.bad("segment")
            return result
        if memory.target is not None:
            self.bad("rip-address")
            return result
        base = state.registers[memory.base] if memory.base else ("none",)
        index = state.registers[memory.index] if memory.index else None
        if index and index[0] == "window" and memory.scale == 1:
            base, index = index, base
        way = {"sp": self.data_stack, "rp": self.other_stack, "lp": self.other_stack, "window": self.window,
               "block": self.block, "vm": self.field, "ip": self.cell, "word": self.word,
               "trace": self.note}.get(base[0])
        if base[0] in MAY_FAULT:
            self.may_fault(state)
        if memory.base == "rsp":
            self.bad("control-register")
        elif way is None:
            self.bad("memory-base")
        else:
            if stored is not None and base[0] not in ("vm", "ip", "word", "trace"):
                self.leak(stored)
            return way(state, memory, base, index, stored) or result
        return result

    def may_fault(self, state):
        """The stacks and the window: a fault there throws, and the word has not taken its way then."""
        if state.counted:
            self.bad("counted-last")

    def leak(self, value):
        if value[0] in ADDRESSES:
            self.bad("leak")

    def decided(self, state):
        if state.touched < CELL * (self.function.need - 1):
            self.bad("decides-first")

    def data_stack(self, state, memory, base, index, stored):
        if abs(memory.displacement) > STACK_REACH:
            return self.bad("stack-displacement")
        if index:
            close = memory.displacement == 0 or (memory.displacement == -CELL and index[-1] is True)
            checked = index[0] == "index" and index[1] == base[1] and memory.scale == CELL and close
            if not checked:
                return self.bad("stack-index")
            if base[1] is not None:  # a number less than the items below says that there is one
                state.touched = max(state.touched, base[1])
            return None
        if base[1] is None:
            return None
        if memory.displacement < 0 and stored is None:
            if self.function.symbol not in PROBES_BELOW:
                return self.bad("stack-below")
            if base[1] == 0 and memory.displacement == -self.facts.offset["STACK_HEADROOM"]:
                state.saved |= {HEADROOM}
            return None
        offset = base[1] + memory.displacement
        # With need items the last of them is at 8 * (need - 2); the cell behind it becomes the new top.
        if offset > CELL * (self.function.need - (1 if stored is None else 2)) and offset >= 0:
            return self.bad("stack-depth")
        state.touched = max(state.touched, offset)
        return None

    def other_stack(self, state, memory, base, index, stored):
        if index:
            operand = index[0] == "cell" and self.function.inner and memory.scale in (1, CELL)
            if not operand:
                return self.bad("stack-index")
        if abs(memory.displacement) > STACK_REACH:
            return self.bad("stack-displacement")
        if memory.displacement < 0 and stored is None:
            return self.bad("stack-below")
        return None

    def window(self, state, memory, base, index, stored):
        if index is None:
            if memory.displacement < 0:
                return self.bad("window-displacement")
        elif index[0] not in ("u32", "offset") and not (index[0] == "const" and index[1] < 1 << 32):
            return self.bad("unmasked")
        elif memory.scale != 1 or not 0 <= memory.displacement <= WINDOW_REACH:
            return self.bad("window-displacement")
        if stored is not None:
            self.decided(state)
        return None

    def block(self, state, memory, base, index, stored):
        if index or not 0 <= memory.displacement <= WINDOW_REACH:
            return self.bad("memory-base" if index else "window-displacement")
        if stored is not None:
            self.decided(state)
        return None

    def field(self, state, memory, base, index, stored):
        name, kind, room = self.facts.field(memory.displacement)
        if index or name is None or memory.size > room:
            return self.bad("vm-field")
        if stored is None:
            if kind == "trace":
                return self.saved_trace(state)
            return self.thread(state) if kind == "ip" else self.facts.field_value(kind, (self.here, 2))
        self.decided(state)
        state.saved |= {name}
        fits = {"ip": stored[0] == "ip", "sp": stored[0] == "sp", "rp": stored[0] == "rp",
                "lp": stored[0] == "lp",
                "control": stored[0] == "control", "offset": stored[0] == "offset",
                "handler": stored == ("const", 0) or (stored[0] == "control" and splits_into_frames(
                    state.pushed, True) and state.pushed[:1] == ("VM_HANDLER",)),
                "words": stored[0] == "words", "trace": stored == self.trace_end(state),
                "frame-note": stored[0] == "control" or stored == ("const", 0),
                "number": stored[0] not in ADDRESSES}
        whole = kind == "number" or memory.size == CELL
        if name not in FIELD_WRITABLE or not whole or not fits.get(kind, False):
            self.bad("vm-write")
        return None

    def cell(self, state, memory, base, index, stored):
        if stored is not None:
            return self.bad("code-write")
        offset = base[2] + memory.displacement
        if self.before_code(memory, base, -2 * CELL):
            return ("counter", base[1], offset)
        if index or offset % CELL or not 0 <= memory.displacement <= WINDOW_REACH:
            return self.bad("memory-base")
        state.cells |= {(self.here, base[1], offset)}
        return ("cell", base[1], offset, self.here) if memory.size == CELL else None

    @staticmethod
    def before_code(memory, base, displacement):
        """True for one of the two cells before threaded code of which rsi or so holds the beginning."""
        return memory.displacement == displacement and base[1] != "entry" and base[2] == 0 \
            and memory.size == CELL and not memory.index and not memory.segment

    def word(self, state, memory, base, index, stored):
        if stored is not None:
            return self.bad("code-write")
        kinds = {self.facts.offset["WORD_ARG"]: ("arg", base[1])}
        if self.function.symbol in HAS_CODE:
            kinds[self.facts.offset["WORD_CODE"]] = self.thread(state)
        if index or memory.size != CELL or memory.displacement not in kinds:
            return self.bad("memory-base")
        return kinds[memory.displacement]
