/* The filter language: each rule, and what is said of mistakes, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/filter.h"
#include "contactwatch/rng.h"
#include "support/live_fixture.h"

#define T0   INT64_C(1767285000000) /* 2026-01-01T16:30:00Z */
#define NOW  (T0 + S(192))
#define S(n) ((int64_t)(n)*SECOND_MS)

static struct live *live;

static int setup(void **state)
{
    (void)state;
    const struct live_config config = {.utc = 1};
    live = live_new(&config);
    names_set(live_names(live), QUEUE_BILLING, "Billing", NAME_FILE);
    names_set(live_names(live), QUEUE_SALES, "Sales (UK), new", NAME_FILE);
    names_set(live_names(live), AGENT_JANE, "j.doe", NAME_FILE);
    const struct test_leg queued = {.id = "edfcdfa6-358e-4594",
                                    .start = T0 - S(60),
                                    .enqueued = T0,
                                    .customer = "+441234",
                                    .attribute = "tier",
                                    .value = "Gold",
                                    .flow = "Main IVR",
                                    .flow_at = T0 - S(1),
                                    .block = "Transfer"};
    const struct test_leg agent = {.id = "a56502b2-1111-2222",
                                   .channel = "CHAT",
                                   .method = "TRANSFER",
                                   .queue = QUEUE_SALES,
                                   .initial = "edfcdfa6-358e-4594",
                                   .previous = "edfcdfa6-358e-4594",
                                   .start = T0 + S(20),
                                   .enqueued = T0 + S(30),
                                   .agent_at = T0 + S(40),
                                   .attribute = "A B",
                                   .value = "c,d"};
    const struct test_leg plain = {.id = "00000000-plain", .start = T0 + S(100)};
    test_put(live, &queued, NOW);
    test_put(live, &agent, NOW);
    test_put(live, &plain, NOW);
    test_entry(live, queued.id, MARK_ERROR | MARK_LAMBDA | MARK_LAMBDA_ERROR, T0 - S(2),
               "{\"Parameters\":{\"FunctionArn\":\"arn:aws:lambda:r:1:function:lookup:live\"},"
               "\"Results\":\"The Lambda Function Returned An Error.\"}",
               NOW);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    live_free(live);
    return 0;
}

/* Which of queued, agent, plain match, as letters. */
static const char *matching(const char *text)
{
    static const char *const id[] = {"edfcdfa6-358e-4594", "a56502b2-1111-2222", "00000000-plain"};
    static char out[4];
    struct filter_error error;
    struct filter *filter = filter_parse(text, &error);
    size_t length = 0;
    if (!filter) {
        print_error("%s: %s at %zu\n", text, error.text, error.at);
        return "mistake";
    }
    for (size_t i = 0; i < 3; i++)
        if (filter_match(filter, live_find(live, id[i]), live, NOW))
            out[length++] = "qap"[i];
    out[length] = '\0';
    filter_free(filter);
    return out;
}

struct expectation {
    const char *text, *rows;
};

static void check(const struct expectation *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(matching(table[i].text), table[i].rows) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", table[i].text, matching(table[i].text),
                     table[i].rows);
}
#define CHECK(...)                                                                                 \
    do {                                                                                           \
        const struct expectation table[] = {__VA_ARGS__};                                          \
        check(table, ARRAY_SIZE(table));                                                           \
    } while (0)

static void words_bind_as_written(void **state)
{
    (void)state;
    CHECK({"", "qap"}, {"   ", "qap"}, {"channel=voice", "qp"},
          {"channel=voice status=queued", "q"}, {"channel=voice and status=queued", "q"},
          {"channel=chat or status=queued", "qa"},
          {"channel=chat or channel=voice status=queued", "qa"},
          {"(channel=chat or channel=voice) status=queued", "q"}, {"not channel=chat", "qp"},
          {"not channel=chat status=queued", "q"}, {"not (channel=chat or status=queued)", "p"},
          {"not not channel=chat", "a"}, {"NOT channel=chat AND status=queued", "q"},
          {"((status=queued))", "q"}, {"status=queued or(channel=chat)", "qa"},
          {"not(channel=chat)", "qp"});
}

