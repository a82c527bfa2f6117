/* From a picture to a network's input: Darknet's bilinear resize, with or without keeping the aspect. */
#ifndef IMAGE_LETTERBOX_H
#define IMAGE_LETTERBOX_H

#include "base/team.h"
#include "image/image.h"
#include "kernels/kernels.h"

/* Where a picture lies in a network's input; the rest is grey 0.5. Cropped, it lies beyond the input on two sides. */
typedef struct letterbox {
    int network_width, network_height;
    int offset_x, offset_y; /* of the picture's left top corner; negative where it is cropped */
    int width, height;      /* of the picture, resized */
} letterbox;

/* The whole input; or, to letterbox, the largest part of the picture's aspect; or, to crop, the smallest area of that
 * aspect that covers the input: in Darknet's integer arithmetic. The picture's size is the one that boxes will be
 * reported in; all sides are at least 1. `how` is not YOLO_RESIZE_AUTO. */
letterbox letterbox_fit(int image_width, int image_height, int network_width, int network_height, yolo_resize how);

/* Bytes of scratch that letterbox_resize needs for a network of that width. */
size_t letterbox_scratch_bytes(int network_width, int threads);

/* Fills `output` [network_height][network_width][pixel_stride], of which the first `channels` (1 or 3) floats of each
 * pixel are written, 0..1. `scratch` is aligned as memory_allocate does it. Grey is repeated for three channels, RGB
 * becomes grey as stb makes it for one. The same floats for any team. */
void letterbox_resize(const letterbox *box, const yolo_image *image, const kernels *k, team *t, void *scratch,
                      float *output, size_t pixel_stride, int channels);

#endif
