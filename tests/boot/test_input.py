"""Boot tests of the input: the PS/2 keyboard, the serial line, pasted text."""
import os
import re
import select
import subprocess
import sys
import time

from harness import BOOT_SECONDS, END_SECONDS, Dialogue, boot_test, expect
from machine import MachineError

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run.py")
PASTE_SECONDS = 300  # for half a megabyte on a busy host
HOLD_MS = 10  # how long a key is down

# Names of the keys in QMP, by character without and with Shift.
KEYS = {c: c for c in "abcdefghijklmnopqrstuvwxyz0123456789"}
KEYS.update({
    " ": "spc", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right", ";": "semicolon",
    "'": "apostrophe", "`": "grave_accent", "\\": "backslash", ",": "comma", ".": "dot", "/": "slash",
    "\r": "ret", "\t": "tab", "\x7f": "backspace"})
SHIFTED = dict(zip("!@#$%^&*()_+{}:\"~|<>?", "1234567890-=[];'`\\,./"))
SHIFTED.update({c: c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})


def press(machine, *keys):
    """Presses keys together, by their QMP names, and releases them."""
    machine.qmp("send-key", **{"keys": [{"type": "qcode", "data": key} for key in keys],
                               "hold-time": HOLD_MS})


def type_keys(machine, text):
    for c in text:
        if c in SHIFTED:
            press(machine, "shift", KEYS[SHIFTED[c]])
        else:
            press(machine, KEYS[c])


def keyboard_line(dialogue, answer, *parts):
    """Types parts, each a text or a tuple of keys to be pressed together, then Enter; the reply on the serial line
    must end with `answer` and the prompt."""
    for part in parts:
        if isinstance(part, str):
            type_keys(dialogue.machine, part)
        else:
            press(dialogue.machine, *part)
    press(dialogue.machine, "ret")
    reply = dialogue.reply()
    expect(reply.endswith(f"{answer}  ok\r\n"), f"the keys {parts} gave {reply!r}")


def keyboard_session(machine):
    dialogue = Dialogue(machine)
    expect(b"PS/2 keyboard\r\n" in machine.log, "the boot log does not name the keyboard")
    keyboard_line(dialogue, "3", "1 2 + .")
    # Every printable character of the keyboard, through Shift and Caps Lock.
    dialogue.enter(": SHOW 10 PARSE TYPE SPACE ;")
    lower = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
    upper = "~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"
    keyboard_line(dialogue, lower, "show ", lower)
    keyboard_line(dialogue, upper, "show ", upper)
    keyboard_line(dialogue, "AB1c", "show ", ("caps_lock",), "ab1C", ("caps_lock",))
    keyboard_line(dialogue, "147*+", "show ", ("num_lock",), ("kp_1",), ("kp_4",), ("kp_7",), ("kp_multiply",),
                  ("kp_add",), ("num_lock",))
    # Editing.
    keyboard_line(dialogue, "3", "1 3", ("backspace",), "2 + .")
    keyboard_line(dialogue, "42", "1 + .", *[("left",)] * 4, " 41")
    keyboard_line(dialogue, "100", "2 + .", ("home",), "98 ")
    keyboard_line(dialogue, "3", "91 2 + .", ("home",), ("delete",))
    keyboard_line(dialogue, "5", "2 3 +", ("kp_7",), ("kp_6",), ("end",), " .")
    keyboard_line(dialogue, "7", "wrong", ("ctrl", "u"), "7 .")
    keyboard_line(dialogue, "12", "1 2 .", ("alt", "b"), ("alt", "b"), ("backspace",))
    # History.
    keyboard_line(dialogue, "111", "111 .")
    keyboard_line(dialogue, "222", "222 .")
    keyboard_line(dialogue, "111", ("up",), ("up",))
    keyboard_line(dialogue, "111", ("up",), ("up",), ("down",))
    # Breaks.
    dialogue.enter(": L BEGIN AGAIN ;")
    for keys in (("ctrl", "c"), ("ctrl", "pause"), ("ctrl", "alt", "delete")):
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        press(machine, *keys)
        reply = dialogue.reply()
        expect("error -28: " in reply, f"{keys} gave {reply!r}")
        dialogue.alive()
    # What other programs than the line editor get.
    dialogue.enter(": KEYS BEGIN KEY DUP . 13 = UNTIL ;")
    for keys, codes in ((("esc",), "27"), (("f1",), "27 79 80"), (("f12",), "27 91 50 52 126"),
                        (("ctrl", "right"), "27 91 49 59 53 67"), (("alt", "x"), "27 120"), (("tab",), "9"),
                        (("backspace",), "127"), (("print",), ""), (("meta_l",), ""), (("pgup",), "27 91 53 126")):
        type_keys(machine, "keys\r")
        dialogue.reply(re.compile(rb"keys "))
        press(machine, *keys)
        press(machine, "ret")
        reply = dialogue.reply()
        wanted = (codes + " 13").strip()
        expect(reply == f"{wanted}  ok\r\n", f"{keys} gave {reply!r}, not {wanted}")
    dialogue.alive()
    type_keys(machine, "bye\r")
    machine.wait_for_end(END_SECONDS)
    expect(machine.powered_off, f"after BYE: {machine.how_it_ended()}")


@boot_test("keyboard-q35", "the PS/2 keyboard types, edits, recalls and breaks on the q35 machine")
def keyboard_q35(lab):
    with lab.machine() as machine:
        keyboard_session(machine)


@boot_test("keyboard-pc", "the PS/2 keyboard does the same on the pc machine")
def keyboard_pc(lab):
    with lab.machine(machine="pc") as machine:
        keyboard_session(machine)


@boot_test("no-keyboard", "a machine without keyboard controller boots, and COM1 works")
def no_keyboard(lab):
    with lab.machine(machine="q35,i8042=off") as machine:
        dialogue = Dialogue(machine)
        expect(b"input: COM1, no keyboard controller" in machine.log, "the boot log does not say so")
        dialogue.alive()
        dialogue.bye()


@boot_test("no-com1", "without COM1 the keyboard and the screen are the console")
def no_com1(lab):
    with lab.machine(com1=False, vga="std") as machine:
        deadline = time.monotonic() + BOOT_SECONDS
        ended = False
        while not ended:  # when the prompt is there cannot be seen from here: BYE is typed until it works
            expect(time.monotonic() < deadline, "typing BYE on the keyboard does not power the machine off")
            try:
                type_keys(machine, "\rbye\r")
                ended = bool(select.select([machine], [], [], 2)[0]) and not machine.read()
            except (MachineError, BrokenPipeError):
                ended = True
        machine.wait_for_end(END_SECONDS)
        expect(machine.powered_off, f"after BYE: {machine.how_it_ended()}")
