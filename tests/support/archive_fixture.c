#include "support/archive_fixture.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/map.h"
#include "contactwatch/sim.h"

#define BUCKET "archive-bucket"

enum { EVENTS_MAX = 200 };

static int remove_path(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type;
    if (ftw->level > 0)
        remove(path);
    return 0;
}

void archive_fixture_empty(struct archive_fixture *f)
{
    if (f->fake) {
        fake_aws_stop(f->fake);
        aws_session_close(f->session);
        f->fake = fake_aws_start(NULL);
        f->session = fake_session(f->fake);
        fake_aws_bucket(f->fake, BUCKET);
    } else {
        nftw(f->folder, remove_path, 16, FTW_DEPTH | FTW_PHYS);
    }
}

int archive_fixture_file(void **state)
{
    struct archive_fixture *f = mem_zero(sizeof(*f));
    snprintf(f->folder, sizeof(f->folder), "/tmp/contactwatch-archive-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->spec, sizeof(f->spec), "file:%s", f->folder);
    *state = f;
    return 0;
}

int archive_fixture_s3(void **state)
{
    struct archive_fixture *f = mem_zero(sizeof(*f));
    f->fake = fake_aws_start(NULL);
    f->session = fake_session(f->fake);
    fake_aws_bucket(f->fake, BUCKET);
    snprintf(f->spec, sizeof(f->spec), "s3://%s/contacts/of us", BUCKET);
    *state = f;
    return 0;
}

int archive_fixture_teardown(void **state)
{
    struct archive_fixture *f = *state;
    if (f->fake) {
        fake_aws_stop(f->fake);
        aws_session_close(f->session);
    } else {
        chmod(f->folder, 0700);
        archive_fixture_empty(f);
        rmdir(f->folder);
    }
    free(f);
    return 0;
}

struct archive *archive_fixture_open(struct archive_fixture *f, bool write)
{
    struct err err = {""};
    struct archive *archive = archive_open(f->spec, f->session, write, &err);
    if (!archive)
        fail_msg("%s", err.text);
    return archive;
}

static void path_of(const struct archive_fixture *f, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", f->fake ? "contacts/of us" : f->folder, name);
}

void archive_fixture_put(struct archive_fixture *f, const char *name, const void *body,
                         size_t length)
{
    char path[2048];
    path_of(f, name, path, sizeof(path));
    if (f->fake) {
        fake_aws_put_object(f->fake, BUCKET, path, body, length);
        return;
    }
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(body, 1, length, file), length);
    fclose(file);
}

bool archive_fixture_object(struct archive_fixture *f, const char *name, struct buf *body)
{
    char path[2048], block[4096];
    path_of(f, name, path, sizeof(path));
    if (f->fake)
        return fake_aws_object(f->fake, BUCKET, path, body);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
        buf_add(body, block, got);
    fclose(file);
    return true;
}

/* nftw has no context. */
static struct {
    char *line[4096];
    size_t count, root;
} dumped;

static void dump_line(const char *name, const void *body, size_t length)
{
    struct hash128 hash = hash_bytes(body, length);
    struct buf line = {0};
    buf_printf(&line, "%s %zu %02x%02x%02x%02x\n", name, length, hash.byte[0], hash.byte[1],
               hash.byte[2], hash.byte[3]);
    assert_true(dumped.count < ARRAY_SIZE(dumped.line));
    dumped.line[dumped.count++] = buf_take(&line);
}

static int dump_path(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    const char *name = path + dumped.root;
    (void)status, (void)ftw;
    if (type != FTW_F || strcmp(name, ".lock") == 0)
        return 0;
    struct buf body = {0};
    char block[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
        buf_add(&body, block, got);
    fclose(file);
    dump_line(name, buf_str(&body), body.length);
    buf_free(&body);
    return 0;
}

static void dump_object(void *context, const char *key, const char *body, size_t length)
{
    (void)context;
    assert_memory_equal(key, "contacts/of us/", 15);
    dump_line(key + 15, body ? body : "", length);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void archive_fixture_dump(struct archive_fixture *f, struct buf *out)
{
    dumped.count = 0;
    dumped.root = strlen(f->folder) + 1;
    buf_clear(out);
    if (f->fake)
        fake_aws_objects(f->fake, BUCKET, dump_object, NULL);
    else
        nftw(f->folder, dump_path, 16, FTW_PHYS);
    qsort(dumped.line, dumped.count, sizeof(*dumped.line), by_text);
    for (size_t i = 0; i < dumped.count; i++) {
        buf_text(out, dumped.line[i]);
        free(dumped.line[i]);
    }
}

struct gathering {
    struct samples *samples;
    struct map by_id; /* index + 1 */
};

static void take_event(void *context, const struct event *event)
{
    struct gathering *g = context;
    struct samples *samples = g->samples;
    uintptr_t at = (uintptr_t)map_get(&g->by_id, event->contact_id);
    if (!at) {
        mem_grow(samples->item, samples->count, samples->capacity);
        samples->item[samples->count++] =
            (struct sample){.contact_id = mem_strdup(event->contact_id)};
        at = samples->count;
        map_set(&g->by_id, event->contact_id, (void *)at);
    }
    struct sample *sample = &samples->item[at - 1];
    if (sample->count == EVENTS_MAX)
        return;
    struct event *copy = arena_alloc(&samples->arena, sizeof(*copy));
    *copy = *event;
    mem_grow(sample->event, sample->count, sample->capacity);
    sample->event[sample->count++] = copy;
}

static void take_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    (void)context, (void)text, (void)length;
    fail_msg("refused %s: %s", where, why);
}

void samples_make(struct samples *samples, uint64_t seed, size_t contacts)
{
    struct gathering gathering = {.samples = samples};
    const struct decode_options plain = {.redact = REDACT_CARDS};
    const struct decode_sink sink = {&gathering, take_event, NULL, take_refusal};
    /* Shortly before midnight, UTC: calls of two days. */
    const struct sim_options options = {.seed = seed,
                                        .start = INT64_C(1763077800000),
                                        .rate = 20,
                                        .contacts = contacts,
                                        .duplicates = 0.02,
                                        .disorder = 0.05};
    struct buf body = {0};
    int64_t due;
    struct sim *sim = sim_new(&options, NULL);
    *samples = (struct samples){0};
    assert_non_null(sim);
    while (sim_next(sim, &body, &due))
        decode_body(&samples->arena, &plain, body.data, body.length, due, &sink);
    sim_free(sim);
    buf_free(&body);
    map_free(&gathering.by_id, NULL);
}

void samples_free(struct samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        free(samples->item[i].contact_id);
        free(samples->item[i].event);
    }
    free(samples->item);
    arena_free(&samples->arena);
}

void sample_fold(const struct sample *sample, uint64_t mask, struct record *record,
                 struct history *history)
{
    record_init(record, sample->contact_id);
    *history = (struct history){0};
    for (size_t i = 0; i < sample->count; i++) {
        if (!(mask >> (i % 64) & 1))
            continue;
        record_apply(record, sample->event[i]);
        history_push(history, &sample->event[i]->entry);
    }
    history_sort(history);
}

void sample_put(struct archive *archive, const struct sample *sample, uint64_t mask)
{
    struct record record;
    struct history history;
    struct err err = {""};
    sample_fold(sample, mask, &record, &history);
    if (history.count && !archive_put(archive, &record, &history, &err))
        fail_msg("%s", err.text);
    record_free(&record);
    history_free(&history);
}

uint64_t archive_seed(void)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20251113;
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}
