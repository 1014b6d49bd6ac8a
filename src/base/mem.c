#include "contactwatch/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *memory)
{
    if (memory)
        return memory;
    fputs("contactwatch: out of memory\n", stderr);
    abort();
}

void *mem_alloc(size_t size)
{
    return or_die(malloc(size ? size : 1));
}

void *mem_zero(size_t size)
{
    return or_die(calloc(1, size ? size : 1));
}

void *mem_realloc(void *old, size_t size)
{
    return or_die(realloc(old, size ? size : 1));
}

char *mem_strndup(const char *text, size_t length)
{
    char *copy = mem_alloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *mem_strdup(const char *text)
{
    return text ? mem_strndup(text, strlen(text)) : NULL;
}
