#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/contact_fixture.h"
#include "ui/ui_internal.h"

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/11111111-0000-4000-8000-000000000001"
#define LAMBDA                                                                                     \
    "\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:lookup:live\","              \
    "\"TimeLimit\":\"4000\""

void contact_start(struct contact_fixture *fixture, const struct ui_setup *setup, double at)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->f.now = CASE_T0 + (int64_t)(at * 1000);
    fixture->f.metrics.newest_event = fixture->f.now;
    ui_fixture_open(&fixture->f, setup);
    names_set(live_names(fixture->f.live), INSTANCE "/queue/billing", "Billing", NAME_FILE);
    names_set(live_names(fixture->f.live), INSTANCE "/queue/sales", "Sales", NAME_FILE);
    names_set(live_names(fixture->f.live), INSTANCE "/agent/doe", "j.doe", NAME_FILE);
    names_set(live_names(fixture->f.live), INSTANCE "/agent/roe", "m.roe", NAME_FILE);
    case_start(&fixture->c);
}

void contact_stop(struct contact_fixture *fixture)
{
    ui_fixture_close(&fixture->f);
    case_free(&fixture->c);
}

static void first_leg_flow(struct journey_case *c)
{
    static const char menu[] =
        "{\"Text\":\"<speak>For billing press one, for sales press two, for anything else please "
        "hold the line and we will be with you.</speak>\",\"Timeout\":\"5000\"}";
    case_block(c, LEG_A, 1, "SetLoggingBehavior", "log", "{\"LoggingBehavior\":\"Enable\"}", NULL);
    case_block(c, LEG_A, 1.1, "SetAttributes", "who",
               "{\"Key\":\"first_name\",\"Value\":\"Ludwig\"}", NULL);
    case_block(c, LEG_A, 1.101, "SetAttributes", "who", "{\"Key\":\"tier\",\"Value\":\"gold\"}",
               NULL);
    case_block_more(c, LEG_A, 1.2, "InvokeExternalResource", "Look up", "{" LAMBDA "}",
                    "\"Results\":\"The Lambda Function Returned An Error.\"");
    case_block(c, LEG_A, 1.6, "CheckAttribute", "lang",
               "{\"Value\":\"en\",\"SecondValue\":\"en\",\"ComparisonMethod\":\"Equals\"}", "true");
    case_block(c, LEG_A, 2, "GetUserInput", "Main menu", menu, NULL);
    case_block(c, LEG_A, 9, "GetUserInput", "Main menu", NULL, "1");
    case_block(c, LEG_A, 10, "PlayPrompt", "bye", "{\"Text\":\"Thank you, Ludwig.\"}", NULL);
    case_block(c, LEG_A, 12, "Transfer", "to queue", "{}", "false");
}

/* until < 0 parts nothing off: each step is taken when its time has come. */
void contact_call(struct contact_fixture *fixture, double until)
{
    struct journey_case *c = &fixture->c;
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
    if (until >= 12)
        first_leg_flow(c);
    if (until >= 13)
        case_event(c, LEG_A, "QUEUED", 13, NULL);
    if (until >= 50)
        case_event(c, LEG_A, "CONNECTED_TO_AGENT", 50, NULL);
    if (until >= 100) {
        case_contact(c, LEG_B, "VOICE", "TRANSFER", 100, LEG_A);
        case_event(c, LEG_B, "INITIATED", 100, NULL);
        case_event_at(c, LEG_B, "QUEUED", 101, "queue/sales");
        case_event(c, LEG_A, "DISCONNECTED", 102, NULL);
    }
    if (until >= 130) {
        case_event_at(c, LEG_B, "CONNECTED_TO_AGENT", 130, "agent/roe");
        case_event(c, LEG_B, "DISCONNECTED", 150, NULL);
        case_contact(c, LEG_C, "VOICE", "TRANSFER", 149, LEG_B);
        case_event(c, LEG_C, "INITIATED", 149, NULL);
        case_event(c, LEG_C, "QUEUED", 151, NULL);
    }
}

static void push(struct contact_fixture *fixture, struct note *note)
{
    assert_true(queue_try_push(fixture->f.inbox.queue, note));
    ui_step(fixture->f.ui);
}

static struct note *make_note(struct contact_fixture *fixture, enum note_kind kind)
{
    struct note *note = note_new(kind);
    note->record = mem_zero((fixture->c.count + 1) * sizeof(*note->record));
    note->history = mem_zero((fixture->c.count + 1) * sizeof(*note->history));
    note->records = fixture->c.count;
    for (size_t i = 0; i < fixture->c.count; i++)
        record_copy(&note->record[i], &fixture->c.contact[i].record);
    return note;
}

void contact_rows(struct contact_fixture *fixture)
{
    push(fixture, make_note(fixture, NOTE_RECORDS));
    ui_fixture_loaded(&fixture->f);
    ui_step(fixture->f.ui);
}

void contact_answer(struct contact_fixture *fixture, const char *id)
{
    struct note *note = make_note(fixture, NOTE_CONTACT);
    note->contact_id = arena_strdup(&note->arena, id);
    for (size_t i = 0; i < fixture->c.count; i++) {
        const struct history *from = &fixture->c.contact[i].history;
        for (size_t k = 0; k < from->count; k++) {
            struct entry entry = from->entry[k];
            entry.body = arena_strndup(&note->arena, entry.body, entry.length);
            mem_grow(note->history[i].entry, note->history[i].count, note->history[i].capacity);
            note->history[i].entry[note->history[i].count++] = entry;
        }
        history_sort(&note->history[i]);
    }
    push(fixture, note);
}

void contact_answer_none(struct contact_fixture *fixture, const char *id)
{
    struct note *note = note_new(NOTE_CONTACT);
    note->contact_id = arena_strdup(&note->arena, id);
    push(fixture, note);
}

void contact_open(struct contact_fixture *fixture, const char *id)
{
    char command[32];
    contact_rows(fixture);
    snprintf(command, sizeof(command), "filter id=%.8s", id);
    ui_fixture_keys(&fixture->f, ":");
    ui_fixture_type(&fixture->f, command);
    ui_fixture_keys(&fixture->f, "Enter Enter");
    assert_string_equal(fixture->f.opened, id);
    contact_answer(fixture, id);
}

char *contact_selected(struct contact_fixture *fixture)
{
    return ui_fixture_line(&fixture->f, fixture->f.ui->canvas.cursor_row);
}

void contact_prompt(struct contact_fixture *t, double at, const char *text)
{
    char parameters[256];
    snprintf(parameters, sizeof(parameters), "{\"Text\":\"%s\"}", text);
    case_block(&t->c, LEG_A, at, "PlayPrompt", "p", parameters, NULL);
}

void contact_begin(struct contact_fixture *t, const struct ui_setup *setup, double at)
{
    contact_start(t, setup, at);
    case_contact(&t->c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(&t->c, LEG_A, "INITIATED", 0, NULL);
}
