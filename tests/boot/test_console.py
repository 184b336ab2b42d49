"""Tests of the console with many VMs: who hears the user, whose lines appear how, and the attention key.

Each is a function of a dialogue, so that the same tests run in QEMU (test_boot.py) and with the Linux program on a
terminal (tests/host/test_terminal.py).
"""
import re

from harness import expect, prompt_test

BREAK, ATTENTION = b"\x03", b"\x1c"
SMALL = 65536  # bytes of a VM
SECONDS = 60  # for what takes a few milliseconds on an idle machine

scenarios = []  # (id, sentence, function) for the terminal on Linux


def scenario(identifier, sentence):
    def register(function):
        scenarios.append((identifier, sentence, function))
        return prompt_test(identifier, sentence)(function)
    return register


def spawn(dialogue, name, text):
    """Makes a VM that interprets `text`, called `name` from now on."""
    reply = dialogue.enter(f"S\" {text}\" {SMALL} SPAWN-VM CONSTANT {name}")
    expect(reply.endswith(" ok\r\n"), f"{name} could not be made: {reply!r}")


def spawn_loop(dialogue, name):
    spawn(dialogue, name, ": L BEGIN AGAIN ; L")


def kill(dialogue, name):
    reply = dialogue.enter(f"{name} KILL-VM {name} WAIT-VM . .")
    expect(reply.endswith("2 0  ok\r\n"), f"the end of {name}: {reply!r}")


def prompt_is_back(dialogue):
    """Like `alive`, where an ok of VM[0] may still be on its way."""
    dialogue.enter("1 2 + . DEPTH .", re.compile(rb"3 0  ok\r\n"))


def press(dialogue, key, pattern, what):
    dialogue.machine.send(key)
    start = dialogue.machine.position
    match = dialogue.machine.wait_for(re.compile(pattern), SECONDS)
    expect(match, what)
    return bytes(dialogue.machine.log[start:match.end()]).decode(errors="replace")


@scenario("prompt-busy", "the prompt hears every key while other VMs compute")
def prompt_busy(dialogue):
    for name in ("BUSY1", "BUSY2"):
        spawn_loop(dialogue, name)
    dialogue.enter("3 BUSY1 PRIORITY!")
    for n in range(20):
        reply = dialogue.enter(f"{n} 1+ .")
        expect(reply.endswith(f"{n + 1}  ok\r\n"), f"line {n} gave {reply!r}")
    dialogue.enter(": ASK KEY . ;")
    dialogue.enter("ASK", re.compile(rb"ASK"))
    press(dialogue, b"x", rb"120  ok\r\n", "KEY does not get the key")
    kill(dialogue, "BUSY1")
    kill(dialogue, "BUSY2")


@scenario("sleep-busy", "a sleeper wakes while nobody else runs and the prompt waits")
def sleep_busy(dialogue):
    spawn(dialogue, "SLEEPER", ": S 5 0 DO 30 MS 119 EMIT I . CR LOOP ; S")
    for n in range(5):
        dialogue.machine.wait_for(f"w{n} ", SECONDS)
    reply = dialogue.enter("SLEEPER WAIT-VM . .")
    expect(reply.endswith("0 0  ok\r\n"), f"the sleeper's end: {reply!r}")


@scenario("attention-hog", "the attention key brings the prompt back from VMs of the highest priority and endless quantum")
def attention_hog(dialogue):
    for name in ("HOG1", "HOG2"):
        spawn_loop(dialogue, name)
    dialogue.enter(": HOGS 31 VM-ID PRIORITY! 1 45 LSHIFT HOG1 QUANTUM! 1 45 LSHIFT HOG2 QUANTUM! "
                   "31 HOG1 PRIORITY! 31 HOG2 PRIORITY! 97 EMIT 108 EMIT 108 EMIT ;")
    # VM[0] waits behind them, first with the same priority, then with a lower one.
    for line in ("HOGS YIELD", "HOGS 16 VM-ID PRIORITY!"):
        dialogue.enter(line, re.compile(rb"all"))
        dialogue.machine.send(ATTENTION)
        prompt_is_back(dialogue)  # and not only for one line: the user keeps the last word
        dialogue.enter("16 VM-ID PRIORITY!")
    kill(dialogue, "HOG1")
    kill(dialogue, "HOG2")
    dialogue.alive()


