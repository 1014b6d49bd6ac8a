/* A row that changed stands out for a moment; the first load does not flash. */
#include "ui/ui_internal.h"

enum { FLASH_MS = 1000 };

bool flash_is_on(const struct ui *ui, const struct row *row)
{
    return row->changed > ui->quiet_until && ui->now >= row->changed &&
           ui->now - row->changed < FLASH_MS;
}
