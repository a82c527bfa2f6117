/* A ring of slots between the pictures that were added and those that were reported. Its length bounds how far the fast
 * ones run ahead of a slow one: a waiting slot holds a result, but no pixels. */
#include "cli/pool.h"

#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_PER_THREAD = 16 };

struct slot {
    struct job job;
    bool is_done;
};

struct thread {
    struct pool *pool;
    struct worker worker;
    pthread_t id;
};

struct pool {
    const struct run *run;
    struct worker *alone;
    pool_report *report;
    void *argument;

    pthread_mutex_t lock; /* guards all below; a slot between `taken` and done belongs to its thread */
    pthread_cond_t work;  /* there is a slot to take, or no more will come */
    pthread_cond_t space; /* a slot has become free */
    struct slot *slots;   /* [capacity]: picture i is in slots[i % capacity] */
    size_t capacity;
    size_t added, taken, reported; /* pictures so far */
    bool is_reporting, ended, refused;

    struct thread *threads; /* [thread_count] */
    size_t thread_count, thread_limit;
    size_t room; /* threads whose contexts fit into memory */
    size_t idle; /* threads that wait */
};

/* Hands out all results that are due. One thread at a time does, and it does not hold the lock meanwhile. */
static void report_due(struct pool *pool) {
    if (pool->is_reporting) return;
    pool->is_reporting = true;
    while (pool->reported < pool->added && pool->slots[pool->reported % pool->capacity].is_done) {
        struct slot *slot = &pool->slots[pool->reported % pool->capacity];
        const bool wanted = !pool->refused;
        pthread_mutex_unlock(&pool->lock);
        const bool goes_on = !wanted || pool->report(pool->argument, &slot->job);
        pthread_mutex_lock(&pool->lock);
        if (!goes_on) pool->refused = true;
        pool->reported++;
        pthread_cond_signal(&pool->space);
    }
    pool->is_reporting = false;
}

static void work_through(struct pool *pool, struct worker *worker) {
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        pool->idle++;
        while (pool->taken == pool->added && !pool->ended) pthread_cond_wait(&pool->work, &pool->lock);
        pool->idle--;
        if (pool->taken == pool->added) break;
        struct slot *slot = &pool->slots[pool->taken++ % pool->capacity];
        pthread_mutex_unlock(&pool->lock);
        job_work(&slot->job, worker);
        pthread_mutex_lock(&pool->lock);
        slot->is_done = true;
        report_due(pool);
    }
    pthread_mutex_unlock(&pool->lock);
}

static void *run_thread(void *argument) {
    struct thread *thread = argument;
    work_through(thread->pool, &thread->worker);
    return NULL;
}

struct pool *pool_open(const struct run *run, struct worker *alone, size_t threads, pool_report *report,
                       void *argument) {
    struct pool *pool = allocate(1, sizeof *pool);
    pool->run = run;
    pool->alone = alone;
    pool->report = report;
    pool->argument = argument;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->space, NULL);
    pool->thread_limit = threads > 1 ? threads : 0;
    pool->room = session_context_room(run->session);
    pool->threads = allocate(threads, sizeof *pool->threads);
    pool->capacity = SLOTS_PER_THREAD * threads;
    pool->slots = allocate(pool->capacity, sizeof *pool->slots);
    return pool;
}

/* One more thread; where there can be none, those that are must do. */
static void start_thread(struct pool *pool) {
    if (pool->thread_count == pool->room) {
        if (!pool->run->session->settings->quiet)
            complain("warning: --max-memory has room for %zu of %zu threads", pool->room, pool->thread_limit);
        pool->thread_limit = pool->room;
        return;
    }
    struct thread *thread = &pool->threads[pool->thread_count];
    *thread = (struct thread){.pool = pool, .worker = {.run = pool->run}};
    thread->worker.context = session_new_context(pool->run->session);
    if (thread->worker.context && pthread_create(&thread->id, NULL, run_thread, thread) == 0) {
        pool->thread_count++;
        return;
    }
    yolo_context_free(&thread->worker.context);
    const struct session *session = pool->run->session;
    const bool was_told = (uint64_t)session->context_info.threads < session->settings->threads;
    if (!session->settings->quiet && !was_told)
        complain("warning: only %zu of %zu threads could be started", pool->thread_count, pool->thread_limit);
    pool->thread_limit = pool->thread_count;
}

struct job *pool_next(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->added - pool->reported == pool->capacity && !pool->refused)
        pthread_cond_wait(&pool->space, &pool->lock);
    const bool refused = pool->refused;
    pthread_mutex_unlock(&pool->lock);
    return refused ? NULL : &pool->slots[pool->added % pool->capacity].job; /* only this thread adds */
}

void pool_add(struct pool *pool, bool is_last_now) {
    struct slot *slot = &pool->slots[pool->added % pool->capacity];
    pthread_mutex_lock(&pool->lock);
    bool alone = is_last_now && pool->reported == pool->added;
    if (!alone && pool->thread_count < pool->thread_limit && pool->added - pool->taken >= pool->idle)
        start_thread(pool);
    if (!pool->thread_count) alone = true;
    if (alone) {
        pthread_mutex_unlock(&pool->lock);
        job_work(&slot->job, pool->alone);
        pthread_mutex_lock(&pool->lock);
        pool->taken++;
    }
    slot->is_done = alone;
    pool->added++;
    if (alone)
        report_due(pool);
    else
        pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

void pool_close(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->ended = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->thread_count; i++) {
        pthread_join(pool->threads[i].id, NULL);
        file_bytes_free(&pool->threads[i].worker.file);
        yolo_context_free(&pool->threads[i].worker.context);
    }
    for (size_t i = 0; i < pool->capacity; i++) job_free(&pool->slots[i].job);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->space);
    pthread_mutex_destroy(&pool->lock);
    free(pool->threads);
    free(pool->slots);
    free(pool);
}
