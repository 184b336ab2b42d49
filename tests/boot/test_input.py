"""Boot tests of the input: the PS/2 keyboard, the serial line, pasted text."""
import os
import re
import select
import socket
import subprocess
import sys
import time

from harness import BOOT_SECONDS, END_SECONDS, REPLY_SECONDS, Dialogue, Failed, boot_test, expect, prompt_test
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
    for keys in (("ctrl", "c"), ("ctrl", "pause"), ("ctrl", "alt", "delete"), ("ctrl", "backslash")):
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
    # A key waits for the rest of a sequence on the serial line, but not for good.
    dialogue.enter("KEYS", re.compile(rb"KEYS "))
    machine.send(b"\x1b")
    dialogue.reply(re.compile(rb"27 "))
    press(machine, "up")
    press(machine, "ret")
    reply = dialogue.reply()
    expect(reply == "27 91 65 13  ok\r\n", f"Escape there and Up here gave {reply!r}")
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


# --- Pasted text ---


def paste(machine, data):
    """Sends data while reading the echo, as a terminal does; what comes is left in the log for wait_for."""
    deadline = time.monotonic() + PASTE_SECONDS
    while data:
        expect(time.monotonic() < deadline, f"{len(data)} bytes are still to be pasted after {PASTE_SECONDS} s")
        readable, writable, _ = select.select([machine], [machine], [], 10)
        if machine in readable and not machine.read():
            raise MachineError("the machine ended during the paste")
        if machine in writable:
            data = data[machine.send_some(data[:65536]):]


def numbered_lines(count):
    """Lines of 100 characters that add 1 to `count` to SUM, end of line included."""
    return [(b"%d SUM +! \\ " % i).ljust(99, b".") + b"\r" for i in range(1, count + 1)]


def check_sum(dialogue, count, seconds=PASTE_SECONDS):
    reply = dialogue.enter(".( total ) SUM @ .", re.compile(rb"total \d+  ok\r\n"), seconds)
    expect(reply.endswith(f"total {count * (count + 1) // 2}  ok\r\n"), f"{count} lines gave {reply[-80:]!r}")


def paste_at_prompt(lab, count):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("VARIABLE SUM 0 SUM !")
        paste(machine, b"".join(numbered_lines(count)))
        check_sum(dialogue, count)
        dialogue.alive()


@boot_test("paste-500", "500 lines of 100 characters pasted at the prompt all arrive")
def paste_500(lab):
    paste_at_prompt(lab, 500)


@boot_test("paste-5000", "5000 lines of 100 characters pasted at the prompt all arrive")
def paste_5000(lab):
    paste_at_prompt(lab, 5000)


def counter(dialogue, name):
    """One number of the table that .CONSOLE types."""
    table = dialogue.enter(".CONSOLE")
    match = re.search(re.escape(name) + r" +(\d+)", table)
    expect(match, f".CONSOLE shows no {name!r}: {table!r}")
    expect(all(len(line) <= 79 for line in table.split("\r\n")), f".CONSOLE has a line that is too long: {table!r}")
    return int(match.group(1))


@boot_test("paste-busy", "5000 lines pasted while a program computes are all there when it is done")
def paste_busy(lab):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("VARIABLE SUM 0 SUM !")
        dialogue.enter(": BUSY .\" computing\" NS 15000000000 + BEGIN NS OVER U> UNTIL DROP .\"  done\" ;")
        dialogue.enter("BUSY", re.compile(rb"BUSY computing"))
        paste(machine, b"".join(numbered_lines(5000)))
        check_sum(dialogue, 5000)
        dialogue.alive()
        expect(counter(dialogue, "overruns") == 0, "the device lost bytes")


def fill_queue(machine, data):
    """Pastes until nothing is taken any more; returns what is left."""
    # A small buffer and small pieces on this side, so that they do not hide whether the machine takes anything.
    with socket.socket(fileno=os.dup(machine.fileno())) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    deadline = time.monotonic() + PASTE_SECONDS
    while select.select([], [machine], [], 6)[1]:
        expect(data and time.monotonic() < deadline, "the queue does not get full")
        data = data[machine.send_some(data[:256]):]
    return data


