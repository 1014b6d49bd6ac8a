/* DynamoDB's attribute values. Owned by whoever holds them; av_free releases what is inside. */
#ifndef TESTS_FAKE_AV_H
#define TESTS_FAKE_AV_H

#include "fakes/fake_json.h"

enum av_type { AV_S, AV_N, AV_B, AV_BOOL, AV_NULL, AV_M, AV_L, AV_SS, AV_NS, AV_BS, AV_TYPES };
struct av_member;
struct av {
    enum av_type type;
    bool boolean;
    char *text; /* S, B as bytes, N in normal form; followed by a NUL */
    size_t length;
    struct av_member *member; /* M, L, and sets (in order) */
    size_t count, capacity;
};
struct av_member {
    char *name; /* of a map; NULL in lists and sets */
    struct av value;
};

const char *av_type_name(enum av_type type);
bool av_type_named(const char *name, enum av_type *out);
/* False with *error saying why, in the service's words (a literal); then nothing is held. */
bool av_read(struct av *out, const struct jv *json, const char **error);
bool av_read_map(struct av *out, const struct jv *json, const char **error); /* an item */
void av_write(struct buf *out, const struct av *value);
void av_write_map(struct buf *out, const struct av *map); /* without the {"M":…} around */

struct av av_string(const char *text);
struct av av_copy(const struct av *value);
void av_free(struct av *value);
bool av_equal(const struct av *a, const struct av *b);
/* S, N and B of one type have an order; false = these two have none. */
bool av_order(const struct av *a, const struct av *b, int *order);
/* The bytes it counts for. */
size_t av_size(const struct av *value);
size_t av_map_size(const struct av *map); /* an item's */

struct av *av_get(const struct av *map, const char *name);      /* NULL = absent */
void av_set(struct av *map, const char *name, struct av value); /* takes the value */
void av_remove(struct av *map, const char *name);
void av_append(struct av *list, struct av value); /* takes the value */
void av_remove_at(struct av *list, size_t index);
/* Puts a value into its place in a set; false (and frees it) when it is there already. */
bool av_set_add(struct av *set, struct av value);
bool av_set_has(const struct av *set, const struct av *value);

#endif
