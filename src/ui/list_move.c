/* Moving through lists of any view: pure functions of position, count and page. */
#include "ui/ui_internal.h"

size_t list_move(enum action action, size_t position, size_t count, size_t page)
{
    if (!count)
        return 0;
    size_t last = count - 1, half = page > 1 ? page / 2 : 1, step = 0;
    bool back = false;
    switch (action) {
    case ACTION_HOME: return 0;
    case ACTION_END: return last;
    case ACTION_UP:
        back = true;
        step = 1;
        break;
    case ACTION_DOWN: step = 1; break;
    case ACTION_PAGE_UP:
        back = true;
        step = page;
        break;
    case ACTION_PAGE_DOWN: step = page; break;
    case ACTION_HALF_UP:
        back = true;
        step = half;
        break;
    case ACTION_HALF_DOWN: step = half; break;
    default: break;
    }
    if (position > last)
        position = last;
    if (back)
        return position > step ? position - step : 0;
    return last - position > step ? position + step : last;
}

size_t list_scroll(size_t top, size_t position, size_t count, size_t rows)
{
    if (!rows || count <= rows)
        return 0;
    if (position < top)
        top = position;
    if (position >= top + rows)
        top = position - rows + 1;
    return top > count - rows ? count - rows : top;
}