@boot_test("attention-full", "with the queue full a break on the line stops a program, and no line held back is lost")
def attention_full(lab):
    lines = [(b"%d SEEN \\ " % i).ljust(99, b".") + b"\r" for i in range(1, 5601)]
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("VARIABLE LAST  VARIABLE GAPS  0 LAST ! 0 GAPS !")
        dialogue.enter(": SEEN LAST @ IF DUP LAST @ 1+ <> IF 1 GAPS +! THEN THEN LAST ! ;")
        dialogue.enter(": L BEGIN AGAIN ;")
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        rest = fill_queue(machine, b"".join(lines))
        machine.qmp("chardev-send-break", id="serial")
        machine.wait_for("error -28: ", REPLY_SECONDS)
        paste(machine, rest)  # what was queued is dropped, but of the rest every line must come
        reply = dialogue.enter(".( seen ) GAPS @ . LAST @ .", re.compile(rb"seen \d+ \d+  ok\r\n"), PASTE_SECONDS)
        expect(reply.endswith("seen 0 5600  ok\r\n"), f"after the break: {reply[-80:]!r}")
        dialogue.enter("CLEARSTACK")
        dialogue.alive()
        held = counter(dialogue, "times held back")
        expect(held >= 1, f"the queue was never full ({held})")
        expect(counter(dialogue, "breaks") == 1, "the break was not counted")
        expect(counter(dialogue, "overruns") == 0, "the device lost bytes")
        dialogue.bye()


@boot_test("attention-behind", "Ctrl-C behind a paste of 500 lines stops a program and drops the paste")
def attention_behind(lab):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("VARIABLE SUM 0 SUM !")
        dialogue.enter(": L BEGIN AGAIN ;")
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        paste(machine, b"".join(numbered_lines(500)) + b"\x03")
        machine.wait_for("error -28: ", PASTE_SECONDS)
        check_sum(dialogue, 0)
        dialogue.bye()


@boot_test("line-break", "a break on the serial line is the attention key")
def line_break(lab):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        dialogue.enter(": L BEGIN AGAIN ;")
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        machine.qmp("chardev-send-break", id="serial")
        reply = dialogue.reply()
        expect("error -28: " in reply, f"the break gave {reply!r}")
        dialogue.alive()
        dialogue.bye()


@boot_test("mixed", "keys typed during a paste go between the pasted bytes, sequences whole, and nothing is lost")
def mixed(lab):
    with lab.machine() as machine:
        dialogue = Dialogue(machine)
        # Counts what the line sends (`a` and Right) and what the keyboard sends (`b` and Up).
        dialogue.enter("VARIABLE AS  VARIABLE BS  VARIABLE UPS  VARIABLE RIGHTS  VARIABLE ODD")
        dialogue.enter(": COUNT-UP 1 SWAP +! ;")
        dialogue.enter(": SEQUENCE KEY '[' <> IF ODD COUNT-UP THEN KEY CASE 'A' OF UPS COUNT-UP ENDOF "
                       "'C' OF RIGHTS COUNT-UP ENDOF ODD COUNT-UP ENDCASE ;")
        dialogue.enter(": TALLY BEGIN KEY CASE 'a' OF AS COUNT-UP ENDOF 'b' OF BS COUNT-UP ENDOF "
                       "27 OF SEQUENCE ENDOF '.' OF EXIT ENDOF ODD COUNT-UP ENDCASE AGAIN ;")
        dialogue.enter(".( tallying) TALLY", re.compile(rb"TALLY tallying"))
        for _ in range(40):
            machine.send(b"a" * 500 + b"\x1b[C" * 50)
            press(machine, "b")
            press(machine, "up")
        wanted = "20000 40 40 2000 0"
        # The keys arrive a little later than QEMU takes them, so the end is typed on the keyboard too.
        press(machine, "dot")
        dialogue.reply()
        reply = dialogue.enter("AS @ . BS @ . UPS @ . RIGHTS @ . ODD @ .")
        expect(reply.endswith(f"{wanted}  ok\r\n"), f"the tally is {reply!r}, not {wanted}")
        dialogue.bye()


