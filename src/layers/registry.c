/* The layer types by name: a new type is one row here and one in types.h. */
#include "layers/types.h"

#include <string.h>

static const layer_type *const types[] = {
    &layer_activation,  &layer_avgpool,   &layer_batchnorm,     &layer_blank,    &layer_connected,
    &layer_contrastive, &layer_conv_lstm, &layer_convolutional, &layer_cost,     &layer_crnn,
    &layer_crop,        &layer_detection, &layer_dropout,       &layer_gru,      &layer_gaussian_yolo,
    &layer_history,     &layer_implicit,  &layer_l2norm,        &layer_local,    &layer_local_avgpool,
    &layer_lstm,        &layer_maxpool,   &layer_normalization, &layer_region,   &layer_reorg,
    &layer_reorg3d,     &layer_rnn,       &layer_route,         &layer_sam,      &layer_scale_channels,
    &layer_shortcut,    &layer_silence,   &layer_softmax,       &layer_upsample, &layer_yolo,
};

const layer_type *layer_type_find(const char *section) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const layer_type *type = types[i];
        if (strcmp(section, type->name) == 0 || (type->alias && strcmp(section, type->alias) == 0)) return type;
    }
    return NULL;
}

const layer_type *layer_type_at(size_t index) {
    return index < sizeof types / sizeof *types ? types[index] : NULL;
}
