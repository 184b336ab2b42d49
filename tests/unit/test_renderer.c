/* test_renderer.c - drawing a terminal into a frame buffer */
/* uses: c/drivers/renderer.c c/drivers/pixel_format.c c/drivers/font.c c/drivers/font_glyphs.c
 *       c/drivers/font_lines.c c/drivers/terminal.c c/drivers/terminal_grid.c c/drivers/terminal_pen.c
 *       c/drivers/terminal_whole.c c/drivers/control_parser.c */
#include <limits.h>

#include "drivers/renderer.h"
#include "terminal_screen.h"

#define PAPER 0x10141a
#define INK   0xc8cdd5

enum { GUARD = 64, GUARD_BYTE = 0xa5 };

static struct renderer renderer;
static struct screen screen;
static struct terminal_cell *shown;
static uint8_t *memory;
static size_t memory_size;

static const struct pixel_format bgrx = {4, 0x00ff0000, 0x0000ff00, 0x000000ff};
static const struct pixel_format rgb565 = {2, 0xf800, 0x07e0, 0x001f};
static const struct pixel_format rgb888 = {3, 0xff0000, 0x00ff00, 0x0000ff};

/* Makes a frame buffer with guards around it and `gap` bytes after each line, and a terminal that fits. */
static void start_screen(uint32_t width, uint32_t height, size_t gap,
                         const struct pixel_format *format) {
    unsigned columns, rows;

    screen = (struct screen){.width = width, .height = height, .format = *format};
    screen.pitch = width * format->bytes + gap;
    memory_size = screen.pitch * height;
    free(memory);
    memory = malloc(memory_size + 2 * GUARD);
    memset(memory, GUARD_BYTE, memory_size + 2 * GUARD);
    screen.pixels = memory + GUARD;
    font_init();
    renderer_text_size(&screen, &columns, &rows);
    start(columns, rows);
    free(shown);
    shown = malloc(sizeof *shown * columns * rows);
    renderer_init(&renderer, &screen, shown, columns, rows, PAPER);
}

static uint32_t pixel_at(const struct screen *from, uint32_t x, uint32_t y) {
    uint32_t pixel = 0;
    memcpy(&pixel, from->pixels + y * from->pitch + x * from->format.bytes, from->format.bytes);
    return pixel;
}

/* What the pixel must be, computed from the terminal in the plainest way. */
static uint32_t expected_at(uint32_t x, uint32_t y) {
    const unsigned scale = renderer.scale;
    const uint32_t column = x / (FONT_WIDTH * scale), row = y / (FONT_HEIGHT * scale);
    if (column >= terminal.columns || row >= terminal.rows) {
        return pixel_format_encode(&screen.format, PAPER);
    }
    const struct terminal_cell *it = cell(column, row);
    const unsigned within_x = x / scale % FONT_WIDTH, within_y = y / scale % FONT_HEIGHT;
    const uint8_t *glyph = font_glyph(it->character);
    bool on = (glyph[within_y] & 0x80 >> within_x) != 0;
    if ((it->attributes & TERMINAL_BOLD) != 0 && within_x > 0 &&
        !(it->character >= 0x2500 && it->character < 0x25a0)) {
        on = on || (glyph[within_y] & 0x100 >> within_x) != 0;
    }
    if ((it->attributes & TERMINAL_UNDERLINE) != 0 && within_y == FONT_UNDERLINE_ROW) {
        on = true;
    }
    if (terminal.cursor_visible && terminal.cursor.column == column && terminal.cursor.row == row) {
        on = !on;
    }
    return pixel_format_encode(&screen.format, on ? it->foreground : it->background);
}

static void check_guards(void) {
    for (size_t i = 0; i < GUARD; i++) {
        CHECK(memory[i] == GUARD_BYTE && memory[GUARD + memory_size + i] == GUARD_BYTE);
    }
    const size_t line = screen.width * screen.format.bytes;
    for (uint32_t y = 0; y < screen.height; y++) {
        for (size_t i = line; i < screen.pitch; i++) {
            CHECK(screen.pixels[y * screen.pitch + i] == GUARD_BYTE);
        }
    }
}

static void check_screen(void) {
    for (uint32_t y = 0; y < screen.height; y++) {
        for (uint32_t x = 0; x < screen.width; x++) {
            if (pixel_at(&screen, x, y) != expected_at(x, y)) {
                unit_fail(__FILE__, __LINE__, "pixel %u,%u is %x, expected %x", x, y,
                          pixel_at(&screen, x, y), expected_at(x, y));
            }
        }
    }
    check_guards();
}

static void draw(void) {
    CHECK(renderer_draw(&renderer, &terminal, UINT_MAX));
}

static uint64_t drawn_by(const char *text) {
    const uint64_t before = renderer.cells_drawn;
    say(text);
    draw();
    return renderer.cells_drawn - before;
}

UNIT_TEST(renderer_size, "the text area fits the screen; on a large screen characters are larger") {
    static const struct {
        uint32_t width, height;
        unsigned columns, rows;
    } cases[] = {
        {320, 200, 40, 12},    {640, 480, 80, 30},    {800, 600, 100, 37},
        {1024, 768, 128, 48},  {1280, 800, 160, 50},  {1366, 768, 170, 48},
        {1920, 1080, 240, 67}, {2559, 1440, 319, 90}, {2560, 1440, 160, 45},
        {3840, 2160, 240, 67}, {7680, 4320, 240, 67}, {1440, 9000, 180, 256},
        {2560, 400, 320, 25},  {100000, 16, 320, 1},  {7, 16, 0, 1},
        {8, 15, 1, 0},         {0, 0, 0, 0},          {4294967295u, 4294967295u, 320, 256},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct screen it = {
            .width = cases[i].width, .height = cases[i].height, .format = bgrx};
        unsigned columns, rows;
        renderer_text_size(&it, &columns, &rows);
        CHECK(columns <= TERMINAL_COLUMNS_MAX && rows <= TERMINAL_ROWS_MAX);
        if (cases[i].width != 4294967295u) {
            CHECK_EQ_U64(columns, cases[i].columns);
            CHECK_EQ_U64(rows, cases[i].rows);
        }
    }
}

