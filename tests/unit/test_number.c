/*
 * test_number.c - recognising numbers: Forth-2012 section 3.4.1.3 and our choices beside it.
 */
/* uses: c/forth/number.c */
#include "forth/number.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define DECIMAL 10u
#define HEX     16u
#define UNSET   INT64_C(0x5aa55aa55aa55aa5)

static void check_single(const char *text, unsigned base, int64_t expected) {
    int64_t low = UNSET, high = UNSET;
    enum number_kind kind = number_parse(text, strlen(text), base, &low, &high);
    if (kind != NUMBER_SINGLE || low != expected)
        unit_fail(__FILE__, __LINE__, "\"%s\" in base %u, expected single %lld, got kind %d %lld",
                  text, base, (long long)expected, (int)kind, (long long)low);
}

static void check_double(const char *text, unsigned base, int64_t expected_low,
                         int64_t expected_high) {
    int64_t low = UNSET, high = UNSET;
    enum number_kind kind = number_parse(text, strlen(text), base, &low, &high);
    if (kind != NUMBER_DOUBLE || low != expected_low || high != expected_high)
        unit_fail(__FILE__, __LINE__,
                  "\"%s\" in base %u, expected double %lld %lld, got kind %d %lld %lld", text, base,
                  (long long)expected_low, (long long)expected_high, (int)kind, (long long)low,
                  (long long)high);
}

static void check_none(const char *text, unsigned base) {
    int64_t low = UNSET, high = UNSET;
    enum number_kind kind = number_parse(text, strlen(text), base, &low, &high);
    if (kind != NUMBER_NONE)
        unit_fail(__FILE__, __LINE__, "\"%s\" in base %u, expected none, got kind %d %lld", text,
                  base, (int)kind, (long long)low);
}

UNIT_TEST(number_decimal, "decimal numbers, with and without a sign") {
    check_single("0", DECIMAL, 0);
    check_single("7", DECIMAL, 7);
    check_single("-0", DECIMAL, 0);
    check_single("-1", DECIMAL, -1);
    check_single("0000000000000000000000000000012", DECIMAL, 12);
    check_single("1234567890", DECIMAL, 1234567890);
}

UNIT_TEST(number_limits, "the greatest and the least numbers of a cell") {
    check_single("9223372036854775807", DECIMAL, INT64_MAX);
    check_single("-9223372036854775808", DECIMAL, INT64_MIN);
    check_single("9223372036854775808", DECIMAL, INT64_MIN);
    check_single("18446744073709551615", DECIMAL, -1);
    check_single("FFFFFFFFFFFFFFFF", HEX, -1);
    check_single("-8000000000000000", HEX, INT64_MIN);
}

UNIT_TEST(number_wraps, "a single number that overflows a cell wraps around") {
    check_single("18446744073709551616", DECIMAL, 0);
    check_single("18446744073709551617", DECIMAL, 1);
    check_single("-18446744073709551617", DECIMAL, -1);
    check_single("1FFFFFFFFFFFFFFFF", HEX, -1);
    check_single("100000000000000000000000000000000000005", HEX, 5);
}

