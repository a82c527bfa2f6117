#include "layers/head.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

const char *const head_nms_names[] = {"default", "greedynms", "diounms", "cornersnms", NULL};

yolo_nms head_nms(int choice) {
    static const yolo_nms kinds[] = {YOLO_NMS_DEFAULT, YOLO_NMS_GREEDY, YOLO_NMS_DIOU, YOLO_NMS_CORNERS};
    return kinds[choice];
}

static yolo_status fill_mask(layer *l, head_anchors *anchors, yolo_error *error) {
    anchors->mask.items = memory_allocate((size_t)anchors->num, sizeof *anchors->mask.items);
    if (!anchors->mask.items) return layer_fail_memory(l, error);
    anchors->mask.count = (size_t)anchors->num;
    for (int i = 0; i < anchors->num; i++) anchors->mask.items[i] = i;
    return YOLO_OK;
}

yolo_status head_check_mask(layer *l, head_anchors *anchors, yolo_error *error) {
    if (anchors->mask.count == 0) return fill_mask(l, anchors, error);
    int listed = (int)(anchors->sizes.count / 2);
    int known = listed > anchors->num ? listed : anchors->num;
    for (size_t i = 0; i < anchors->mask.count; i++)
        if (anchors->mask.items[i] >= known)
            return layer_fail(l, "mask", error, "mask names anchor %d, but there are only %d (0..%d)",
                              anchors->mask.items[i], known, known - 1);
    return YOLO_OK;
}

float head_anchor(const float_list *sizes, int anchor, int axis) {
    size_t i = 2 * (size_t)anchor + (size_t)axis;
    return i < sizes->count ? sizes->items[i] : 0.5f;
}

yolo_status head_check_channels(const layer *l, shape input, size_t boxes, size_t entries, yolo_error *error) {
    if ((size_t)input.channels == boxes * entries) return YOLO_OK;
    return layer_fail(l, NULL, error,
                      "reads %d channels, but %zu anchors of %zu numbers (box, objectness, classes) need %zu: filters= "
                      "of the layer before and classes=, num= or mask= here do not fit",
                      input.channels, boxes, entries, boxes * entries);
}

void head_copy_pixels(const run_args *args, size_t begin, size_t end) {
    const tensor *input = &args->inputs[0], *output = &args->output;
    if (input->data == output->data) return;
    for (size_t p = begin; p < end; p++)
        memcpy(output->data + p * output->stride, input->data + p * input->stride,
               (size_t)input->channels * sizeof(float));
}

void head_run_gates(const run_args *args, activation kind) {
    const tensor *output = &args->output;
    head_copy_pixels(args, 0, tensor_pixels(output));
    args->kernels->activate(kind, tensor_pixels(output), (size_t)output->channels, output->data, output->stride);
}

static bool is_finite(const candidate *box) {
    return isfinite(box->x) && isfinite(box->y) && isfinite(box->width) && isfinite(box->height);
}

void head_add_box(candidates *found, const candidate *box, const head_scores *scores) {
    if (!is_finite(box)) return;
    candidate row = *box;
    row.box = found->box_count++;
    for (int c = 0; c < scores->class_count; c++) {
        float product = scores->objectness * scores->classes[c];
        row.score = (float)(product * scores->certainty);
        row.class_id = c;
        if (row.score > scores->score_min && isfinite(row.score)) candidates_add(found, &row);
    }
}
