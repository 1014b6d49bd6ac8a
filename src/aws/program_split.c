#include <stdlib.h>
#include <string.h>

#include "aws/program.h"

struct splitter {
    const char *in;
    char *out; /* grows behind the array of words */
    char quote;
    bool word; /* one has begun */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes one character of a word; false when the line ends in a backslash. */
static bool take(struct splitter *splitter)
{
    char c = *splitter->in++;
    splitter->word = true;
    if (splitter->quote && c == splitter->quote) {
        splitter->quote = '\0';
        return true;
    }
    if (!splitter->quote && (c == '"' || c == '\'')) {
        splitter->quote = c;
        return true;
    }
    bool escape = c == '\\' && splitter->quote != '\'';
    if (escape && splitter->quote && *splitter->in != '"' && *splitter->in != '\\')
        escape = false;
    if (escape)
        c = *splitter->in ? *splitter->in++ : '\0';
    *splitter->out++ = c;
    return c != '\0';
}

char **program_split(const char *line)
{
    size_t most = strlen(line) / 2 + 2, count = 0;
    char **argv = mem_zero(most * sizeof(*argv) + strlen(line) + most);
    struct splitter splitter = {.in = line, .out = (char *)(argv + most)};
    bool whole = true;
    while (*splitter.in && whole) {
        if (!splitter.quote && is_blank(*splitter.in)) {
            if (splitter.word)
                *splitter.out++ = '\0';
            splitter.word = false;
            splitter.in++;
            continue;
        }
        if (!splitter.word)
            argv[count++] = splitter.out;
        whole = take(&splitter);
    }
    *splitter.out = '\0';
    if (count && !splitter.quote && whole)
        return argv;
    free(argv);
    return NULL;
}
