/*
 * json.h - writes JSON, piece by piece, to wherever it goes; nothing is kept.
 *
 * A key of NULL is for an element of an array. Decimals are whole numbers of 10^-digits.
 */
#ifndef COMPARE_JSON_H
#define COMPARE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/format.h"

struct json {
    format_sink put;
    void *context;
    bool more;      /* something stands before in this object or array */
    unsigned depth; /* for the indentation */
};

/* `bracket` is { or [; json_close takes its counterpart. A line of its own for each element of the outer levels. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

void json_text(struct json *json, const char *key, const char *value); /* NULL: null */
void json_number(struct json *json, const char *key, uint64_t value);
void json_decimal(struct json *json, const char *key, uint64_t value, unsigned digits);
void json_bool(struct json *json, const char *key, bool value);

#endif
