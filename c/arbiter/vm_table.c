/*
 * vm_table.c - all VMs by ID.
 *
 * The table is an array that doubles. Free places form a list through their own entries, oldest first, so that a
 * generation lasts as long as it can.
 */
#include "arbiter/vm_table.h"

#include "forth/throw.h"
#include "hal/hal_memory.h"

#define PLACES_FIRST 64u
#define INDEX_BITS   16u
#define INDEX_MASK   ((UINT64_C(1) << INDEX_BITS) - 1)
#define NONE         UINT32_MAX

struct place {
    struct vm_control *control; /* NULL: free */
    uint64_t generation;
    uint32_t next_free;
};

static struct place *places;
static uint32_t place_count;
static uint32_t first_free = NONE, last_free = NONE;
static uint32_t used;

static void append_free(uint32_t index) {
    places[index].next_free = NONE;
    if (last_free == NONE) {
        first_free = index;
    } else {
        places[last_free].next_free = index;
    }
    last_free = index;
}

static int grow(void) {
    const uint32_t count = place_count == 0 ? PLACES_FIRST : place_count * 2;
    if (count > VM_TABLE_MAX) {
        return THROW_TOO_MANY_VMS;
    }
    struct place *larger = hal_mem_alloc(count * sizeof *larger);
    if (larger == NULL) {
        return THROW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < place_count; i++) {
        larger[i] = places[i];
    }
    hal_mem_free(places);
    places = larger;
    const uint32_t before = place_count;
    place_count = count;
    for (uint32_t i = before; i < count; i++) {
        append_free(i);
    }
    return 0;
}

int vm_table_add(struct vm_control *control) {
    const int code = first_free == NONE ? grow() : 0;
    if (code != 0) {
        return code;
    }
    const uint32_t index = first_free;
    struct place *place = &places[index];
    first_free = place->next_free;
    if (first_free == NONE) {
        last_free = NONE;
    }
    place->control = control;
    control->id = place->generation << INDEX_BITS | index;
    used++;
    return 0;
}

void vm_table_remove(struct vm_control *control) {
    const uint32_t index = (uint32_t)(control->id & INDEX_MASK);
    places[index].control = NULL;
    places[index].generation++;
    append_free(index);
    used--;
}

struct vm_control *vm_table_find(uint64_t id) {
    const uint64_t index = id & INDEX_MASK;
    if (index >= place_count || places[index].generation != id >> INDEX_BITS) {
        return NULL;
    }
    return places[index].control;
}

struct vm_control *vm_table_from(uint32_t index) {
    while (index < place_count) {
        if (places[index].control != NULL) {
            return places[index].control;
        }
        index++;
    }
    return NULL;
}

uint32_t vm_table_count(void) {
    return used;
}
