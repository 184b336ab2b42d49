/*
 * test_compare_json.c - the writer of the comparison's JSON.
 */
/* uses: bench/compare/json.c c/shared/format.c */
#include <string.h>

#include "../../bench/compare/json.h"
#include "unit.h"

static char text[1024];
static size_t used;

static void append(void *context, const char *bytes, size_t size) {
    (void)context;
    CHECK(used + size < sizeof text);
    memcpy(text + used, bytes, size);
    used += size;
    text[used] = '\0';
}

static struct json begin(void) {
    used = 0;
    text[0] = '\0';
    return (struct json){.put = append};
}

UNIT_TEST(json_whole, "objects and arrays nest, and commas stand between elements alone") {
    struct json json = begin();
    json_open(&json, NULL, '{');
    json_open(&json, "context", '{');
    json_close(&json, '}');
    json_open(&json, "benchmarks", '[');
    json_open(&json, NULL, '{');
    json_text(&json, "name", "a/b");
    json_number(&json, "ops", UINT64_MAX);
    json_open(&json, "samples", '[');
    json_decimal(&json, NULL, 1500000, 6);
    json_decimal(&json, NULL, 1, 6);
    json_close(&json, ']');
    json_bool(&json, "quiet", true);
    json_close(&json, '}');
    json_open(&json, NULL, '{');
    json_close(&json, '}');
    json_close(&json, ']');
    json_close(&json, '}');
    CHECK(strcmp(text, "{\n  \"context\": {\n  },\n  \"benchmarks\": [\n"
                       "    {\"name\": \"a/b\", \"ops\": 18446744073709551615, \"samples\": "
                       "[1.500000, 0.000001], "
                       "\"quiet\": true},\n    {}\n  ]\n}\n") == 0);
}

UNIT_TEST(json_strings,
          "quotes, backslashes and what is no printable ASCII are escaped; NULL is null") {
    struct json json = begin();
    json_open(&json, NULL, '[');
    json_text(&json, NULL, "a\"b\\c\n\x7f\xe9");
    json_text(&json, NULL, NULL);
    json_text(&json, NULL, "");
    json_close(&json, ']');
    CHECK(strcmp(text, "[\n  \"a\\\"b\\\\c\\u000a\\u007f\\u00e9\",\n  null,\n  \"\"\n]\n") == 0);
}

UNIT_TEST(json_decimals, "a decimal has all its digits, and no more") {
    struct json json = begin();
    json_open(&json, NULL, '[');
    json_decimal(&json, NULL, 0, 3);
    json_decimal(&json, NULL, 2987, 3);
    json_decimal(&json, NULL, UINT64_MAX, 6);
    json_close(&json, ']');
    CHECK(strcmp(text, "[\n  0.000,\n  2.987,\n  18446744073709.551615\n]\n") == 0);
}