static const char sample[] =
    "Star\x1b[1mKernel\x1b[0;31m red \x1b[7mreversed\x1b[0;4m under\x1b[0m\n"
    "\xe2\x95\x94\xe2\x95\x90\x1b[1m\xe2\x95\x97\x1b[m Gr\xc3\xbc\xc3\x9f"
    "e \x1b[48;2;10;200;30m  \x1b[m\nlast";

UNIT_TEST(renderer_formats,
          "every format, scale and pitch gives the picture that plain arithmetic gives") {
    static const struct {
        uint32_t width, height;
        size_t gap;
        const struct pixel_format *format;
    } cases[] = {
        {200, 100, 0, &bgrx},    {203, 101, 20, &bgrx},   {203, 101, 2, &rgb565},
        {200, 96, 0, &rgb888},   {201, 97, 13, &rgb888},  {2560, 768, 0, &bgrx},
        {2560, 769, 3, &rgb888}, {2561, 768, 8, &rgb565}, {8, 16, 0, &bgrx},
        {9, 17, 1, &rgb565},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start_screen(cases[i].width, cases[i].height, cases[i].gap, cases[i].format);
        check_guards();
        say(sample);
        draw();
        check_screen();
    }
}

UNIT_TEST(renderer_only_changes,
          "only the cells that look different are drawn, and the cursor's two") {
    start_screen(320, 160, 0, &bgrx);
    CHECK_EQ_U64(drawn_by(""), 1); /* the cursor */
    CHECK_EQ_U64(drawn_by("a"), 2);
    CHECK_EQ_U64(drawn_by("bcd"), 4);
    CHECK_EQ_U64(drawn_by("\r"), 2);
    CHECK_EQ_U64(drawn_by("abcd"), 2);
    CHECK_EQ_U64(drawn_by("\x1b[?25l"), 1);
    CHECK_EQ_U64(drawn_by("\rabcdX"), 1);
    CHECK_EQ_U64(drawn_by("\x1b[2;1H\x1b[2K"), 0);
    CHECK_EQ_U64(drawn_by("\x1b[31m \x1b[4m \x1b[m"), 1); /* a blank shows no ink */
    check_screen();
}

UNIT_TEST(renderer_scroll, "a scroll draws what differs between the lines") {
    start_screen(320, 160, 0, &bgrx);
    say("\x1b[?25l");
    for (unsigned i = 0; i < 10; i++) {
        say(i == 9 ? "line 9" : "line 0\n");
    }
    draw();
    CHECK_EQ_U64(drawn_by("\nline 8"), 2); /* 9 moves up over 0, 8 comes over 9 */
    check_screen();
}

UNIT_TEST(renderer_limit, "with a limit the screen comes up to date bit by bit") {
    start_screen(320, 160, 0, &bgrx);
    say("\x1b[?25l");
    for (unsigned i = 0; i < 10; i++) {
        say("\n0123456789012345678901234567890123456789");
    }
    unsigned calls = 1;
    while (!renderer_draw(&renderer, &terminal, 50)) {
        calls++;
        CHECK(calls < 100);
    }
    CHECK_EQ_U64(renderer.cells_drawn, 400);
    CHECK_EQ_U64(calls, 5);
    check_screen();
}

UNIT_TEST(renderer_forget, "after forgetting, everything is drawn again over whatever there is") {
    start_screen(200, 100, 4, &bgrx);
    say(sample);
    draw();
    for (uint32_t y = 0; y < terminal.rows * FONT_HEIGHT; y++) {
        memset(screen.pixels + y * screen.pitch, 0x77, terminal.columns * FONT_WIDTH * 4);
    }
    renderer_forget(&renderer, &terminal);
    draw();
    check_screen();
}

static uint64_t random_state;

static unsigned random_below(unsigned limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(random_state >> 33) % limit;
}

UNIT_TEST(renderer_random,
          "after random output, drawn in random portions, the screen is as if drawn anew") {
    static const char *const parts[] = {
        "text",
        "\n",
        "\r",
        "\x1b[3;5H",
        "\x1b[H",
        "\x1b[2J",
        "\x1b[K",
        "\x1b[1;32m",
        "\x1b[0m",
        "\x1b[7m",
        "\x1b[4m",
        "\x1b[2;5r",
        "\x1b[L",
        "\x1b[M",
        "\x1b[3@",
        "\x1b[2P",
        "\x1b[S",
        "\x1b[T",
        "\x1b[?25l",
        "\x1b[?25h",
        "\xc3\xa4",
        "\b",
        "\t",
        "\x1b[44m",
        "\x1b[r",
        "\x1b[5;20H",
        "\x1b"
        "c",
    };
    static const struct pixel_format *const formats[] = {&bgrx, &rgb565, &rgb888};
    for (unsigned seed = 1; seed <= 12; seed++) {
        random_state = seed;
        start_screen(8 + random_below(250), 16 + random_below(110), random_below(20),
                     formats[seed % 3]);
        for (unsigned i = 0; i < 300; i++) {
            say(parts[random_below(sizeof parts / sizeof parts[0])]);
            if (random_below(3) == 0) {
                renderer_draw(&renderer, &terminal, 1 + random_below(20));
            }
            if (random_below(20) == 0) {
                draw();
                check_screen();
            }
        }
        draw();
        check_screen();
    }
}
