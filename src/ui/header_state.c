#include "ui/header_state.h"

#include <stdio.h>
#include <string.h>

enum {
    LIVE_MS = 30 * 1000,    /* without a poll that succeeded */
    PICTURE_OLD_MS = 3000,  /* without a look at the store: from here on it is said */
    PICTURE_BAD_MS = 30000, /* … in red */
    UNHEARD_MS = 15000,     /* three heartbeats */
    UNSTORED_MS = 3000,     /* own writers try again and again */
};

void ago(int64_t ms, char *out, size_t size)
{
    if (ms < 10 * SECOND_MS && ms % SECOND_MS >= 100)
        snprintf(out, size, "%d.%ds", (int)(ms / SECOND_MS), (int)(ms % SECOND_MS / 100));
    else if (ms < 100 * SECOND_MS)
        snprintf(out, size, "%ds", (int)(ms / SECOND_MS));
    else
        duration_format(ms, out);
}

void picture_health(struct ui *ui, const struct note *note)
{
    const struct store_health *health = &note->health;
    struct picture *picture = &ui->picture;
    if (!picture->shared)
        picture->heard_at = ui_wall(ui);
    picture->shared = true;
    picture->read_at = health->read_at;
    picture->every = health->every;
    picture->ingesters = 0;
    picture->lag = -1;
    picture->on_demand = health->on_demand;
    picture->written_at = health->newest_write;
    if (health->heard > picture->heard_at)
        picture->heard_at = health->heard;
    for (size_t i = 0; i < health->beats; i++) {
        const struct store_beat *beat = &health->beat[i];
        if (beat->at > picture->heard_at)
            picture->heard_at = beat->at;
        if (beat->stopping)
            continue;
        picture->ingesters += !beat->on_demand;
        if (beat->lag_ms > picture->lag)
            picture->lag = beat->lag_ms;
    }
}

/* The same second is said as long as it lasts. */
static int64_t whole(int64_t ms)
{
    return ms > 0 ? ms / SECOND_MS * SECOND_MS : 0;
}

static int64_t picture_age(const struct ui *ui)
{
    const struct picture *picture = &ui->picture;
    return picture->shared && picture->read_at ? whole(ui->now - picture->read_at) : 0;
}

/* A shared store: says how old the picture is, or that nobody feeds it. */
static bool shared_state(const struct ui *ui, bool ingests, enum role *role, char out[STATE_BYTES])
{
    const struct picture *picture = &ui->picture;
    int64_t age = picture_age(ui), silence = whole(ui->now - picture->heard_at);
    char text[DURATION_TEXT];
    *role = age >= picture->every + PICTURE_BAD_MS ? ROLE_BAD : ROLE_WARN;
    if (age > picture->every + PICTURE_OLD_MS) {
        ago(age, text, sizeof(text));
        snprintf(out, STATE_BYTES, "○ picture %s old", text);
        return true;
    }
    if (picture->every) {
        ago(picture->every, text, sizeof(text));
        snprintf(out, STATE_BYTES, "○ no feed: read every %s", text);
        *role = ROLE_WARN;
        return true;
    }
    if (ingests || picture->on_demand || silence < UNHEARD_MS)
        return false;
    ago(silence, text, sizeof(text));
    snprintf(out, STATE_BYTES, "○ no ingester heard of for %s", text);
    return true;
}

static void store_trouble(const struct ui *ui, char out[STATE_BYTES])
{
    int64_t age = picture_age(ui);
    char text[DURATION_TEXT];
    ago(age, text, sizeof(text));
    if (age > ui->picture.every + PICTURE_OLD_MS)
        snprintf(out, STATE_BYTES, "● picture %s old: %.100s", text, ui->store_error);
    else
        snprintf(out, STATE_BYTES, "● %.120s", ui->store_error);
}

/* Where functions write on demand, the last write may lie any time back. */
static void on_demand_words(const struct ui *ui, char out[STATE_BYTES])
{
    int64_t silence = whole(ui->now - ui->picture.written_at);
    char text[DURATION_TEXT];
    ago(silence, text, sizeof(text));
    if (ui->picture.written_at && silence >= UNHEARD_MS)
        snprintf(out, STATE_BYTES, "● LIVE on demand, last write %s ago", text);
    else
        snprintf(out, STATE_BYTES, "● LIVE on demand");
}

static void live_words(const struct ui *ui, bool ingests, char out[STATE_BYTES])
{
    unsigned others = ui->picture.ingesters;
    if (ui->picture.on_demand && !others && !ingests)
        on_demand_words(ui, out);
    else if (!ui->picture.shared || !others || (ingests && others < 2))
        snprintf(out, STATE_BYTES, "● LIVE");
    else
        snprintf(out, STATE_BYTES, "● LIVE %u ingester%s", others, others == 1 ? "" : "s");
}

enum role picture_state(const struct ui *ui, const struct metrics_view *metrics,
                        char out[STATE_BYTES])
{
    int64_t silence = metrics->last_receive ? ui->now - metrics->last_receive : 0;
    bool ingests = metrics->last_receive != 0;
    enum role role = ROLE_BAD;
    char text[DURATION_TEXT];
    ago(silence, text, sizeof(text));
    if (ui->store_error[0])
        store_trouble(ui, out);
    else if (metrics->store_error[0] && metrics->store_failing_ms >= UNSTORED_MS)
        snprintf(out, STATE_BYTES, "● nothing is stored: %.120s", metrics->store_error);
    else if (silence >= LIVE_MS && metrics->source_error[0])
        snprintf(out, STATE_BYTES, "● %.120s", metrics->source_error);
    else if (silence >= LIVE_MS)
        snprintf(out, STATE_BYTES, "○ last poll %s ago", text);
    else if (!ui->loaded)
        snprintf(out, STATE_BYTES, "○ LOADING");
    else if (!ui->picture.shared || !shared_state(ui, ingests, &role, out)) {
        live_words(ui, ingests, out);
        role = ROLE_OK;
    }
    return role;
}

int64_t picture_lag(const struct ui *ui, const struct metrics_view *metrics)
{
    if (!metrics->last_receive)
        return ui->picture.shared ? ui->picture.lag : -1;
    return metrics_lag_p50(metrics);
}
