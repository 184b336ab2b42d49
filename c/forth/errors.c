/*
 * errors.c - what a THROW that nobody caught says to the user.
 *
 * One line: where it happened (for a file), the code, what it means, and the text at fault:
 *
 *   boot.fs:12: error -13: undefined word: FOO
 */
#include "forth/compiler.h"
#include "forth/console.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "primitives.h"

#define TEXT_MAX 60u /* longest piece of source shown */

struct message {
    int16_t code;
    const char *text;
};

static const struct message messages[] = {
    {THROW_ABORT, "aborted"},
    {THROW_ABORT_QUOTE, "aborted"},
    {THROW_STACK_OVERFLOW, "stack overflow"},
    {THROW_STACK_UNDERFLOW, "stack underflow"},
    {THROW_RETURN_STACK_OVERFLOW, "return stack overflow (recursion or loops too deep)"},
    {THROW_RETURN_STACK_UNDERFLOW, "return stack underflow"},
    {-7, "DO-loops nested too deeply"},
    {THROW_DICTIONARY_OVERFLOW, "dictionary overflow"},
    {THROW_BAD_ADDRESS, "invalid memory address"},
    {THROW_DIVISION_BY_ZERO, "division by zero"},
    {THROW_RESULT_OUT_OF_RANGE, "result out of range"},
    {-12, "argument type mismatch"},
    {THROW_UNDEFINED_WORD, "undefined word"},
    {THROW_COMPILE_ONLY, "this word works only inside a definition"},
    {THROW_INVALID_FORGET, "invalid FORGET"},
    {THROW_NO_NAME, "a name is missing"},
    {THROW_NUMERIC_OVERFLOW, "pictured numeric output string overflow"},
    {THROW_STRING_OVERFLOW, "string too long"},
    {THROW_NAME_TOO_LONG, "name too long"},
    {-20, "write to a read-only location"},
    {THROW_UNSUPPORTED, "unsupported operation"},
    {THROW_CONTROL_MISMATCH, "control structure mismatch"},
    {-23, "address alignment exception"},
    {THROW_INVALID_ARGUMENT, "invalid numeric argument"},
    {-25, "return stack imbalance"},
    {-26, "loop parameters unavailable"},
    {-27, "invalid recursion"},
    {THROW_USER_INTERRUPT, "user interrupt"},
    {THROW_COMPILER_NESTING, "a definition is still open"},
    {-30, "obsolescent feature"},
    {THROW_NOT_CREATED, "this word was not made by CREATE"},
    {THROW_BAD_NAME, "this name cannot be used here"},
    {-33, "block read exception"},
    {-34, "block write exception"},
    {-35, "invalid block number"},
    {-36, "invalid file position"},
    {THROW_FILE_IO, "file I/O exception"},
    {THROW_NO_FILE, "no such file"},
    {THROW_END_OF_FILE, "unexpected end of input"},
    {-59, "ALLOCATE failed"},
    {-60, "FREE: not an allocated block"},
    {-61, "RESIZE failed"},
    {-78, "SUBSTITUTE: the result does not fit"},
    {-79, "REPLACES: the substitution cannot be made"},
    {THROW_BAD_BASE, "BASE was not from 2 to 36 and is now decimal"},
    {-48, "invalid POSTPONE"},
    {THROW_SEARCH_ORDER_OVERFLOW, "search-order overflow"},
    {THROW_SEARCH_ORDER_UNDERFLOW, "search-order underflow"},
    {-57, "exception in sending or receiving a character"},
    {THROW_BAD_XT, "not an execution token"},
    {THROW_NO_DEFINITION, "no definition is open to compile into"},
    {THROW_NO_MEMORY, "the machine has no memory left"},
    {THROW_INCLUDE_NESTING, "files include one another too deeply"},
    {THROW_CONTROL_NESTING, "control structures nested too deeply"},
    {THROW_UNDEFINED_DEFER, "a deferred word has no action yet"},
    {THROW_PROTECTED_WORD, "a word of the base dictionary cannot be changed"},
    {THROW_MISSING_DELIMITER, "the closing delimiter is missing"},
    {THROW_TOO_MANY_LOCALS, "too many locals in one definition (64 at most)"},
    {THROW_NO_SUCH_VM, "no VM has this ID (it may have ended)"},
    {THROW_TIMEOUT, "time-out"},
    {THROW_NOT_A_CHILD, "only the VM that spawned it can wait for its end"},
    {THROW_TOO_MANY_VMS, "too many VMs (65535 at most)"},
    {THROW_BAD_ENVELOPE, "an envelope must have at least 64 KiB and less than 4 GiB"},
    {THROW_BAD_PRIORITY, "a priority is a number from 0 to 31"},
    {THROW_PRIMORDIAL, "VM[0] cannot be ended; BYE switches the machine off"},
    {THROW_MESSAGE_TOO_LONG, "a message has 4096 bytes at most"},
    {THROW_BUFFER_TOO_SHORT, "the message is longer than the buffer, and still waiting"},
    {THROW_SEND_TO_SELF, "its own mailbox is full: it would wait for itself"},
    {THROW_NOT_PERMITTED, "not permitted: this VM lacks the capability (.CAPS shows what it has)"},
    {THROW_BAD_PAGES, "pages: address and size must be multiples of 4096, inside the data space"},
    {THROW_NO_DEVICES, "a Linux process has no devices"},
    {THROW_KERNELS_DEVICE, "the kernel's own: memory, or a device that it drives itself"},
    {THROW_BAD_REGISTER, "no register can be there: its address must be a multiple of its width"},
    {THROW_IRQ_IN_USE, "somebody has that interrupt line"},
    {THROW_NO_IRQ, "no such interrupt line, or not attached by this VM"},
    {THROW_TOO_MANY_CAPABILITIES, "that VM has as many capabilities as it may have"},
    {THROW_BAD_KNOB, "the knob has bounds, and was set to the nearest (KNOB@ tells)"},
    {THROW_NOT_COLON, "not a word made by : and ;"},
    {THROW_LINE_TOO_LONG, "the line is too long (1024 characters) and was not interpreted"},
};

