#!/usr/bin/env python3
"""Makes the disk image that StarKernel boots from.

The image is a whole disk with an MBR and one EFI system partition (type 0xEF, FAT32). An MBR, not a
GPT, because the image is meant for sticks of any size, and a GPT must end where its disk ends.

    /EFI/BOOT/BOOTX64.EFI       the loader, with the kernel inside
    /starkernel/cmdline.txt     the kernel command line, one line
    /starkernel/boot.lst        names of the scripts to load before the prompt, one a line; after
                                a line "--", files for INCLUDED alone
    /starkernel/*.fs            the scripts
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile

SECTOR = 512
PARTITION_START = 2048  # sectors: 1 MiB, the usual alignment
PARTITION_SECTORS = 72 * 2048  # FAT32 needs 65,525 clusters at least, here of one sector each
MAX_SCRIPTS = 32  # BOOT_MODULE_MAX in include/boot/bootinfo.h
MAX_NAME = 63  # BOOT_MODULE_NAME_MAX with its zero
MAX_CMDLINE = 511  # BOOT_CMDLINE_MAX with its zero


class ImageError(Exception):
    """Something that the user gave cannot go onto the image; the text says what."""


def check(scripts, cmdline):
    """Refuses what the loader would refuse at boot, while it is still easy to put right."""
    if len(scripts) > MAX_SCRIPTS:
        raise ImageError(f"{len(scripts)} boot scripts were given; the loader takes {MAX_SCRIPTS}")
    if len(cmdline.encode()) > MAX_CMDLINE:
        raise ImageError(f"the kernel command line is longer than {MAX_CMDLINE} bytes")
    seen = {}
    for script in scripts:
        name = os.path.basename(script)
        if not os.path.isfile(script):
            raise ImageError(f"{script}: there is no such file")
        if len(name.encode()) > MAX_NAME:
            raise ImageError(f"{script}: the name is longer than {MAX_NAME} bytes")
        if name.lower() in seen:  # FAT does not tell letter case apart
            raise ImageError(f"{script} and {seen[name.lower()]} have the same name on the image")
        seen[name.lower()] = script


def master_boot_record():
    """One active-less partition entry; CHS fields hold the values that mean 'use the LBA'."""
    entry = struct.pack(
        "<B3sB3sII", 0, b"\xfe\xff\xff", 0xEF, b"\xfe\xff\xff", PARTITION_START, PARTITION_SECTORS
    )
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"


def mtool(program, image, *arguments):
    """Runs an mtools command on the partition inside the image file."""
    environment = dict(os.environ, MTOOLS_SKIP_CHECK="1", MTOOLSRC="/dev/null")
    result = subprocess.run(
        [program, "-i", f"{image}@@{PARTITION_START * SECTOR}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        raise ImageError(f"{program} failed: {result.stderr.strip()}")


def make_image(path, loader, scripts=(), cmdline="", included=()):
    """Writes the image at `path`; it appears there only when it is complete. The files of `included`
    are on it for INCLUDED, but not loaded at boot."""
    check([*scripts, *included], cmdline)
    new = path + ".new"
    with open(new, "wb") as image:
        image.write(master_boot_record())
        image.truncate((PARTITION_START + PARTITION_SECTORS) * SECTOR)
    # A fixed serial number and label: the same input makes the same file system.
    mtool("mformat", new, "-F", "-c", "1", "-T", str(PARTITION_SECTORS), "-h", "255", "-s", "63",
          "-H", str(PARTITION_START), "-N", "53544152", "-v", "STARKERNEL", "::")
    mtool("mmd", new, "::/EFI", "::/EFI/BOOT", "::/starkernel")
    mtool("mcopy", new, loader, "::/EFI/BOOT/BOOTX64.EFI")
    with tempfile.TemporaryDirectory(prefix="starkernel-") as folder:
        texts = {
            "cmdline.txt": cmdline + "\n",
            "boot.lst": "".join(os.path.basename(script) + "\n"
                                for script in [*scripts, *(["--"] if included else []), *included]),
        }
        for name, text in texts.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        sources = [os.path.join(folder, name) for name in texts] + [*scripts, *included]
        mtool("mcopy", new, *sources, "::/starkernel/")
    os.replace(new, path)


def main():
    parser = argparse.ArgumentParser(description="Makes a bootable StarKernel disk image.")
    parser.add_argument("--loader", required=True, help="the UEFI loader, BOOTX64.EFI")
    parser.add_argument("--cmdline", default="", help="the kernel command line")
    parser.add_argument("--included", action="append", default=[], metavar="FILE",
                        help="a Forth file for INCLUDED alone")
    parser.add_argument("image", help="the file to write")
    parser.add_argument("scripts", nargs="*", help="Forth files to load at boot, in this order")
    options = parser.parse_args()
    try:
        make_image(options.image, options.loader, options.scripts, options.cmdline,
                   options.included)
    except ImageError as error:
        sys.exit(f"Cannot make {options.image}: {error}")


if __name__ == "__main__":
    main()
