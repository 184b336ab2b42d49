/*
 * bench_table.c - reads the tables of programs and sequences.
 */
#include "bench_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_machine.h"

static char *trim(char *text) {
    text += strspn(text, " \t");
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\n", text[size - 1]) != NULL) {
        text[--size] = '\0';
    }
    return text;
}

static void split(char *line, struct table_row *row) {
    for (unsigned i = 0; i < TABLE_COLUMNS; i++) {
        char *bar = line != NULL ? strchr(line, '|') : NULL;
        if (bar != NULL) {
            *bar = '\0';
        }
        row->column[i] = line != NULL ? trim(line) : "";
        line = bar != NULL ? bar + 1 : NULL;
    }
}

struct table *table_read(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        machine_fail("cannot read", path);
    }
    struct table *table = machine_alloc(sizeof *table);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
        bool comment = line[0] == '#' && (line[1] == ' ' || line[1] == '\n');
        if (!comment && trim(line)[0] != '\0') {
            char *kept = strdup(line);
            if (kept == NULL || table->rows == TABLE_ROWS) {
                machine_fail("too many rows", path);
            }
            split(kept, &table->row[table->rows++]);
        }
    }
    free(line);
    fclose(file);
    return table;
}