static void operators_may_stand_apart(void **state)
{
    (void)state;
    CHECK({"channel = voice", "qp"}, {"channel =voice", "qp"}, {"channel= voice", "qp"},
          {"wait >60", "q"}, {"wait > 60", "q"}, {"queue != Billing", "ap"},
          {"queue !~ bill", "ap"}, {"STATUS=QUEUED", "q"});
}

static void whole_values_wildcards_and_lists(void **state)
{
    (void)state;
    CHECK({"queue=billing", "q"}, {"queue=bill", ""}, {"queue=bill*", "q"}, {"queue=*ill*g", "q"},
          {"queue=b1111111", "q"}, {"queue=b111", "q"}, {"queue=b11", ""},
          {"queue=" QUEUE_BILLING, "q"}, {"agent=j.doe", "a"}, {"agent=a9e4", "a"},
          {"flow=\"main ivr\"", "q"}, {"flow=f1000000-dddd", "q"}, {"id=edfc", "q"}, {"id=edf", ""},
          {"id=*4594", "q"}, {"chain=edfcdfa6", "qa"}, {"status=queued,in-flow", "qp"},
          {"status = queued , in_flow", "qp"}, {"status!=queued,in-flow", "a"},
          {"status=with*", "a"}, {"channel=voi", "qp"}, {"block=transfer", "q"},
          {"lifecycle=queued", "q"}, {"method=transfer", "a"}, {"customer=+441234", "q"},
          {"lambda=lookup", "q"}, {"status='with agent'", "a"}, {"status=with-agent", "a"},
          {"status=with_agent", "a"});
}

static void contains_and_regular_expressions(void **state)
{
    (void)state;
    CHECK({"queue~ill", "q"}, {"queue~ILL", "q"}, {"queue~'(uk)'", "a"}, {"queue!~ill", "ap"},
          {"queue~/^b.*g$/", "q"}, {"queue~/^(bil|sal)/", "qa"}, {"queue!~/^b/", "ap"},
          {"queue~/a b/", ""}, {"error~returned", "q"}, {"error~/an error\\.$/", "q"},
          {"customer~/\\+44[0-9]+/", "q"}, {"queue~s*u", "a"}, {"queue~instance", ""},
          {"queue~/x{2,3}/", ""}, {"id~/^[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$/", "qa"},
          {"id~/[[:alpha:]]{4}6-/", "q"}, {"id~/(e|d|f|c){5}/", "q"});
}

static void quotes(void **state)
{
    (void)state;
    CHECK({"queue=\"Sales (UK), new\"", "a"}, {"queue='Sales (UK), new'", "a"},
          {"attr.'A B'='c,d'", "a"}, {"attr.\"A B\"=\"c,d\"", "a"}, {"attr.tier=gold", "q"},
          {"attr.TIER~ol", "q"}, {"attr.none=x", ""}, {"queue='and'", ""}, {"\"gold\"", "q"},
          {"queue='it\\'s'", ""});
}

static void what_has_no_value(void **state)
{
    (void)state;
    CHECK({"queue=-", "p"}, {"queue!=-", "qa"}, {"agent=-", "qp"}, {"queue!=Billing", "ap"},
          {"queue=-,Billing", "qp"}, {"agent!~doe", "qp"}, {"agent~doe", "a"}, {"wait=-", "p"},
          {"wait!=-", "qa"}, {"wait<1h", "qa"}, {"wait!=10", "qp"}, {"attr.tier=-", "ap"},
          {"attr.tier!=gold", "ap"}, {"flag=-", "p"}, {"end=-", "qap"}, {"talk>0", "a"},
          {"queue='-'", ""});
}

