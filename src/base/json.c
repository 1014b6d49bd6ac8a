/*
 * The guard in front of cJSON: one pass over the text finds its end, its depth, its size as a tree
 * and what needs repair, before cJSON allocates anything. The tree is then bump-allocated in one
 * piece of the caller's arena.
 */
#include "contactwatch/json.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"

/* Where cJSON's allocations go while this thread parses; with no arena they are malloc's, as for
 * any other user. */
static _Thread_local struct {
    struct arena *arena;
    char *next, *end;
} bump;

static void *hook_alloc(size_t size)
{
    if (!bump.arena)
        return malloc(size);
    size = (size + 7) & ~(size_t)7;
    if ((size_t)(bump.end - bump.next) < size)
        return arena_alloc(bump.arena, size);
    void *memory = bump.next;
    bump.next += size;
    return memory;
}

static void hook_free(void *memory)
{
    if (!bump.arena)
        free(memory);
}

static void set_hooks(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = hook_alloc, .free_fn = hook_free});
}

/* What the tree of a scanned document needs at most: its nodes, and each string with its NUL,
 * rounded up to 8. */
static size_t tree_size(const struct json_scan *scan)
{
    return scan->nodes * sizeof(cJSON) + scan->end + scan->strings * 8;
}

static cJSON *build_tree(struct arena *arena, const char *text, size_t length, size_t room,
                         const char **stopped)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_hooks);
    bump.arena = arena;
    bump.next = arena_alloc(arena, room);
    bump.end = bump.next + room;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, length, stopped, 0);
    bump.arena = NULL;
    return tree;
}

cJSON *json_parse_first(struct arena *arena, const char *text, size_t length, size_t *end,
                        struct err *err)
{
    struct json_scan scan;
    if (!json_scan(text, length, &scan)) {
        err_set(err, "%s, at byte %zu", scan.why, scan.end);
        *end = scan.end;
        return NULL;
    }
    *end = scan.end;
    size_t size = scan.end;
    if (size > JSON_MAX_BYTES) {
        err_set(err, "JSON document of %zu bytes, at most %d are taken", size, (int)JSON_MAX_BYTES);
        return NULL;
    }
    if (scan.repair) {
        text = json_repair(arena, text, &size);
        scan.end = size;
    }
    const char *stopped = text;
    cJSON *tree = build_tree(arena, text, size, tree_size(&scan), &stopped);
    if (!tree || stopped != text + size) {
        err_set(err, "not valid JSON, at byte %zu", (size_t)(stopped - text));
        return NULL;
    }
    return tree;
}

cJSON *json_parse(struct arena *arena, const char *text, size_t length, struct err *err)
{
    if (length > JSON_MAX_BYTES) {
        err_set(err, "JSON of %zu bytes, at most %d are taken", length, (int)JSON_MAX_BYTES);
        return NULL;
    }
    size_t end;
    cJSON *tree = json_parse_first(arena, text, length, &end, err);
    if (!tree)
        return NULL;
    size_t rest = end + json_blanks(text + end, length - end);
    if (rest < length) {
        err_set(err, "text after the JSON document, at byte %zu", rest);
        return NULL;
    }
    return tree;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        if (strcmp(member->string, name) == 0)
            return member;
    return NULL;
}

const cJSON *json_either(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        if (json_same_either(member->string, name))
            return member;
    return NULL;
}

static const char *text_of(const cJSON *value)
{
    return cJSON_IsString(value) && value->valuestring[0] ? value->valuestring : NULL;
}

const char *json_text(const cJSON *object, const char *name)
{
    return text_of(json_get(object, name));
}

const char *json_text_either(const cJSON *object, const char *name)
{
    return text_of(json_either(object, name));
}
