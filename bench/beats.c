/*
 * beats.c - how long heartbeats are, and their pieces: the kernel with physics_beat wrapped, for
 * bench/beats.py.
 *
 * The time stamp counter is read before and after each piece, with interrupts off so that none is in it.
 * .PHYSICS says what there was since it was last asked.
 */
#include "forth/console.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_time.h"
#include "physics/physics.h"
#include "primitives.h"
#include "shared/format.h"

bool __real_physics_beat(struct vm *vm, int64_t work);
bool __wrap_physics_beat(struct vm *vm, int64_t work);
int __wrap_word_dot_physics(struct vm *vm);

static struct {
    uint64_t beats, pieces, longest_piece, longest_beat, all;
    uint64_t beat; /* that is under way */
} since;

bool __wrap_physics_beat(struct vm *vm, int64_t work) {
    const unsigned long state = hal_irq_disable();
    const uint64_t before = hal_time_cycles();
    const bool over = __real_physics_beat(vm, work);
    const uint64_t cycles = hal_time_cycles() - before;
    hal_irq_restore(state);
    since.pieces++;
    since.all += cycles;
    since.beat += cycles;
    since.longest_piece = cycles > since.longest_piece ? cycles : since.longest_piece;
    if (over) {
        since.beats++;
        since.longest_beat = since.beat > since.longest_beat ? since.beat : since.longest_beat;
        since.beat = 0;
    }
    return over;
}

/* ( -- ) */
int __wrap_word_dot_physics(struct vm *vm) {
    (void)vm;
    console_fresh_line();
    format(console_sink, NULL, "BEATS %lu %lu %lu %lu %lu\n", since.beats, since.pieces,
           since.longest_piece, since.longest_beat, since.all);
    since.beats = since.pieces = since.longest_piece = since.longest_beat = since.all = 0;
    return 0;
}
