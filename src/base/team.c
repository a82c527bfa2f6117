#define _POSIX_C_SOURCE 200809L

#include "base/team.h"

#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#if defined(_OPENMP)
#include <omp.h>
enum { HAS_THREADS = 1 };
#else
enum { HAS_THREADS = 0 };
#endif

enum {
    AWAKE_ROUNDS = 2000, /* looks for what is waited for before falling asleep: 20 to 50 microseconds */
    YIELD_ROUNDS = 20,   /* offers of the core in between, for the caller: a member may wait for just that one */
    CLOSED = 0,          /* of team.open */
};

typedef struct loop {
    team_body *body;
    void *argument;
    size_t count, parts;
} loop;

typedef struct member {
    team *team;
    int thread; /* its number: the caller's is 0 */
    pthread_t id;
} member;

struct team {
    int threads;
    member *members; /* [threads - 1], of which member_count run */
    int member_count;
    bool started;
    loop loop; /* changes only while none is open and nobody is inside */
    unsigned loops_begun;
    atomic_uint open;   /* the number of the loop that members may enter, or CLOSED */
    atomic_int inside;  /* members that entered, the caller not counted */
    atomic_size_t next; /* the first part that nobody has taken */
    atomic_bool over;
    atomic_int asleep;
    atomic_bool caller_asleep;
    pthread_mutex_t lock; /* for falling asleep and waking only */
    pthread_cond_t wake;  /* members, for news */
    pthread_cond_t empty; /* the caller, when nobody is inside */
};

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static size_t part_begin(const loop *l, size_t part) {
    size_t rest = l->count % l->parts;
    return l->count / l->parts * part + (part < rest ? part : rest);
}

/* Takes parts until none is left. */
static void work(team *t, int thread) {
    const loop *l = &t->loop;
    for (;;) {
        size_t part = atomic_fetch_add(&t->next, 1);
        if (part >= l->parts) return;
        l->body(l->argument, part_begin(l, part), part_begin(l, part + 1), thread);
    }
}

static bool has_news(team *t, unsigned seen) {
    unsigned open = atomic_load(&t->open);
    return (open != CLOSED && open != seen) || atomic_load(&t->over);
}

static void wait_for_news(team *t, unsigned seen) {
    for (int round = 0; round < AWAKE_ROUNDS; round++) {
        if (has_news(t, seen)) return;
        pause_briefly();
    }
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add(&t->asleep, 1); /* before the look at the news: see wake_all */
    while (!has_news(t, seen)) pthread_cond_wait(&t->wake, &t->lock);
    atomic_fetch_sub(&t->asleep, 1);
    pthread_mutex_unlock(&t->lock);
}

/* After the news was stored: whoever looked before that has counted itself asleep, or looks again. */
static void wake_all(team *t) {
    if (atomic_load(&t->asleep) == 0) return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

static void leave(team *t) {
    if (atomic_fetch_sub(&t->inside, 1) != 1 || !atomic_load(&t->caller_asleep)) return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_signal(&t->empty);
    pthread_mutex_unlock(&t->lock);
}

/* A member that is inside may have lost its core to another program: a caller that sleeps leaves it a free one. */
static void wait_until_empty(team *t) {
    for (int round = 0; round < AWAKE_ROUNDS + YIELD_ROUNDS; round++) {
        if (atomic_load(&t->inside) == 0) return;
        if (round < AWAKE_ROUNDS)
            pause_briefly();
        else
            sched_yield();
    }
    pthread_mutex_lock(&t->lock);
    atomic_store(&t->caller_asleep, true); /* before the look who is inside: see leave */
    while (atomic_load(&t->inside) != 0) pthread_cond_wait(&t->empty, &t->lock);
    atomic_store(&t->caller_asleep, false);
    pthread_mutex_unlock(&t->lock);
}

/* A member enters, then makes sure that the loop is still open; the caller closes it, then looks who is inside. In any
 * order of these four at least one of the two sees the other, so a loop never changes under a member. */
static void help(team *t, int thread) {
    unsigned seen = CLOSED;
    for (;;) {
        wait_for_news(t, seen);
        if (atomic_load(&t->over)) return;
        unsigned open = atomic_load(&t->open);
        atomic_fetch_add(&t->inside, 1);
        if (open != CLOSED && atomic_load(&t->open) == open) {
            work(t, thread);
            seen = open;
        }
        leave(t);
    }
}

static void *run_member(void *argument) {
    const member *m = argument;
    help(m->team, m->thread);
    return NULL;
}

/* With the first loop that they could help with. They leave signals to the program's own threads. Where fewer can be had
 * there are fewer: nobody waits for them. */
static void start_members(team *t) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < t->threads - 1; i++) {
        member *m = &t->members[i];
        *m = (member){.team = t, .thread = i + 1};
        if (pthread_create(&m->id, NULL, run_member, m) != 0) break;
        t->member_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    t->started = true;
}

