/* What must hold in the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/map.h"
#include "convergence/convergence.h"

enum { SHOWN = 3 }; /* differences told in full */

struct ids {
    char **id;
    size_t count, capacity;
};

static bool take_id(void *context, const struct record *record)
{
    struct ids *ids = context;
    mem_grow(ids->id, ids->count, ids->capacity);
    ids->id[ids->count++] = mem_strdup(record->contact_id);
    return true;
}

static bool list_ids(struct store *store, struct ids *out)
{
    struct store_visit visit = {.context = out, .record = take_id};
    struct err err = {0};
    bool good = store->ops->all(store, &visit, &err);
    if (!good)
        fprintf(stderr, "listing: %s\n", err.text);
    return good;
}

static void free_ids(struct ids *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        free(ids->id[i]);
    free(ids->id);
}

struct contact {
    struct arena arena;
    struct record record;
    struct history history;
    bool found;
};

static struct contact load(struct store *store, const char *id)
{
    struct contact c = {.found = false};
    struct err err = {0};
    if (!store_get(store, id, &c.arena, &c.record, &c.history, &c.found, &err))
        fprintf(stderr, "%s: %s\n", id, err.text);
    return c;
}

static void unload(struct contact *c)
{
    if (c->found)
        record_free(&c->record);
    history_free(&c->history);
    arena_free(&c->arena);
}

static bool same_contact(struct store *table, struct store *fold, const char *id, bool tell)
{
    struct contact a = load(table, id), b = load(fold, id);
    struct buf mine = {0}, theirs = {0};
    if (a.found)
        record_write_item(&mine, &a.record, &a.history, RECORD_CANONICAL);
    if (b.found)
        record_write_item(&theirs, &b.record, &b.history, RECORD_CANONICAL);
    bool same = a.found && b.found && strcmp(buf_str(&mine), buf_str(&theirs)) == 0;
    if (!same && tell)
        fprintf(stderr, "differs: %s\n  table: %s\n  fold:  %s\n", id, buf_str(&mine),
                buf_str(&theirs));
    buf_free(&mine);
    buf_free(&theirs);
    unload(&a);
    unload(&b);
    return same;
}

bool same_as_fold(struct run *run, struct store *table, struct store *fold)
{
    struct ids in_table = {0}, in_fold = {0};
    bool good = list_ids(table, &in_table) && list_ids(fold, &in_fold);
    size_t differ = 0;
    for (size_t i = 0; good && i < in_fold.count; i++)
        differ += !same_contact(table, fold, in_fold.id[i], differ < SHOWN);
    printf("%zu contacts in the table, %zu in the fold, %zu differ\n", in_table.count,
           in_fold.count, differ);
    good = good && !differ && in_table.count == in_fold.count && in_fold.count >= run->contacts;
    free_ids(&in_table);
    free_ids(&in_fold);
    return good;
}

bool viewer_saw_all(struct run *run, struct store *table)
{
    struct ids ids = {0};
    bool good = list_ids(table, &ids);
    size_t lacking = 0;
    for (size_t i = 0; good && i < ids.count; i++) {
        struct contact c = load(table, ids.id[i]);
        if (!c.found || !viewer_has(&run->viewer, &c.record, &c.history)) {
            if (lacking++ < SHOWN)
                fprintf(stderr, "the viewer's picture differs: %s\n", ids.id[i]);
        }
        unload(&c);
    }
    printf("the viewer: %zu of %zu contacts differ, %u reads failed\n", lacking, ids.count,
           atomic_load(&run->viewer.failures));
    free_ids(&ids);
    return good && !lacking;
}

struct letters {
    unsigned right, wrong;
};

static void count_letter(void *context, const struct fake_message *message)
{
    struct letters *letters = context;
    bool right = strncmp(message->body, undecodable_mark, strlen(undecodable_mark)) == 0;
    letters->right += right;
    letters->wrong += !right;
    if (!right && letters->wrong <= SHOWN)
        fprintf(stderr, "dead-lettered: %.200s\n", message->body);
}

bool dead_letters_right(struct run *run)
{
    struct letters letters = {0};
    fake_aws_messages(run->fake, "dead", count_letter, &letters);
    printf("%u undecodable messages sent, %u of them dead-lettered, %u others\n", run->undecodable,
           letters.right, letters.wrong);
    return letters.right == run->undecodable && !letters.wrong;
}

bool quarantine_right(struct run *run)
{
    unsigned char *seen = mem_zero(run->partial + 1);
    unsigned distinct = 0, strange = 0;
    for (unsigned i = 0; i < run->workers; i++) {
        char name[24], *line = NULL;
        size_t room = 0;
        snprintf(name, sizeof(name), "quarantine.%u", i);
        char *path = run_path(run, name);
        FILE *file = fopen(path, "r");
        while (file && getline(&line, &room, file) > 0) {
            const char *at = strstr(line, "{\\\"broken\\\": ");
            unsigned long number = at ? strtoul(at + strlen("{\\\"broken\\\": "), NULL, 10) : 0;
            if (!at || number >= run->partial)
                strange++;
            else
                distinct += !seen[number]++;
        }
        if (file)
            fclose(file);
        free(line);
        free(path);
    }
    free(seen);
    printf("%u spoiled records sent, %u of them in quarantine, %u others\n", run->partial, distinct,
           strange);
    return distinct == run->partial && !strange;
}
