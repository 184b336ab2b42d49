#!/usr/bin/env python3
"""`make pictures`: what a person sees on the screen of a machine in QEMU, as PNG files in results/.

Each picture is a boot, the lines below typed at the prompt, and QEMU's screen shot of the display.
"""
import argparse
import os
import struct
import sys
import tempfile
import zlib
from types import SimpleNamespace

from harness import Dialogue
from machine import Machine
from test_screen import wait_for_screen

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PICTURES = {
    "screen.png": [
        ": SQUARED ( n -- n*n )  DUP * ;",
        "7 SQUARED .",
        'S\\" : HELLO  VM-ID . .\\" says hello\\" CR ;  HELLO" 65536 SPAWN-VM WAIT-VM . .',
        'S" : SPIN  BEGIN AGAIN ;  SPIN" 65536 SPAWN-VM DROP',
        'S" : NAP  BEGIN 1000 MS AGAIN ;  NAP" 65536 SPAWN-VM CONSTANT NAP',
        "30 MS .VMS",
        "0 @",
        "SEE SQUARED",
    ],
    "physics.png": [
        ": FIB  DUP 2 < IF DROP 1 ELSE DUP 1- RECURSE SWAP 2 - RECURSE + THEN ;",
        "PHYSICS-RESET  24 FIB .",
        "8 .HEAT",
        "SEE-HEAT FIB",
        "6 .TRANSITIONS",
        ".PHYSICS",
        "PHYSICS-HASH U.",
    ],
}


def write_png(path, screen):
    """The pixels of a screen as a PNG without a library: RGB, 8 bits each."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + screen.pixels[y * screen.pitch:y * screen.pitch + 3 * screen.width]
                    for y in range(screen.height))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", screen.width, screen.height, 8, 2, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def take(build, name, lines, folder):
    with Machine(image=os.path.join(build, "starkernel.img"), accelerator="tcg", vga="std") as machine:
        dialogue = Dialogue(machine)
        for line in lines:
            dialogue.enter(line)
        end = [line.rstrip() for line in machine.log.decode().replace("\r", "").rstrip().split("\n")[-3:]]
        screen = wait_for_screen(SimpleNamespace(folder=folder), machine, lambda it: it.last_rows(4)[-3:] == end and
                                 [column for column, _ in it.cursors()] == [0], "the end of the serial log")
        path = os.path.join(ROOT, "results", name)
        write_png(path, screen)
        print(f"wrote {os.path.relpath(path, ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    build = parser.parse_args().build
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="starkernel-pictures-") as folder:
        for name, lines in PICTURES.items():
            take(build, name, lines, folder)


if __name__ == "__main__":
    sys.exit(main())
