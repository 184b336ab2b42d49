"""The boot tests of the screen: what QEMU's displays show, read back as text (screen.py)."""
import re
import select
import time

from harness import BOOT_SECONDS, END_SECONDS, Dialogue, Failed, boot_test, expect
from screen import ALARM, INK, PAPER, RED, Screen

DRAWN_SECONDS = 20  # until a change is on the screen; mostly it is there at the first look


def wait_for_screen(lab, machine, wanted, what, scale=1):
    """Looks at the screen until `wanted(screen)` is true. The serial line may be ahead of it, and a screen
    shot may catch it half drawn: so `wanted` should be about all that matters."""
    deadline = time.monotonic() + DRAWN_SECONDS
    while True:
        while select.select([machine], [], [], 0)[0] and machine.read():
            pass  # a serial line that nobody reads stops after some 300 bytes, and the machine with it
        screen = Screen(machine, lab.folder, scale)
        if wanted(screen):
            return screen
        if time.monotonic() > deadline:
            raise Failed(f"the screen does not show {what}, but\n" + "\n".join(screen.rows))


def check_display(lab, size, scale=1, **hardware):
    """Boots with a display and compares the screen with the serial log."""
    with lab.machine(**hardware) as machine:
        dialogue = Dialogue(machine)
        dialogue.alive()
        log = machine.log[machine.log.rindex(b"StarKernel booting"):].decode()
        lines = [line.rstrip() for line in log.rstrip().split("\n")]

        def is_the_log(it):
            shown = it.last_rows(it.lines - 1)  # the last row is the cursor's
            return shown and shown == lines[-len(shown):]

        screen = wait_for_screen(lab, machine, is_the_log, "the serial log", scale)
        expect(len(screen.last_rows(99)) == min(len(lines), screen.lines - 1), "the first lines are missing")
        if size:
            expect((screen.width, screen.height) == size, f"it has {screen.width}x{screen.height} pixels")
        size = re.search(r"screen (\d+)x(\d+), (\d+) columns, (\d+) rows", log)
        expect(size and tuple(map(int, size.groups())) ==
               (screen.width, screen.height, screen.columns, screen.lines),
               f"the boot log says {size and size[0]}; it is {screen.width}x{screen.height}")
        answer = dialogue.enter("FORM . .")
        expect(f"{screen.columns} {screen.lines}  ok" in answer, f"FORM gave {answer!r}")
        dialogue.bye()


@boot_test("screen-std", "the standard VGA shows the boot log and the prompt, as the serial line does")
def screen_std(lab):
    check_display(lab, None, vga="std")


@boot_test("screen-bochs", "bochs-display, which is no VGA, shows the same")
def screen_bochs(lab):
    check_display(lab, None, vga="none", devices=["bochs-display"])


@boot_test("screen-ramfb", "ramfb, a screen in ordinary memory, shows the same")
def screen_ramfb(lab):
    check_display(lab, None, vga="none", devices=["ramfb"], memory="4G")


@boot_test("screen-virtio", "virtio-vga shows the same")
def screen_virtio(lab):
    check_display(lab, None, vga="virtio")


@boot_test("screen-blt-only", "a display without a frame buffer is reported, and the serial line works")
def screen_blt_only(lab):
    with lab.machine(vga="none", devices=["virtio-gpu-pci"]) as machine:
        dialogue = Dialogue(machine)
        expect(b"no screen: the firmware offers no linear frame buffer" in machine.log,
               "the boot log does not say that there is no screen")
        expect("80 24  ok" in dialogue.enter("FORM . ."), "FORM is not 24 by 80")
        dialogue.bye()


@boot_test("screen-colours", "colours, styles and UTF-8 are on the screen, and errors are red there alone")
def screen_colours(lab):
    script = lab.file("colours.fs", r'''
: TEST  S\" \e[2J\e[H\e[31mred\e[0m \e[42mgreen\e[m \e[38;2;1;2;250mblue\e[m" TYPE
    S\" \x20\e[7mback\e[m \e[4mlow\e[m\n" TYPE
    S\" Gr\xc3\xbc\xc3\x9fe \xe2\x94\x8c\xe2\x94\x80\xe2\x95\xa1\xe2\x82\xac\n" TYPE
    226 EMIT 148 EMIT 128 EMIT 195 EMIT CR ;
''')
    with lab.machine(scripts=[script], vga="std") as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("TEST")
        dialogue.enter("NO-SUCH-WORD")
        screen = wait_for_screen(
            lab, machine, lambda it: it.last_rows(1)[0].startswith("error -13") and it.cursors(), "the error")
        expect(screen.rows[0] == "red green blue back low", f"row 0 is {screen.rows[0]!r}")
        expect(screen.rows[1] == "Grüße ┌─╡€", f"row 1 is {screen.rows[1]!r}")
        expect(screen.rows[2] == "─\ufffd", f"row 2 is {screen.rows[2]!r}")
        first = screen.cells[0]
        for column, ink, paper in ((0, (0xd0, 0x50, 0x50), PAPER), (4, INK, (0x68, 0xa8, 0x60)),
                                   (10, (1, 2, 250), PAPER), (15, PAPER, INK), (20, INK, PAPER)):
            cell = first[column]
            expect((cell.ink, cell.paper) == (ink, paper),
                   f"column {column} is {cell.ink} on {cell.paper}, not {ink} on {paper}")
        expect(first[20].underlined and not first[15].underlined, "the underline is missing")
        row = next(i for i, text in enumerate(screen.rows) if text.startswith("error -13"))
        expect(screen.cells[row][0].ink == RED, f"the error is {screen.cells[row][0].ink}")
        expect(screen.cells[row - 1][0].ink == INK, "the line before the error is not in ordinary colours")
        expect(b"\x1b[91m" not in machine.log and b"\x1b[39m" not in machine.log,
               "there are colours on the serial line")
        dialogue.bye()


