#include "cli/job.h"

#include "cli/class_filter.h"
#include "cli/clock.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/sink.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(struct job *job, const char *sentence) {
    free(job->error);
    job->error = text_copy_of(sentence);
    job->result.error = job->error;
    job->result.detections.count = 0;
    job->result.score_count = 0;
}

void job_begin(struct job *job, const struct session *session, const struct input *input) {
    const yolo_detections kept = job->result.detections; /* its memory serves the next picture */
    free(job->path);
    free(job->name);
    free(job->stem);
    free(job->error);
    job->path = text_copy_of(input->path);
    job->name = input->name ? text_copy_of(input->name) : NULL;
    job->stem = input->stem ? text_copy_of(input->stem) : NULL;
    job->error = NULL;
    job->lacks_file = false;
    memset(job->stage_ms, 0, sizeof job->stage_ms);
    if (session->info.task == YOLO_TASK_CLASSIFY && !job->scores)
        job->scores = allocate((size_t)session->info.class_count, sizeof *job->scores);
    job->result = (struct result){.path = job->path,
                                  .name = job->name,
                                  .stem = job->stem,
                                  .detections = kept,
                                  .stage_ms = job->stage_ms,
                                  .lacks_file = &job->lacks_file};
    job->result.detections.count = 0;
    if (input->error) fail(job, input->error);
}

void job_free(struct job *job) {
    free(job->path);
    free(job->name);
    free(job->stem);
    free(job->error);
    free(job->scores);
    place_free(&job->placing);
    yolo_image_free(&job->image);
    yolo_detections_free(&job->result.detections);
}

/* Adds the time since *begin to a stage, and begins anew. */
static void count_time(struct job *job, enum stage stage, double *begin) {
    const double now = clock_ms();
    if (now > *begin) job->stage_ms[stage] += now - *begin; /* a clock that was set back tells nothing */
    *begin = now;
}

static void load(const struct run *run, struct job *job, struct worker *worker) {
    struct file_bytes *file = &worker->file;
    yolo_image_options options = run->image_options;
    yolo_error error;
    if (job->result.error) return;
    worker->hold.gate = run->gate;
    options.before_memory = memory_hold_take;
    options.memory_argument = &worker->hold;
    double begin = clock_ms();
    char *problem = file_bytes_read(file, job->path);
    count_time(job, STAGE_READ, &begin);
    if (problem)
        fail(job, problem);
    else if (yolo_image_decode(file->bytes, file->count, job->path, &options, &job->image, &error))
        fail(job, error.message);
    count_time(job, STAGE_DECODE, &begin);
    file_bytes_trim(file);
    free(problem);
    const yolo_image *image = &job->image;
    job->result.read_ms = job->stage_ms[STAGE_READ] + job->stage_ms[STAGE_DECODE];
    job->result.width = image->full_width ? image->full_width : image->width;
    job->result.height = image->full_height ? image->full_height : image->height;
    job->result.channels = image->channels;
    job->result.format = image->format;
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

/* Where tiles are asked for: how many of what size. */
static yolo_status plan_tiles(const struct run *run, yolo_context *context, struct job *job, yolo_error *error) {
    if (!run->session->settings->tile.is_wanted) return YOLO_OK;
    const yolo_status status =
        yolo_plan_tiles(context, job->image.width, job->image.height, &run->tile_options, &job->result.tiling, error);
    if (!status) return YOLO_OK;
    char *sentence = text_format("%s: %s", job->path, error->message);
    snprintf(error->message, sizeof error->message, "%s", sentence);
    free(sentence);
    return status;
}

/* A picture that is cut is read until its last tile has run. */
static yolo_status find_in_tiles(const struct run *run, yolo_context *context, struct job *job, yolo_error *error) {
    const yolo_status status = yolo_detect_tiled(context, &job->image, &run->detect_options, &run->tile_options,
                                                 &job->result.detections, error);
    if (!run->keeps_pixels) yolo_image_free(&job->image);
    return status;
}

static yolo_status find(const struct run *run, yolo_context *context, struct job *job, yolo_error *error) {
    yolo_status status = plan_tiles(run, context, job, error);
    if (status) return status;
    if (job->result.tiling.columns * job->result.tiling.rows > 1) return find_in_tiles(run, context, job, error);
    status = yolo_set_input(context, &job->image, run->detect_options.resize, error);
    if (!run->keeps_pixels) yolo_image_free(&job->image);
    if (!status) status = yolo_run(context, error);
    if (status) return status;
    if (run->session->info.task == YOLO_TASK_DETECT)
        return yolo_get_detections(context, &run->detect_options, &job->result.detections, error);
    return classify(run, context, job, error);
}

static void infer(const struct run *run, yolo_context *context, struct job *job) {
    yolo_error error;
    if (job->result.error) return;
    double begin = clock_ms();
    if (find(run, context, job, &error) || !place_find(&job->placing, run->session, &job->result, &error))
        fail(job, error.message);
    count_time(job, STAGE_INFER, &begin);
    job->result.detect_ms = job->stage_ms[STAGE_INFER];
}

/* The last to see the pixels. Those that draw say what that took; the rest is writing. */
static void render(const struct run *run, struct job *job) {
    double begin = clock_ms();
    if (!job->result.error && !sinks_render(run->sinks, &job->result, &job->image)) job->lacks_file = true;
    count_time(job, STAGE_WRITE, &begin);
    const double drawing = job->stage_ms[STAGE_DRAW], both = job->stage_ms[STAGE_WRITE];
    job->stage_ms[STAGE_WRITE] = both > drawing ? both - drawing : 0;
    yolo_image_free(&job->image);
}

void job_work(struct job *job, struct worker *worker) {
    load(worker->run, job, worker);
    infer(worker->run, worker->context, job);
    render(worker->run, job);
    memory_hold_release(&worker->hold);
}
