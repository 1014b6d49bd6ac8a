#include <stdlib.h>
#include <string.h>

#include "archive/archive_internal.h"

static const char *behind(const char *spec, const char *scheme)
{
    size_t length = strlen(scheme);
    return spec && strncmp(spec, scheme, length) == 0 && spec[length] ? spec + length : NULL;
}

bool archive_needs_aws(const char *spec)
{
    return behind(spec, "s3://") != NULL;
}

struct archive *archive_open(const char *spec, struct aws_session *session, bool write,
                             struct err *err)
{
    const char *bucket = behind(spec, "s3://"), *folder = behind(spec, "file:");
    struct place *place = NULL;
    if (bucket)
        place = place_s3_open(bucket, session, err);
    else if (folder)
        place = place_file_open(folder, write, err);
    else
        err_set(err, "%s: not an archive: write s3://BUCKET[/PREFIX] or file:FOLDER",
                spec ? spec : "");
    if (!place)
        return NULL;
    struct archive *archive = mem_zero(sizeof(*archive));
    archive->place = place;
    return archive;
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    names_clear(&archive->days);
    free(archive->place->label);
    archive->place->ops->close(archive->place);
    free(archive);
}
