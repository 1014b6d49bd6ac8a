/*
 * Text from outside on its way to a terminal or a file: the one sanitiser, and widths in cells.
 * Everything not written by this program passes text_sanitise before a terminal sees it.
 */
#ifndef CONTACTWATCH_TEXT_H
#define CONTACTWATCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contactwatch/mem.h"

/*
 * Appends text with nothing left that could move a cursor, hide, or reorder: invalid UTF-8 becomes
 * U+FFFD; newline and tab a blank; other C0, DEL, C1, bidi controls, zero-width, tag characters and
 * line separators become <U+XXXX> (in ASCII ^X for C0); at most two combining marks stay on a
 * character. With ascii, all else beyond ASCII becomes '?'.
 */
void text_sanitise(struct buf *out, const char *text, size_t length, bool ascii);

bool text_valid_utf8(const char *text, size_t length);

/* Decodes one code point of valid UTF-8, returns its length in bytes (0 at the end). Invalid:
 * U+FFFD and 1. */
size_t text_decode(const char *text, size_t length, uint32_t *code);
size_t text_encode(uint32_t code, char out[4]); /* bytes written, 0 for no character */
/* controls, bidi, zero-width, tags, separators, private noncharacters */
bool text_is_unsafe(uint32_t code);

/* Cells on a terminal: 0 for combining, 2 for wide, else 1. For sanitised text. */
int text_code_width(uint32_t code);
int text_width(const char *text);

/* Appends text in exactly width cells: cut with an ellipsis (… or ~ in ASCII) last, or filled up
 * with blanks; right: blanks first. */
void text_fit(struct buf *out, const char *text, int width, bool right, bool ascii);

/* Comparison whatever the case (Unicode simple folding). */
bool text_equal_fold(const char *a, const char *b);
bool text_contains_fold(const char *haystack, const char *needle);
bool text_glob_fold(const char *pattern, const char *text); /* '*' any run */
bool text_prefix_fold(const char *text, const char *prefix);

#endif
