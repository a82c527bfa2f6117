/* A thread waits for the signals, which all others block. So nothing runs in a signal handler, and no state is global. */
#define _POSIX_C_SOURCE 200809L
#include "cli/stop.h"

#include "cli/text.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct stop {
    pthread_t watcher;
    pthread_mutex_t lock;
    sigset_t signals, before;
    int waker; /* one of the signals, with which the watcher is ended */
    int signal;
    bool watches, closing;
    int told[2];  /* pipe: readable once a signal has come */
    int ended[2]; /* pipe: its writing end is closed when the run is over */
};

static bool take_note(struct stop *stop, int signal) {
    pthread_mutex_lock(&stop->lock);
    const bool counts = !stop->closing;
    if (counts) stop->signal = signal;
    pthread_mutex_unlock(&stop->lock);
    return counts;
}

static void *watch(void *argument) {
    struct stop *stop = argument;
    int signal;
    char byte = 0;
    while (sigwait(&stop->signals, &signal) != 0)
        ;
    if (!take_note(stop, signal)) return NULL;
    while (write(stop->told[1], &byte, 1) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_UNBLOCK, &stop->signals,
                    NULL); /* the second signal finds this thread, and its default action */
    while (read(stop->ended[0], &byte, 1) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_BLOCK, &stop->signals, NULL);
    return NULL;
}

/* One that is ignored stays so: a shell's background jobs are not to end by Ctrl-C. */
static void add(struct stop *stop, int signal) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) != 0 || action.sa_handler == SIG_IGN) return;
    sigaddset(&stop->signals, signal);
    stop->waker = signal;
}

static void release(struct stop *stop) {
    for (int i = 0; i < 2; i++) {
        if (stop->told[i] >= 0) close(stop->told[i]);
        if (stop->ended[i] >= 0) close(stop->ended[i]);
    }
    pthread_mutex_destroy(&stop->lock);
    free(stop);
}

struct stop *stop_open(void) {
    struct stop *stop = allocate(1, sizeof *stop);
    *stop = (struct stop){.told = {-1, -1}, .ended = {-1, -1}};
    pthread_mutex_init(&stop->lock, NULL);
    sigemptyset(&stop->signals);
    add(stop, SIGINT);
    add(stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop->signals, &stop->before);
    if (stop->waker && pipe(stop->told) == 0 && pipe(stop->ended) == 0) return stop;
    pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
    release(stop);
    return NULL;
}

void stop_watch(struct stop *stop) {
    if (!stop) return;
    stop->watches = pthread_create(&stop->watcher, NULL, watch, stop) == 0;
    if (!stop->watches) pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
}

static void end_watch(struct stop *stop) {
    pthread_mutex_lock(&stop->lock);
    stop->closing = true;
    if (!stop->signal) pthread_kill(stop->watcher, stop->waker); /* for that thread alone */
    pthread_mutex_unlock(&stop->lock);
    close(stop->ended[1]);
    stop->ended[1] = -1;
    pthread_join(stop->watcher, NULL);
}

int stop_signal(struct stop *stop) {
    if (!stop) return 0;
    pthread_mutex_lock(&stop->lock);
    const int signal = stop->signal;
    pthread_mutex_unlock(&stop->lock);
    return signal;
}

int stop_file(const struct stop *stop) {
    return stop ? stop->told[0] : -1;
}

void stop_close(struct stop *stop) {
    if (!stop) return;
    if (stop->watches) end_watch(stop);
    pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
    release(stop);
}
