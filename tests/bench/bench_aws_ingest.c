/* SQS -> DynamoDB, signed, over loopback: the whole pipeline against the fake endpoint, which is a
 * process of its own, so that what is measured is the ingester's. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/ingest.h"
#include "contactwatch/json.h"
#include "contactwatch/rng.h"
#include "fakes/fake_session.h"
#include "support/bench.h"

enum { EVENTS_ALONE = 40000, MESSAGES_OF_LINES = 4000, LINES = 25, MESSAGES_A_CONTACT = 4 };

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

struct load {
    const char *what;
    unsigned messages, events_a_message;
    double bar;
    void (*body)(struct buf *out, struct rng *rng, unsigned message);
};

/* What the two processes tell each other. */
struct meeting {
    sem_t ready, finished;
    char url[64], queue[160];
    bool good;
    double seconds, cpu_seconds, resident_mib;
    uint64_t stored, requests, bad_signatures, deleted;
    double write_units;
};

/* A contact is the same number everywhere. */
static void contact_id(struct buf *out, unsigned contact)
{
    buf_printf(out, "c0de%04x-1111-4222-8333-%012u", contact >> 16, contact);
}

static void one_event(struct buf *out, struct rng *rng, unsigned message)
{
    char now[INSTANT_TEXT], id[37];
    struct buf contact = {0};
    contact_id(&contact, message);
    rng_uuid(rng, id);
    instant_format(clock_now(NULL) - MINUTE_MS, now);
    buf_printf(out,
               "{\"version\":\"0\",\"id\":\"%s\",\"detail-type\":\"Amazon Connect Contact Event\","
               "\"source\":\"aws.connect\",\"account\":\"111122223333\",\"time\":\"%.19sZ\","
               "\"region\":\"eu-west-2\",\"resources\":[\"" INSTANCE "\"],\"detail\":{"
               "\"eventType\":\"INITIATED\",\"contactId\":\"%s\",\"channel\":\"VOICE\","
               "\"instanceArn\":\"" INSTANCE "\",\"initiationMethod\":\"INBOUND\","
               "\"initiationTimestamp\":\"%s\"}}",
               id, now, contact.data, now);
    buf_free(&contact);
}

static void log_line(struct buf *out, struct rng *rng, unsigned contact, unsigned line)
{
    static const char *const block[] = {
        "\"PlayPrompt\",\"Parameters\":{\"Prompt\":\"Thank you for calling\",\"Voice\":\"Amy\"}",
        "\"SetAttributes\",\"Parameters\":{\"Key\":\"language\",\"Value\":\"en-GB\"}",
        "\"CheckAttribute\",\"Parameters\":{\"ComparisonMethod\":\"Equals\",\"Value\":\"gold\"},"
        "\"Results\":\"true\"",
        "\"GetUserInput\",\"Parameters\":{\"Text\":\"For sales, press one\",\"Timeout\":\"5000\"},"
        "\"Results\":\"1\"",
    };
    char now[INSTANT_TEXT], identifier[37];
    rng_uuid(rng, identifier);
    instant_format(clock_now(NULL) - MINUTE_MS + line, now);
    buf_text(out, "{\"ContactId\":\"");
    contact_id(out, contact);
    buf_printf(out,
               "\",\"ContactFlowId\":\"" INSTANCE
               "/contact-flow/f10e0001-0000-4000-8000-000000000002\","
               "\"ContactFlowName\":\"Main menu\",\"ContactFlowModuleType\":%s,"
               "\"Identifier\":\"%s\",\"Timestamp\":\"%s\"}",
               block[line % ARRAY_SIZE(block)], identifier, now);
}

/* As a log subscription delivers them. */
static void many_lines(struct buf *out, struct rng *rng, unsigned message)
{
    struct buf line = {0};
    buf_text(out,
             "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"/aws/connect/x\","
             "\"logEvents\":[");
    for (unsigned i = 0; i < LINES; i++) {
        buf_clear(&line);
        log_line(&line, rng, message / MESSAGES_A_CONTACT,
                 message % MESSAGES_A_CONTACT * LINES + i);
        buf_printf(out, "%s{\"id\":\"%056u\",\"timestamp\":%lld,\"message\":", i ? "," : "",
                   message * LINES + i, (long long)clock_now(NULL));
        json_quote(out, line.data);
        buf_char(out, '}');
    }
    buf_text(out, "]}");
    buf_free(&line);
}

/* The endpoint, until the ingester has finished. */
static void serve(struct meeting *meeting, const struct load *load)
{
    struct fake_aws *fake = fake_aws_start(NULL);
    struct fake_units units;
    struct fake_queue_state queue;
    struct rng rng;
    struct buf body = {0};
    rng_seed(&rng, 1);
    fake_aws_queue(fake, "bench", "{\"VisibilityTimeout\":\"120\"}");
    for (unsigned i = 0; i < load->messages; i++) {
        buf_clear(&body);
        load->body(&body, &rng, i);
        fake_aws_send(fake, "bench", body.data);
    }
    snprintf(meeting->url, sizeof(meeting->url), "%s", fake_aws_url(fake));
    snprintf(meeting->queue, sizeof(meeting->queue), "sqs:%s", fake_aws_queue_url(fake, "bench"));
    sem_post(&meeting->ready);
    sem_wait(&meeting->finished);
    fake_aws_units(fake, NULL, NULL, &units);
    fake_aws_queue_state(fake, "bench", &queue);
    meeting->requests = fake_aws_requests(fake, NULL);
    meeting->bad_signatures = fake_aws_bad_signatures(fake);
    meeting->write_units = units.write;
    meeting->deleted = queue.deleted;
    fake_aws_stop(fake);
    buf_free(&body);
}

