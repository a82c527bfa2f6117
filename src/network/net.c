#include "network/net.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { MAX_CHANNELS = 1 << 20 };

/* What Darknet reads here for training and display has no effect on what the layers compute. */
static const option_spec net_options[] = {
    {"width", OPTION_INT, offsetof(net_params, width), 0, 1, NET_MAX_SIDE, NULL},
    {"height", OPTION_INT, offsetof(net_params, height), 0, 1, NET_MAX_SIDE, NULL},
    {"channels", OPTION_INT, offsetof(net_params, channels), 0, 1, MAX_CHANNELS, NULL},
    {"inputs", OPTION_INT, offsetof(net_params, inputs), 0, 1, INT_MAX, NULL},
    {"letter_box", OPTION_FLAG, offsetof(net_params, letterbox), 0, 0, 0, NULL},
#define IGNORED(name)                                                                                                  \
    { name, OPTION_IGNORED, 0, 0, 0, 0, NULL }
    IGNORED("adam"),
    IGNORED("adversarial_lr"),
    IGNORED("angle"),
    IGNORED("aspect"),
    IGNORED("attention"),
    IGNORED("augment_speed"),
    IGNORED("B1"),
    IGNORED("B2"),
    IGNORED("badlabels_rejection_percentage"),
    IGNORED("batch"),
    IGNORED("blur"),
    IGNORED("burn_in"),
    IGNORED("center"),
    IGNORED("clip"),
    IGNORED("contrastive"),
    IGNORED("contrastive_color"),
    IGNORED("contrastive_jit_flip"),
    IGNORED("cutmix"),
    IGNORED("decay"),
    IGNORED("dynamic_minibatch"),
    IGNORED("ema_alpha"),
    IGNORED("eps"),
    IGNORED("equidistant_point"),
    IGNORED("exposure"),
    IGNORED("flip"),
    IGNORED("gamma"),
    IGNORED("gaussian_noise"),
    IGNORED("hue"),
    IGNORED("label_smooth_eps"),
    IGNORED("learning_rate"),
    IGNORED("learning_rate_min"),
    IGNORED("loss_scale"),
    IGNORED("max_batches"),
    IGNORED("max_chart_loss"),
    IGNORED("max_crop"),
    IGNORED("max_epochs"),
    IGNORED("max_ratio"),
    IGNORED("min_crop"),
    IGNORED("min_ratio"),
    IGNORED("mixup"),
    IGNORED("momentum"),
    IGNORED("mosaic"),
    IGNORED("mosaic_bound"),
    IGNORED("notruth"),
    IGNORED("num_sigmas_reject_badlabels"),
    IGNORED("optimized_memory"),
    IGNORED("policy"),
    IGNORED("power"),
    IGNORED("random"),
    IGNORED("resize_step"),
    IGNORED("saturation"),
    IGNORED("scale"),
    IGNORED("scales"),
    IGNORED("seq_scales"),
    IGNORED("sequential_subdivisions"),
    IGNORED("sgdr_cycle"),
    IGNORED("sgdr_mult"),
    IGNORED("show_receptive_field"),
    IGNORED("step"),
    IGNORED("steps"),
    IGNORED("subdivisions"),
    IGNORED("track"),
    IGNORED("try_fix_nan"),
    IGNORED("unsupervised"),
    IGNORED("use_cuda_graph"),
    IGNORED("weights_reject_freq"),
    IGNORED("workspace_size_limit_MB"),
    IGNORED("time_steps"), /* a single image is a sequence of one */
    {NULL, OPTION_IGNORED, 0, 0, 0, 0, NULL},
#undef IGNORED
};

/* A vector network may give `inputs` instead of a picture's sides. Beside those it can only repeat what they say. */
static yolo_status settle_inputs(const cfg_section *section, net_params *net, yolo_error *error) {
    if (net->width == 0 && net->height == 0 && net->channels == 0 && net->inputs > 0) {
        net->channels = net->inputs;
        net->width = net->height = 1;
    }
    if (net->width == 0 || net->height == 0 || net->channels == 0)
        return fail_at(error, YOLO_BAD_MODEL, section->file, section->line,
                       "[%s] needs width=, height= and channels=", section->name);
    if (net->inputs > 0 && (int64_t)net->inputs != (int64_t)net->width * net->height * net->channels)
        return fail_at(error, YOLO_BAD_MODEL, section->file, cfg_find(section, "inputs")->line,
                       "[%s] inputs=%d is not width x height x channels: %d x %d x %d", section->name, net->inputs,
                       net->width, net->height, net->channels);
    return YOLO_OK;
}

yolo_status net_read(const cfg_section *section, net_params *net, const cfg_warnings *warnings, yolo_error *error) {
    *net = (net_params){0};
    if (strcmp(section->name, "net") != 0 && strcmp(section->name, "network") != 0)
        return fail_at(error, YOLO_BAD_MODEL, section->file, section->line, "the first section must be [net], not [%s]",
                       section->name);
    option_target target = {net_options, net};
    yolo_status status = options_read(section, &target, 1, 0, warnings, error);
    return status ? status : settle_inputs(section, net, error);
}
