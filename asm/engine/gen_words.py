#!/usr/bin/env python3
"""The reference of all words, c/forth/WORDS.md: from primitives.tbl, which HELP shows as well, the sources that define the
words, and the THROW codes. With --check it writes nothing and says whether the reference is up to date.
"""

import glob
import os
import re
import sys

import gen_primitives
import throw_codes

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUTPUT = "c/forth/WORDS.md"

STANDARD = {
    "CORE": "CORE", "CORE-EXT": "CORE EXT", "BLOCK": "BLOCK", "BLOCK-EXT": "BLOCK EXT", "DOUBLE": "DOUBLE",
    "DOUBLE-EXT": "DOUBLE EXT", "EXCEPTION": "EXCEPTION", "EXCEPTION-EXT": "EXCEPTION EXT", "FACILITY": "FACILITY",
    "FACILITY-EXT": "FACILITY EXT", "FILE": "FILE", "FILE-EXT": "FILE EXT", "LOCALS": "LOCALS",
    "LOCALS-EXT": "LOCALS EXT", "MEMORY": "MEMORY", "SEARCH": "SEARCH-ORDER", "SEARCH-EXT": "SEARCH-ORDER EXT",
    "STRING": "STRING", "STRING-EXT": "STRING EXT", "TOOLS": "TOOLS", "TOOLS-EXT": "TOOLS EXT",
}
# The words that no standard has, by what they are about: heading, names, files whose words belong there.
OWN = [
    ("VMs and the scheduler", r"YIELD|SLEEP", r"c/arbiter/(vm_words|vm_life|scheduler\w*|clock_words)\.c"),
    ("Messages", r"$^", r"c/arbiter/(messages|mailbox|page_messages)\.c"),
    ("Capabilities", r"CAP-[\w-]+", r"c/arbiter/(capability\w*|audit)\.c"),
    ("Devices", r"$^", r"c/arbiter/device_\w+\.c"),
    ("Physics", r"[\w-]+-(LOOP|KNOB)|HOT-WORDS", r"c/physics/\w+\.c"),
    ("The machine", r"NS|[UN]TIME|TICKS|CYCLES|FORM|\.VERSION|WORDS-EXECUTED", r"c/(arbiter/kernel_words|forth/listing)\.c"),
    ("Other words of this system", r".*", r".*"),
]
INTRODUCTION = """# Words

All words of the base dictionary: {count} for programs, and {parts} that other words are made of. `HELP name` shows the same at the
prompt, `SEE name` how a word is made, `WORDS text` finds names.

`make words` writes this file from [asm/engine/primitives.tbl](../../asm/engine/primitives.tbl); nothing is to be changed here.

| In stack comments | |
| --- | --- |
| `x` `n` `u` `+n` | a cell: anything, signed, unsigned, not negative |
| `d` `ud` | a double: two cells, the more significant on top |
| `flag` `char` | false is 0, true is all bits set; a byte |
| `addr` `c-addr` | an address in the window of the VM |
| `xt` `nt` `wid` | a word, a name, a word list |
| `vm` `kind` | the ID of a VM; a kind of capability |
| `i*x` `j*x` `k*x` | any number of cells |
| `0 \\| x x` | one or the other |
| `"name"` `"ccc"` | taken from the source text |
| `R:` | the return stack |

*Immediate* words are executed while compiling. *Compiling only*: interpreting the word is THROW -14. A word *looks at STATE* where
it does one thing while compiling and another while interpreting. Any word may THROW -4 when the stack has too few cells, -3
when it has too many and -9 for an address outside the window; other codes stand with the word where they belong to what it
does. The last column is the file that has it.

A Linux process and the kernel have the same words. The [devices](#devices) are those of the kernel: in a Linux process
registers, ports and `IRQ-ATTACH` are THROW -290.
"""
FORTH_79 = """## FORTH-79

The words that `79-STANDARD` puts first are in [README.md](README.md#79-standard).
"""


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def forth_names(path):
    """What a file of Forth defines for FORTH-WORDLIST, in upper case."""
    text = re.sub(r"(?m)(?:^|\s)\\ .*$", "", read(path)).split("FORTH-79-WORDLIST SET-CURRENT")[0]
    defined = re.findall(r"(?:^\s*:|\b(?:CONSTANT|VARIABLE|DEFER|VALUE|SYNONYM))[ ]+(\S+)", text, re.MULTILINE)
    return [name.upper() for name in defined]


