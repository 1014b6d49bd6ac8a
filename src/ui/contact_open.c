/* Opening a contact that need not be in the table, by its id as people have it: from a ticket, in
 * part. */
#include <ctype.h>
#include <string.h>

#include "ui/contact_view.h"

enum { LEAST = 4 };

static void open_typed(struct ui *ui, const char *typed)
{
    char id[PROMPT_MAX];
    typed += strspn(typed, " \t");
    size_t length = strlen(typed);
    while (length && isspace((unsigned char)typed[length - 1]))
        length--;
    memcpy(id, typed, length);
    id[length] = '\0';
    if (!length)
        return;
    if (length < LEAST) {
        ui_message(ui, MESSAGE_BAD, "give at least %d characters of the id", LEAST);
        return;
    }
    while (ui->depth > 1) /* one contact is open at a time */
        ui_pop(ui);
    ui_push(ui, contact_view_found(ui, id));
}

static const struct prompt_use open_prompt = {
    .label = "open contact: ", .kind = PROMPT_CONTACT, .done = open_typed};

void contact_open_prompt(struct ui *ui)
{
    if (ui->host.find_contact)
        prompt_open(&ui->prompt, &open_prompt, "");
    else
        ui_message(ui, MESSAGE_BAD, "contacts cannot be looked for here");
}
