"""The THROW codes of the system and what it says for each, read from include/forth/*.h and c/forth/errors.c."""

import glob
import os
import re

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MESSAGE = re.compile(r'\{(THROW_\w+|-\d+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}')
CODE = re.compile(r"(THROW_\w+) =\s*(-\d+)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def messages():
    """{code as text, such as "-9": message}"""
    codes = {}
    for header in glob.glob(os.path.join(ROOT, "include/forth/*.h")):
        codes.update(CODE.findall(read(header)))
    return {codes.get(name, name): "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)).replace('\\"', '"')
            for name, text in MESSAGE.findall(read("c/forth/errors.c"))}