static void durations_times_numbers(void **state)
{
    (void)state;
    CHECK({"wait>3:11", "q"}, {"wait>=3:12", "q"}, {"wait>3:12", ""}, {"wait=3:12", "q"},
          {"wait=192", "q"}, {"wait=192s", "q"}, {"wait=10,192", "qa"}, {"wait>1m30s", "q"},
          {"wait<=10", "a"}, {"instate>2m", "qa"}, {"total>4m", "q"}, {"age>4m", "q"},
          {"talk>=2m32s", "a"}, {"breach<0s", "q"}, {"breach>-", "mistake"}, {"errors>0", "q"},
          {"errors=0", "ap"}, {"errors=0,1", "qap"}, {"errors>=1", "q"}, {"chainsize=2", "qa"},
          {"chainsize<2", "p"});
    CHECK({"start=16:29", "q"}, {"start<16:30", "q"}, {"start>=16:30", "ap"}, {"start>16:31", "p"},
          {"start=16:30:20", "a"}, {"start=16:30", "a"}, {"start<=16:30", "qa"},
          {"start>2026-01-01T16:31:00Z", "p"}, {"start>2026-01-01T17:31:00+01:00", "p"},
          {"start!=16:29", "ap"});
}

static void flags_by_letter_or_name(void **state)
{
    (void)state;
    CHECK({"flag=Q", "qa"}, {"flag=q", "qa"}, {"flag=queued", "qa"}, {"flag=a", "a"},
          {"flag=transferred", "a"}, {"flag=QE", "q"}, {"flag=e,t", "qa"}, {"flag!=q", "p"},
          {"flag!=e,t", "p"}, {"flag=lambda-error", "q"}, {"flag=L", "q"}, {"flag=+", ""},
          {"flag=X", ""}, {"flag=callback", ""});
}

static void bare_words_match_any_column(void **state)
{
    (void)state;
    CHECK({"billing", "q"}, {"BILL", "q"}, {"doe", "a"}, {"edfc", "qa"}, {"gold", "q"},
          {"queued", "q"}, {"lookup", "q"}, {"chat", "a"}, {"main sales", ""},
          {"main or sales", "qa"}, {"not billing", "ap"}, {"m*n*ivr", "q"}, {"nowhere", ""});
}

static void mistakes_say_what_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        size_t at;
    } table[] = {
        {"stauts=queued", "did you mean status", 0},
        {"status=queued and qeue=x", "did you mean queue", 18},
        {"nothinglikeit=x", "there is no field \"nothinglikeit\"", 0},
        {"queue=", "a value is missing", 6},
        {"queue= ", "a value is missing", 7},
        {"=x", "a field is missing", 0},
        {"wait>abc", "not a duration", 5},
        {"wait ~ 3", "wait is a duration", 5},
        {"queue>3", "queue is a text", 5},
        {"flag~q", "flag is a set", 4},
        {"flag=z", "no flag \"z\"", 5},
        {"errors=x", "not a whole number", 7},
        {"errors=-1", "not a whole number", 7},
        {"start>noon", "not a time", 6},
        {"start>25:00", "not a time", 6},
        {"status=nope", "no status \"nope\"", 7},
        {"wait>1,2", "a list works only", 6},
        {"queue~a,b", "a list works only", 7},
        {"(status=queued", "not closed", 0},
        {"status=queued)", "nothing is open", 13},
        {"queue='x", "the quote is not closed", 6},
        {"queue~/x", "no closing /", 6},
        {"queue~/(/", "regular expression", 6},
        {"queue~/(a)\\1/", "back-reference", 6},
        {"queue~/(a{200}){200}/", "repeats too often", 6},
        {"queue~/b++++++++++++++/", "repeats too often", 6},
        {"queue~/((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+/", "repeats too often", 6},
        {"queue=and", "quote the word \"and\"", 6},
        {"status=queued or", "a condition is missing", 16},
        {"status=queued and", "a condition is missing", 17},
        {"or status=queued", "a condition is missing", 0},
        {"not", "a condition is missing", 3},
        {"()", "a condition is missing", 1},
        {"a,b", "\",\" has no meaning", 1},
        {"queue=Sales(UK)", "quote the whole value", 11},
        {"attr.=x", "attr. wants a name", 0},
        {"attr.'A B'", "an operator is missing", 10},
        {"wait<-", "works only with = and !=", 5},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct filter_error error;
        struct filter *filter = filter_parse(table[i].text, &error);
        if (filter || !strstr(error.text, table[i].says) || error.at != table[i].at)
            fail_msg("%s: got \"%s\" at %zu, want \"%s\" at %zu", table[i].text,
                     filter ? "no error" : error.text, error.at, table[i].says, table[i].at);
    }
}

