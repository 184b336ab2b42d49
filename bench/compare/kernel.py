"""Runs the kernel of the comparison in QEMU and gives back its JSON: for `make compare` and `make budget`."""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import provenance as origin  # noqa: E402 (the path must be set first)
import schema  # noqa: E402

sys.path.insert(0, os.path.join(origin.ROOT, "tests", "boot"))

from image import make_image  # noqa: E402
from machine import Machine, MachineError  # noqa: E402

END_SECONDS = 30  # from its last line to the end of QEMU


class NoResult(Exception):
    """The kernel gave none; the text says why, with what it wrote to the console."""


def channel_options(kind, path):
    """QEMU's options for the channel on which the JSON comes."""
    if kind == "com2":
        return ["-chardev", f"file,id=json,path={path}", "-device", "isa-serial,chardev=json,index=1"]
    return ["-debugcon", f"file:{path}"]


def text_of(machine):
    return machine.log.decode(errors="replace").replace("\r", "")


def run(loader, settings, accelerator, seconds, memory="2G", channel="debugcon"):
    """Boots `loader` with the settings (samples, seed, filter) on its command line. Returns the JSON as text and what was on the
    console."""
    command_line = " ".join(f"compare-{name}={value}" for name, value in settings.items() if value is not None)
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        image, out = os.path.join(folder, "compare.img"), os.path.join(folder, "kernel.json")
        make_image(image, loader, cmdline=command_line)
        with Machine(image=image, accelerator=accelerator, memory=memory, options=channel_options(channel, out)) as machine:
            try:
                machine.wait_for("compare: END", seconds)
                machine.wait_for_end(END_SECONDS)
            except MachineError as error:
                raise NoResult(f"{error}. Its console:\n{text_of(machine)}") from None
            console = text_of(machine)
            if not machine.powered_off:
                raise NoResult(f"{machine.how_it_ended()}. Its console:\n{console}")
        with open(out, encoding="utf-8", errors="replace") as file:
            return file.read(), console


def parsed(text, console):
    try:
        return schema.parse(text)
    except ValueError as error:
        raise NoResult(f"its JSON cannot be read: {error}. Its console:\n{console}") from None
