#include "cli/pipeline.h"

#include "cli/class_filter.h"
#include "cli/cores.h"
#include "cli/inputs.h"
#include "cli/job.h"
#include "cli/message.h"
#include "cli/pool.h"
#include "cli/progress.h"
#include "cli/resume.h"
#include "cli/sandbox.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/stop.h"
#include "cli/summary.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A run over all inputs. What reports touch is theirs alone while the pool is open. */
struct pipeline {
    struct run run;
    struct memory_gate gate;
    struct sinks *sinks;
    struct stop *stop;
    struct resume *resume; /* NULL: from the beginning */
    struct progress *progress;
    struct summary summary;
    bool sinks_failed;
    enum exit_code code;
};

/* Whether the run can go on. */
static bool report(void *argument, const struct job *job) {
    struct pipeline *p = argument;
    const struct result *result = &job->result;
    progress_hide(p->progress);
    if (result->error) complain("%s", result->error);
    summary_add(&p->summary, result);
    p->sinks_failed = !sinks_report(p->sinks, result);
    const bool failed = result->error || job->lacks_file;
    if (failed) p->code = EXIT_SOME_FAILED;
    progress_show(p->progress, p->summary.pictures + p->summary.before, p->summary.before, p->summary.failures);
    return !p->sinks_failed && !(p->run.session->settings->fail_fast && failed);
}

/* Fills the slots of the pool until something ends the run. */
static void feed(struct pipeline *p, struct pool *pool, struct inputs *inputs) {
    struct job *job;
    struct input input;
    while (!stop_signal(p->stop) && (job = pool_next(pool)) && inputs_next(inputs, &input)) {
        if (resume_takes(p->resume, input.path)) continue;
        inputs_name(inputs, &input);
        job_begin(job, p->run.session, &input);
        pool_add(pool, inputs_peek(inputs) != INPUTS_READY);
    }
}

static void reserve_names(void *inputs, const char *path) {
    inputs_reserve(inputs, path);
}

static void work(struct pipeline *p, const struct inputs_options *options) {
    const struct settings *settings = p->run.session->settings;
    struct worker alone = {.run = &p->run, .context = p->run.session->context};
    struct inputs *inputs = inputs_open(options);
    if (p->resume && !options->unnamed) resume_each(p->resume, reserve_names, inputs);
    const size_t threads = settings->threads ? (size_t)settings->threads : cores_count();
    struct pool *pool = pool_open(&p->run, &alone, threads, report, p);
    feed(p, pool, inputs);
    pool_close(pool);
    file_bytes_free(&alone.file);
    p->summary.skipped = inputs_skipped(inputs);
    if (p->summary.skipped && settings->verbose) {
        progress_hide(p->progress);
        complain("skipped %zu file%s that %s no picture%s", p->summary.skipped, p->summary.skipped == 1 ? "" : "s",
                 p->summary.skipped == 1 ? "is" : "are", p->summary.skipped == 1 ? "" : "s");
    }
    inputs_close(inputs);
}

static void tell_signal(struct pipeline *p) {
    const int signal = stop_signal(p->stop);
    if (!signal) return;
    p->code = signal == SIGINT ? EXIT_INTERRUPTED : EXIT_TERMINATED;
    complain("%s after %zu picture%s; what is written is valid", signal == SIGINT ? "interrupted" : "terminated",
             p->summary.pictures, p->summary.pictures == 1 ? "" : "s");
}

/* With the sinks open. */
static void run_all(struct pipeline *p) {
    const struct settings *settings = p->run.session->settings;
    p->run.sinks = p->sinks;
    p->run.keeps_pixels = sinks_any(p->sinks, SINK_RENDERS);
    if (settings->draft && !sinks_any(p->sinks, SINK_WHOLE)) {
        p->run.image_options.fit_width = p->run.session->context_info.width;
        p->run.image_options.fit_height = p->run.session->context_info.height;
        p->run.image_options.fit_aspect = session_resize(p->run.session) == YOLO_RESIZE_LETTERBOX;
    }
    const struct inputs_options options = {
        .arguments = settings->operands,
        .count = settings->operand_count,
        .recursive = settings->recursive,
        .zero_separated = settings->zero_separated,
        .unnamed = !sinks_any(p->sinks, SINK_NAMES),
        .left_out = {p->run.session->evaluation ? NULL : settings->output, settings->crops},
        .stop_file = stop_file(p->stop)};
    p->progress = settings->quiet ? NULL : progress_open(&options);
    work(p, &options);
    progress_close(p->progress);
}

/* With the sinks open. No other thread runs yet, and none of the pictures was read. */
static void run_inside(struct pipeline *p) {
    const struct session *session = p->run.session;
    if (!sandbox_enter(session, sink_annotated.wanted(session) ? session->settings->output : NULL)) {
        p->sinks_failed = true;
        return;
    }
    stop_watch(p->stop);
    summary_open(&p->summary, session);
    p->summary.before = resume_count(p->resume);
    run_all(p);
}

/* Everything between the choice of classes and the end. */
static void run(struct pipeline *p) {
    const struct session *session = p->run.session;
    if (session->settings->resume) p->code = resume_open(session->settings->jsonl, &p->resume);
    if (p->code != EXIT_DONE) return;
    if (resume_has_failures(p->resume)) p->code = EXIT_SOME_FAILED;
    p->stop = stop_open();
    p->sinks = sinks_open(session);
    if (p->sinks) {
        run_inside(p);
        if (!sinks_close(p->sinks)) p->sinks_failed = true;
        if (!p->sinks_failed) summary_print(&p->summary);
        summary_close(&p->summary);
    }
    if (!p->sinks) resume_put_back(p->resume);
    if (!p->sinks || p->sinks_failed) p->code = EXIT_SOME_FAILED;
    tell_signal(p);
    stop_close(p->stop);
    resume_close(p->resume);
}

enum exit_code pipeline_run(struct session *session) {
    struct pipeline p = {.run = {.session = session,
                                 .image_options = session_image_options(session->settings),
                                 .detect_options = session_detect_options(session),
                                 .tile_options = session_tile_options(session->settings)}};
    p.code = class_filter_thresholds(session, &p.run.class_thresholds);
    if (p.code != EXIT_DONE) return p.code;
    p.run.detect_options.class_thresholds = p.run.class_thresholds;
    if (p.run.class_thresholds) p.run.detect_options.threshold = 0;
    memory_gate_open(&p.gate);
    p.run.gate = &p.gate;
    run(&p);
    memory_gate_close(&p.gate);
    free(p.run.class_thresholds);
    return p.code;
}
