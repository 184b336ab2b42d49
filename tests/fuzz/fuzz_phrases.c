/*
 * fuzz_phrases.c - shapes of Forth that are likely to hurt: definitions, loops, exceptions, wild memory,
 * strings, nested interpretation.
 *
 * A table of templates says most of it. In a template % stands for something random:
 *
 *   %n number   %w word   %s some words   %o own name   %b body of a definition   %p phrase
 *   %c small count   %t text without a quote   %% a percent sign
 */
#include <stdio.h>

#include "fuzz.h"

static const char *const templates[] = {
    /* definitions */
    ": %o %b ;",
    ": %o %b ;",
    ": %o %b ; %o",
    ": %o %b",
    "%b ;",
    ": %o %n RECURSE ; %o",
    ": %o DUP 0= IF EXIT THEN 1- RECURSE ; %c %o",
    ":NONAME %b ; EXECUTE",
    ":NONAME %b ; CATCH",
    ":NONAME %b ; IS %o",
    ": %o [ %s ] ;",
    ": %o [ : %o ; ] ;",
    ": %o [ CREATE %o ] DOES> @ ;",
    ": %o [ %n ] LITERAL ; %o",
    ": %o [ ' %w COMPILE, ] ; %o",
    ": %o POSTPONE %w ; IMMEDIATE",
    ": %o POSTPONE IF ; IMMEDIATE : %o %n %o %s POSTPONE THEN ;",
    ": %o %n CS-PICK ; IMMEDIATE",
    ": %o BEGIN BEGIN [ %c ] CS-PICK [ %c ] CS-ROLL %s UNTIL WHILE REPEAT ;",
    ": %o IF IF [ 1 ] CS-ROLL ELSE [ 0 ] CS-PICK THEN THEN ;",
    "CREATE %o %c CELLS ALLOT",
    "CREATE %o %n , %n , DOES> @ ;",
    ": %o CREATE %s DOES> %b ; %n %o %o %o",
    ": %o CREATE , DOES> @ ; %n %o %o %o EXECUTE",
    ": %o CREATE DOES> DROP %b DOES> %b ; %o %o %o %o",
    ": %o DOES> %b ; %o",
    "VARIABLE %o %n %o ! %o @",
    "%n CONSTANT %o %o",
    "%n VALUE %o %n TO %o %o",
    "DEFER %o ' %w IS %o %o",
    "DEFER %o ' %o IS %o %o",
    "DEFER %o %n ' %o >BODY ! %o",
    "%n ' %o DEFER! ' %o DEFER@ EXECUTE",
    "%c BUFFER: %o %o %n ERASE",
    "IMMEDIATE %o",
    "MARKER %o %p %o",
    "MARKER %o : %o %b ; %o %o",
    /* control flow, run */
    ": %o %n %n DO I %s LOOP ; %o",
    ": %o %c 0 ?DO %s I J LEAVE LOOP ; %o",
    ": %o %n %n DO %n +LOOP ; %o",
    ": %o 10 0 DO 10 0 DO UNLOOP %s LOOP LOOP ; %o",
    ": %o 3 0 DO EXIT LOOP ; %o %o",
    ": %o BEGIN %s %n UNTIL ; %o",
    ": %o BEGIN %s AGAIN ; %o",
    ": %o BEGIN %n WHILE %s REPEAT ; %o",
    ": %o CASE %n OF %s ENDOF %n OF %s ENDOF %s ENDCASE ; %n %o",
    ": %o CASE %s OF ELSE ENDOF THEN ENDCASE ;",
    ": %o IF %s ELSE %s THEN ; %n %o",
    "IF %s THEN",
    ": %o >R >R %s R> R> ; %n %n %o",
    ": %o R> R> R> DROP ; %o",
    ": %o %n >R RECURSE ; %o",
    ": %o {: a b | c -- d :} a b c %s TO c ; %n %n %o",
    ": %o {: a :} IF {: b c :} b c %s TO a ELSE a THEN EXIT ; %n %n %n %o",
    ": %o 3 0 DO I {: a :} a %s LEAVE LOOP ; %o",
    ": %o {: a :} a IF a 1- RECURSE THEN %s ; %c %o",
    ": %o {: a :} CREATE DOES> {: b :} b %s ; %n %o %o %o",
    ": %o {: a | b :} [: a b ;] %s ; %n %o EXECUTE",
    /* word lists */
    "SYNONYM %o %w %o",
    "SYNONYM %o %o %o",
    "WORDLIST DUP SET-CURRENT >R GET-ORDER R> SWAP 1+ SET-ORDER",
    "VOCABULARY %o %o DEFINITIONS : %o %b ; %o",
    "ONLY FORTH DEFINITIONS",
    "%n %n SET-ORDER",
    "%n SET-CURRENT : %o %b ;",
    "MARKER %o CREATE %o : %o CREATE DOES> %b ; %o %o %o %o",
    ": %o %o %b ; MARKER %o %o",
    ": %o [ MARKER %o ] %o ; %o",
    ": %o S\" MARKER %o %s\" EVALUATE ; %o : %o %o %s ; %o",
    "[IF] %s [ELSE] %s [THEN]",
    "%n [IF] %s [ELSE] %s [THEN]",
    /* exceptions */
    "' %w CATCH",
    "' %o CATCH THROW",
    "%n THROW",
    "%n %n ' THROW CATCH",
    ": %o %s %n THROW ; ' %o CATCH",
    ": %o ['] %o CATCH DROP %s ; %o",
    ": %o BEGIN ['] %o CATCH DROP AGAIN ;",
    ": %o ['] RECURSE CATCH ; %o",
    ": %o >R ['] %o CATCH R> ; %n %o",
    ": %o %n ABORT\" %t\" ; %n %o",
    "' CATCH CATCH",
    "' EXECUTE CATCH",
    "%n CATCH",
    /* interpretation inside interpretation */
    "S\" %s\" EVALUATE",
    "S\" %t\" EVALUATE",
    ": %o S\" %s\" EVALUATE ; %o",
    ": %o S\" %o\" EVALUATE ; %o",
    "S\" : %o %s ;\" EVALUATE %o",
    "S\" : %o %s\" EVALUATE %s ;",
    "S\" %s\" ' EVALUATE CATCH",
    "%n %n EVALUATE",
    "SOURCE %c MOVE",
    "SOURCE EVALUATE",
    "S\" %s\" (SOURCE!) %s",
    "%n %n (SOURCE!) %s",
    "%n >IN ! %s",
    ">IN @ %s >IN !",
    "0 >IN !",
    "%n STATE ! %s",
    "%n BASE ! %n %n . %s",
    "] %s [",
    "' %w EXECUTE",
    "%n EXECUTE",
    "%n %n EXECUTE",
    "S\" a\" INCLUDED",
    "S\" b\" INCLUDED",
    "S\" c\" INCLUDED %o",
    "S\" d\" INCLUDED",
    "INCLUDE f",
    "INCLUDE %o",
    "REFILL %s",
    "QUIT",
    /* memory */
    "%n @",
    "%n %n !",
    "%n C@ %n C!",
    "%n %n +!",
    "%n 2@ %n 2!",
    "%n %n %n MOVE",
    "%n %n %n CMOVE>",
    "%n %n %n CMOVE",
    "%n %n %n FILL",
    "%n %n ERASE",
    "%n COUNT TYPE",
    "%n %n TYPE",
    "%n %n %n %n COMPARE",
    "0 0 %n %n >NUMBER",
    "%n FIND",
    "%n ALLOT HERE %s",
    "UNUSED ALLOT %s",
    "UNUSED %c - ALLOT %s",
    "HERE NEGATE ALLOT",
    "UNUSED 8 - ALLOT 1 , 2 , CREATE %o VARIABLE %o S\" %t\"",
    "HERE %n OVER ! EXECUTE",
    "PAD %n ACCEPT",
    "PAD %n (EDIT) %n (EDIT-KEY) (EDIT-LINE)",
    "KEY EMIT",
    /* numbers */
    "%n %n <# #S #>",
    "%n %n <# # # %n HOLD #S %n SIGN #> TYPE",
    "%n HLD ! %n HOLD",
    "%n %n %n */MOD",
    "%n %n %n UM/MOD",
    "%n %n %n FM/MOD",
    "%n %n / %n MOD",
    "%n %n LSHIFT %n RSHIFT",
    /* stacks */
    ": %o BEGIN DUP AGAIN ; %n %o",
    ": %o BEGIN DROP AGAIN ; %n %o",
    ": %o BEGIN %n >R AGAIN ; %o",
    ": %o BEGIN R> AGAIN ; %o",
    ": %o BEGIN UNLOOP AGAIN ; %o",
    ": %o %c 0 DO I LOOP ; %o",
    ": %o %c 0 DO DROP LOOP ; %o",
    "%n PICK",
    "%n ROLL",
    "DEPTH PICK",
    "DEPTH 1- ROLL",
    "CLEARSTACK %s",
    /* names and text */
    ": ",
    "CREATE",
    "' ",
    "POSTPONE %w",
    "CHAR %t",
    "%c WORD %t FIND",
    "PARSE-NAME %t TYPE",
    "%c PARSE %t",
    "( %t )",
    "\\ %t",
    ".( %t)",
    "S\\\" %t\\x41\\m\\q\"",
    ": %o C\" %t\" COUNT TYPE ; %o",
    ": %o .\" %t\" ; %o",
};

