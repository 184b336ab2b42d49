/*
 * source.c - input sources: the terminal line, strings, files.
 *
 * The text of a file is copied to the top of the VM's data space for as long as it is being
 * included, so that its lines can be parsed where they are and have no length limit. Files nest
 * like a stack; CATCH remembers its height, hence a THROW closes what it leaves behind.
 */
#include "forth/block.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "hal/hal_file.h"
#include "primitives.h"

int word_source(struct vm *vm) {
    vm_push(vm, vm->source_addr);
    vm_push(vm, vm->source_size);
    return 0;
}

int word_source_id(struct vm *vm) {
    vm_push(vm, block_of_source(vm) != 0 ? 0 : (uint64_t)vm->source_id);
    return 0;
}

int word_set_source(struct vm *vm) {
    vm->source_size = vm_pop(vm);
    vm->source_addr = vm_pop(vm);
    vm->source_id = 0;
    vm_user_set(vm, VM_USER_TO_IN, 0);
    return 0;
}

_Static_assert(sizeof((struct vm_file *)0)->name > HAL_FILE_NAME_MAX, "a file's name fits");

/* Makes a file name absolute in the sense of the file that includes it: what begins with ./ lies in that
 * file's folder. The result is zero-terminated. Returns its size, 0 when it would be too long. */
static size_t resolve_name(const struct vm *vm, const char *name, size_t size,
                           char to[HAL_FILE_NAME_MAX + 1]) {
    size_t folder = 0;
    if (size > 2 && name[0] == '.' && name[1] == '/' && vm->source_id > 0) {
        const char *includer = vm->file[vm->source_id - 1].name;
        for (size_t i = 0; includer[i] != '\0'; i++) {
            folder = includer[i] == '/' ? i + 1 : folder;
        }
        for (size_t i = 0; i < folder; i++) {
            to[i] = includer[i];
        }
        name += 2;
        size -= 2;
    }
    if (size > HAL_FILE_NAME_MAX - folder) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        to[folder + i] = name[i];
    }
    to[folder + size] = '\0';
    return folder + size;
}

static int open_status(hal_status status) {
    switch (status) {
    case HAL_OK:
        return 0;
    case HAL_ERR_NOT_FOUND:
        return THROW_NO_FILE;
    case HAL_ERR_NO_MEMORY:
        return THROW_NO_MEMORY;
    case HAL_ERR_INVALID:
    case HAL_ERR_UNSUPPORTED:
    case HAL_ERR_BUSY:
        return THROW_FILE_IO;
    }
    return THROW_FILE_IO;
}

/* The word that stands for a file that has been included, or 0. File names are case-sensitive, which word
 * names are not. */
static uint32_t find_included(struct vm *vm, const char *name, size_t size) {
    uint32_t xt = dictionary_find_in(vm, WORDLIST_FILES, name, size);
    if (xt != 0) {
        size_t known_size;
        const char *known = dictionary_name(vm, xt, &known_size);
        for (size_t i = 0; i < size; i++) {
            if (known[i] != name[i]) {
                return 0;
            }
        }
    }
    return xt;
}

/* Notes that a file has been included: a name in a word list of its own. */
static int note_included(struct vm *vm, const char *name, size_t size) {
    if (find_included(vm, name, size) != 0) {
        return 0;
    }
    uint32_t current = vm->current, latest = vm->latest, xt;
    vm->current = WORDLIST_FILES;
    int code = dictionary_create(vm, name, size, 0, &xt);
    vm->current = current;
    vm->latest = latest;
    return code;
}

int word_is_included(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    const char *name = vm_pointer(vm, addr, size);
    if (name == NULL) {
        return THROW_BAD_ADDRESS;
    }
    char path[HAL_FILE_NAME_MAX + 1];
    size_t path_size = resolve_name(vm, name, size, path);
    vm_push(vm, find_included(vm, path, path_size) != 0 ? (uint64_t)-1 : 0);
    return 0;
}

int word_include_open(struct vm *vm) {
    uint64_t name_size = vm_pop(vm), name_addr = vm_pop(vm);
    const char *name = vm_pointer(vm, name_addr, name_size);
    if (name == NULL) {
        return THROW_BAD_ADDRESS;
    }
    vm->word_addr = name_addr; /* the text at fault, if it cannot be opened */
    vm->word_size = name_size;
    char path[HAL_FILE_NAME_MAX + 1];
    size_t path_size = resolve_name(vm, name, name_size, path);
    if (path_size == 0) {
        return THROW_NO_FILE;
    }
    if (vm->file_depth == VM_FILE_DEPTH) {
        return THROW_INCLUDE_NESTING;
    }

    const char *contents;
    size_t size;
    int code = open_status(hal_file_open(path, path_size, &contents, &size));
    if (code != 0) {
        return code;
    }
    code = note_included(vm, path, path_size);
    if (code != 0) {
        hal_file_close(contents, size);
        return code;
    }
    if (size > vm->top - vm->dp) {
        hal_file_close(contents, size);
        return THROW_DICTIONARY_OVERFLOW;
    }
    uint64_t text = vm->top - size;
    char *copy = vm_pointer(vm, text, size);
    if (copy == NULL) {
        hal_file_close(contents, size);
        return THROW_NO_MEMORY;
    }
    for (size_t i = 0; i < size; i++) {
        copy[i] = contents[i];
    }
    hal_file_close(contents, size);

    struct vm_file *file = &vm->file[vm->file_depth];
    *file = (struct vm_file){.text = text, .size = size, .next = 0, .line = 0};
    for (size_t i = 0; i <= path_size; i++) {
        file->name[i] = path[i];
    }
    vm->file_depth++;
    vm->top = text;
    vm->source_id = (int64_t)vm->file_depth;
    vm->source_addr = text;
    vm->source_size = 0;
    vm_user_set(vm, VM_USER_TO_IN, 0);
    return 0;
}

/* Counts the characters up to the next newline, or to `left`. A page at a time, so that the cost of
 * a line does not depend on the size of the file. */
static bool line_size(struct vm *vm, uint64_t addr, uint64_t left, uint64_t *size) {
    *size = 0;
    while (*size < left) {
        uint64_t piece = VM_PAGE - (addr + *size) % VM_PAGE;
        if (piece > left - *size) {
            piece = left - *size;
        }
        const char *text = vm_pointer(vm, addr + *size, piece);
        if (text == NULL) {
            return false;
        }
        for (uint64_t i = 0; i < piece; i++) {
            if (text[i] == '\n') {
                *size += i;
                return true;
            }
        }
        *size += piece;
    }
    return true;
}

/* ( -- flag ) Makes the next line of the file that is the source current; false at its end. */
int word_include_refill(struct vm *vm) {
    if (vm->source_id <= 0 || (uint64_t)vm->source_id > vm->file_depth) {
        vm_push(vm, 0);
        return 0;
    }
    struct vm_file *file = &vm->file[vm->source_id - 1];
    if (file->next >= file->size) {
        vm_push(vm, 0);
        return 0;
    }
    uint64_t size;
    if (!line_size(vm, file->text + file->next, file->size - file->next, &size)) {
        return THROW_BAD_ADDRESS;
    }
    vm->source_addr = file->text + file->next;
    vm->source_size = size;
    file->next += size + 1; /* past the newline; past the end after the last line */
    file->line++;
    vm_user_set(vm, VM_USER_TO_IN, 0);
    vm_push(vm, (uint64_t)-1);
    return 0;
}

int word_file_line(struct vm *vm) {
    return word_include_refill(vm);
}
