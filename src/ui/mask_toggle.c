/* Personal data on the screen: shown on demand only, and hidden again when nobody is at the keys.
 */
#include "contactwatch/log.h"
#include "ui/ui_internal.h"

void mask_toggle(struct ui *ui)
{
    if (ui->mask.off) {
        ui->mask.off = false;
        log_info("personal data is hidden again");
    } else if (!ui->options.allow_unmask) {
        ui_message(ui, MESSAGE_BAD, "personal data stays hidden: allow_unmask = no");
    } else {
        ui->mask.off = true;
        log_warning("personal data is shown on the screen");
    }
    ui->dirty = true;
}

void mask_idle(struct ui *ui)
{
    if (!ui->mask.off || ui->options.unmask || ui_wall(ui) - ui->last_key < UNMASK_IDLE_MS)
        return;
    mask_toggle(ui);
    ui_message(ui, MESSAGE_INFO, "personal data is hidden again: no key for 5 minutes");
}
