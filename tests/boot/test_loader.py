"""Boot tests of the loader: text files as other systems write them, and machines that it must refuse.

The firmware's console is on the serial line, so what the loader says can be read there.
"""
import os

from harness import BOOT_SECONDS, Dialogue, boot_test, expect
from image import make_image, mtool

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def machine_with(lab, texts, scripts=()):
    """A machine whose image has these files (name: bytes) in place of those that make_image writes."""
    image = os.path.join(lab.folder, "disk.img")
    make_image(image, lab.loader, scripts)
    for name, contents in texts.items():
        path = os.path.join(lab.folder, name)
        with open(path, "wb") as file:
            file.write(contents)
        mtool("mcopy", image, "-o", path, "::/starkernel/")
    return lab.bare_machine(image=image)


@boot_test("loader-windows-text", "text files with a byte order mark and CR LF are understood")
def windows_text(lab):
    script = lab.file("first.fs", ": FIRST 1234 ;\n")
    texts = {"boot.lst": BYTE_ORDER_MARK + b"first.fs\r\n\r\n  ..\\evil.fs\r\nabsent.fs",
             "cmdline.txt": BYTE_ORDER_MARK + b"  console=pipe  \r\nnot this line\r\n"}
    with machine_with(lab, texts, [script]) as machine:
        machine.wait_for('"..\\evil.fs" in boot.lst is not a file name', BOOT_SECONDS)
        machine.wait_for("there is no \\starkernel\\absent.fs", BOOT_SECONDS)
        machine.wait_for("Entering VM arbiter loop...", BOOT_SECONDS)
        machine.send(b"FIRST . BYE\n")
        machine.wait_for("1234 ", BOOT_SECONDS)
        machine.wait_for_end(BOOT_SECONDS)
        expect(b"FIRST ." not in machine.log, "input is echoed: console=pipe was not understood")
        expect(machine.powered_off, f"after BYE: {machine.how_it_ended()}")


@boot_test("loader-utf-16", "text files in UTF-16 are named and left out, and the prompt comes")
def utf_16(lab):
    with machine_with(lab, {"boot.lst": "first.fs\r\n".encode("utf-16")}) as machine:
        machine.wait_for("boot.lst left out, it has zero bytes: save it as ASCII or UTF-8", BOOT_SECONDS)
        Dialogue(machine).alive()


@boot_test("loader-no-nx", "a processor that cannot forbid execution is refused with a sentence")
def no_nx(lab):
    with lab.bare_machine(kernel=lab.loader, accelerator="tcg", cpu="max,-nx") as machine:
        machine.wait_for("this processor cannot protect pages from being executed", BOOT_SECONDS)
        machine.wait_for("not booting, back to the firmware", BOOT_SECONDS)
        expect(b"StarKernel booting" not in machine.log, "the kernel was started all the same")
