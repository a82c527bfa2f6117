/* Every layer type, one a file. */
#ifndef LAYERS_TYPES_H
#define LAYERS_TYPES_H

#include "network/layer.h"

extern const layer_type layer_activation;
extern const layer_type layer_avgpool;
extern const layer_type layer_batchnorm;
extern const layer_type layer_blank;
extern const layer_type layer_connected;
extern const layer_type layer_contrastive;
extern const layer_type layer_conv_lstm;
extern const layer_type layer_convolutional;
extern const layer_type layer_cost;
extern const layer_type layer_crnn;
extern const layer_type layer_crop;
extern const layer_type layer_detection;
extern const layer_type layer_dropout;
extern const layer_type layer_gaussian_yolo;
extern const layer_type layer_gru;
extern const layer_type layer_history;
extern const layer_type layer_implicit;
extern const layer_type layer_l2norm;
extern const layer_type layer_local;
extern const layer_type layer_local_avgpool;
extern const layer_type layer_lstm;
extern const layer_type layer_maxpool;
extern const layer_type layer_normalization;
extern const layer_type layer_region;
extern const layer_type layer_reorg;
extern const layer_type layer_reorg3d;
extern const layer_type layer_rnn;
extern const layer_type layer_route;
extern const layer_type layer_sam;
extern const layer_type layer_scale_channels;
extern const layer_type layer_shortcut;
extern const layer_type layer_silence;
extern const layer_type layer_softmax;
extern const layer_type layer_upsample;
extern const layer_type layer_yolo;

#endif
