#!/usr/bin/env python3
"""Tests of the reference of all words, c/forth/WORDS.md.

usage: test_words.py --build DIR [PART]
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.path.insert(0, os.path.join(ROOT, "asm", "engine"))

import gen_words  # noqa: E402 (the path must be set first)
from checks import check, expect, run  # noqa: E402

SECONDS = 60
starforth = []


def forth(text):
    done = subprocess.run(starforth, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS, check=False)
    return done.stdout


@check("words-current", "c/forth/WORDS.md says what the table of words says (else: make words)")
def current_test(_):
    expect(gen_words.complaint(os.path.join(ROOT, gen_words.OUTPUT)) is None, "it does not")


@check("words-dictionary", "its words are those of the dictionary, each once")
def dictionary_test(_):
    listed = [word.name.upper() for word in gen_words.words()]
    expect(len(listed) == len(set(listed)), "the table has a word twice")
    there = forth("WORDS\n").replace(" ok\n", "").upper().split()
    expect(sorted(there) == sorted(listed), f"only in one of them: {sorted(set(there) ^ set(listed))}")


@check("words-rows", "every row has four cells, and every word has exactly one row")
def rows_test(_):
    text = gen_words.reference().split("## Contents")[1].split("## THROW codes")[0]
    rows = [line for line in text.splitlines() if re.match(r"\| `", line)]
    expect(all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows), "a row has too few or too many cells")
    expect(len(rows) == len(gen_words.words()), f"{len(rows)} rows")


@check("words-alone", "each description can be read without another one, as HELP shows it")
def alone_test(_):
    leaning = [word.name for word in gen_words.words() if re.match(r"The same\b", word.glossary)]
    expect(not leaning, f"these say `the same`: {leaning}")


@check("words-capabilities", "HELP says which capability a word needs")
def capabilities_test(_):
    for word, kind in (("SPAWN-VM", "SPAWN"), ("KILL-VM", "KILL"), ("PRIORITY!", "TIME-ADMIN"), ("QUANTUM!", "TIME-ADMIN"),
                       ("COUNTED-QUANTUM", "TIME-ADMIN"), ("CONSOLE-TO", "CONSOLE"), (".AUDIT", "AUDIT"),
                       ("BLOCK", "BLOCK"), ("MMIO-C@", "MMIO"), ("PORT-L!", "PORT"), ("IRQ-ATTACH", "IRQ")):
        expect(f"Needs CAP-{kind}" in forth(f"HELP {word}\n"), f"HELP {word} does not name CAP-{kind}")


@check("words-devices", "registers, ports and IRQ-ATTACH are THROW -290 in a Linux process, as the reference says")
def devices_test(_):
    names = [word.name for word in gen_words.words() if word.name.startswith(("MMIO-", "PORT-"))] + ["IRQ-ATTACH"]
    text = "".join(f"{'0 ' if name.endswith('!') else ''}8 {name}\n" for name in names)
    answers = re.findall(r"error (-\d+):", forth(text))
    expect(len(names) == 15 and answers == ["-290"] * len(names), f"{list(zip(names, answers))}")


@check("words-check", "a changed line of the reference is noticed, and make words-check says what to do")
def check_test(folder):
    changed = os.path.join(folder, "WORDS.md")
    with open(changed, "w", encoding="utf-8") as file:
        file.write(gen_words.reference().replace("Duplicates x.", "Doubles x."))
    complaint = gen_words.complaint(changed)
    expect(complaint and "make words" in complaint, f"of a changed line it says {complaint!r}")
    expect(gen_words.complaint(os.path.join(folder, "none")), "a missing file is taken for a current one")


@check("words-throws", "every THROW code of this system has a message")
def throws_test(_):
    codes = re.findall(r"THROW_\w+\s*=\s*(-\d+)", gen_words.read("include/forth/throw.h"))
    known = gen_words.throw_codes.messages()
    expect(len(codes) > 50, "throw.h was not understood")
    missing = [code for code in codes if code not in known and code not in ("-56",)]
    expect(not missing, f"no message for {missing}")


if __name__ == "__main__":
    run("words", "Tests of the reference of all words.",
        lambda options: starforth.append(os.path.join(options.build, "starforth")))
