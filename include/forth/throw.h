/*
 * throw.h - THROW codes.
 *
 * -1 to -255 are Forth-2012 table 9.1; -256 downward are StarKernel's own.
 */
#ifndef THROW_H
#define THROW_H

#include <stdint.h>

enum throw_code {
    THROW_ABORT = -1,
    THROW_ABORT_QUOTE = -2,
    THROW_STACK_OVERFLOW = -3,
    THROW_STACK_UNDERFLOW = -4,
    THROW_RETURN_STACK_OVERFLOW = -5,
    THROW_RETURN_STACK_UNDERFLOW = -6,
    THROW_DICTIONARY_OVERFLOW = -8,
    THROW_BAD_ADDRESS = -9,
    THROW_DIVISION_BY_ZERO = -10,
    THROW_RESULT_OUT_OF_RANGE = -11,
    THROW_UNDEFINED_WORD = -13,
    THROW_COMPILE_ONLY = -14,
    THROW_INVALID_FORGET = -15,
    THROW_NO_NAME = -16,
    THROW_NUMERIC_OVERFLOW = -17,
    THROW_STRING_OVERFLOW = -18,
    THROW_NAME_TOO_LONG = -19,
    THROW_UNSUPPORTED = -21,
    THROW_CONTROL_MISMATCH = -22,
    THROW_INVALID_ARGUMENT = -24,
    THROW_USER_INTERRUPT = -28,
    THROW_COMPILER_NESTING = -29,
    THROW_NOT_CREATED = -31,
    THROW_BAD_NAME = -32,
    THROW_FILE_IO = -37,
    THROW_NO_FILE = -38,
    THROW_END_OF_FILE = -39,
    THROW_BAD_BASE = -40,
    THROW_SEARCH_ORDER_OVERFLOW = -49,
    THROW_SEARCH_ORDER_UNDERFLOW = -50,
    THROW_QUIT = -56,

    THROW_BAD_XT = -256,          /* an execution token that names no word, or an unfinished one */
    THROW_NO_DEFINITION = -257,   /* compiling with no definition open */
    THROW_NO_MEMORY = -258,       /* the machine has no memory left for this VM */
    THROW_INCLUDE_NESTING = -259, /* too many files including one another */
    THROW_CONTROL_NESTING = -260, /* too many nested control structures */
    THROW_UNDEFINED_DEFER = -261, /* a DEFERred word that was never given an action */
    THROW_PROTECTED_WORD = -262,  /* a word of the base dictionary cannot be changed */
    THROW_MISSING_DELIMITER = -263, /* a string, {: or the like without its end */
    THROW_TOO_MANY_LOCALS = -265,   /* more than VM_LOCALS_MAX in one definition */
    THROW_LINE_TOO_LONG = -264,     /* a line of input that the line editor had to cut */
    THROW_NO_SUCH_VM = -266,        /* the ID of a VM that is gone, or never was */
    THROW_TIMEOUT = -267,           /* what was waited for did not come in time */
    THROW_NOT_A_CHILD = -268,       /* WAIT-VM for a VM that somebody else spawned */
    THROW_TOO_MANY_VMS = -269,      /* the table of VMs is full */
    THROW_BAD_ENVELOPE = -270, /* an envelope too small for the system variables, or above 4 GiB */
    THROW_BAD_PRIORITY = -271, /* a priority that is none */
    THROW_PRIMORDIAL = -272,   /* VM[0] cannot be ended */
    THROW_MESSAGE_TOO_LONG = -273, /* longer than any message may be */
    THROW_BUFFER_TOO_SHORT = -274, /* for the message, which is still there */
    THROW_SEND_TO_SELF = -275,     /* into the own full mailbox: it would wait for itself */
    THROW_NOT_PERMITTED = -276,    /* a capability is missing, or does not reach that far */
    THROW_BAD_PAGES = -289,        /* not whole pages of the data space */
    THROW_NO_DEVICES = -290,       /* a Linux process has none */
    THROW_KERNELS_DEVICE =
        -291, /* a register or line that is the kernel's, whatever the capability says */
    THROW_BAD_REGISTER = -292, /* an address that is not a multiple of the width, or none at all */
    THROW_IRQ_IN_USE = -293,   /* somebody has the line */
    THROW_NO_IRQ = -294,       /* no such line, or not attached by this VM */
    THROW_TOO_MANY_CAPABILITIES = -295, /* the VM that is to have it has so many */
    THROW_BAD_KNOB = -300,              /* a value outside the bounds of a knob of the physics */
    THROW_NOT_COLON = -301,             /* a word that is no colon definition */
};

/* The message for a THROW code, without newline; NULL when the code has none. */
const char *throw_message(int64_t code);

#endif
