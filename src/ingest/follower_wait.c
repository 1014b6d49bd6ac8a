/* How the follower's thread sleeps, and how others wake it. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "contactwatch/thread.h"
#include "ingest/follower_internal.h"

bool follower_stopping(struct follower *f)
{
    pthread_mutex_lock(&f->lock);
    bool stopping = f->stopping;
    pthread_mutex_unlock(&f->lock);
    return stopping;
}

void follower_raise(struct follower *f)
{
    uint64_t one = 1;
    if (write(f->wake, &one, sizeof(one)) < 0)
        return; /* EAGAIN: it is raised already */
}

bool follower_pause(struct follower *f, int64_t ms)
{
    struct timespec until = thread_deadline(ms);
    pthread_mutex_lock(&f->lock);
    while (!f->stopping && pthread_cond_timedwait(&f->changed, &f->lock, &until) == 0)
        continue;
    bool stopping = f->stopping;
    pthread_mutex_unlock(&f->lock);
    return stopping;
}

static void empty(int fd)
{
    char bytes[4096];
    while (read(fd, bytes, sizeof(bytes)) > 0)
        continue;
}

/* What was asked for since the thread looked is taken over; false once stopped. */
static bool take_orders(struct follower *f, bool *any)
{
    pthread_mutex_lock(&f->lock);
    char *wanted = f->asked && f->wanted ? mem_strdup(f->wanted) : NULL;
    bool asked = f->asked, stopping = f->stopping, find = f->find;
    *any = f->woken || asked;
    f->woken = f->asked = false;
    pthread_mutex_unlock(&f->lock);
    if (asked)
        follower_switch(f, wanted, find);
    return !stopping;
}

bool follower_wait(struct follower *f, int64_t ms)
{
    struct pollfd fd[] = {{f->wake, POLLIN, 0}, {f->watch, POLLIN, 0}};
    bool ordered;
    poll(fd, ARRAY_SIZE(fd), (int)ms);
    empty(f->wake);
    if (!take_orders(f, &ordered))
        return false;
    if (!ordered && (fd[1].revents & POLLIN)) {
        if (follower_pause(f, SETTLE_MS))
            return false;
    }
    if (f->watch >= 0)
        empty(f->watch);
    return true;
}

void follower_wake(struct follower *f)
{
    pthread_mutex_lock(&f->lock);
    f->woken = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    follower_raise(f);
}

static void ask(struct follower *f, char *contact, bool find)
{
    pthread_mutex_lock(&f->lock);
    free(f->wanted);
    f->wanted = contact;
    f->find = find;
    f->asked = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    follower_raise(f);
}

void follower_open(struct follower *f, const char *contact_id)
{
    ask(f, mem_strdup(contact_id), false);
}

void follower_find(struct follower *f, const char *beginning)
{
    ask(f, mem_strdup(beginning), true);
}

void follower_close_contact(struct follower *f)
{
    ask(f, NULL, false);
}
