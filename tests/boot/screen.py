"""Reads the screen of a machine back as text.

A screen shot of QEMU is cut into cells, and each cell is looked up among the glyphs of the kernel's font,
which come from the font's own C sources, compiled as a library.
"""
import ctypes
import os
import re
import subprocess

from machine import MachineError

FONT_SOURCES = ["c/drivers/font.c", "c/drivers/font_glyphs.c", "c/drivers/font_lines.c"]
CHARACTERS = [*range(0x20, 0x7f), *range(0xa0, 0x100), *range(0x2500, 0x25a0), 0x20ac, 0x2190, 0x2191, 0x2192,
              0x2193, 0xfffd]
WIDTH, HEIGHT = 8, 16

INK, PAPER = (0xc8, 0xcd, 0xd5), (0x10, 0x14, 0x1a)
RED = (0xf0, 0x74, 0x70)
ALARM = (0x8c, 0x14, 0x14)


class Font:
    """Which character has which rows of pixels."""

    def __init__(self, folder):
        library = os.path.join(folder, "font.so")
        subprocess.run(["gcc", "-shared", "-fPIC", "-Iinclude", "-o", library, *FONT_SOURCES], check=True)
        code = ctypes.CDLL(library)
        code.font_glyph.restype = ctypes.POINTER(ctypes.c_uint8)
        code.font_init()
        self.characters = {}
        for character in CHARACTERS:
            rows = bytes(code.font_glyph(character)[0:HEIGHT])
            self.characters.setdefault(rows, chr(character))

    def find(self, rows):
        """The character with these rows of pixels; None if there is none."""
        return self.characters.get(rows)


class Cell:
    """A character, its two colours as (red, green, blue), and whether it is underlined."""

    def __init__(self, character, ink, paper, underlined=False):
        self.character = character
        self.ink = ink
        self.paper = paper
        self.underlined = underlined


class Screen:
    """What a machine shows: `rows` of text without the blanks at their ends, `cells`, `pixel`."""

    def __init__(self, machine, folder, scale=1):
        self.path = os.path.join(folder, "screen.ppm")
        machine.qmp("screendump", filename=self.path)
        with open(self.path, "rb") as file:
            data = file.read()
        header = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", data)
        if not header:
            raise MachineError("the screen shot is no PPM picture of 24 bits")
        self.width, self.height = int(header[1]), int(header[2])
        self.pixels = data[header.end():]
        self.pitch = len(self.pixels) // self.height  # QEMU 7 fills lines up to a multiple of 4 bytes
        self.scale = scale
        if folder not in _fonts:
            _fonts[folder] = Font(folder)
        font = _fonts[folder]
        self.columns = self.width // (WIDTH * scale)
        self.lines = self.height // (HEIGHT * scale)
        self.cells = [[self._cell(font, column, row) for column in range(self.columns)]
                      for row in range(self.lines)]
        self.rows = ["".join(cell.character for cell in row).rstrip() for row in self.cells]

    def pixel(self, x, y):
        at = y * self.pitch + 3 * x
        return tuple(self.pixels[at:at + 3])

    def _cell(self, font, column, row):
        scale = self.scale
        lines = []
        colours = []
        for y in range(row * HEIGHT * scale, (row + 1) * HEIGHT * scale, scale):
            start = y * self.pitch + 3 * column * WIDTH * scale
            line = self.pixels[start:start + 3 * WIDTH * scale]
            for again in range(1, scale):  # each line of pixels stands `scale` times
                at = start + self.pitch * again
                if self.pixels[at:at + 3 * WIDTH * scale] != line:
                    return Cell("\ufffd", None, None)
            pixels = [line[3 * scale * x:3 * scale * x + 3] for x in range(WIDTH)]
            lines.append(pixels)
            for pixel in pixels:
                if pixel not in colours:
                    colours.append(pixel)
        if len(colours) == 1:
            return Cell(" ", tuple(colours[0]), tuple(colours[0]))
        if len(colours) > 2:
            return Cell("\ufffd", None, None)
        for ink, paper in (colours, colours[::-1]):
            rows = bytes(sum((pixel == ink) << (7 - x) for x, pixel in enumerate(line)) for line in lines)
            character = font.find(rows)
            if character:
                return Cell(character, tuple(ink), tuple(paper))
            if rows[13] == 0xff:
                for plain in range(256):
                    character = font.find(rows[:13] + bytes([plain]) + rows[14:])
                    if character:
                        return Cell(character, tuple(ink), tuple(paper), True)
        return Cell("\ufffd", None, None)

    def cursors(self):
        """(column, row) of each cell that has ordinary ink as its paper."""
        return [(column, row) for row, cells in enumerate(self.cells) for column, cell in enumerate(cells)
                if cell.paper == INK]

    def last_rows(self, count):
        """The last rows of text; blank ones below them do not count."""
        end = len(self.rows)
        while end and not self.rows[end - 1]:
            end -= 1
        return self.rows[:end][-count:]


_fonts = {}
