/*
 * vm_instance.c - VM control blocks: creation, the base dictionary, destruction.
 */
#include "arbiter/vm_instance.h"

#include <string.h>

#include "forth/clock.h"
#include "forth/console.h"
#include "forth/history.h"
#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "forth/thread.h"
#include "forth/throw.h"
#include "forth/vm_heap.h"
#include "hal/hal_memory.h"
#include "hal/hal_space.h"
#include "physics/physics.h"
#include "primitives.h"

extern const char forth_base_source[], forth_base_source_end[];

static void empty_stacks(struct vm *vm) {
    vm->sp = vm->data_base - CELL;
    vm->rp = vm->return_base;
    vm->cs = vm->control_base;
    vm->lp = vm->locals_base;
    vm->loop_index = 0;
    vm->loop_limit = 0;
    vm->handler = 0;
}

/* Where everything lies in the slot (vm_layout.h). */
static void place(struct vm *vm, uint64_t envelope, uint32_t first) {
    struct vm_workspace *workspace = (struct vm_workspace *)(vm->slot + VM_WORKSPACE);
    vm->window = vm->slot + VM_WINDOW_AT;
    vm->envelope = envelope;
    vm->control_base = vm->slot + VM_CONTROL_STACK + VM_STACK_SIZE;
    vm->data_base = vm->slot + VM_DATA_STACK + VM_STACK_SIZE;
    vm->return_base = vm->slot + VM_RETURN_STACK + VM_STACK_SIZE;
    vm->locals_base = vm->slot + VM_LOCALS_STACK + VM_STACK_SIZE;
    vm->definition.control = workspace->control;
    vm->definition.local = workspace->local;
    vm->file = workspace->file;
    vm->mailbox = (unsigned char *)(vm->slot + VM_MAILBOX);
    dictionary_init(&vm->own, vm->slot + VM_DICTIONARY_END, envelope, first,
                    base_image.dictionary.end_path != 0
                        ? base_image.dictionary.end_path
                        : (uint32_t)(engine_paths_end - engine_paths));
}

/* A VM with empty stacks and an empty dictionary of its own, which begins with word number `first`.
 * The first page of the user area is present and zero. */
static struct vm *new_vm(uint64_t id, uint64_t envelope, uint32_t first) {
    struct vm *vm = hal_mem_alloc(sizeof *vm);
    if (vm == NULL) {
        return NULL;
    }
    if (hal_space_create(&vm->slot) != HAL_OK) {
        hal_mem_free(vm);
        return NULL;
    }
    vm->id = id;
    place(vm, envelope, first);
    vm->base_words =
        base_image.dictionary.words - ((uint64_t)base_image.dictionary.first << WORD_SHIFT);
    vm->base_end = base_image.dictionary.end;
    vm->own_words = vm->own.words - ((uint64_t)first << WORD_SHIFT);
    vm->own_end = first;
    vm->order[0] = WORDLIST_FORTH;
    vm->order_count = 1;
    vm->current = WORDLIST_FORTH;
    vm->dp = VM_DATA_SPACE;
    vm->top = envelope;
    empty_stacks(vm);
    clock_start(vm);
    history_start(vm, HISTORY_WORDS);
    /* The first page of each stack that every VM uses, so that the engine can be entered, and the variables. */
    if (hal_space_commit(vm->control_base - VM_PAGE, VM_PAGE) != HAL_OK ||
        hal_space_commit(vm->data_base - VM_PAGE, VM_PAGE) != HAL_OK ||
        hal_space_commit(vm->trace, VM_PAGE) != HAL_OK ||
        hal_space_commit(vm->return_base - VM_PAGE, VM_PAGE) != HAL_OK ||
        hal_space_commit(vm->window + VM_USER_AREA, VM_PAGE) != HAL_OK) {
        vm_destroy(vm);
        return NULL;
    }
    vm_user_set(vm, VM_USER_BASE, 10);
    return vm;
}

/* Gives the words that are written in Forth their descriptions from the table. */
static void describe_forth_words(struct vm *vm) {
    for (unsigned i = 0; i < primitive_count; i++) {
        const struct primitive *line = &primitive_table[i];
        if (line->kind == PRIMITIVE_FORTH) {
            size_t size = 0;
            while (line->name[size] != '\0') {
                size++;
            }
            uint32_t xt = dictionary_find_in(vm, WORDLIST_FORTH, line->name, size);
            if (xt != 0) {
                dictionary_word(vm, xt)->doc = (uint64_t)line;
            }
        }
    }
}

static uint64_t page_bit(uint64_t page) {
    return UINT64_C(1) << (page < 63 ? page : 63);
}

/* Gives a new VM the contents of user area and data space; pages of zeros come when they are touched. */
static bool copy_image(struct vm *vm) {
    for (uint64_t at = 0; at < base_image.data_size; at += VM_PAGE) {
        if ((base_image.data_pages & page_bit(at / VM_PAGE)) != 0) {
            const uint64_t rest = base_image.data_size - at;
            const uint64_t size = rest < VM_PAGE ? rest : VM_PAGE;
            void *to = vm_pointer(vm, VM_USER_AREA + at, size);
            if (to == NULL) {
                return false;
            }
            memcpy(to, base_image.data + at, size);
        }
    }
    return true;
}

