/*
 * Signals that concern the terminal. SIGWINCH is told through a descriptor; after a fatal signal
 * nothing is done but to restore the terminal with what was noted beforehand, then the signal takes
 * its course.
 */
#ifndef CONTACTWATCH_UI_SCREEN_SIGNAL_H
#define CONTACTWATCH_UI_SCREEN_SIGNAL_H

#include <stdbool.h>

void screen_signal_save(int in, int out); /* before ncurses: notes the terminal's modes */
void screen_signal_catch(void); /* with ncurses open: notes how to leave it, catches the signals */
void screen_signal_forget(void);
int screen_signal_fd(void);    /* readable after SIGWINCH */
void screen_signal_seen(void); /* empties it */
/* Does the terminal draw full screens on a page of their own? */
bool screen_has_own_page(void);

#endif