static void caps(void **state)
{
    (void)state;
    struct filter_error error;
    struct buf text = {0};
    buf_pad(&text, '(', 63);
    buf_text(&text, "x");
    buf_pad(&text, ')', 63);
    struct filter *filter = filter_parse(buf_str(&text), &error);
    assert_non_null(filter);
    filter_free(filter);
    buf_clear(&text);
    buf_pad(&text, '(', 100000);
    assert_null(filter_parse(buf_str(&text), &error));
    assert_non_null(strstr(error.text, "longer than"));
    buf_clear(&text);
    buf_pad(&text, '(', 65);
    assert_null(filter_parse(buf_str(&text), &error));
    assert_non_null(strstr(error.text, "nested deeper"));
    assert_int_equal(error.at, 64);
    buf_clear(&text);
    for (int i = 0; i < 1300; i++)
        buf_text(&text, "x ");
    filter = filter_parse(buf_str(&text), &error); /* many conditions are not deep */
    assert_non_null(filter);
    assert_false(filter_match(filter, live_find(live, "00000000-plain"), live, NOW));
    filter_free(filter);
    assert_non_null(filter = filter_parse(NULL, NULL));
    filter_free(filter);
    buf_free(&text);
}

static void time_dependence_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool timed;
    } table[] = {{"queue=x", false},
                 {"wait>60", true},
                 {"not (x or breach<5)", true},
                 {"start>2026-01-01T00:00:00Z", false},
                 {"start>16:30", true},
                 {"errors>1", false}};
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct filter *filter = filter_parse(table[i].text, NULL);
        assert_int_equal(filter_depends_on_time(filter), table[i].timed);
        filter_free(filter);
    }
    assert_false(filter_depends_on_time(NULL));
}

static void fields_are_described(void **state)
{
    (void)state;
    for (size_t i = 0; filter_fields[i].name; i++)
        assert_true(strlen(filter_fields[i].help) > 3);
}

/* Random texts of the language's own pieces neither crash nor read beyond their end. */
static void random_texts(void **state)
{
    (void)state;
    static const char *const piece[] = {
        "status", "queue", "wait", "=", "!=", "~",  "/",    "(", ")",  " ",     "not", "or",
        "'",      "\"",    ",",    "-", "*",  "90", "flag", "<", ">=", "attr.", "\\",  "16:3"};
    struct rng rng;
    const uint64_t seed = 11;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    for (int i = 0; i < 20000; i++) {
        struct buf text = {0};
        for (uint32_t n = rng_below(&rng, 14); n > 0; n--)
            buf_text(&text, piece[rng_below(&rng, ARRAY_SIZE(piece))]);
        struct filter_error error;
        struct filter *filter = filter_parse(buf_str(&text), &error);
        if (filter)
            filter_match(filter, live_find(live, "edfcdfa6-358e-4594"), live, NOW);
        else if (error.at > text.length || !error.text[0])
            fail_msg("%s: place %zu", buf_str(&text), error.at);
        filter_free(filter);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_bind_as_written),
        cmocka_unit_test(operators_may_stand_apart),
        cmocka_unit_test(whole_values_wildcards_and_lists),
        cmocka_unit_test(contains_and_regular_expressions),
        cmocka_unit_test(quotes),
        cmocka_unit_test(what_has_no_value),
        cmocka_unit_test(durations_times_numbers),
        cmocka_unit_test(flags_by_letter_or_name),
        cmocka_unit_test(bare_words_match_any_column),
        cmocka_unit_test(mistakes_say_what_and_where),
        cmocka_unit_test(caps),
        cmocka_unit_test(time_dependence_is_known),
        cmocka_unit_test(fields_are_described),
        cmocka_unit_test(random_texts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
