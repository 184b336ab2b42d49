/*
 * fuzz_gop.c - any screen mode: what is accepted has every pixel inside the memory that the firmware states.
 */
/* uses: c/boot/gop_mode.c */
/* plant: c/boot/gop_mode.c: s/mode->width <= mode->pixels_per_scan_line/true/ */
/* plant: c/boot/gop_mode.c: s/pitch <= UINT32_MAX/true/ */
/* plant: c/boot/gop_mode.c: s/mode->size . pitch >= mode->height/mode->size \/ pitch + 1 >= mode->height/ */
/* plant: c/boot/gop_mode.c: s/mode->address < DIRECT_MAP_SIZE/true/ */
/* plant: c/boot/gop_mode.c: s/(red & blue) == 0/true/ */
#include "boot/gop_mode.h"

#include "fuzz_input.h"

__extension__ typedef unsigned __int128 wide;

/* Half of the sizes are near those that fit, or nothing would ever be accepted. */
static struct gop_mode read_mode(struct fuzz_input *in) {
    struct gop_mode mode = {.format = (uint32_t)fuzz_take(in, 1) % 5};
    mode.width = (uint32_t)fuzz_number(in);
    mode.height = (uint32_t)fuzz_number(in);
    mode.pixels_per_scan_line = (uint32_t)fuzz_number(in);
    mode.address = fuzz_number(in);
    const int8_t off = (int8_t)fuzz_take(in, 1);
    if (off > 64) {
        mode.size = fuzz_number(in);
    } else {
        const uint64_t pixels = (uint64_t)mode.pixels_per_scan_line * mode.height;
        mode.size = pixels * (off > 32 ? 2 : 4) + (uint64_t)(int64_t)off % 16;
    }
    mode.red_mask = (uint32_t)fuzz_number(in);
    mode.green_mask = (uint32_t)fuzz_number(in);
    mode.blue_mask = (uint32_t)fuzz_number(in);
    mode.reserved_mask = (uint32_t)fuzz_number(in);
    return mode;
}

static void check_masks(const BootInfo *info, unsigned bytes) {
    const uint64_t red = info->framebuffer_red_mask;
    const uint64_t green = info->framebuffer_green_mask;
    const uint64_t blue = info->framebuffer_blue_mask;
    PROPERTY(red != 0 && green != 0 && blue != 0, "every colour has bits");
    PROPERTY(red + green + blue == (red | green | blue), "no bit belongs to two colours");
    PROPERTY((red | green | blue) >> 8 * bytes == 0, "the colours lie in the pixel");
    PROPERTY(info->framebuffer_format <= BOOT_PIXEL_MASK,
             "the format is one that the kernel knows");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const BootInfo nothing;
    static BootInfo info;
    struct fuzz_input in = {data, size};
    const struct gop_mode mode = read_mode(&in);

    info = nothing;
    if (!gop_mode_read(&mode, &info)) {
        PROPERTY(memcmp(&info, &nothing, sizeof info) == 0, "a refused mode changes nothing");
        return 0;
    }
    const unsigned bytes = info.framebuffer_pixel_bytes;
    const wide line = (wide)info.framebuffer_width * bytes;
    const wide last = (wide)(info.framebuffer_height - 1) * info.framebuffer_pitch + line;
    PROPERTY(info.framebuffer_width == mode.width && info.framebuffer_height == mode.height,
             "the resolution is the firmware's");
    PROPERTY(info.framebuffer_addr == mode.address && info.framebuffer_size == mode.size,
             "the memory is the firmware's");
    PROPERTY(info.framebuffer_pitch == (wide)mode.pixels_per_scan_line * bytes,
             "the pitch is that of the scan lines");
    PROPERTY(line <= info.framebuffer_pitch, "a line ends before the next begins");
    PROPERTY(last <= mode.size, "the last pixel lies inside the frame buffer");
    PROPERTY(line != 0 && info.framebuffer_height != 0, "there is a pixel");
    PROPERTY(mode.address != 0 && mode.address % 4 == 0, "pixels are aligned");
    PROPERTY((wide)mode.address + mode.size <= DIRECT_MAP_SIZE, "it lies in the direct map");
    PROPERTY(bytes >= 1 && bytes <= 4, "a pixel has 1 to 4 bytes");
    check_masks(&info, bytes);
    return 0;
}
