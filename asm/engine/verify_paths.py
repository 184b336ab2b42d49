"""verify_paths.py - what the engine does with each way that it takes: it is paid for, counted and noted.

A way on from a branch word, into a definition or into a word that is executed lowers the virtual clock (r11) by its
price, raises its counter by one and leaves a cell in the history (at r9). PathAccounts follows what a path through a
primitive does of this, `due` says what it owes where it leaves. Each way is called by the place of its price and of
its counter in threaded code, as (base, bytes): what the compiler lays there is not for this program to prove.
"""

from verify_elf import Memory
from verify_memory import CELL, MemoryAccess
from verify_rules import AHEAD, BACK, TRACE

WORD = "word"  # in place of a price: one word, entered by a jump


class PathAccounts(MemoryAccess):
    """The instructions that pay, count and note."""

    def pay(self, state, name, operands):
        """sub r11, price; dec r11 for a word that is entered by a jump, and inc r11 when it is not after all."""
        state.flags = None
        price = operands[1] if len(operands) == 2 else None
        if operands[0].bits != 64 or name not in ("sub", "dec", "inc"):
            self.bad("clock")
        elif name == "dec":
            state.paid += (WORD,)
        elif name == "inc":
            if state.paid != (WORD,):
                self.bad("clock")
            state.paid = ()
        elif not isinstance(price, Memory) or not price.base or state.registers[price.base][0] != "ip":
            self.bad("clock")
        else:
            base = state.registers[price.base]
            if not self.before_code(price, base, -CELL) and self.access(state, price, None)[0] != "cell":
                self.bad("clock")
            state.paid += ((base[1], base[2] + price.displacement),)

    def count(self, state, memory):
        """inc qword [rdi + counter] and inc qword [counters of the words + 8 * token]: False for any other operand."""
        if memory.segment not in (None, "ds") or memory.strange or memory.size != CELL or memory.displacement or \
                not memory.base or not memory.index:
            return False
        base, index = state.registers[memory.base], state.registers[memory.index]
        if index[0] == "window":
            base, index = index, base
        if base[0] == "window" and index[0] in ("cell", "counter") and memory.scale == 1:
            counter = index[1:3]
        elif base[0] == "executed" and index[0] == "xt" and memory.scale == CELL:
            counter = ("token", index[2])
        else:
            return False
        self.changes(state)
        state.counted += (counter,)
        return True

    def note(self, state, memory, base, index, stored):
        """mov [r9], place or token."""
        if stored is None or memory.base != TRACE:
            return self.bad("memory-base")
        self.changes(state)
        if index or memory.displacement or memory.size != CELL or base != self.trace_end(state):
            self.bad("history")
        state.noted += (("token", stored[2]) if stored[0] == "xt" else stored[:3],)
        state.saved -= {"VM_TRACE"}
        return None

    def changes(self, state):
        """This memory may fault at its first touch: by then the way may not have been paid for."""
        if any(paid != WORD for paid in state.paid):
            self.bad("paid-first")

    @staticmethod
    def trace_end(state):
        """What r9 must be: behind all that was noted."""
        return ("trace", CELL * len(state.noted))

    def saved_trace(self, state):
        """What a reader of VM_TRACE gets."""
        if state.noted and "VM_TRACE" not in state.saved:
            self.bad("trace-register")
        return self.trace_end(state)


def due(function, state, place):
    """(prices, counters, notes) of the way that a path takes, as State has them. `place` is what is executed next, if it
    is not what rsi points to."""
    rsi = state.registers["rsi"]
    if rsi[0] != "ip":
        return (), (), ()
    base, at = place or rsi[1:]
    here = (("ip", base, at),)
    if state.came == ("return",):
        return (), (), here
    if function.primitive is None:
        return (), (), ()
    if base == "entry":
        return ((("entry", at - 2 * CELL),), (("entry", at - CELL),), here) if function.forks else ((), (), ())
    if state.came[0] == "operand" and function.symbol == AHEAD:
        return (), (), ()
    if state.came[0] == "operand" and (function.forks or function.symbol == BACK):
        _, code, target = state.came
        return ((code, target + CELL),), ((code, target + 2 * CELL),), here
    return ((base, -CELL),), ((base, -2 * CELL),), here


def written(state):
    """What was noted; an operand that has become rsi by its new name."""
    rsi, came = state.registers["rsi"], state.came
    return tuple(("ip", rsi[1], 0) if came and came[0] == "operand" and note == ("cell", *came[1:]) else note
                 for note in state.noted)
