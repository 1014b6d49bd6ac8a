#include "event/decode_internal.h"

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

bool base64_decode(struct buf *out, const char *text, size_t length)
{
    if (!buf_reserve(out, length / 4 * 3 + 3))
        return false;
    unsigned char *to = (unsigned char *)out->data + out->length;
    uint32_t group = 0;
    unsigned digits = 0, padding = 0;
    for (size_t i = 0; i < length; i++) {
        int value = value_of(text[i]);
        if (value < 0) {
            if (text[i] == '=' && ++padding <= 2)
                continue;
            if (is_blank(text[i]))
                continue;
            return false;
        }
        if (padding)
            return false;
        group = group << 6 | (uint32_t)value;
        if (++digits < 4)
            continue;
        *to++ = (unsigned char)(group >> 16);
        *to++ = (unsigned char)(group >> 8);
        *to++ = (unsigned char)group;
        group = digits = 0;
    }
    if (digits == 1 || (padding && digits + padding != 4))
        return false;
    if (digits >= 2)
        *to++ = (unsigned char)(digits == 2 ? group >> 4 : group >> 10);
    if (digits == 3)
        *to++ = (unsigned char)(group >> 2);
    out->length = (size_t)((char *)to - out->data);
    *to = '\0';
    return true;
}