@scenario("attention-ends", "what the attention key gives ends when VM[0] waits for others than the user")
def attention_ends(dialogue):
    press(dialogue, ATTENTION, rb"", "")
    spawn(dialogue, "WORKER", ": W 0 20000 0 DO 1+ LOOP PAD ! PAD 8 0 SEND ; W")
    reply = dialogue.enter("PAD 8 WORKER RECV-FROM . PAD @ .")
    expect(reply.endswith("8 20000  ok\r\n"), f"the message: {reply!r}")
    reply = dialogue.enter("WORKER WAIT-VM . .")
    expect(reply.endswith("0 0  ok\r\n"), f"the worker's end: {reply!r}")


@scenario("attention-console", "the attention key takes the console from a VM that swallows all keys")
def attention_console(dialogue):
    spawn(dialogue, "EATER", ": E BEGIN KEY 43 EMIT DROP AGAIN ; E")
    dialogue.enter("EATER CONSOLE-TO", re.compile(rb"EATER CONSOLE-TO"))
    press(dialogue, b"abc", rb"\+\+\+", "it does not eat")
    dialogue.machine.send(ATTENTION)
    prompt_is_back(dialogue)
    kill(dialogue, "EATER")


@scenario("attention-waits", "the attention key ends whatever VM[0] waits for")
def attention_waits(dialogue):
    for line in ("PAD 8 RECV", "1000000 MS", "KEY", "PAD 80 ACCEPT"):
        dialogue.enter(f".( now) {line}", re.compile(rb"now\).*now"))
        press(dialogue, ATTENTION, rb"error -28: [^\r\n]*\r\n", f"{line} goes on")
        dialogue.alive()


@scenario("attention-caught", "the third attention, or break, passes every CATCH, also one round ACCEPT")
def attention_caught(dialogue):
    dialogue.enter(": FOREVER 42 EMIT BEGIN AGAIN ;  : CATCHER BEGIN ['] FOREVER CATCH DROP AGAIN ;")
    dialogue.enter(": LINE 42 EMIT TRUE (AT-PROMPT) PAD 9 ACCEPT ; : LINES BEGIN ['] LINE CATCH DROP AGAIN ;")
    for word in ("CATCHER", "LINES"):
        for key in (ATTENTION, BREAK):
            dialogue.enter(word, re.compile(word.encode() + rb" ?\*"))
            press(dialogue, key, rb"\*", f"{word} is not interrupted")
            press(dialogue, key, rb"\*", f"{word} is not interrupted a second time")
            press(dialogue, key, rb"error -28: [^\r\n]*\r\n", f"{word} catches the third")
            dialogue.alive()


@scenario("attention-prompt", "at the prompt the attention key leaves the line that is being typed")
def attention_prompt(dialogue):
    dialogue.machine.send(b"1 2 +")
    dialogue.machine.wait_for("1 2 +", SECONDS)
    dialogue.machine.send(ATTENTION)
    reply = dialogue.enter(" .")
    expect(reply.endswith("3  ok\r\n"), f"the line became {reply!r}")


@scenario("lines-whole", "lines of 20 VMs that print at once appear whole, in order, none lost")
def lines_whole(dialogue):
    vms, lines = 20, 10
    body = "YIELD 97 26 0 DO DUP I + EMIT I 7 MOD 0= IF YIELD THEN LOOP DROP"
    text = f": P ( n -- ) {lines} 0 DO DUP . I . {body} CR LOOP DROP ;"
    dialogue.enter("CREATE TEXT 300 ALLOT VARIABLE TEXT#")
    dialogue.enter(": ADD ( addr u -- ) DUP >R TEXT TEXT# @ + SWAP MOVE R> TEXT# +! ;")
    dialogue.enter(f": PRINTER ( n -- vm ) 0 TEXT# ! S\" {text} \" ADD 0 <# #S #> ADD S\"  P\" ADD "
                   f"TEXT TEXT# @ {SMALL} SPAWN-VM ;")
    dialogue.enter(f": ALL {vms} 0 DO 100 I + PRINTER LOOP ;  : ENDS {vms} 0 DO WAIT-VM 2DROP LOOP ;")
    reply = dialogue.enter("ALL ENDS 42 EMIT", re.compile(rb"\* +ok\r\n"), SECONDS)
    found = re.findall(r"^(\d+) (\d+) ([^\r\n]*)\r?$", reply, re.MULTILINE)
    alphabet = "".join(chr(97 + i) for i in range(26))
    wrong = [line for line in found if line[2] != alphabet]
    expect(not wrong, f"torn lines: {wrong[:5]}")
    for vm in range(100, 100 + vms):
        numbers = [int(line) for name, line, _ in found if int(name) == vm]
        expect(numbers == list(range(lines)), f"VM {vm} printed the lines {numbers}")