def sources():
    """{(kind in the table, symbol, or name of a word written in Forth): the file that has it}"""
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "asm/engine/*.asm")) + glob.glob(os.path.join(ROOT, "c/*/*.c")) +
                       glob.glob(os.path.join(ROOT, "c/forth/*.fs"))):
        name = os.path.relpath(path, ROOT)
        if name.endswith(".asm"):
            defined = [("asm", symbol) for symbol in re.findall(r"^[A-Z][A-Z_]*\s+(\w+)", read(name), re.MULTILINE)]
        elif name.endswith(".c"):
            defined = [("c", symbol) for symbol in re.findall(r"^int word_(\w+)\(struct vm", read(name), re.MULTILINE)]
            defined += [("c", symbol + end) for symbol in re.findall(r"^REGISTER\((\w+),", read(name), re.MULTILINE)
                        for end in ("_fetch", "_store")]
        else:
            defined = [("forth", symbol) for symbol in forth_names(name)]
        for one in defined:
            found.setdefault(one, name)
    return found


def words():
    """The words of the table, each with `source`; ends with a message when table and sources disagree."""
    found, listed = sources(), []
    for word in gen_primitives.read(os.path.join(HERE, "primitives.tbl")):
        if word.kind in ("inner", "c-inner", "pair"):
            continue
        key = (word.kind, word.name.upper() if word.kind == "forth" else word.symbol)
        word.source = "include/forth/vm_layout.h" if word.kind == "user" else found.get(key)
        if word.source is None:
            sys.exit(f"primitives.tbl has the word {word.name}, and no source defines it")
        listed.append(word)
    known = {word.name.upper() for word in listed}
    for (kind, name), path in found.items():
        if kind == "forth" and name not in known:
            sys.exit(f"{path} defines {name}, which has no line in primitives.tbl")
    return listed


def cell(text):
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def code(text):
    """Text as code in a table, where a bar must be escaped even there."""
    fence = "``" if "`" in text else "`"
    return fence + text.replace("|", "\\|") + fence


def what(word):
    notes = {"immediate": "immediate", "compile-only": "compiling only", "dual": "looks at STATE"}
    told = ", ".join(notes[flag] for flag in word.flags)
    return cell(word.glossary) + (f" *{told[0].upper()}{told[1:]}.*" if told else "")


def table(listed):
    lines = ["| Word | Stack | What it does | In |", "| --- | --- | --- | --- |"]
    for word in listed:
        lines.append(f"| {code(word.name)} | {code(word.effect)} | {what(word)} | {cell(word.source)} |")
    return lines


def own_topics(listed):
    """[(heading, words)] of the words of no standard."""
    topics = [(heading, []) for heading, _, _ in OWN]
    for word in listed:
        for (_, names, files), (_, chosen) in zip(OWN, topics):
            if re.fullmatch(names, word.name) or re.fullmatch(files, word.source):
                chosen.append(word)
                break
    return topics


def throws():
    lines = ["| Code | What the system says |", "| ---: | --- |"]
    known = throw_codes.messages()
    return lines + [f"| {number} | {cell(known[number])} |" for number in sorted(known, key=int, reverse=True)]


def reference():
    listed = words()
    parts = [word for word in listed if re.fullmatch(r"\(.+\)", word.name)]
    public = [word for word in listed if word not in parts]
    unknown = sorted({word.word_set for word in public} - set(STANDARD) - {"STARKERNEL"})
    if unknown:
        sys.exit(f"primitives.tbl has the word set {unknown[0]}, of which gen_words.py does not know")
    sections = own_topics([word for word in public if word.word_set == "STARKERNEL"])
    sections += [(heading, [word for word in public if word.word_set == name]) for name, heading in STANDARD.items()]
    sections = [(heading, chosen) for heading, chosen in sections if chosen]
    lines = [INTRODUCTION.format(count=len(public), parts=len(parts)), "## Contents", ""]
    headings = [heading for heading, _ in sections] + ["FORTH-79", "Parts of other words", "THROW codes"]
    lines += [", ".join(f"[{one}](#{re.sub('[^a-z0-9-]', '', one.lower().replace(' ', '-'))})" for one in headings) + ".", ""]
    for heading, chosen in sections:
        lines += [f"## {heading}", "", *table(chosen), ""]
    lines += [FORTH_79, "## Parts of other words", "", "Not for programs: they may change.", "", *table(parts), ""]
    lines += ["## THROW codes", "", "-1 to -255 are those of Forth-2012, others this system's own; positive codes are free.", "",
              *throws()]
    return "\n".join(lines) + "\n"


def complaint(path):
    """None when a file is the reference as it must be, else what to say."""
    old = read(path) if os.path.exists(path) else ""
    return None if old == reference() else f"{OUTPUT} is not what the table of words says: run make words"


def main():
    path = os.path.join(ROOT, OUTPUT)
    if "--check" in sys.argv[1:]:
        sys.exit(complaint(path))
    with open(path, "w", encoding="utf-8") as file:
        file.write(reference())
    print(f"wrote {OUTPUT}")


if __name__ == "__main__":
    main()
