/*
 * Keys and what they do, declared once: the dispatcher, the help screen, the line of keys,
 * rebinding and the manual page come from the table in keys.c.
 */
#ifndef CONTACTWATCH_UI_KEYS_H
#define CONTACTWATCH_UI_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "contactwatch/err.h"
#include "contactwatch/mem.h"

/* A key is a Unicode code point (controls included), or one of these. */
enum {
    KEY_NONE = 0,
    KEY_SPECIAL = 0x200000,
    KEY_GO_UP,
    KEY_GO_DOWN,
    KEY_GO_LEFT,
    KEY_GO_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_GO_HOME,
    KEY_GO_END,
    KEY_BACK_TAB,
    KEY_DELETE,
    KEY_F1,
    KEY_POINTER,
    KEY_RETURN = '\r',
    KEY_ESCAPE = 27,
    KEY_TAB = '\t',
    KEY_ERASE = 127,
};

enum pointer_kind { POINTER_PRESS, POINTER_DOUBLE, POINTER_WHEEL_UP, POINTER_WHEEL_DOWN };
struct key_press {
    uint32_t key;
    enum pointer_kind pointer; /* of KEY_POINTER */
    int row, column;
};

/* Where a key means something. A view's own context comes before everywhere. */
enum key_context {
    CONTEXT_EVERYWHERE,
    CONTEXT_TIME,
    CONTEXT_CONTACTS,
    CONTEXT_CONTACT,
    CONTEXT_COUNT
};
extern const char *const context_title[CONTEXT_COUNT];

