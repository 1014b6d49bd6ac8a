/* What ncurses read, in the terms of the key table. */
#ifndef CONTACTWATCH_UI_SCREEN_KEYS_H
#define CONTACTWATCH_UI_SCREEN_KEYS_H

#include "ui/keys.h"

/* The next key of the current terminal, KEY_NONE when none is waiting. */
struct key_press screen_read_key(void);

#endif