UNIT_TEST(number_bases, "digits below the base count in any case, others do not") {
    char text[2] = "0";
    for (unsigned base = 2; base <= 36; base++) {
        for (unsigned digit = 0; digit < 36; digit++) {
            text[0] = (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
            if (digit < base)
                check_single(text, base, digit);
            else
                check_none(text, base);
            text[0] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            if (digit < base)
                check_single(text, base, digit);
            else
                check_none(text, base);
        }
    }
    check_single("DeadBeef", HEX, 0xdeadbeef);
    check_single("zz", 36, 35 * 36 + 35);
    check_single("101", 2, 5);
    check_none("102", 2);
    check_none("/", 36);
    check_none(":", 36);
    check_none("@", 36);
    check_none("[", 36);
    check_none("`", 36);
    check_none("{", 36);
}

UNIT_TEST(number_prefixes, "a prefix chooses the base whatever BASE holds") {
    check_single("#10", HEX, 10);
    check_single("$10", DECIMAL, 16);
    check_single("%10", DECIMAL, 2);
    check_single("$fF", 2, 255);
    check_single("#99", 2, 99);
    check_single("%11", 36, 3);
    check_none("%12", DECIMAL);
    check_none("#1A", HEX);
    check_none("$G", 36);
}

UNIT_TEST(number_prefix_signs, "a minus may stand after the prefix or before it") {
    check_single("$-1F", DECIMAL, -31);
    check_single("-$1F", DECIMAL, -31);
    check_single("#-10", HEX, -10);
    check_single("-%101", DECIMAL, -5);
    check_single("$-FFFFFFFFFFFFFFFF", DECIMAL, 1);
}

UNIT_TEST(number_characters, "a character between quotes is its code") {
    check_single("'A'", DECIMAL, 'A');
    check_single("' '", HEX, ' ');
    check_single("'''", DECIMAL, '\'');
    check_single("'-'", DECIMAL, '-');
    check_single("'.'", DECIMAL, '.');
    check_single("'$'", 2, '$');
    check_none("'A", DECIMAL);
    check_none("'", DECIMAL);
    check_none("''", DECIMAL);
    check_none("'AB'", DECIMAL);
    check_none("'A'B", DECIMAL);
    check_none("A'", DECIMAL);
}

UNIT_TEST(number_doubles, "a point at the end makes a double number") {
    check_double("0.", DECIMAL, 0, 0);
    check_double("1.", DECIMAL, 1, 0);
    check_double("-1.", DECIMAL, -1, -1);
    check_double("$FF.", DECIMAL, 255, 0);
    check_double("$-1.", DECIMAL, -1, -1);
    check_double("-$1.", DECIMAL, -1, -1);
    check_double("%1.", DECIMAL, 1, 0);
    check_none("12.34", DECIMAL);
    check_none("1..", DECIMAL);
    check_none(".1", DECIMAL);
    check_none("'A'.", DECIMAL);
}

UNIT_TEST(number_double_limits, "double numbers have 128 bits") {
    check_double("18446744073709551616.", DECIMAL, 0, 1);
    check_double("-18446744073709551616.", DECIMAL, 0, -1);
    check_double("18446744073709551615.", DECIMAL, -1, 0);
    check_double("170141183460469231731687303715884105727.", DECIMAL, -1, INT64_MAX);
    check_double("-170141183460469231731687303715884105728.", DECIMAL, 0, INT64_MIN);
    check_double("$FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF.", DECIMAL, -1, -1);
    check_double("$100000000000000000000000000000000.", DECIMAL, 0, 0);
}

UNIT_TEST(number_nothing, "a sign, a prefix or a point without digits is not a number") {
    static const char *const texts[] = {"",   "-",  "#",   "$",   "%",   "#-",   "$-",  "%-",
                                        "-#", "-$", ".",   "-.",  "$.",  "$-.",  "..",  "--",
                                        "+",  "#$", "-$-", "$$1", "--1", "$--1", "-$-1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_none(texts[i], DECIMAL);
}

UNIT_TEST(number_names, "words that only look like numbers are left to the dictionary") {
    static const char *const texts[] = {"1+",  "2*",  "2DUP", "0=",    "0<",    "1-",  "1x",
                                        "0x1", "1 2", " 1",   "1 ",    "1,000", "1_0", "D+",
                                        "+1",  "1e5", "-1-",  "\3031", "1\377", "$1$", "5-"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_none(texts[i], DECIMAL);
}

UNIT_TEST(number_size, "only `size` bytes are read, and zero bytes are not digits") {
    static const char text[] = {'4', '2', '9'};
    static const char zero[] = {'4', '\0', '2'};
    int64_t low = UNSET, high = UNSET;
    CHECK_EQ_U64(number_parse(text, 2, DECIMAL, &low, &high), NUMBER_SINGLE);
    CHECK_EQ_I64(low, 42);
    CHECK_EQ_U64(number_parse(text, 0, DECIMAL, &low, &high), NUMBER_NONE);
    CHECK_EQ_U64(number_parse(zero, sizeof zero, DECIMAL, &low, &high), NUMBER_NONE);
    CHECK_EQ_U64(number_parse("'", 1, DECIMAL, &low, &high), NUMBER_NONE);
}

UNIT_TEST(number_round_trip, "every power of two reads back in decimal and in hexadecimal") {
    char text[64];
    for (unsigned bit = 0; bit < 63; bit++) {
        int64_t value = INT64_C(1) << bit;
        snprintf(text, sizeof text, "%lld", (long long)value);
        check_single(text, DECIMAL, value);
        snprintf(text, sizeof text, "-%lld", (long long)value);
        check_single(text, DECIMAL, -value);
        snprintf(text, sizeof text, "%llX", (unsigned long long)value);
        check_single(text, HEX, value);
    }
}
