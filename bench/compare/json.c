/*
 * json.c - writes JSON, piece by piece.
 */
#include "json.h"

#include <stddef.h>
#include <string.h>

#define LINES_TO                                                                                   \
    3u /* depth up to which elements have lines of their own: each benchmark is one line */

static void put(struct json *json, const char *text) {
    json->put(json->context, text, strlen(text));
}

/* A string with what JSON does not take in it made harmless. */
static void quoted(struct json *json, const char *text) {
    put(json, "\"");
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            format(json->put, json->context, "\\%c", byte);
        } else if (byte < ' ' || byte > '~') {
            format(json->put, json->context, "\\u00%02x", byte);
        } else {
            json->put(json->context, text, 1);
        }
    }
    put(json, "\"");
}

static void key_of(struct json *json, const char *key) {
    if (json->more) {
        put(json, ",");
    }
    if (json->depth < LINES_TO) {
        put(json, "\n");
        for (unsigned i = 0; i < json->depth; i++) {
            put(json, "  ");
        }
    } else if (json->more) {
        put(json, " ");
    }
    json->more = true;
    if (key != NULL) {
        quoted(json, key);
        put(json, ": ");
    }
}

void json_open(struct json *json, const char *key, char bracket) {
    if (json->depth != 0) {
        key_of(json, key);
    }
    format(json->put, json->context, "%c", bracket);
    json->more = false;
    json->depth++;
}

void json_close(struct json *json, char bracket) {
    json->depth--;
    if (json->depth < LINES_TO - 1) {
        put(json, "\n");
        for (unsigned i = 0; i < json->depth; i++) {
            put(json, "  ");
        }
    }
    format(json->put, json->context, "%c", bracket);
    json->more = true;
    if (json->depth == 0) {
        put(json, "\n");
    }
}

void json_text(struct json *json, const char *key, const char *value) {
    key_of(json, key);
    if (value == NULL) {
        put(json, "null");
    } else {
        quoted(json, value);
    }
}

void json_number(struct json *json, const char *key, uint64_t value) {
    key_of(json, key);
    format(json->put, json->context, "%lu", value);
}

void json_decimal(struct json *json, const char *key, uint64_t value, unsigned digits) {
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++) {
        unit *= 10;
    }
    key_of(json, key);
    format(json->put, json->context, "%lu.", value / unit);
    for (uint64_t rest = value % unit; unit > 1; rest %= unit) {
        unit /= 10;
        format(json->put, json->context, "%c", (int)('0' + rest / unit));
    }
}

void json_bool(struct json *json, const char *key, bool value) {
    key_of(json, key);
    put(json, value ? "true" : "false");
}