static double cpu_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static bool pipeline(struct meeting *meeting, struct aws_session *session, struct err *err)
{
    struct source_options from = {.aws = session, .once = true};
    struct ingest_options options = {.decode.redact = REDACT_CARDS,
                                     .store_spec = "dynamodb:bench",
                                     .store.aws = session,
                                     .aws = session,
                                     .quarantine = "/dev/null"};
    struct source *source = source_open(meeting->queue, &from, err);
    double cpu = cpu_seconds();
    int64_t begin = monotonic_ns();
    struct ingest *ingest = source ? ingest_start(source, &options, err) : NULL;
    if (!ingest || !ingest_wait(ingest, err))
        return false;
    struct metrics_view view;
    struct rusage use;
    meeting->seconds = (double)(monotonic_ns() - begin) / 1e9;
    meeting->cpu_seconds = cpu_seconds() - cpu;
    getrusage(RUSAGE_SELF, &use);
    meeting->resident_mib = (double)use.ru_maxrss / 1024;
    ingest_metrics(ingest, &view);
    meeting->stored = view.count[METRIC_STORED];
    ingest_free(ingest);
    return true;
}

static void ingest(struct meeting *meeting)
{
    static const struct aws_environment nothing = {.variable = fake_no_variable};
    struct err err = {0};
    struct aws_options options = {.region = FAKE_REGION,
                                  .endpoint_url = meeting->url,
                                  .environment = &nothing,
                                  .credentials =
                                      credentials_fixed(FAKE_ACCESS_KEY, FAKE_SECRET_KEY, NULL)};
    struct aws_session *session = aws_session_open(&options, NULL, &err);
    meeting->good = session && dynamodb_init("bench", session, NULL, NULL, &err) &&
                    pipeline(meeting, session, &err);
    if (!meeting->good)
        fprintf(stderr, "bench_aws_ingest: %s\n", err.text);
    aws_session_close(session);
}

static void tell(const struct meeting *meeting, const struct load *load)
{
    double events = (double)load->messages * load->events_a_message;
    bench_figure(load->what, events / meeting->seconds, "events/s", BENCH_AT_LEAST, load->bar);
    bench_figure("  processor time of the ingester", meeting->cpu_seconds * 1e3 / (events / 1000),
                 "ms/1,000 events", BENCH_NO_BAR, 0);
    bench_figure("  its most resident memory", meeting->resident_mib, "MiB", BENCH_NO_BAR, 0);
    bench_figure("  requests, both services", (double)meeting->requests / (events / 1000),
                 "/1,000 events", BENCH_NO_BAR, 0);
    bench_figure("  write units", meeting->write_units / (events / 1000), "/1,000 events",
                 BENCH_NO_BAR, 0);
}

/* Forks before any thread is there. */
static bool measure(const struct load *load)
{
    struct meeting *meeting =
        mmap(NULL, sizeof(*meeting), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (meeting == MAP_FAILED)
        return false;
    sem_init(&meeting->ready, 1, 0);
    sem_init(&meeting->finished, 1, 0);
    pid_t server = fork();
    if (server == 0) {
        serve(meeting, load);
        _exit(0);
    }
    sem_wait(&meeting->ready);
    pid_t client = fork();
    if (client == 0) {
        ingest(meeting);
        _exit(0);
    }
    waitpid(client, NULL, 0);
    sem_post(&meeting->finished);
    waitpid(server, NULL, 0);
    uint64_t events = (uint64_t)load->messages * load->events_a_message;
    bool good = meeting->good && meeting->stored == events && meeting->deleted == load->messages &&
                meeting->bad_signatures == 0;
    if (good)
        tell(meeting, load);
    else
        fprintf(stderr, "bench_aws_ingest: stored %llu of %llu, deleted %llu of %u messages\n",
                (unsigned long long)meeting->stored, (unsigned long long)events,
                (unsigned long long)meeting->deleted, load->messages);
    munmap(meeting, sizeof(*meeting));
    return good;
}

int main(void)
{
    static const struct load loads[] = {
        {"SQS -> DynamoDB, one event a message and contact", EVENTS_ALONE, 1, 10000, one_event},
        {"SQS -> DynamoDB, 25 log lines a message", MESSAGES_OF_LINES, LINES, 30000, many_lines},
    };
    bool good = true;
    for (size_t i = 0; i < ARRAY_SIZE(loads); i++)
        good &= measure(&loads[i]);
    return !good;
}
