/* Findings: adding, asking for them, printing them. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"

static const char *const state_name[FINDING_STATES] = {"ok", "warning", "failed"};

void doctor_add(struct doctor *d, enum finding_state state, const char *subject, const char *todo,
                const char *seen, ...)
{
    struct buf text = {.max = 4096};
    va_list args;
    va_start(args, seen);
    buf_vprintf(&text, seen, args);
    va_end(args);
    mem_grow(d->finding, d->findings, d->capacity);
    d->finding[d->findings++] =
        (struct finding){state, subject, arena_strdup(&d->arena, buf_str(&text)),
                         todo ? arena_strdup(&d->arena, todo) : NULL};
    buf_free(&text);
}

bool doctor_ask(struct doctor *d, enum aws_service service, struct aws_call *call)
{
    struct err err = {""};
    if (d->options->ask) {
        d->options->ask(d->options->ask_context, service, call);
        return call->fault == AWS_FINE;
    }
    if (!d->client[service])
        d->client[service] = aws_client_open(d->options->aws, service, &err);
    if (d->client[service])
        return aws_run(d->client[service], call, &err);
    call->fault = AWS_REFUSED;
    snprintf(call->message, sizeof(call->message), "%.255s", err.text);
    return false;
}

const cJSON *doctor_answer(struct doctor *d, const struct aws_call *call)
{
    if (call->fault != AWS_FINE)
        return NULL;
    return json_parse(&d->arena, buf_str(&call->response), call->response.length, NULL);
}

const char *doctor_why(struct doctor *d, const struct aws_call *call)
{
    if (!call->code[0])
        return arena_strdup(&d->arena, call->message[0] ? call->message : "no answer");
    return arena_printf(&d->arena, "%s%s%s", call->code, call->message[0] ? ": " : "",
                        call->message);
}

const char *doctor_span(struct doctor *d, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    while (i + 1 < ARRAY_SIZE(units) && (seconds < units[i].seconds || seconds % units[i].seconds))
        i++;
    return arena_printf(&d->arena, "%" PRId64 " %s", seconds / units[i].seconds, units[i].unit);
}

size_t doctor_count(const struct doctor *d, enum finding_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < d->findings; i++)
        count += d->finding[i].state == state;
    return count;
}

static void print_safe(FILE *out, const char *text, bool ascii)
{
    struct buf safe = {0};
    text_sanitise(&safe, text, strlen(text), ascii);
    fputs(buf_str(&safe), out);
    buf_free(&safe);
}

void doctor_print(FILE *out, const struct doctor *d, bool ascii)
{
    enum { STATE = 8, SUBJECT = 15 };
    for (size_t i = 0; i < d->findings; i++) {
        const struct finding *f = &d->finding[i];
        fprintf(out, "%-*s%-*s", STATE, state_name[f->state], SUBJECT, f->subject);
        print_safe(out, f->seen, ascii);
        if (f->todo) {
            fprintf(out, "\n%*s%s ", STATE + SUBJECT, "", ascii ? "->" : "→");
            print_safe(out, f->todo, ascii);
        }
        fputc('\n', out);
    }
    size_t warnings = doctor_count(d, FINDING_WARNING);
    fprintf(out, "%zu ok, %zu warning%s, %zu failed\n", doctor_count(d, FINDING_OK), warnings,
            warnings == 1 ? "" : "s", doctor_count(d, FINDING_FAILED));
}

static void put(struct buf *out, const char *key, const char *value)
{
    buf_printf(out, "%s\"%s\":", out->data[out->length - 1] == '{' ? "" : ",", key);
    if (value)
        json_quote_safe(out, value);
    else
        buf_text(out, "null");
}

void doctor_print_json(FILE *out, const struct doctor *d)
{
    struct buf text = {0};
    buf_text(&text, "{\"findings\":[");
    for (size_t i = 0; i < d->findings; i++) {
        const struct finding *f = &d->finding[i];
        buf_text(&text, i ? ",{" : "{");
        put(&text, "state", state_name[f->state]);
        put(&text, "subject", f->subject);
        put(&text, "seen", f->seen);
        put(&text, "todo", f->todo);
        buf_char(&text, '}');
    }
    buf_char(&text, ']');
    for (int state = 0; state < FINDING_STATES; state++)
        buf_printf(&text, ",\"%s\":%zu", state_name[state],
                   doctor_count(d, (enum finding_state)state));
    buf_text(&text, "}\n");
    fputs(buf_str(&text), out);
    buf_free(&text);
}

static bool is_kind(const char *spec, const char *kind)
{
    return spec && strncmp(spec, kind, strlen(kind)) == 0;
}

void doctor_examine(struct doctor *d, const struct doctor_options *options)
{
    *d = (struct doctor){.options = options};
    bool tables = is_kind(options->store, "dynamodb:"), queue = is_kind(options->source, "sqs:");
    if (tables || queue || options->aws || options->aws_error)
        doctor_session(d);
    if (queue)
        doctor_queue(d);
    else
        doctor_source(d);
    if (tables)
        doctor_tables(d);
    else
        doctor_sqlite(d);
    if (!d->offline && (tables || queue))
        doctor_permissions(d);
    doctor_retention(d);
    if (tables && d->table_there)
        doctor_original(d);
    if (options->aws && !d->offline)
        doctor_connect(d);
    if (options->terminal)
        doctor_terminal(d);
}

void doctor_free(struct doctor *d)
{
    for (int service = 0; service < AWS_SERVICE_COUNT; service++)
        if (d->client[service])
            aws_client_close(d->client[service]);
    free(d->finding);
    free(d->table);
    free(d->history);
    free(d->feed);
    arena_free(&d->arena);
}
