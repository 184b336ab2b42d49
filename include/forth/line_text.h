/*
 * line_text.h - the line being edited and its picture on the terminal; for line_editor.c only.
 *
 * The operations change the text of an editor and add to editor->out what brings the terminal up to
 * date. Byte offsets are 0..size and always between characters; line_text_next and
 * line_text_previous step over whole ones. Not ISR-safe.
 */
#ifndef LINE_TEXT_H
#define LINE_TEXT_H

#include "forth/line_editor.h"

#define LINE_TEXT_SAME SIZE_MAX /* for line_text_show: no byte has changed */

/* Makes the text empty and takes the terminal's cursor as standing where the line begins. */
void line_text_clear(struct line_editor *editor, size_t capacity);

/* Adds one byte to the output; dropped when the output is full, which no key can bring about. */
void line_text_emit(struct line_editor *editor, char byte);

/* Brings the terminal up to date when the bytes from offset `changed` on, or only the cursor
 * (LINE_TEXT_SAME), may differ from what it shows. */
void line_text_show(struct line_editor *editor, size_t changed);

/* The offset one character on, or back; stays at the ends. */
size_t line_text_next(const struct line_editor *editor, size_t at);
size_t line_text_previous(const struct line_editor *editor, size_t at);

/* The offset of the start of the word before the cursor; of the end of the word after it. */
size_t line_text_word_left(const struct line_editor *editor);
size_t line_text_word_right(const struct line_editor *editor);

/* Puts the cursor at an offset. */
void line_text_move(struct line_editor *editor, size_t to);

/* Removes the bytes from..to and leaves the cursor at `from`. */
void line_text_erase(struct line_editor *editor, size_t from, size_t to);

/* Puts one whole character before the cursor; rings the bell the first time that the line has no room for one. */
void line_text_insert(struct line_editor *editor, const char *character, size_t size);

/* Replaces the whole text, cutting it to the capacity between characters; cursor at the end. */
void line_text_replace(struct line_editor *editor, const char *text, size_t size);

#endif