@scenario("typed-line", "the line being typed survives the output of other VMs")
def typed_line(dialogue):
    spawn(dialogue, "TALKER", ": T BEGIN 20 MS 116 EMIT 97 EMIT 108 EMIT 107 EMIT CR AGAIN ; T")
    for n in range(3):
        dialogue.machine.send(f"{n} 41".encode())
        for _ in range(3):
            dialogue.machine.wait_for(re.compile(rb"talk\r?\n"), SECONDS)
        dialogue.machine.send(b" + .\r")
        dialogue.machine.wait_for(re.compile(f"[^0-9]{n + 41}  ok\r\n".encode()), SECONDS)
    kill(dialogue, "TALKER")


@scenario("foreign-control", "what a VM without the console prints cannot steer the terminal")
def foreign_control(dialogue):
    codes = (27, 91, 54, 110, 9, 13, 194, 155, 122, 195, 164)  # a query of the cursor, CSI in two bytes, and z, ae
    line = " ".join(f"{code} EMIT" for code in codes)
    dialogue.enter(f"S\" {line} CR\" {SMALL} SPAWN-VM WAIT-VM . .", re.compile(rb"\.\[6n \.\.z\xc3\xa4\r?\n"))
    prompt_is_back(dialogue)


@scenario("console-hand-over", "the console goes to another VM and back, and each gets the keys meant for it")
def console_hand_over(dialogue):
    spawn(dialogue, "READER",
          ": R BEGIN PAD 20 ACCEPT 91 EMIT PAD SWAP TYPE 93 EMIT CR 0 CONSOLE-TO PAD 8 RECV 2DROP AGAIN ; R")
    for word in ("first", "second"):
        dialogue.enter("READER CONSOLE-TO", re.compile(rb"READER CONSOLE-TO"))
        press(dialogue, word.encode() + b"\r", rb"\[" + word.encode() + rb"\]", "the reader does not get its line")
        prompt_is_back(dialogue)
        dialogue.enter("PAD 8 READER SEND")
    kill(dialogue, "READER")


@scenario("console-owner-ends", "the console of a VM that ends goes back to VM[0]")
def console_owner_ends(dialogue):
    for text, key, end in ((": O 64 EMIT KEY DROP ; O", b"k", "0 0"), (": O 64 EMIT KEY DROP 0 @ ; O", b"k", "1 -9")):
        spawn(dialogue, "OWNER", text)
        dialogue.enter("OWNER CONSOLE-TO", re.compile(rb"@"))
        dialogue.machine.send(key)
        prompt_is_back(dialogue)
        reply = dialogue.enter("OWNER WAIT-VM . .")
        expect(reply.endswith(f"{end}  ok\r\n"), f"the end: {reply!r}")


@scenario("break-owner", "Ctrl-C goes to the VM that has the console, and to no other")
def break_owner(dialogue):
    spawn(dialogue, "OWNER", ": O 64 EMIT BEGIN AGAIN ; O")
    spawn_loop(dialogue, "OTHER")
    dialogue.enter("OWNER CONSOLE-TO", re.compile(rb"@"))
    press(dialogue, BREAK, rb"error -28: [^\r\n]*\r\n", "the owner goes on")
    prompt_is_back(dialogue)
    reply = dialogue.enter("OWNER WAIT-VM . . OTHER VM-STATE .")
    expect(reply.endswith("1 -28 0  ok\r\n"), f"the ends: {reply!r}")
    kill(dialogue, "OTHER")
