/* What the user asks of detections. */
#ifndef DETECT_RULES_H
#define DETECT_RULES_H

#include "yolo.h"

typedef struct detect_rules {
    float threshold;               /* scores must be above it */
    const float *class_thresholds; /* [class_count] in its place; may be NULL */
    int class_count;
    yolo_nms nms;    /* not YOLO_NMS_AUTO */
    float iou, beta; /* of NMS; beta is for YOLO_NMS_DIOU */
    bool agnostic;   /* NMS across classes */
    bool no_clip;
    size_t max_detections; /* 0: all */
} detect_rules;

/* The threshold of a class. */
static inline float detect_threshold(const detect_rules *rules, int class_id) {
    bool own = rules->class_thresholds && class_id >= 0 && class_id < rules->class_count;
    return own ? rules->class_thresholds[class_id] : rules->threshold;
}

#endif
