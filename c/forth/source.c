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

/* The path of a file: relative to the folder of the file that includes it if `beside`, else as it is named.
 * Zero-terminated. Returns its size, 0 when it would be too long. */
static size_t make_path(const struct vm *vm, const char *name, size_t size, bool beside,
                        char to[HAL_FILE_NAME_MAX + 1]) {
    size_t folder = 0;
    if (beside && vm->source_id > 0) {
        const char *includer = vm->file[vm->source_id - 1].name;
        for (size_t i = 0; includer[i] != '\0'; i++) {
            folder = includer[i] == '/' ? i + 1 : folder;
        }
        for (size_t i = 0; i < folder; i++) {
            to[i] = includer[i];
        }
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

/* A file that a program names: ./name lies beside the including file; any other name is tried as it is and
 * then there. */
struct named_file {
    char path[HAL_FILE_NAME_MAX + 1];
    size_t path_size;
    const char *contents;
    size_t size;
};

static int open_named(struct vm *vm, const char *name, size_t size, struct named_file *file) {
    bool beside = size > 2 && name[0] == '.' && name[1] == '/';
    if (beside) {
        name += 2;
        size -= 2;
    }
    hal_status status = HAL_ERR_NOT_FOUND;
    for (int attempt = beside ? 1 : 0; attempt < 2 && status == HAL_ERR_NOT_FOUND; attempt++) {
        file->path_size = make_path(vm, name, size, attempt == 1, file->path);
        if (file->path_size > 0) {
            status = hal_file_open(file->path, file->path_size, &file->contents, &file->size);
        }
    }
    return open_status(status);
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
    struct named_file file;
    int code = open_named(vm, name, size, &file);
    if (code != 0 && code != THROW_NO_FILE) {
        return code;
    }
    bool known = false;
    if (code == 0) {
        known = find_included(vm, file.path, file.path_size) != 0;
        hal_file_close(file.contents, file.size);
    }
    vm_push(vm, known ? (uint64_t)-1 : 0);
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
    if (name_size == 0 || name_size > HAL_FILE_NAME_MAX) {
        return THROW_NO_FILE;
    }
    if (vm->file_depth == VM_FILE_DEPTH) {
        return THROW_INCLUDE_NESTING;
    }
    if (!vm_prepare_file(vm)) {
        return THROW_NO_MEMORY;
    }
    struct named_file named = {0};
    int code = open_named(vm, name, name_size, &named);
    if (code != 0) {
        return code;
    }
    const char *contents = named.contents;
    size_t size = named.size;
    code = note_included(vm, named.path, named.path_size);
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
    for (size_t i = 0; i <= named.path_size; i++) {
        file->name[i] = named.path[i];
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
