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

#include "archive/archive_internal.h"

#define BUCKET "archive-bucket"

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
    const char *quick = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* fsync is slow */
    snprintf(f->folder, sizeof(f->folder), "%s/contactwatch-archive-XXXXXX", quick);
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

void archive_fixture_pack(const char *text, size_t length, struct buf *out)
{
    struct buf json = {0};
    struct err err = {""};
    buf_add(&json, text, length);
    buf_clear(out);
    assert_true(document_deflate(out, &json, &err));
    buf_free(&json);
}

char *archive_fixture_canonical(const struct record *record, const struct history *history)
{
    struct buf out = {0};
    record_write_item(&out, record, history, RECORD_CANONICAL);
    return buf_take(&out);
}

/* What the archive has of a contact, canonical; NULL if it is not there. */
char *archive_fixture_get(struct archive *archive, const char *contact_id)
{
    struct arena arena = {0};
    struct record record;
    struct history history = {0};
    struct err err = {""};
    bool found = false;
    char *text = NULL;
    if (!archive_get(archive, contact_id, &arena, &record, &history, &found, &err))
        fail_msg("%s", err.text);
    if (found) {
        text = archive_fixture_canonical(&record, &history);
        record_free(&record);
    }
    history_free(&history);
    arena_free(&arena);
    return text;
}

void archive_fixture_contact(struct archive *archive, const char *id, const char *root,
                             const char *customer)
{
    struct record record;
    struct err err = {""};
    record_init(&record, id);
    record.initiated = INT64_C(1763077800000);
    record_set(&record, FIELD_STATUS, 1, "COMPLETED");
    record_set(&record, FIELD_INITIAL_ID, 1, root);
    record_set(&record, FIELD_CUSTOMER, 1, customer);
    if (!archive_put(archive, &record, NULL, &err))
        fail_msg("%s", err.text);
    record_free(&record);
}

bool found_ids_take(void *context, const char *contact_id)
{
    struct found_ids *ids = context;
    buf_printf(&ids->text, "%s;", contact_id);
    return ++ids->count != ids->stop_after;
}

bool found_legs_take(void *context, const char *contact_id, const char *day)
{
    (void)day;
    return found_ids_take(context, contact_id);
}
