#include "network/tensor.h"

#include <string.h>

void tensor_copy(const tensor *input, const tensor *output) {
    if (input->data == output->data) return;
    size_t pixels = tensor_pixels(input), bytes = (size_t)input->channels * sizeof(float);
    for (size_t p = 0; p < pixels; p++)
        memcpy(output->data + p * output->stride, input->data + p * input->stride, bytes);
}

void tensor_to_planar(const tensor *input, float *planar) {
    size_t pixels = tensor_pixels(input), channels = (size_t)input->channels;
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < channels; c++) planar[c * pixels + p] = input->data[p * input->stride + c];
}

void tensor_from_planar(const float *planar, const tensor *output) {
    size_t pixels = tensor_pixels(output), channels = (size_t)output->channels;
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < channels; c++) output->data[p * output->stride + c] = planar[c * pixels + p];
}

void tensor_to_cells(const tensor *input, float *cells) {
    tensor packed = *input;
    packed.data = cells;
    packed.stride = (size_t)input->channels;
    tensor_copy(input, &packed);
}