@boot_test("paste-run", "500 lines typed in through `make run` from a pipe all arrive")
def paste_run(lab):
    image = os.path.join(lab.build, "starkernel.img")
    if not os.path.exists(image):
        raise Failed(f"{image} has not been built")
    text = b"VARIABLE SUM 0 SUM !\n" + b"".join(numbered_lines(500)).replace(b"\r", b"\n")
    result = subprocess.run(
        [sys.executable, RUN, "--build", lab.build, "--accel", lab.accelerator],
        input=text + b".( total ) SUM @ .\n", capture_output=True, timeout=BOOT_SECONDS + PASTE_SECONDS, check=False)
    expect(result.returncode == 0, f"run.py ended with {result.returncode}: {result.stderr[-300:]!r}")
    expect(b"total 125250  ok\n" in result.stdout, f"the output ends in {result.stdout[-200:]!r}")


@prompt_test("paste-forms", "line ends, tabs, UTF-8, bracketed and overlong lines are pasted as a person expects")
def paste_forms(dialogue):
    machine = dialogue.machine
    for end in (b"\r", b"\n", b"\r\n"):
        start = len(machine.log)
        machine.send(b"1 ." + end + b"2 ." + end + b".( end)" + end)
        dialogue.reply(re.compile(rb"end\) end ok\r\n"))
        said = bytes(machine.log[start:])
        expect(said == b"1 . 1  ok\r\n2 . 2  ok\r\n.( end) end ok\r\n", f"lines that end in {end} gave {said!r}")
    for line, end in (("1\t2\t+ .", "1 2 + . 3  ok\r\n"),
                      (".( gr\u00fcn \u20ac)", "gr\u00fcn \u20ac ok\r\n"),
                      ("\x1b[200~1 2 + .\x1b[201~", "1 2 + . 3  ok\r\n"),
                      ("0 " + "1 + " * 74 + ".", "74  ok\r\n"),  # 300 characters
                      ("0 " + "1 + " * 255 + ".", "255  ok\r\n")):  # 1023
        reply = dialogue.enter(line)
        expect(reply.endswith(end), f"{line!r} gave {reply!r}")
    machine.send(b"\x1b[200~3 .\r4 .\r\x1b[201~.( end)\r")
    reply = dialogue.reply(re.compile(rb"end\) end ok\r\n"))
    expect("3 . 3  ok\r\n4 . 4  ok\r\n" in reply, f"two lines in brackets gave {reply!r}")
    reply = dialogue.enter("0 " + "1 + " * 1000 + ".")
    expect("error -264: the line is too long" in reply and reply.count("\a") == 1,
           f"4003 characters gave {reply[-200:]!r}")
    dialogue.alive()


# --- Devices that do not interrupt ---


@boot_test("wrong-irq", "COM1 on another interrupt line than 4 is polled, and nothing is lost")
def wrong_irq(lab):
    with lab.machine(com1=False, devices=["isa-serial,chardev=serial,iobase=0x3f8,irq=5"]) as machine:
        dialogue = Dialogue(machine)
        expect(b"input: COM1, polled, PS/2 keyboard\r\n" in machine.log, "the boot log does not say so")
        dialogue.enter("VARIABLE SUM 0 SUM !")
        paste(machine, b"".join(numbered_lines(100)))
        check_sum(dialogue, 100)
        dialogue.enter(": L BEGIN AGAIN ;")
        dialogue.enter(".( running) L", re.compile(rb"L running"))
        machine.send(b"\x03")
        reply = dialogue.reply()
        expect("error -28: " in reply, f"Ctrl-C gave {reply!r}")
        dialogue.bye()


@boot_test("input-8259", "without IOAPIC the serial line and the keyboard interrupt through the 8259")
def input_8259(lab):
    with lab.machine(cmdline="noapic") as machine:
        dialogue = Dialogue(machine)
        expect(b"input: COM1, PS/2 keyboard\r\n" in machine.log, "the boot log says something else")
        keyboard_line(dialogue, "3", "1 2 + .")
        dialogue.alive()
        dialogue.bye()