@boot_test("screen-scroll", "after 500 lines the screen ends with the last of them, and nothing is missing")
def screen_scroll(lab):
    with lab.machine(vga="std") as machine:
        dialogue = Dialogue(machine)
        dialogue.enter(': LINES 0 DO ." line " I . I 31 MOD SPACES ." end" CR LOOP ;')
        dialogue.enter("500 LINES")
        expected = [f"line {i} " + " " * (i % 31) + "end" for i in range(500)] + [" ok"]
        screen = wait_for_screen(
            lab, machine, lambda it: it.rows == expected[1 - it.lines:] + [""], "the last lines")
        expect(screen.cursors() == [(0, screen.lines - 1)], f"the cursor is at {screen.cursors()}")
        dialogue.bye()


@boot_test("screen-computing", "what a program writes is shown although it then computes for ever")
def screen_computing(lab):
    with lab.machine(vga="std") as machine:
        dialogue = Dialogue(machine)
        dialogue.enter(": NOISE 200 0 DO I . CR LOOP ;")
        dialogue.enter(': TEST NOISE ." first" CR ." last words" BEGIN AGAIN ;')
        dialogue.enter("TEST", re.compile(rb"last words"))
        wait_for_screen(
            lab, machine, lambda it: it.last_rows(3) == ["199", "first", "last words"], "the last words")
        machine.send(b"\x03")
        dialogue.reply()
        dialogue.alive()


@boot_test("screen-page", "PAGE and AT-XY work on the screen and by the same bytes on the serial line")
def screen_page(lab):
    with lab.machine(vga="std") as machine:
        dialogue = Dialogue(machine)
        reply = dialogue.enter('PAGE 10 5 AT-XY .( here) 0 20 AT-XY')
        expect("\x1b[2J\x1b[H\x1b[6;11Hhere\x1b[21;1H" in reply, f"the serial line had {reply!r}")
        wait_for_screen(
            lab, machine, lambda it: it.rows[5] == " " * 10 + "here" and it.rows[20] == " ok" and
            [row for row in it.rows if row] == [it.rows[5], " ok"] and it.cursors() == [(0, 21)],
            "`here` in row 5, the prompt in row 20 and nothing else")
        dialogue.bye()


LEFT, UP, HOME, END = "\x1b[D", "\x1b[A", "\x1b[H", "\x1b[F"


@boot_test("screen-editing", "the line editor looks right: insertion, long lines, history, UTF-8")
def screen_editing(lab):
    with lab.machine(vga="std") as machine:
        dialogue = Dialogue(machine)
        dialogue.enter("PAGE")
        long_line = "".join(f"{i:03} " for i in range(40)).rstrip()  # 159 characters

        def typed(keys, row, cursor, what):
            machine.send(keys.encode())
            wait_for_screen(
                lab, machine, lambda it: it.rows[:2] == [" ok", row] and not any(it.rows[2:]) and
                it.cursors() == [(cursor, 1)], what)

        typed("1 3 + .", "1 3 + .", 7, "plain text")
        typed(LEFT * 4 + "2", "1 32 + .", 4, "an insertion in the middle")
        typed("\x7f\x7f", "1  + .", 2, "two characters rubbed out")
        typed(HOME + "( ä€ )", "( ä€ )1  + .", 6, "UTF-8 at the beginning")
        typed(LEFT * 3 + "\x7f", "( € )1  + .", 2, "one of them rubbed out")
        typed("\x01\x0b", "", 0, "the line deleted")
        # shown in 78 columns; when the cursor leaves them, the line moves by half of that
        machine.send(long_line.encode())
        screen = wait_for_screen(
            lab, machine, lambda it: it.rows[1].endswith("039") and len(it.cursors()) == 1,
            "the end of a long line")
        shown = screen.rows[1]
        expect(len(shown) <= 78 and long_line.endswith(shown), f"a long line is shown as {shown!r}")
        expect(screen.cursors() == [(len(shown), 1)], f"the cursor is at {screen.cursors()}")
        typed(HOME, long_line[:78], 0, "the beginning of the long line")
        typed("X", ("X" + long_line)[:78], 1, "an insertion into the long line")
        typed("\x05\x15", "", 0, "the long line deleted")
        machine.send(b"111 .\r")
        dialogue.reply()
        machine.send(b"12345 6789 DROP DROP\r")
        dialogue.reply()

        def recalled(keys, row, what):
            machine.send(keys.encode())
            wait_for_screen(
                lab, machine, lambda it: it.rows[3] == row and it.cursors() == [(len(row), 3)], what)

        recalled(UP, "12345 6789 DROP DROP", "the last line")
        recalled(UP, "111 .", "the line before")
        recalled("\x0c", "111 .", "the same after Ctrl-L")
        machine.send(b"\r")
        dialogue.reply()
        wait_for_screen(lab, machine, lambda it: it.rows[3] == "111 . 111  ok", "the answer")
        dialogue.bye()


