/* Layers without effect at inference: their output is their input. */
#include "layers/types.h"

/* [dropout] */
static const option_spec dropout_options[] = {
    {.key = "probability", .kind = OPTION_IGNORED},
    {.key = "dropblock", .kind = OPTION_IGNORED},
    {.key = "dropblock_size_rel", .kind = OPTION_IGNORED},
    {.key = "dropblock_size_abs", .kind = OPTION_IGNORED},
    {0},
};

const layer_type layer_dropout = {.name = "dropout", .options = dropout_options, .shape = layer_identity};

/* [cost]: where training measures the error. */
static const option_spec cost_options[] = {
    {.key = "type", .kind = OPTION_IGNORED},   {.key = "scale", .kind = OPTION_IGNORED},
    {.key = "ratio", .kind = OPTION_IGNORED},  {.key = "noobject_scale", .kind = OPTION_IGNORED},
    {.key = "thresh", .kind = OPTION_IGNORED}, {0},
};

const layer_type layer_cost = {.name = "cost", .options = cost_options, .shape = layer_identity};

/* [contrastive]: trains the embeddings of the layer before it. */
static const option_spec contrastive_options[] = {
    {.key = "classes", .kind = OPTION_IGNORED},
    {.key = "yolo_layer", .kind = OPTION_IGNORED},
    {.key = "temperature", .kind = OPTION_IGNORED},
    {.key = "cls_normalizer", .kind = OPTION_IGNORED},
    {.key = "max_delta", .kind = OPTION_IGNORED},
    {.key = "contrastive_neg_max", .kind = OPTION_IGNORED},
    {0},
};

const layer_type layer_contrastive = {.name = "contrastive", .options = contrastive_options, .shape = layer_identity};

/* Place holders. */
const layer_type layer_silence = {.name = "silence", .alias = "empty", .shape = layer_identity};
const layer_type layer_blank = {.name = "blank", .shape = layer_identity};
