#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/aws.h"
#include "contactwatch/log.h"
#include "contactwatch/sim.h"
#include "contactwatch/sqs_sender.h"

static bool write_names(const struct sim *sim, const char *path, struct err *err)
{
    struct buf names = {0};
    sim_write_names(sim, &names);
    FILE *file = fopen(path, "we");
    bool fine = file && fwrite(buf_str(&names), 1, names.length, file) == names.length;
    if (file && fclose(file) != 0)
        fine = false;
    buf_free(&names);
    return fine || err_set(err, "--names-out: cannot write %s: %s", path, strerror(errno));
}

static bool write_messages(struct sim *sim, FILE *out, const char *path, struct err *err)
{
    struct buf body = {0};
    int64_t due;
    bool fine = true;
    while (fine && sim_next(sim, &body, &due)) {
        buf_char(&body, '\n');
        fine = fwrite(buf_str(&body), 1, body.length, out) == body.length;
    }
    if (fflush(out) != 0)
        fine = false;
    buf_free(&body);
    return fine || err_set(err, "cannot write %s: %s", path, strerror(errno));
}

static bool send_all(struct sim *sim, struct sqs_sender *sender, struct err *err)
{
    struct buf body = {0};
    int64_t due;
    bool fine = true;
    while (fine && sim_next(sim, &body, &due)) {
        fine = sqs_sender_add(sender, buf_str(&body), body.length, err);
        buf_clear(&body);
    }
    buf_free(&body);
    return fine && sqs_sender_finish(sender, err);
}

static bool send_messages(struct sim *sim, struct invocation *invocation, const char *queue,
                          struct err *err)
{
    char region[AWS_REGION_MAX];
    struct aws_session *session =
        setup_aws(invocation, aws_region_in(queue, region) ? region : NULL, err);
    struct sqs_sender *sender = session ? sqs_sender_open(session, queue, err) : NULL;
    if (!sender)
        return err_wrap(err, "--output");
    bool fine = send_all(sim, sender, err);
    uint64_t sent = sqs_sender_sent(sender);
    sqs_sender_close(sender);
    if (!fine)
        return err_wrap(err, "%" PRIu64 " messages were sent, then", sent);
    log_info("%" PRIu64 " messages sent", sent);
    return true;
}

static bool simulate(struct sim *sim, struct invocation *invocation, struct err *err)
{
    const char *names = option_text(invocation, OPT_NAMES_OUT);
    const char *path = option_text(invocation, OPT_OUTPUT);
    if (names && !write_names(sim, names, err))
        return false;
    if (strncmp(path, "sqs:", 4) == 0)
        return send_messages(sim, invocation, path + 4, err);
    if (strcmp(path, "-") == 0)
        return write_messages(sim, stdout, "standard output", err);
    FILE *out = fopen(path, "we");
    if (!out)
        return err_set(err, "--output: cannot write %s: %s", path, strerror(errno));
    bool fine = write_messages(sim, out, path, err);
    if (fclose(out) != 0 && fine)
        fine = err_set(err, "cannot write %s: %s", path, strerror(errno));
    return fine;
}

int run_simulate(struct invocation *invocation)
{
    struct err err = {""};
    const struct option_value *value = invocation->value;
    struct sim_options options = {
        .seed = (uint64_t)value[OPT_SEED].number,
        .rate = value[OPT_RATE].real,
        .contacts = (uint64_t)value[OPT_CONTACTS].number,
        .duplicates = value[OPT_DUPLICATES].real,
        .disorder = value[OPT_DISORDER].real,
        .late = value[OPT_LATE].real,
        .names_file = option_text(invocation, OPT_NAMES),
    };
    if (!instant_parse(option_text(invocation, OPT_START), &options.start)) {
        err_set(&err, "--start: '%s' is no time such as 2026-01-05T09:00:00Z",
                option_text(invocation, OPT_START));
        return command_misused(&err);
    }
    struct sim *sim = sim_new(&options, &err);
    if (!sim)
        return command_failed(&err);
    bool fine = simulate(sim, invocation, &err);
    sim_free(sim);
    return fine ? EXIT_DONE : command_failed(&err);
}
