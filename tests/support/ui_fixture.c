#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/ui_fixture.h"

static int64_t fixture_now(void *context)
{
    return ((struct ui_fixture *)context)->now;
}

static void fixture_open_contact(void *context, const char *contact_id)
{
    struct ui_fixture *fixture = context;
    free(fixture->opened);
    fixture->opened = mem_strdup(contact_id);
}

static void fixture_close_contact(void *context)
{
    ((struct ui_fixture *)context)->closed++;
}

static void fixture_find_contact(void *context, const char *beginning)
{
    fixture_open_contact(context, beginning);
}

static void fixture_metrics(void *context, struct metrics_view *out)
{
    struct ui_fixture *fixture = context;
    if (fixture->only_looks) {
        metrics_view_init(out, INSTANT_NONE);
        return;
    }
    *out = fixture->metrics;
    out->last_receive =
        fixture->metrics.last_receive ? fixture->metrics.last_receive : fixture->now;
}

static bool fixture_save(void *context, const char *key, const char *value)
{
    struct ui_fixture *fixture = context;
    free(value ? map_set(&fixture->state, key, mem_strdup(value))
               : map_remove(&fixture->state, key));
    return true;
}

static const char *fixture_load(void *context, const char *key)
{
    return map_get(&((struct ui_fixture *)context)->state, key);
}

static void fill_options(struct ui_fixture *fixture, const struct ui_setup *setup,
                         struct ui_options *out)
{
    *out = (struct ui_options){
        .title = "support-prod",
        .path = "sqs→dynamodb",
        .theme = setup->theme,
        .theme_dir = "themes",
        .filter = setup->filter,
        .columns = setup->list,
        .sort = setup->sort,
        .export_dir = setup->export_dir,
        .console = setup->console,
        .allow_unmask = setup->allow_unmask,
        .ascii = setup->ascii,
        .ingests = setup->ingests,
        .read_only = setup->read_only,
        .colours = setup->colours,
        .clock = &fixture->clock,
        .bind = setup->bind,
        .in = fixture->in,
        .out = fixture->out,
        .term = "xterm-256color",
    };
}

void ui_fixture_open(struct ui_fixture *fixture, const struct ui_setup *setup)
{
    const struct live_config config = {.utc = 0};
    struct ui_options options;
    struct err err = {""};
    setenv("TZ", "Europe/London", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (!fixture->now)
        fixture->now = UI_T0;
    fixture->clock = (struct clock){fixture_now, fixture};
    fixture->live = live_new(&config);
    fixture->inbox.queue = queue_new(4096);
    fixture->metrics =
        (struct metrics_view){.newest_event = UI_T0 - SECOND_MS, .lag_p50 = {400, 200}};
    fixture->in = fopen("/dev/null", "r");
    fixture->out = tmpfile();
    struct ui_host host = {
        fixture,         fixture_open_contact, fixture_close_contact, fixture_find_contact,
        fixture_metrics, fixture_save,         fixture_load};
    fill_options(fixture, setup, &options);
    fixture->ui = ui_new(fixture->live, &fixture->inbox, &host, &options, &err);
    if (!fixture->ui)
        fail_msg("%s", err.text);
    ui_resize(fixture->ui, setup->rows ? setup->rows : 24, setup->columns ? setup->columns : 80);
    names_set(live_names(fixture->live), QUEUE_BILLING, "Billing", NAME_FILE);
    names_set(live_names(fixture->live), QUEUE_SALES, "Sales", NAME_FILE);
    names_set(live_names(fixture->live), AGENT_JANE, "j.doe", NAME_FILE);
    live_names_changed(fixture->live);
}

void ui_fixture_close(struct ui_fixture *fixture)
{
    ui_free(fixture->ui);
    live_free(fixture->live);
    queue_free(fixture->inbox.queue, (void (*)(void *))note_free);
    map_free(&fixture->state, free);
    free(fixture->opened);
    fclose(fixture->in);
    fclose(fixture->out);
}

void ui_fixture_put(struct ui_fixture *fixture, const struct test_leg *leg)
{
    struct note *note = note_new(NOTE_RECORDS);
    note->record = mem_zero(sizeof(*note->record));
    note->records = 1;
    test_record(note->record, leg);
    assert_true(queue_try_push(fixture->inbox.queue, note));
}

void ui_fixture_loaded(struct ui_fixture *fixture)
{
    assert_true(queue_try_push(fixture->inbox.queue, note_new(NOTE_LOADED)));
}

void ui_fixture_error(struct ui_fixture *fixture, const char *text)
{
    struct note *note = note_new(NOTE_ERROR);
    note->text = arena_strdup(&note->arena, text);
    assert_true(queue_try_push(fixture->inbox.queue, note));
}

void ui_fixture_health(struct ui_fixture *fixture, int64_t ago, const int64_t *beats)
{
    enum { BEATS = 8 };
    struct note *note = note_new(NOTE_HEALTH);
    note->health.read_at = fixture->now - ago;
    note->health.beat = arena_zero(&note->arena, BEATS * sizeof(*note->health.beat));
    for (size_t n = 0; n < BEATS && beats && beats[n] >= 0; n++) {
        struct store_beat *beat = &note->health.beat[note->health.beats++];
        snprintf(beat->writer, sizeof(beat->writer), "host-%zu", n);
        beat->at = fixture->now - beats[n];
        beat->lag_ms = 400 + 100 * (int64_t)n;
    }
    assert_true(queue_try_push(fixture->inbox.queue, note));
}

static void put_more(struct ui_fixture *fixture, int i)
{
    char id[40], customer[24];
    int64_t start = UI_T0 - (20 + i * 7) * SECOND_MS;
    snprintf(id, sizeof(id), "%08x-0000-4000-8000-%012d", 0x1000u + (unsigned)i, i);
    snprintf(customer, sizeof(customer), "+4420790%06d", i);
    struct test_leg leg = {.id = id, .customer = customer, .start = start, .flow = "Main menu"};
    leg.channel = i % 4 == 1 ? "CHAT" : i % 7 == 3 ? "TASK" : NULL;
    leg.flow_at = start + SECOND_MS;
    leg.block = i % 2 ? "GetUserInput" : "PlayPrompt";
    if (i % 3)
        leg.enqueued = start + 5 * SECOND_MS;
    leg.queue = i % 2 ? QUEUE_SALES : QUEUE_BILLING;
    if (i % 3 == 2)
        leg.agent_at = start + 15 * SECOND_MS;
    if (i % 10 == 8)
        leg.end = UI_T0 - 5 * SECOND_MS;
    ui_fixture_put(fixture, &leg);
}

void ui_fixture_floor(struct ui_fixture *fixture, int more)
{
    const struct test_leg legs[] = {
        {.id = "edfcdfa6-358e-4594-981a-adeab87a8cc5",
         .customer = "+442079461234",
         .start = UI_T0 - 271 * SECOND_MS,
         .enqueued = UI_T0 - 192 * SECOND_MS},
        {.id = "a56502b2-0f1f-4d2b-9e39-6f4f1e1d3c11",
         .channel = "CHAT",
         .method = "TRANSFER",
         .queue = QUEUE_SALES,
         .start = UI_T0 - 542 * SECOND_MS,
         .enqueued = UI_T0 - 100 * SECOND_MS},
        {.id = "8b6c3e87-5f0a-4f0e-8a86-3f0b7f2f9a22",
         .customer = "+442079465678",
         .queue = QUEUE_SALES,
         .start = UI_T0 - 170 * SECOND_MS,
         .enqueued = UI_T0 - 60 * SECOND_MS,
         .agent_at = UI_T0 - 34 * SECOND_MS},
    };
    for (size_t i = 0; i < ARRAY_SIZE(legs); i++)
        ui_fixture_put(fixture, &legs[i]);
    for (int i = 0; i < more; i++)
        put_more(fixture, i);
    ui_fixture_loaded(fixture);
    ui_step(fixture->ui);
}

void ui_fixture_pass(struct ui_fixture *fixture, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        fixture->now += SECOND_MS;
        ui_step(fixture->ui);
    }
}