const char *throw_message(int64_t code) {
    for (unsigned i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        if (messages[i].code == code) {
            return messages[i].text;
        }
    }
    return NULL;
}

/* Types a piece of VM memory on one line: cut when long, control characters as dots. */
static void say_text(struct vm *vm, uint64_t addr, uint64_t size) {
    uint64_t shown = size > TEXT_MAX ? TEXT_MAX : size;
    const char *text = vm_pointer(vm, addr, shown);
    if (text == NULL) {
        return;
    }
    for (uint64_t i = 0; i < shown; i++) {
        console_char((unsigned char)text[i] < ' ' ? '.' : text[i]);
    }
    if (shown < size) {
        console_text("...");
    }
}

static void say_place(struct vm *vm) {
    int64_t id = vm->throw_source_id;
    if (id > 0 && id <= (int64_t)VM_FILE_DEPTH) {
        const struct vm_file *file = &vm->file[id - 1];
        console_text(file->name);
        console_char(':');
        console_unsigned(file->line, 10);
        console_text(": ");
    } else if (id < -1) {
        console_text("block ");
        console_unsigned((uint64_t)(-1 - id), 10);
        console_text(": ");
    }
}

/* -9 tells which address; shown as the program would write it when it lies in the window. */
static void say_address(struct vm *vm) {
    console_text(vm->fault_write ? " (store to $" : " (fetch from $");
    console_unsigned(vm->fault_address, 16);
    console_char(')');
}

static void say_error(struct vm *vm, int64_t code) {
    if (vm->id != 0) {
        console_text("VM ");
        console_unsigned(vm->id, 10);
        console_text(": ");
    }
    say_place(vm);
    console_text("error ");
    console_signed(code);
    console_text(": ");
    if (code == THROW_ABORT_QUOTE && vm->abort_size > 0) {
        say_text(vm, vm->abort_addr, vm->abort_size);
    } else {
        const char *text = throw_message(code);
        console_text(text != NULL ? text : "an exception without a message of its own");
    }
    if (code == THROW_BAD_ADDRESS && vm->fault_known) {
        say_address(vm);
    }
    if (vm->throw_word_size > 0) {
        console_text(": ");
        say_text(vm, vm->throw_word_addr, vm->throw_word_size);
    }
    console_char('\n');
}

/* ( n -- ) Reports an exception that reached the prompt and abandons any definition. ABORT and QUIT
 * have nothing to say. */
int word_report_error(struct vm *vm) {
    int64_t code = (int64_t)vm_pop(vm);
    console_fresh_line();
    if (code != THROW_ABORT && code != THROW_QUIT) {
        hal_console_mark_error(true);
        say_error(vm, code);
        hal_console_mark_error(false);
    }
    vm->abort_size = 0;
    compile_abandon(vm);
    return 0;
}