/* (action, context, name for rebinding, keys, label in the line of keys or NULL, help) */
#define ACTIONS(_)                                                                                 \
    _(UP, EVERYWHERE, "up", "Up k", NULL, "previous line")                                         \
    _(DOWN, EVERYWHERE, "down", "Down j", NULL, "next line")                                       \
    _(PAGE_UP, EVERYWHERE, "page-up", "PgUp ^B", NULL, "a page up")                                \
    _(PAGE_DOWN, EVERYWHERE, "page-down", "PgDn ^F", NULL, "a page down")                          \
    _(HALF_UP, EVERYWHERE, "half-up", "^U", NULL, "half a page up")                                \
    _(HALF_DOWN, EVERYWHERE, "half-down", "^D", NULL, "half a page down")                          \
    _(HOME, EVERYWHERE, "home", "g Home", NULL, "first line")                                      \
    _(END, EVERYWHERE, "end", "G End", NULL, "last line; in a contact, follow the tail")           \
    _(LEFT, EVERYWHERE, "left", "Left h", NULL, "sideways to the left")                            \
    _(RIGHT, EVERYWHERE, "right", "Right l", NULL, "sideways to the right")                        \
    _(OPEN, EVERYWHERE, "open", "Enter", "open", "open what is selected")                          \
    _(OPEN_ID, EVERYWHERE, "open-id", "O", NULL, "open a contact by its id, or the first 4 of it") \
    _(CLOSE, EVERYWHERE, "close", "Esc", NULL,                                                     \
      "close the topmost: prompt, search, marks, view; never quits")                               \
    _(LEAVE, EVERYWHERE, "leave", "q", "quit", "leave the view; on Contacts quit")                 \
    _(VIEW_CONTACTS, EVERYWHERE, "contacts", "1", NULL, "Contacts")                                \
    _(VIEW_QUEUES, EVERYWHERE, "queues", "2", NULL, "Queues")                                      \
    _(VIEW_AGENTS, EVERYWHERE, "agents", "3", NULL, "Agents")                                      \
    _(VIEW_FLOWS, EVERYWHERE, "flows", "4", NULL, "Flows")                                         \
    _(VIEW_LAMBDAS, EVERYWHERE, "lambdas", "5", NULL, "Lambdas")                                   \
    _(VIEW_CALLBACKS, EVERYWHERE, "callbacks", "6", NULL, "Callbacks")                             \
    _(VIEW_ERRORS, EVERYWHERE, "errors", "7", NULL, "Errors")                                      \
    _(VIEW_INGEST, EVERYWHERE, "ingest", "8", NULL, "Ingest")                                      \
    _(TILES, EVERYWHERE, "tiles", "0", NULL, "go to the tiles of the header")                      \
    _(COMMAND, EVERYWHERE, "command", ":", NULL, "command")                                        \
    _(HELP, EVERYWHERE, "help", "? F1", "help", "this help")                                       \
    _(MARK, EVERYWHERE, "mark", "Space", "mark", "mark or unmark")                                 \
    _(UNMARK_ALL, EVERYWHERE, "unmark-all", "U", NULL, "unmark all")                               \
    _(COMPARE, EVERYWHERE, "compare", "d", NULL, "compare the two marked contacts")                \
    _(COPY, EVERYWHERE, "copy", "y", NULL, "copy the contact id")                                  \
    _(COPY_LINK, EVERYWHERE, "copy-link", "Y", NULL, "copy the link to the Connect console")       \
    _(EXPORT, EVERYWHERE, "export", "e", NULL, "export as JSON")                                   \
    _(MASK, EVERYWHERE, "mask", "m", "mask", "show or hide personal data")                         \
    _(ALERTS, EVERYWHERE, "alerts", "!", NULL, "history of alerts")                                \
    _(ACKNOWLEDGE, EVERYWHERE, "acknowledge", "A", NULL, "acknowledge the alert")                  \
    _(REDRAW, EVERYWHERE, "redraw", "^L", NULL, "draw the screen anew")                            \
    _(SUSPEND, EVERYWHERE, "suspend", "^Z", NULL, "suspend")                                       \
    _(PAUSE, TIME, "pause", "p", "pause", "pause, resume")                                         \
    _(SECOND_BACK, TIME, "second-back", ",", NULL, "1 s back")                                     \
    _(SECOND_ON, TIME, "second-on", ".", NULL, "1 s on")                                           \
    _(MINUTE_BACK, TIME, "minute-back", "{", NULL, "1 min back")                                   \
    _(MINUTE_ON, TIME, "minute-on", "}", NULL, "1 min on")                                         \
    _(CHANGE_BACK, TIME, "change-back", "[", NULL, "previous change of the selected contact")      \
    _(CHANGE_ON, TIME, "change-on", "]", NULL, "next change of the selected contact")              \
    _(SLOWER, TIME, "slower", "(", NULL, "replay slower")                                          \
    _(FASTER, TIME, "faster", ")", NULL, "replay faster")                                          \
    _(GO_TO_TIME, TIME, "go-to-time", "@", NULL, "go to a time")                                   \
    _(LIVE, TIME, "live", "F", NULL, "back to live")                                               \
    _(FILTER, CONTACTS, "filter", "/", "filter", "filter")                                         \
    _(SORT_MENU, CONTACTS, "sort-menu", "s", "sort", "choose the column to sort by")               \
    _(SORT_PREVIOUS, CONTACTS, "sort-previous", "<", NULL, "sort by the column before")            \
    _(SORT_NEXT, CONTACTS, "sort-next", ">", NULL, "sort by the next column")                      \
    _(INVERT, CONTACTS, "invert", "I", NULL, "invert the order")                                   \
    _(COLUMNS, CONTACTS, "columns", "c", "cols", "choose columns")                                 \
    _(HOLD, CONTACTS, "hold", "o", "hold", "hold or release the order")                            \
    _(SAVE_VIEW, CONTACTS, "save-view", "S", NULL, "save filter, sort and columns as a view")      \
    _(PICK_VIEW, CONTACTS, "pick-view", "V", NULL, "pick a saved view")                            \
    _(VIEW_NEXT, CONTACTS, "next-view", "Tab", NULL, "next view")                                  \
    _(VIEW_PREVIOUS, CONTACTS, "previous-view", "S-Tab", NULL, "previous view")                    \
    _(SEARCH, CONTACT, "search", "/", "search", "search")                                          \
    _(SEARCH_NEXT, CONTACT, "search-next", "n", NULL, "next hit")                                  \
    _(SEARCH_PREVIOUS, CONTACT, "search-previous", "N", NULL, "previous hit")                      \
    _(PANE_NEXT, CONTACT, "next-pane", "Tab", "pane", "next pane")                                 \
    _(PANE_PREVIOUS, CONTACT, "previous-pane", "S-Tab", NULL, "previous pane")                     \
    _(FRIENDLY, CONTACT, "friendly", "f", "friendly", "Friendly; again: both")                     \
    _(TECHY, CONTACT, "techy", "t", "techy", "Techy; again: both")                                 \
    _(RAW, CONTACT, "raw", "r", "raw", "raw JSON")                                                 \
    _(ATTRIBUTES, CONTACT, "attributes", "a", "attributes", "attributes and their changes")        \
    _(LADDER, CONTACT, "ladder", "L", NULL, "ladder")                                              \
    _(LEG_NEXT, CONTACT, "next-leg", "J", NULL, "next member of the chain")                        \
    _(LEG_PREVIOUS, CONTACT, "previous-leg", "K", NULL, "previous member of the chain")            \
    _(ERROR_NEXT, CONTACT, "next-error", "x", NULL, "next error")                                  \
    _(ERROR_PREVIOUS, CONTACT, "previous-error", "X", NULL, "previous error")                      \
    _(FOLD, CONTACT, "fold", "z", "fold", "fold or unfold all")                                    \
    _(HIDE, CONTACT, "hide", "H", NULL, "hide or show checks and attributes")

#define ACTION_ENUM(id, context, name, keys, label, help) ACTION_##id,
enum action { ACTION_NONE, ACTIONS(ACTION_ENUM) ACTION_COUNT };

struct action_spec {
    enum key_context context;
    const char *name, *keys, *label, *help;
};
extern const struct action_spec action_spec[ACTION_COUNT];

/* Names of keys: "j", "Enter", "^B", "PgDn", "S-Tab", "F1". */
uint32_t key_parse(const char *name); /* KEY_NONE if it is none */
void key_write(uint32_t key, char out[16]);

/* The bindings in force: the table's, changed by the config. */
enum { BINDINGS_MAX = 256 };
struct keymap {
    struct {
        uint32_t key;
        uint16_t action;
    } binding[BINDINGS_MAX];
    size_t count;
};
void keymap_init(struct keymap *map);
/* Binds a key in the action's context, taking it from others there; action "none" only unbinds. */
bool keymap_bind(struct keymap *map, const char *key, const char *action, struct err *err);
enum action keymap_find(const struct keymap *map, uint32_t key, enum key_context context);
/* The keys of an action, "PgDn ^F". */
void keymap_keys(const struct keymap *map, enum action action, struct buf *out);

#endif
