#include "ui/screen_keys.h"

#include <curses.h>
#include <string.h>

enum { ESCAPE = 033 };

static struct key_press pointer_event(void)
{
    MEVENT event;
    struct key_press press = {.key = KEY_POINTER};
    if (getmouse(&event) != OK)
        return (struct key_press){.key = KEY_NONE};
    press.row = event.y;
    press.column = event.x;
    press.pointer = event.bstate & BUTTON4_PRESSED   ? POINTER_WHEEL_UP
                    : event.bstate & BUTTON5_PRESSED ? POINTER_WHEEL_DOWN
                                                     : POINTER_PRESS;
    return press;
}

static uint32_t special_key(wint_t code)
{
    static const struct {
        wint_t curses;
        uint32_t key;
    } map[] = {
        {KEY_UP, KEY_GO_UP},       {KEY_DOWN, KEY_GO_DOWN},    {KEY_LEFT, KEY_GO_LEFT},
        {KEY_RIGHT, KEY_GO_RIGHT}, {KEY_PPAGE, KEY_PAGE_UP},   {KEY_NPAGE, KEY_PAGE_DOWN},
        {KEY_HOME, KEY_GO_HOME},   {KEY_END, KEY_GO_END},      {KEY_BTAB, KEY_BACK_TAB},
        {KEY_DC, KEY_DELETE},      {KEY_BACKSPACE, KEY_ERASE}, {KEY_ENTER, KEY_RETURN},
        {KEY_F(1), KEY_F1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(map); i++)
        if (map[i].curses == code)
            return map[i].key;
    return KEY_NONE;
}

static bool next_is_there(wint_t *code)
{
    return get_wch(code) == OK;
}

/* OSC, DCS and their kin end with BEL or ST (ESC \). */
static void skip_string(void)
{
    wint_t before = 0;
    for (wint_t code; next_is_there(&code) && code != '\a'; before = code)
        if (before == ESCAPE && code == '\\')
            return;
}

/* CSI: parameters, then one final character; a mouse report of the oldest kind has three more. */
static void skip_control(void)
{
    wint_t code;
    bool first = true, more = next_is_there(&code);
    for (; more && code >= ' ' && code < '@'; first = false)
        more = next_is_there(&code);
    for (int i = 0; i < 3 && more && first && code == 'M'; i++) {
        wint_t position;
        more = next_is_there(&position);
    }
}

/* The rest of a sequence that no key sends must not be taken for keys: a stray report could type m,
 * which shows personal data. True when there was one; else it was Esc, or Esc and a key. */
static bool skip_sequence(void)
{
    wint_t code;
    int status = get_wch(&code);
    if (status == KEY_CODE_YES)
        ungetch((int)code);
    if (status != OK)
        return false;
    if (code == '[')
        skip_control();
    else if (code == 'O')
        next_is_there(&code);
    else if (code < 0x80 && strchr("]P_^X", (int)code))
        skip_string();
    else
        return unget_wch((wchar_t)code) == ERR;
    return true;
}

struct key_press screen_read_key(void)
{
    wint_t code;
    for (int status; (status = get_wch(&code)) != ERR;) {
        struct key_press press = {.key = (uint32_t)code};
        if (status == KEY_CODE_YES && code == KEY_MOUSE)
            press = pointer_event();
        else if (status == KEY_CODE_YES)
            press.key = special_key(code);
        else if (code == ESCAPE && skip_sequence())
            continue;
        else if (code == '\n')
            press.key = KEY_RETURN;
        else if (code == '\b')
            press.key = KEY_ERASE;
        if (press.key != KEY_NONE)
            return press;
    }
    return (struct key_press){.key = KEY_NONE};
}
