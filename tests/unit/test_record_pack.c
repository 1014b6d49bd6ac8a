/* The packed form of a record: what goes in comes out, old bytes stay readable, and bad bytes are
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/record_pack.h"
#include "support/store_fixture.h"

static void expect_same(const struct record *a, const struct record *b)
{
    struct buf first = {0}, second = {0};
    record_write(&first, a, RECORD_STORED);
    record_write(&second, b, RECORD_STORED);
    assert_string_equal(first.data, second.data);
    buf_free(&first);
    buf_free(&second);
}

static void random_records_come_back(void **state)
{
    (void)state;
    struct batch *batch = mem_zero(sizeof(*batch));
    struct record_view view = {0};
    struct buf packed = {0}, again = {0};
    struct rng rng;
    print_message("SEED=7\n");
    rng_seed(&rng, 7);
    batch_random(batch, &rng, 200, 2000);
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->delta[i];
        record->version = (int64_t)rng_next(&rng);
        record->updated_at = FIXTURE_START;
        record->expiry = -(int64_t)i; /* no store writes one, but no number is special */
        buf_clear(&packed);
        buf_clear(&again);
        record_pack(&packed, record);
        assert_true(record_view_read(&view, record->contact_id, packed.data, packed.length));
        assert_true(view.record.version == record->version && view.record.expiry == record->expiry);
        record->version = view.record.version = 1;
        record->expiry = view.record.expiry = 1;
        expect_same(&view.record, record);
        record_pack(&again, &view.record);
        buf_clear(&packed);
        record_pack(&packed, record);
        assert_int_equal(again.length, packed.length);
        assert_memory_equal(again.data, packed.data, packed.length);
    }
    record_view_free(&view);
    buf_free(&packed);
    buf_free(&again);
    batch_free(batch);
    free(batch);
}

/* Format 1, as it lies in files: field by field in the order of RECORD_FIELDS. */
static const char format_1[] = "\x01\x0e"
                               "\x05\x07QUEUED\0"
                               "\x01\x06VOICE\0"
                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                               "\x80\x01\x03+1\0"
                               "\0\0"
                               "\x01\x02"
                               "a\0\x09\x02"
                               "b\0"
                               "\0\0"
                               "\x03\x0a\x08\x04\x02\x04\x06\x08\x02\x04\x06\x08";

static void bytes_of_format_1_stay_readable(void **state)
{
    (void)state;
    struct record_view view = {0};
    assert_true(record_view_read(&view, "c", format_1, sizeof(format_1) - 1));
    const struct record *r = &view.record;
    assert_string_equal(r->contact_id, "c");
    assert_string_equal(r->field[FIELD_STATUS].value, "QUEUED");
    assert_true(r->field[FIELD_STATUS].stamp == 5);
    assert_string_equal(r->field[FIELD_CHANNEL].value, "VOICE");
    assert_null(r->field[FIELD_METHOD].value);
    assert_string_equal(r->field[FIELD_CUSTOMER].value, "+1");
    assert_true(r->field[FIELD_CUSTOMER].stamp == 128);
    assert_int_equal(r->attributes.count, 1);
    assert_string_equal(r->attributes.item[0].name, "a");
    assert_string_equal(r->attributes.item[0].reg.value, "b");
    assert_true(r->flags == (FLAG_QUEUED | FLAG_AGENT) && r->initiated == 5 && r->first == 4);
    assert_true(r->last[LOGTYPE_CONTACT] == 1 && r->last[LOGTYPE_LAMBDA] == 4);
    assert_true(r->version == 1 && r->updated_at == 2 && r->expiry == 3 && r->last_receipt == 4);
    record_view_free(&view);
}

static void bytes_cut_short_are_refused(void **state)
{
    (void)state;
    struct record_view view = {0};
    for (size_t length = 0; length < sizeof(format_1) - 1; length++) {
        char *copy =
            mem_alloc(length); /* exactly as long, so that a sanitizer sees a step beyond */
        memcpy(copy, format_1, length);
        assert_false(record_view_read(&view, "c", copy, length));
        free(copy);
    }
    assert_false(record_view_read(&view, "c", NULL, 0));
    assert_false(record_view_read(&view, NULL, format_1, sizeof(format_1) - 1));
    record_view_free(&view);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_records_come_back),
        cmocka_unit_test(bytes_of_format_1_stay_readable),
        cmocka_unit_test(bytes_cut_short_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
