/*
 * bench_table.h - tables of text: a line a row, columns between bars, # begins a comment line.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#define TABLE_COLUMNS 6
#define TABLE_ROWS    256

struct table_row {
    const char *column[TABLE_COLUMNS]; /* without the blanks around them; "" beyond the last */
};

struct table {
    unsigned rows;
    struct table_row row[TABLE_ROWS];
};

/* Reads a file, which must exist and fit. The strings live as long as the program. */
struct table *table_read(const char *path);

#endif
