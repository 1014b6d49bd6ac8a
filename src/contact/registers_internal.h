/* Registers and sorted lists of named ones: the join of their parts. Private to contact/. */
#ifndef CONTACT_REGISTERS_H
#define CONTACT_REGISTERS_H

#include "contactwatch/record.h"

/* Joins a value of `length` bytes: the greater stamp wins, at a tie the greater bytes. True if the
 * register changed. */
bool reg_put(struct reg *reg, uint64_t stamp, const char *value, size_t length);
bool reg_join(struct reg *into, const struct reg *from);

/* Would a value of this stamp be looked at? Spares building one that is going to lose. */
static inline bool reg_open(const struct reg *reg, uint64_t stamp)
{
    return !reg->value || stamp >= reg->stamp;
}

/* Joins under a name. Of more than `max` names (0 = any number) the first in order stay. True if
 * the list changed. */
bool reg_list_put(struct reg_list *list, const char *name, uint64_t stamp, const char *value,
                  size_t length, uint32_t max);
bool reg_list_join(struct reg_list *into, const struct reg_list *from, uint32_t max);
void reg_list_free(struct reg_list *list);

/* Length of text cut to at most max bytes, never inside a UTF-8 character. */
size_t cut_length(const char *text, size_t max);

#endif
