#!/usr/bin/env python3
"""Turns primitives.tbl into the sources that depend on it.

usage: gen_primitives.py TABLE OUTPUT_DIR

Writes OUTPUT_DIR/primitives.inc (NASM stubs for C words), primitives.c (the table for the
dictionary) and primitives.h (declarations of every primitive and C word).
"""

import os
import re
import sys

LINE = re.compile(r"^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\(.*?\)(?:\s+\(\s*R:.*?\))?)\s+(.*?)\s*$")
KINDS = {"asm", "inner", "c", "c-inner", "user", "forth", "pair"}
FLAGS = {
    "immediate": "WORD_IMMEDIATE",
    "compile-only": "WORD_COMPILE_ONLY",
    "dual": "WORD_DUAL",
}
UNKNOWN = re.compile(r"\*|\|")
DOUBLE = re.compile(r"^u?d[0-9]*$")


def cells(items):
    """Number of cells in one side of a stack comment; items of unknown number count none."""
    total = 0
    for item in items.split():
        if item.startswith('"') or UNKNOWN.search(item):
            continue
        total += 2 if DOUBLE.match(item) else 1
    return total


class Primitive:
    """One line of the table."""

    def __init__(self, where, text):
        match = LINE.match(text)
        if not match:
            sys.exit(f"{where}: a line needs name, symbol, kind, word set, ( stack comment ), glossary")
        self.name, self.symbol, kind, self.word_set, self.effect, self.glossary = match.groups()
        self.kind, *self.flags = kind.split(",")
        if self.kind not in KINDS:
            sys.exit(f"{where}: kind {self.kind!r} is none of {', '.join(sorted(KINDS))}")
        for flag in self.flags:
            if flag not in FLAGS:
                sys.exit(f"{where}: flag {flag!r} is none of {', '.join(FLAGS)}")
        first = re.match(r"\((.*?)--(.*?)\)", self.effect)
        if not first:
            sys.exit(f"{where}: the stack comment of {self.name} has no --")
        self.need = cells(first.group(1))
        outs = first.group(2)
        self.net = None if UNKNOWN.search(outs) else cells(outs) - self.need
        if UNKNOWN.search(first.group(1)):
            self.net = None

    @property
    def label(self):
        return f"prim_{self.symbol}"


def is_comment(line):
    """A line that begins with # describes nothing, unless it is that of the word #."""
    match = LINE.match(line)
    return line.startswith("#") and not (match and match.group(3).split(",")[0] in KINDS)


def read(path):
    primitives = []
    with open(path, encoding="utf-8") as table:
        for number, line in enumerate(table, 1):
            if line.strip() and not is_comment(line):
                primitives.append(Primitive(f"{path}:{number}", line.rstrip("\n")))
    return primitives


def parts(pair, primitives):
    """Labels of the two parts of a pair. Its name lists them; the first part may itself be a pair."""
    first, second = pair.name.rsplit(",", 1)
    labels = {p.name: p.label for p in primitives if p.kind in ("asm", "inner", "pair")}
    for name in (first, second):
        if name not in labels:
            sys.exit(f"the pair {pair.name} has a part {name!r} that is no primitive before it")
    return labels[first], labels[second]


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write(path, lines):
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    table, folder = sys.argv[1:]
    primitives = read(table)
    os.makedirs(folder, exist_ok=True)
    origin = "generated from primitives.tbl by gen_primitives.py"

    c_words = [p for p in primitives if p.kind in ("c", "c-inner")]
    write(
        os.path.join(folder, "primitives.inc"),
        [f"; {origin}: C_WORD symbol, cells needed"]
        + [f"C_WORD {p.symbol}, {p.need}" for p in c_words],
    )

    code = sorted({p.label for p in primitives if p.kind not in ("user", "forth")})
    header = [f"/* {origin} */", "#ifndef PRIMITIVES_H", "#define PRIMITIVES_H", "", "struct vm;", ""]
    header += [f"extern const char {label}[];" for label in code]
    header += [""]
    header += [f"int word_{p.symbol}(struct vm *vm);" for p in c_words]
    header += ["", "#endif"]
    write(os.path.join(folder, "primitives.h"), header)

    source = [
        f"/* {origin} */",
        '#include "forth/primitive_table.h"',
        '#include "primitives.h"',
        "",
        "const struct primitive primitive_table[] = {",
    ]
    for p in primitives:
        flags = " | ".join(sorted({FLAGS[flag] for flag in p.flags})) or "0"
        kind = {"user": "PRIMITIVE_USER", "forth": "PRIMITIVE_FORTH",
                "pair": "PRIMITIVE_PAIR", "inner": "PRIMITIVE_INNER", "c-inner": "PRIMITIVE_INNER"}
        handler = {"user": p.symbol, "forth": "0"}.get(p.kind, "(uint64_t)" + p.label)
        kind_name = kind.get(p.kind, "PRIMITIVE_WORD")
        net = "WORD_NET_UNKNOWN" if p.net is None else str(p.net)
        source.append(
            f"    {{{quote(p.name)}, {handler}, {kind_name}, {flags}, {p.need}, {net},\n"
            f"     {quote(p.word_set)}, {quote(p.effect)}, {quote(p.glossary)}}},"
        )
    source += ["};", "", f"const unsigned primitive_count = {len(primitives)};"]
    source += ["", "const struct primitive_pair primitive_pairs[] = {"]
    pairs = [p for p in primitives if p.kind == "pair"]
    source += ["    {%s, %s, %s}," % (*parts(p, primitives), p.label) for p in pairs]
    source += ["};", "", f"const unsigned primitive_pair_count = {len(pairs)};"]
    write(os.path.join(folder, "primitives.c"), source)


if __name__ == "__main__":
    main()