void team_for(team *t, size_t count, size_t grain, team_body *body, void *argument) {
    if (count == 0) return;
    size_t parts = (size_t)t->threads, most = count / (grain ? grain : 1);
    if (parts > most) parts = most ? most : 1;
    if (parts == 1) {
        body(argument, 0, count, 0);
        return;
    }
    if (!t->started) start_members(t);
    t->loop = (loop){body, argument, count, parts};
    atomic_store(&t->next, 0);
    if (++t->loops_begun == CLOSED) t->loops_begun++;
    atomic_store(&t->open, t->loops_begun);
    wake_all(t);
    work(t, 0);
    atomic_store(&t->open, CLOSED);
    wait_until_empty(t);
}

int team_threads(const team *t) {
    return t->threads;
}

team *team_create(int threads) {
    team *t = memory_allocate_zeroed(1, sizeof *t);
    member *members = memory_allocate((size_t)(threads > 1 ? threads - 1 : 0), sizeof *members);
    if (!t || !members) {
        memory_free(t);
        memory_free(members);
        return NULL;
    }
    t->threads = HAS_THREADS && threads > 1 ? threads : 1;
    t->members = members;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    pthread_cond_init(&t->empty, NULL);
    return t;
}

void team_free(team *t) {
    if (!t) return;
    atomic_store(&t->over, true);
    wake_all(t);
    for (int i = 0; i < t->member_count; i++) pthread_join(t->members[i].id, NULL);
    pthread_cond_destroy(&t->empty);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    memory_free(t->members);
    memory_free(t);
}

#if defined(_OPENMP)

static void run_together(team *t, void (*body)(void *argument, team *t), void *argument) {
    sigset_t all, before;
    t->started = true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all,
                    &before); /* OpenMP's threads outlive the region: they leave signals alone, too */
#pragma omp parallel num_threads(t->threads)
    {
        int thread = omp_get_thread_num();
        if (thread == 0) {
            pthread_sigmask(SIG_SETMASK, &before, NULL);
            body(argument, t);
            atomic_store(&t->over, true);
            wake_all(t);
        } else {
            help(t, thread);
        }
    }
}

/* A thread of the trial lives until all are there. */
static void *wait_for_all(void *lock) {
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

int team_startable(int threads) {
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *others = threads > 1 ? memory_allocate((size_t)threads, sizeof *others) : NULL;
    int count = 0;
    if (!others) return 1;
    pthread_mutex_lock(&lock);
    while (count < threads - 1 && pthread_create(&others[count], NULL, wait_for_all, &lock) == 0) count++;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < count; i++) pthread_join(others[i], NULL);
    memory_free(others);
    return count + 1;
}

int team_core_count(void) {
    return omp_get_num_procs();
}

#else

int team_startable(int threads) {
    return threads;
}

static void run_together(team *t, void (*body)(void *argument, team *t), void *argument) {
    body(argument, t);
}

int team_core_count(void) {
    return 1;
}

#endif

void team_run(int threads, void (*body)(void *argument, team *t), void *argument) {
    const int most = HAS_THREADS ? team_startable(threads) : 1;
    team alone = {.threads = 1}, *t = most > 1 ? team_create(most) : NULL;
    if (t)
        run_together(t, body, argument);
    else
        body(argument, &alone);
    team_free(t);
}