@boot_test("screen-panic", "a panic stands on the screen in white on red, below what was there before")
def screen_panic(lab):
    with lab.machine(vga="none", devices=["bochs-display,xres=640,yres=400,edid=on"],
                     cmdline="panic-test=pf") as machine:  # 80 by 25 characters
        machine.wait_for("System halted.", BOOT_SECONDS)
        log = machine.log[machine.log.rindex(b"*** KERNEL PANIC"):].decode().replace("\r", "")
        panic = [line.rstrip() for line in log.rstrip("\n").split("\n")]
        screen = wait_for_screen(
            lab, machine, lambda it: it.last_rows(len(panic)) == panic and it.cells[-1][-1].paper == ALARM,
            "the panic as on the serial line")
        expect((screen.columns, screen.lines) == (80, 25), f"{screen.columns} columns, {screen.lines} rows")
        first = screen.rows.index(panic[0])
        for row in range(first, screen.lines):
            for column in (0, screen.columns - 1):
                cell = screen.cells[row][column]
                expect(cell.paper == ALARM, f"column {column} of row {row} is on {cell.paper}")
        expect(screen.cells[first][0].ink == (255, 255, 255), "the panic is not white")
        expect("Provoking a kernel fault: pf" in screen.rows[:first], "the log before it is gone")
        expect(not screen.cursors(), f"there is a cursor at {screen.cursors()}")


@boot_test("screen-panic-early", "a panic before memory management is on the screen too")
def screen_panic_early(lab):
    with lab.machine(vga="std", cmdline="panic-test=early") as machine:
        machine.wait_for("System halted.", BOOT_SECONDS)
        screen = wait_for_screen(lab, machine, lambda it: "System halted." in it.rows, "the panic")
        expect(any("KERNEL PANIC" in row for row in screen.rows), "the title is missing")


@boot_test("screen-panic-drawing", "a panic in the middle of a flood of output is on the screen, whole")
def screen_panic_drawing(lab):
    with lab.machine(vga="std") as machine:
        dialogue = Dialogue(machine)
        dialogue.enter(": FLOOD BEGIN 99 0 DO I . I SPACES LOOP CR AGAIN ;")
        dialogue.enter("FLOOD", re.compile(rb"50 .*\r\n.*50 "))
        machine.qmp("inject-nmi")
        machine.wait_for("System halted.", END_SECONDS)
        title = "*** KERNEL PANIC: non-maskable interrupt"
        screen = wait_for_screen(
            lab, machine, lambda it: title in it.rows and it.last_rows(1) == ["System halted."] and
            it.cells[-1][-1].paper == ALARM, "the panic")
        expect(all(cell.paper == ALARM for row in screen.cells[screen.rows.index(title):] for cell in row),
               "some of the panic is not on red")
        expect("\ufffd" not in "".join(screen.rows), "some cells are half drawn")


@boot_test("screen-large", "on 2560 by 1600 pixels the characters are twice as large")
def screen_large(lab):
    check_display(lab, (2560, 1600), scale=2, vga="none",
                  devices=["bochs-display,xres=2560,yres=1600,edid=on,vgamem=64M"])


@boot_test("screen-odd", "on 1366 by 768 pixels, no multiple of a character, everything is in its place")
def screen_odd(lab):
    check_display(lab, (1366, 768), vga="none", devices=["bochs-display,xres=1366,yres=768,edid=on"])


@boot_test("screen-small", "on 640 by 480 pixels there are 80 columns and 30 rows")
def screen_small(lab):
    check_display(lab, (640, 480), vga="none", devices=["bochs-display,xres=640,yres=480,edid=on"])


@boot_test("screen-tiny", "on 320 by 200 pixels there are 40 columns, and a long line can be edited in them")
def screen_tiny(lab):
    with lab.machine(vga="none", devices=["bochs-display,xres=320,yres=200,edid=on"]) as machine:
        dialogue = Dialogue(machine)
        expect("40 12  ok" in dialogue.enter("FORM . ."), "FORM is not 12 by 40")
        dialogue.enter("PAGE")
        machine.send(b"1 2 + . ( a comment longer than a row of this screen )")
        screen = wait_for_screen(
            lab, machine, lambda it: it.rows[1].endswith("screen )"), "the end of the line")
        expect(len(screen.rows[1]) <= 38 and not any(screen.rows[2:]), "the line has wrapped")
        machine.send(b"\r")
        dialogue.reply()
        dialogue.bye()


@boot_test("screen-cirrus", "an old Cirrus card shows the same")
def screen_cirrus(lab):
    check_display(lab, (800, 600), vga="cirrus")
