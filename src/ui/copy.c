/* Copying by OSC 52: the terminal puts the text on the clipboard, also over ssh. */
#include <stdlib.h>
#include <string.h>

#include "ui/ui_internal.h"

/* What terminals and multiplexers take in one sequence, encoded. */
enum { OSC52_MAX = 74994 };

static void base64(struct buf *out, const unsigned char *data, size_t length)
{
    static const char sign[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
                         (left > 2 ? data[i + 2] : 0);
        buf_char(out, sign[group >> 18]);
        buf_char(out, sign[group >> 12 & 63]);
        buf_char(out, left > 1 ? sign[group >> 6 & 63] : '=');
        buf_char(out, left > 2 ? sign[group & 63] : '=');
    }
}

void copy_text(struct ui *ui, const char *text, const char *what)
{
    size_t length = strlen(text), most = OSC52_MAX / 4 * 3;
    struct buf sequence = {0};
    buf_text(&sequence, "\033]52;c;");
    base64(&sequence, (const unsigned char *)text, length < most ? length : most);
    buf_text(&sequence, "\a");
    screen_send(ui->screen, sequence.data, sequence.length);
    buf_free(&sequence);
    if (length > most)
        ui_message(ui, MESSAGE_BAD, "copied the first %zu of %zu bytes of the %s", most, length,
                   what);
    else
        ui_message(ui, MESSAGE_GOOD, "copied the %s to the clipboard", what);
}

void copy_link(struct ui *ui, const char *contact_id)
{
    const char *console = ui->options.console;
    struct buf link = {0};
    if (!console || !*console) {
        ui_message(ui, MESSAGE_BAD, "no link: set console = https://NAME.my.connect.aws");
        return;
    }
    size_t length = strlen(console);
    while (length && console[length - 1] == '/')
        length--;
    buf_printf(&link, "%.*s/contact-trace-records/details/%s", (int)length, console, contact_id);
    copy_text(ui, buf_str(&link), "link to the console");
    buf_free(&link);
}