/* Freezes what `vm` has defined as the base dictionary, and its data space as the image of new VMs.
 */
static int freeze(struct vm *vm) {
    describe_forth_words(vm);
    static const char cold[] = "COLD", evaluate[] = "EVALUATE", quit[] = "(QUIT)";
    uint32_t quit_xt = dictionary_find(vm, quit, sizeof quit - 1);
    base_image.cold = dictionary_find(vm, cold, sizeof cold - 1);
    base_image.evaluate = dictionary_find(vm, evaluate, sizeof evaluate - 1);
    if (quit_xt == 0 || base_image.cold == 0 || base_image.evaluate == 0) {
        return THROW_UNDEFINED_WORD;
    }
    base_image.quit_code = dictionary_word(vm, quit_xt)->arg;
    base_image.noop = vm->noop_xt;
    base_image.data_end = vm->dp;
    const uint64_t size = vm->dp - VM_USER_AREA;
    const unsigned char *from = vm_pointer(vm, VM_USER_AREA, size);
    if (from == NULL) {
        return THROW_NO_MEMORY;
    }
    base_image.data = hal_mem_alloc(size);
    if (base_image.data == NULL) {
        return THROW_NO_MEMORY;
    }
    memcpy(base_image.data, from, size);
    base_image.data_size = size;
    for (uint64_t i = 0; i < size; i++) {
        base_image.data_pages |= from[i] != 0 ? page_bit(i / VM_PAGE) : 0;
    }
    const struct dictionary *own = &vm->own;
    if (hal_space_protect(own->code, own->code_committed) != HAL_OK ||
        hal_space_protect((uint64_t)own->bucket, VM_PAGE + own->words_committed) != HAL_OK ||
        hal_space_protect(own->names, own->names_committed) != HAL_OK ||
        hal_space_protect(own->prices, own->prices_committed) != HAL_OK ||
        hal_space_protect(own->paths, own->paths_committed) != HAL_OK) {
        return THROW_NO_MEMORY;
    }
    base_image.wordlists = vm->wordlists;
    base_image.dictionary = *own;
    return 0;
}

/* Makes the built-in Forth source the file that vm is including. */
static int open_base_source(struct vm *vm) {
    uint64_t size = (uint64_t)(forth_base_source_end - forth_base_source);
    uint64_t text = vm->envelope - size;
    void *copy = vm_pointer(vm, text, size);
    if (copy == NULL || !vm_prepare_file(vm)) {
        return THROW_NO_MEMORY;
    }
    memcpy(copy, forth_base_source, size);
    vm->top = text;
    vm->file[0] = (struct vm_file){.text = text, .size = size, .name = "built-in"};
    vm->file_depth = 1;
    vm->source_id = 1;
    vm->source_addr = text;
    return 0;
}

/* The builder's own words become the base, so they begin with number 0: a word that exists, so that
 * the engine needs no test for it, but is never finished and so cannot be executed. The builder's
 * slot is kept, for it holds the dictionary. */
int base_dictionary_build(void) {
    struct vm *vm = new_vm(0, VM_ENVELOPE_PRIMORDIAL, 0);
    if (vm == NULL) {
        return THROW_NO_MEMORY;
    }
    pairs_init();
    thread_init();
    vm->wordlists = WORDLIST_FILES;
    uint32_t zero;
    int code = dictionary_create(vm, "", 0, WORD_HIDDEN, &zero);
    if (code == 0) {
        code = dictionary_add_primitives(vm);
    }
    if (code == 0) {
        code = open_base_source(vm);
    }
    if (code == 0) {
        vm->noop_xt = dictionary_find(vm, "NOOP", 4);
        clock_enter(vm, engine_load_thread);
        vm_current = vm;
        if (engine_run(vm) != VM_EXIT_FINISHED) {
            code = (int)vm->throw_code;
            vm_push(vm, (uint64_t)(int64_t)code);
            word_report_error(vm);
        }
        vm_current = NULL;
    }
    if (code == 0) {
        code = freeze(vm);
    }
    if (code == 0) {
        physics_init();
    }
    hal_mem_free(vm);
    return code;
}

struct vm *vm_create(uint64_t id, uint64_t envelope, uint32_t start_xt) {
    struct vm *vm = new_vm(id, envelope, base_image.dictionary.end);
    if (vm == NULL) {
        return NULL;
    }
    if (!copy_image(vm)) {
        vm_destroy(vm);
        return NULL;
    }
    vm_user_set(vm, VM_USER_TO_IN, 0);
    vm->dp = vm_heap_end(vm);
    vm->quit_code = base_image.quit_code;
    vm->noop_xt = base_image.noop;
    vm->wordlists = base_image.wordlists;
    vm_push(vm, start_xt);
    clock_enter(vm, engine_start_thread);
    if (!physics_begin(vm)) {
        vm_destroy(vm);
        return NULL;
    }
    return vm;
}

void vm_restart_at_prompt(struct vm *vm) {
    clock_enter(vm, engine_quit_thread);
    empty_stacks(vm);
}

void vm_destroy(struct vm *vm) {
    if (vm_current == vm) {
        vm_current = NULL;
    }
    console_close(&vm->console);
    physics_end(vm);
    hal_space_destroy(vm->slot);
    hal_mem_free(vm);
}
