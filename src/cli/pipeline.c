#include "cli/pipeline.h"

#include "cli/class_filter.h"
#include "cli/clock.h"
#include "cli/inputs.h"
#include "cli/message.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

/* What is constant for all pictures of a run. */
struct run {
    const struct session *session;
    yolo_image_options image_options;
    yolo_detect_options detect_options;
    float *class_thresholds; /* [class_count], NULL: the same for all */
    const struct sinks *sinks;
};

/* One picture on its way; a slot that the next one reuses. What its stages write belongs to it alone. */
struct job {
    char *path, *name, *error;
    yolo_image image;
    struct result result;
    yolo_score *scores; /* [class_count] of a classifier, else NULL */
    bool render_failed;
};

static void job_fail(struct job *job, const char *sentence) {
    free(job->error);
    job->error = text_copy_of(sentence);
    job->result.error = job->error;
    job->result.detections.count = 0;
    job->result.score_count = 0;
}

static void job_begin(struct job *job, const struct input *input) {
    const yolo_detections kept = job->result.detections; /* its memory serves the next picture */
    free(job->path);
    free(job->name);
    free(job->error);
    job->path = text_copy_of(input->path);
    job->name = text_copy_of(input->name);
    job->error = NULL;
    job->render_failed = false;
    job->result = (struct result){.path = job->path, .name = job->name, .detections = kept};
    job->result.detections.count = 0;
    if (input->error) job_fail(job, input->error);
}

static void job_free(struct job *job) {
    free(job->path);
    free(job->name);
    free(job->error);
    free(job->scores);
    yolo_image_free(&job->image);
    yolo_detections_free(&job->result.detections);
}

static void load(const struct run *run, struct job *job) {
    yolo_error error;
    if (job->result.error) return;
    const double begin = clock_ms();
    if (yolo_image_load(job->path, &run->image_options, &job->image, &error)) {
        job_fail(job, error.message);
        return;
    }
    job->result.read_ms = clock_ms() - begin;
    job->result.width = job->image.width;
    job->result.height = job->image.height;
    job->result.channels = job->image.channels;
    job->result.format = job->image.format;
}

/* The best classes, of those that are wanted. */
static yolo_status classify(const struct run *run, yolo_context *context, struct job *job, yolo_error *error) {
    const size_t class_count = (size_t)run->session->info.class_count;
    const size_t top = run->session->settings->top < class_count ? run->session->settings->top : class_count;
    size_t found = 0;
    const yolo_status status =
        yolo_get_scores(context, run->class_thresholds ? class_count : top, job->scores, &found, error);
    size_t kept = 0;
    for (size_t i = 0; i < found && kept < top && !status; i++)
        if (!run->class_thresholds || run->class_thresholds[job->scores[i].class_id] < CLASS_HIDDEN)
            job->scores[kept++] = job->scores[i];
    job->result.scores = job->scores;
    job->result.score_count = kept;
    return status;
}

static yolo_status find(const struct run *run, yolo_context *context, struct job *job, yolo_error *error) {
    if (run->session->info.task == YOLO_TASK_DETECT)
        return yolo_detect(context, &job->image, &run->detect_options, &job->result.detections, error);
    yolo_status status = yolo_set_input(context, &job->image, run->detect_options.resize, error);
    if (!status) status = yolo_run(context, error);
    return status ? status : classify(run, context, job, error);
}

static void infer(const struct run *run, yolo_context *context, struct job *job) {
    yolo_error error;
    if (job->result.error) return;
    const double begin = clock_ms();
    if (find(run, context, job, &error))
        job_fail(job, error.message);
    else
        job->result.detect_ms = clock_ms() - begin;
}

/* The last to see the pixels. */
static void render(const struct run *run, struct job *job) {
    if (!job->result.error) job->render_failed = !sinks_render(run->sinks, &job->result, &job->image);
    yolo_image_free(&job->image);
}

/* Whether the run can go on. */
static bool report(const struct run *run, const struct job *job, enum exit_code *code) {
    if (job->result.error) complain("%s", job->result.error);
    if (job->result.error || job->render_failed) *code = EXIT_SOME_FAILED;
    if (sinks_report(run->sinks, &job->result)) return true;
    *code = EXIT_SOME_FAILED;
    return false;
}

static enum exit_code run_all(const struct run *run, yolo_context *context, struct inputs *inputs) {
    enum exit_code code = EXIT_DONE;
    struct job job = {0};
    struct input input;
    if (run->session->info.task == YOLO_TASK_CLASSIFY)
        job.scores = allocate((size_t)run->session->info.class_count, sizeof *job.scores);
    bool going = true;
    while (going && inputs_next(inputs, &input)) {
        job_begin(&job, &input);
        load(run, &job);
        infer(run, context, &job);
        render(run, &job);
        going = report(run, &job, &code);
    }
    job_free(&job);
    return code;
}

enum exit_code pipeline_run(struct session *session) {
    const struct settings *settings = session->settings;
    struct run run = {.session = session,
                      .image_options = session_image_options(settings),
                      .detect_options = session_detect_options(session)};
    enum exit_code code = class_filter_thresholds(session, &run.class_thresholds);
    if (code != EXIT_DONE) return code;
    run.detect_options.class_thresholds = run.class_thresholds;
    if (run.class_thresholds) run.detect_options.threshold = 0;
    struct sinks *sinks = sinks_open(session);
    run.sinks = sinks;
    if (sinks) {
        struct inputs *inputs = inputs_open(settings->operands, settings->operand_count);
        code = run_all(&run, session->context, inputs);
        if (inputs_skipped(inputs) && settings->verbose)
            complain("skipped %zu files that are no pictures", inputs_skipped(inputs));
        inputs_close(inputs);
    }
    if (!sinks || !sinks_close(sinks)) code = EXIT_SOME_FAILED;
    free(run.class_thresholds);
    return code;
}
