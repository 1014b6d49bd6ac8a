/* Between mask.c (what is learnt) and mask_text.c (how text is shown). Private to the two. */
#ifndef CONTACTWATCH_MASK_INTERNAL_H
#define CONTACTWATCH_MASK_INTERNAL_H

#include "contactwatch/mask.h"

enum { MASK_VALUE_MAX = 256 };

/* Folds ASCII case of length bytes into out (MASK_VALUE_MAX + 1 bytes); false when longer. */
bool mask_fold(const char *text, size_t length, char *out);
bool mask_is_plain(const char *text);
bool mask_all_digits(const char *text);
void mask_learn(struct mask *mask, const char *text, size_t length);
void mask_learn_shapes(struct mask *mask, const char *text);

#endif