#define TEMPLATES (sizeof templates / sizeof templates[0])
#define DEEP      600u /* bytes in a line from which it may only come to its end */

/* The inside of a definition: words and structures, mostly well formed. */
static void body(struct fuzz_text *text) {
    static const char *const around[][3] = {
        {"IF", "ELSE", "THEN"},
        {"BEGIN", "WHILE", "REPEAT"},
        {"BEGIN", "", "UNTIL"},
        {"3 0 DO", "I", "LOOP"},
        {"CASE 1 OF", "ENDOF", "ENDCASE"},
        {"?DO", "LEAVE", "LOOP"},
        {"[", "", "]"},
        {"AHEAD", "", "THEN"},
        {"10 0 DO", "J", "2 +LOOP"},
    };
    for (uint32_t n = 1 + fuzz_below(text, 3); n > 0; n--) {
        if (text->size > DEEP || fuzz_chance(text, 75)) {
            fuzz_soup(text, fuzz_below(text, 5));
            continue;
        }
        const char *const *shape = around[fuzz_below(text, sizeof around / sizeof around[0])];
        for (int part = 0; part < 3; part++) {
            if (!fuzz_chance(text, 3)) { /* sometimes a piece of the structure is missing */
                fuzz_put(text, shape[part]);
            }
            if (part < 2) {
                body(text);
            }
        }
    }
}

