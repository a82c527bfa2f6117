/* From candidates of all heads to detections in pixels of the image. */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include "base/error.h"
#include "detect/rules.h"
#include "image/letterbox.h"
#include "network/candidates.h"

/* Drops candidates that are not above their class's threshold, undoes the resize, suppresses and sorts: what is left is
 * relative to the image; *candidate_count is how many there were before suppression. YOLO_NO_MEMORY, also where `found`
 * had run out of it. */
yolo_status detect_select(candidates *found, const letterbox *fit, const detect_rules *rules, size_t *candidate_count,
                          yolo_error *error);

/* The same, clipped and measured in pixels. Uses up the contents of `found`, not its memory. On success `out` is
 * replaced and its old items freed; on failure it is untouched. */
yolo_status detect_finish(candidates *found, const letterbox *fit, int image_width, int image_height,
                          const detect_rules *rules, yolo_detections *out, yolo_error *error);

#endif
