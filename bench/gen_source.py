#!/usr/bin/env python3
"""Writes Forth source of a given size: colon definitions, variables and constants that use one another.

usage: gen_source.py BYTES [SEED] >FILE

The same BYTES and SEED give the same file, everywhere: the text interpreter's speed is measured on it. The text
is like hand-written code in its proportions: names of 3 to 14 characters, comments, numbers, control structures,
calls of earlier definitions. It loads into any standard Forth and leaves the stack empty; executing `main`
runs the last definitions and prints a number.
"""

import random
import sys

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne no ra re ri ro".split()
# ( x -- x ), so that definitions can be put together in any order
STEPS = ["dup +", "1+", "1-", "negate", "dup xor 7 +", "3 *", "2 + 5 -", "dup 0= +", "255 and", "dup >r drop r>",
         "dup 2 < if 1+ then", "0 swap - abs", "4 0 do i + loop", "1 begin dup 8 < while 2* repeat drop",
         "dup 3 > if drop 3 else 1+ then", "16 lshift 16 rshift", "dup * 1023 and"]


class Source:
    """The text so far, and what has been defined in it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.parts, self.size = [], 0
        self.names, self.steps, self.variables, self.constants = set(), [], [], []

    def add(self, text):
        self.parts.append(text)
        self.size += len(text)

    def name(self):
        """A new name. The number of syllables grows only when the short ones are taken."""
        while True:
            name = "".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 6)))
            if self.random.random() < 0.3:
                name += f"-{self.random.randint(0, 99)}"
            if len(name) > 2 and name not in self.names:
                self.names.add(name)
                return name

    def colon(self):
        name, body = self.name(), []
        for _ in range(self.random.randint(2, 12)):
            kind = self.random.random()
            if self.steps and kind < 0.3:
                body.append(self.random.choice(self.steps[-400:]))
            elif self.variables and kind < 0.4:
                body.append(f"{self.random.choice(self.variables)} @ +")
            elif self.constants and kind < 0.5:
                body.append(f"{self.random.choice(self.constants)} +")
            else:
                body.append(self.random.choice(STEPS))
        lines, line = [], f": {name} ( x -- x )"
        for step in body:
            if len(line) + len(step) > 76:
                lines.append(line)
                line = "   "
            line += "  " + step
        self.add("\n".join(lines + [line + " ;"]) + "\n")
        self.steps.append(name)

    def variable(self):
        name = self.name()
        self.add(f"variable {name}  {self.random.randint(0, 99)} {name} !\n")
        self.variables.append(name)

    def constant(self):
        name = self.name()
        self.add(f"{self.random.randint(0, 99999)} constant {name}\n")
        self.constants.append(name)

    def comment(self):
        words = " ".join("".join(self.random.choices(SYLLABLES, k=2)) for _ in range(self.random.randint(4, 10)))
        self.add(f"\\ {words}\n")


def generate(size, seed):
    source = Source(seed)
    while source.size < size:
        kind = source.random.random()
        if kind < 0.1:
            source.comment()
        elif kind < 0.16:
            source.variable()
        elif kind < 0.22:
            source.constant()
        else:
            source.colon()
    # Few and shallow, since definitions call earlier ones, which call earlier ones again.
    source.add(f": main ( -- )  1 {' '.join(source.steps[:8])} . ;\n")
    return "".join(source.parts)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    seed = int(sys.argv[2]) if len(sys.argv) == 3 else 1
    sys.stdout.write(generate(int(sys.argv[1]), seed))


if __name__ == "__main__":
    main()