static void some_text(struct fuzz_text *text) {
    for (uint32_t n = fuzz_below(text, 30); n > 0; n--) {
        char c = (char)(' ' + fuzz_below(text, 96));
        fuzz_put_byte(text, c == '"' ? ' ' : c);
    }
}

void fuzz_phrase(struct fuzz_text *text) {
    if (text->size > DEEP) {
        return;
    }
    char count[8];
    for (const char *at = templates[fuzz_below(text, TEMPLATES)]; *at != '\0'; at++) {
        if (*at != '%') {
            fuzz_put_byte(text, *at);
            continue;
        }
        switch (*++at) {
        case 'n':
            fuzz_number(text);
            break;
        case 'w':
            fuzz_word(text);
            break;
        case 's':
            fuzz_soup(text, fuzz_below(text, 4));
            break;
        case 'o':
            fuzz_own_name(text);
            break;
        case 'b':
            body(text);
            break;
        case 'p':
            fuzz_phrase(text);
            break;
        case 'c':
            snprintf(count, sizeof count, "%u", fuzz_below(text, 70));
            fuzz_put(text, count);
            break;
        case 't':
            some_text(text);
            break;
        default:
            fuzz_put_byte(text, *at);
            break;
        }
    }
    fuzz_put_byte(text, ' ');
}