void ui_fixture_keys(struct ui_fixture *fixture, const char *keys)
{
    char name[16];
    for (const char *at = keys; *(at += strspn(at, " "));) {
        size_t length = strcspn(at, " ");
        assert_true(length < sizeof(name));
        memcpy(name, at, length);
        name[length] = '\0';
        if (!ui_press(fixture->ui, name))
            fail_msg("no key is named %s", name);
        at += length;
    }
}

void ui_fixture_type(struct ui_fixture *fixture, const char *text)
{
    for (char key[2] = ""; *text; text++) {
        key[0] = *text;
        assert_true(ui_press(fixture->ui, *text == ' ' ? "Space" : key));
    }
}

long ui_fixture_sent(const struct ui_fixture *fixture)
{
    fflush(fixture->out);
    return ftell(fixture->out);
}

char *ui_fixture_line(struct ui_fixture *fixture, int row)
{
    struct buf picture = {0};
    ui_picture(fixture->ui, &picture, false);
    const char *at = buf_str(&picture);
    while (row-- > 0)
        at += strcspn(at, "\n") + 1;
    char *line = mem_strndup(at, strcspn(at, "\n"));
    buf_free(&picture);
    return line;
}

static void expect(struct ui_fixture *fixture, const char *text, bool wanted)
{
    struct buf picture = {0};
    ui_picture(fixture->ui, &picture, false);
    if ((strstr(buf_str(&picture), text) != NULL) != wanted)
        fail_msg("“%s” is %s:\n%s", text, wanted ? "missing" : "there", buf_str(&picture));
    buf_free(&picture);
}

void ui_fixture_has(struct ui_fixture *fixture, const char *text)
{
    expect(fixture, text, true);
}

void ui_fixture_lacks(struct ui_fixture *fixture, const char *text)
{
    expect(fixture, text, false);
}

static void write_golden(const char *path, const struct buf *picture)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(picture->data, 1, picture->length, file);
    fclose(file);
}

static void read_golden(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "r");
    char chunk[4096];
    if (!file)
        fail_msg("%s is missing: UPDATE_GOLDEN=1 writes it", path);
    for (size_t n; (n = fread(chunk, 1, sizeof(chunk), file)) > 0;)
        buf_add(out, chunk, n);
    fclose(file);
}

static void tell_difference(const char *name, const char *now, const char *golden)
{
    for (int line = 1; *now || *golden; line++) {
        int a = (int)strcspn(now, "\n"), b = (int)strcspn(golden, "\n");
        if (a != b || strncmp(now, golden, (size_t)a) != 0)
            fail_msg("%s, line %d is\n%.*s\ninstead of\n%.*s", name, line, a, now, b, golden);
        now += a + (now[a] != '\0');
        golden += b + (golden[b] != '\0');
    }
}

void ui_fixture_golden(struct ui_fixture *fixture, const char *name, bool roles)
{
    struct buf picture = {0}, golden = {0};
    char path[256];
    snprintf(path, sizeof(path), "tests/fixtures/screens/%s.txt", name);
    ui_picture(fixture->ui, &picture, roles);
    if (getenv("UPDATE_GOLDEN"))
        write_golden(path, &picture);
    read_golden(path, &golden);
    tell_difference(name, buf_str(&picture), buf_str(&golden));
    buf_free(&picture);
    buf_free(&golden);
}
