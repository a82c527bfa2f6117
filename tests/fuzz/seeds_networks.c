/* Small networks with every layer type and most of what their options change, and weights for those of fuzz_weights.c. */
#include "network/layer.h"
#include "seeds.h"

#include <stdio.h>
#include <string.h>

#define NET "[net]\nwidth=32\nheight=32\nchannels=3\n"
#define SMALL "[net]\nwidth=9\nheight=7\nchannels=3\n"
#define CONV(filters) "[convolutional]\nfilters=" #filters "\nsize=1\nstride=1\npad=1\nactivation=linear\n"
#define WIDE(options) "[convolutional]\nbatch_normalize=1\nfilters=8\nsize=3\npad=1\n" options
#define DEEP "[convolutional]\nbatch_normalize=1\nfilters=16\nsize=3\npad=1\nactivation=leaky\n"

static const struct {
    const char *name, *text;
} networks[] = {
    {"yolo", NET WIDE("stride=2\nactivation=leaky\n")
                 CONV(18) "[yolo]\nmask=0,1,2\nanchors=10,14, 23,27, 37,58, 81,82\n"
                          "classes=1\nnum=4\njitter=.3\nscale_x_y=1.05\nbeta_nms=0.6\nnms_kind=greedynms\n"},
    {"yolo-new", NET CONV(14) "[yolo]\nmask=0,1\nanchors=4,4,9,9\nclasses=2\nnum=2\nnew_coords=1\nscale_x_y=2.0\n"
                              "nms_kind=diounms\n"},
    {"gaussian", NET CONV(20) "[Gaussian_yolo]\nmask=0,1\nanchors=4,4,9,9\nclasses=1\nnum=2\nyolo_point=right_bottom\n"
                              "nms_kind=cornersnms\nscale_x_y=1.1\n"},
    {"gaussian-left", NET CONV(10) "[Gaussian_yolo]\nmask=0\nanchors=4,4\nclasses=1\nnum=1\nyolo_point=left_top\n"},
    {"region", SMALL CONV(14) "[region]\nclasses=2\nnum=2\nanchors=1,1,2,2\ncoords=4\nsoftmax=1\n"},
    {"region-plain", SMALL CONV(6) "[region]\nclasses=1\nnum=1\nanchors=1,1\nclassfix=-1\n"},
    {"region-tree", SMALL CONV(7) "[region]\nclasses=2\nnum=1\nanchors=1,1\ntree=a.cfg\n"},
    {"detection", SMALL "[avgpool]\n[connected]\noutput=28\nactivation=linear\n[detection]\nclasses=2\ncoords=4\n"
                        "side=2\nnum=1\nsqrt=1\nsoftmax=1\n"},
    {"detection-two", SMALL "[connected]\noutput=11\nactivation=logistic\n[dropout]\n[detection]\nclasses=1\ncoords=4\n"
                            "side=1\nnum=2\nsqrt=0\n"},
    {"classifier", NET WIDE("stride=2\nactivation=relu\n") "[maxpool]\nsize=2\nstride=2\n[avgpool]\n[softmax]\n"
                                                           "temperature=2\n[cost]\n"},
    {"softmax-groups", SMALL CONV(8) "[softmax]\ngroups=4\n"},
    {"softmax-spatial", SMALL CONV(8) "[softmax]\nspatial=1\n"},
    {"residual", NET WIDE("activation=mish\n") WIDE(
                     "activation=swish\n") "[shortcut]\nfrom=-2\nactivation=linear\n"
                                           "[shortcut]\nfrom=-1,-2,-3\nactivation=leaky\nweights_type=per_feature\n"
                                           "weights_normalization=relu\n"},
    {"residual-weights",
     NET WIDE("activation=logistic\n")
         WIDE("activation=tanh\n") "[shortcut]\nfrom=-2\nactivation=relu\nweights_type=per_channel\n"
                                   "weights_normalization=softmax\n[shortcut]\nfrom=0\nweights_type=per_channel\n"
                                   "activation=linear\n"},
    {"residual-shapes", NET WIDE("stride=2\nactivation=elu\n")
                            CONV(4) "[shortcut]\nfrom=0\nactivation=linear\n"
                                    "[convolutional]\nfilters=12\nsize=1\nactivation=gelu\n[shortcut]\nfrom=0\n"
                                    "activation=selu\n"},
    {"route", NET CONV(8) CONV(4) "[route]\nlayers=-1,-2\n[route]\nlayers=-1\ngroups=2\ngroup_id=1\n[route]\n"
                                  "layers=0,1,2,3\n"},
    {"route-twice", NET CONV(8) "[route]\nlayers=-1,-1\n[dropout]\n[route]\nlayers=0,1\n" CONV(3)},
    {"pyramid",
     NET WIDE("activation=leaky\n") "[maxpool]\nsize=2\nstride=2\n" DEEP "[upsample]\nstride=2\nscale=0.5\n"
                                    "[route]\nlayers=-1,0\n" CONV(
                                        6) "[yolo]\nmask=0\nanchors=4,4\nclasses=1\nnum=1\n[route]\n"
                                           "layers=2\n" CONV(6) "[yolo]\nmask=0\nanchors=9,9\nclasses=1\nnum=1\n"},
    {"spp", SMALL CONV(8) "[maxpool]\nsize=5\nstride=1\n[route]\nlayers=-2\n[maxpool]\nsize=9\nstride=1\n[route]\n"
                          "layers=-1,-3,0\n[maxpool]\nsize=3\nstride=3\npadding=1\n"},
    {"maxpool", NET CONV(8) "[maxpool]\nmaxpool_depth=1\nout_channels=4\n[maxpool]\nstride_x=2\nstride_y=1\nsize=3\n"
                            "[local_avgpool]\nsize=3\nstride=2\n"},
    {"antialiasing", NET CONV(8) "[maxpool]\nsize=2\nstride=2\nantialiasing=1\n[convolutional]\nfilters=4\nsize=3\n"
                                 "stride=2\npad=1\nantialiasing=2\nbatch_normalize=1\nactivation=leaky\n"},
    {"depthwise", NET "[convolutional]\nfilters=16\nsize=1\nactivation=relu6\n[convolutional]\nfilters=16\ngroups=16\n"
                      "size=3\npad=1\nstride=1\nbatch_normalize=1\nactivation=hard_mish\n[convolutional]\nfilters=16\n"
                      "groups=16\nsize=5\nstride=2\npad=1\nactivation=relie\n[convolutional]\nfilters=8\ngroups=4\n"
                      "size=3\npad=1\nactivation=ramp\n"},
    {"dilated", NET "[convolutional]\nfilters=4\nsize=3\ndilation=2\npad=1\nactivation=loggy\n[convolutional]\n"
                    "filters=4\nsize=3\npadding=0\nactivation=plse\n[convolutional]\nfilters=4\nsize=7\nstride_x=2\n"
                    "stride_y=1\npad=1\nactivation=hardtan\n"},
    {"shared", NET DEEP DEEP "[convolutional]\nshare_index=1\nbatch_normalize=1\nfilters=16\nsize=3\npad=1\n"
                             "activation=lhtan\n"},
    {"xnor", NET CONV(8) "[convolutional]\nxnor=1\nbatch_normalize=1\nfilters=8\nsize=3\npad=1\nbin_output=1\n"
                         "activation=leaky\n[convolutional]\nxnor=1\nfilters=8\nsize=1\nactivation=stair\n"},
    {"flipped", SMALL "[convolutional]\nflipped=1\nfilters=4\nsize=3\npad=1\nactivation=linear\ncbn=1\n"},
    {"normalized", SMALL CONV(8) "[convolutional]\nfilters=8\nsize=1\nactivation=normalize_channels\n[convolutional]\n"
                                 "filters=8\nsize=1\nactivation=normalize_channels_softmax\n[shortcut]\nfrom=-2\n"
                                 "activation=normalize_channels_softmax_maxval\n"},
    {"winograd", "[net]\nwidth=40\nheight=24\nchannels=1\nletter_box=1\n" DEEP DEEP
                 "[convolutional]\nfilters=32\nsize=3\nstride=1\npad=1\nactivation=mish\n"},
    {"squeeze",
     NET CONV(8) "[avgpool]\n[convolutional]\nfilters=4\nsize=1\nactivation=swish\n[convolutional]\n"
                 "filters=8\nsize=1\nactivation=logistic\n[scale_channels]\nfrom=0\n[scale_channels]\nfrom=-4\n"
                 "scale_wh=1\nactivation=leaky\n"},
    {"squeeze-wide", NET CONV(1) "[route]\nlayers=-1\n[scale_channels]\nfrom=-2\nscale_wh=1\n[sam]\nfrom=-1\n"
                                 "activation=relu\n"},
    {"sam", NET CONV(8) CONV(8) "[sam]\nfrom=-2\nactivation=linear\n[l2norm]\n[batchnorm]\n[activation]\n"
                                "activation=leaky\n"},
    {"lrn", SMALL CONV(8) "[normalization]\nsize=5\nalpha=0.0001\nbeta=0.75\nkappa=2\n[lrn]\n"},
    {"reorg", NET "[reorg]\nstride=2\n[reorg]\nstride=2\nreverse=1\n[reorg3d]\nstride=2\n[reorg3d]\nstride=2\n"
                  "reverse=1\n[reorg]\nstride=4\n"},
    {"reorg-flat", NET "[reorg]\nstride=2\nflatten=1\n"},
    {"reorg-odd", SMALL "[reorg]\nstride=2\n"},
    {"reorg-deep", NET CONV(8) "[reorg]\nreverse=1\nstride=2\n[upsample]\nstride=-2\n[upsample]\nstride=3\n"
                               "[upsample]\nstride=2\nscale=0.5\n"},
    {"antialiasing-xnor", NET "[convolutional]\nantialiasing=1\nstride=2\nxnor=1\nsize=3\npad=1\n"},
    {"antialiasing-depth", NET "[maxpool]\nantialiasing=1\nmaxpool_depth=1\n"},
    {"antialiasing-small", SMALL "[avgpool]\n[maxpool]\nsize=1\nstride=2\nantialiasing=1\n"},
    {"groups-odd", NET "[convolutional]\nfilters=4\ngroups=3\n"},
    {"size-large", SMALL "[convolutional]\nsize=11\n"},
    {"maxpool-odd", NET "[maxpool]\nmaxpool_depth=1\nout_channels=2\n"},
    {"share-other", NET CONV(8) "[convolutional]\nfilters=8\nsize=1\nshare_index=0\n"},
    {"share-xnor", NET "[convolutional]\nxnor=1\nfilters=3\n[convolutional]\nfilters=3\nshare_index=0\n"},
    {"scale-two", NET CONV(8) "[scale_channels]\nfrom=0,-1\n"},
    {"yolo-no-mask", NET CONV(12) "[yolo]\nanchors=4,4,9,9\nclasses=1\nnum=2\n"},
    {"yolo-mask", NET CONV(12) "[yolo]\nmask=0,3\nanchors=4,4,9,9\nclasses=1\nnum=2\n"},
    {"net-empty", "[net]\n[convolutional]\n"},
    {"crop",
     NET "[crop]\ncrop_width=20\ncrop_height=20\nflip=0\nangle=0\nsaturation=1\nexposure=1\nnoadjust=0\n" CONV(2)},
    {"local", SMALL "[local]\nfilters=2\nsize=3\nstride=2\npad=1\nactivation=leaky\n[connected]\noutput=5\n"
                    "batch_normalize=1\nactivation=relu\n[silence]\n[blank]\n"},
    {"recurrent", SMALL "[avgpool]\n[rnn]\noutput=4\nhidden=3\nlogistic=1\nbatch_normalize=1\nactivation=tanh\n[gru]\n"
                        "output=3\nbatch_normalize=1\n[lstm]\noutput=2\nbatch_normalize=1\n[gru]\noutput=2\n[lstm]\n"
                        "output=2\n"},
    {"recurrent-maps", SMALL "[crnn]\noutput=2\nhidden=3\nsize=3\npad=1\nbatch_normalize=1\nactivation=leaky\n"
                             "[conv_lstm]\noutput=2\nsize=3\npad=1\nbatch_normalize=1\npeephole=1\nactivation=leaky\n"
                             "[conv_lstm]\noutput=2\nsize=1\ngroups=1\n[history]\n[contrastive]\nclasses=2\n"},
    {"implicit", SMALL CONV(4) "[avgpool]\n[implicit]\nfilters=4\natoms=1\n[shortcut]\nfrom=-2\n"
                               "activation=linear\n"},
    {"vector", "[net]\ninputs=30\nbatch=1\n[connected]\noutput=4\nactivation=logistic\n[softmax]\n"},
    {"dont-load", SMALL "[convolutional]\nfilters=2\ndontload=1\n[convolutional]\nbatch_normalize=1\nfilters=2\n"
                        "dontloadscales=1\n[connected]\noutput=2\ndontload=1\n"},
    {"odd-text", "\xEF\xBB\xBF# a comment\r\n; another\r\n[network]\r\n width = 8 \r\nheight\t=8\r\nchannels=1\r\n\r\n"
                 "[conv]\r\nfilters = 2 # two\r\n[max]\nsize=2\nstride=2\n[avg]\n[conn]\noutput=2\n[soft]\n"},
    {"no-section", "filters=3\n"},
    {"no-equals", NET "[convolutional]\nfilters\n"},
    {"bad-section", NET "[convolutional\n"},
    {"unknown-option", NET "[convolutional]\nfilter=3\n"},
    {"unknown-type", NET "[transformer]\n"},
    {"bad-number", NET "[convolutional]\nfilters=x\n"},
    {"bad-range", NET "[convolutional]\nfilters=0\n"},
    {"bad-list", NET CONV(6) "[yolo]\nmask=0,\nanchors=1,x\n"},
    {"bad-choice", NET CONV(6) "[yolo]\nmask=0\nanchors=1,1\nclasses=1\nnms_kind=best\n"},
    {"bad-layer", NET "[route]\nlayers=9\n"},
    {"bad-activation", NET "[activation]\nactivation=none\n"},
    {"refused", NET "[convolutional]\nbinary=1\n"},
    {"too-large",
     "[net]\nwidth=65536\nheight=65536\nchannels=1000\n[convolutional]\nfilters=1048576\nsize=99\n[conv]\n"},
    {"late",
     SMALL WIDE("activation=leaky\n") CONV(5) CONV(90) "[yolo]\nmask=0,1\nanchors=4,4,9,9\nclasses=40\nnum=2\n"},
    {"late-region", SMALL CONV(8) CONV(66) "[region]\nclasses=28\nnum=2\nanchors=1,1,2,2\nsoftmax=1\n"},
};

/* As they are, then with other choices of how they run (see cfg_choices) where there are different ways. */
static void save_networks(void) {
    static seed s;
    static const uint64_t choices[] = {0x260102000180, 0x3f8c5a21030f, 0x1b2d40060a85};
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        char line[32];
        seed_start(&s);
        snprintf(line, sizeof line, "#%llx\n",
                 (unsigned long long)(choices[i % 3] + ((uint64_t)i << 9) + ((uint64_t)i << 18)));
        if (i % 4 && strstr(networks[i].name, "odd") == NULL) seed_text(&s, line);
        seed_text(&s, networks[i].text);
        seed_save(&s, "cfg", "%s", networks[i].name);
    }
}

/* The table of each layer type with each option at its lower end. */
static void save_types(void) {
    static seed s;
    const layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++) {
        char text[64];
        seed_start(&s);
        seed_text(&s, SMALL CONV(6));
        snprintf(text, sizeof text, "[%s]\n", type->name);
        seed_text(&s, text);
        for (const option_spec *spec = type->options; spec && spec->key; spec++) {
            if (spec->kind == OPTION_IGNORED || spec->kind == OPTION_REFUSED || spec->kind == OPTION_TEXT) continue;
            const char *value = spec->kind == OPTION_ACTIVATION ? "leaky" : spec->kind == OPTION_LAYERS ? "-1" : NULL;
            char number[32];
            snprintf(number, sizeof number, "%.6g", spec->low);
            if (spec->kind == OPTION_CHOICE) value = spec->choices[0];
            if (spec->kind == OPTION_LAYER) value = "0";
            snprintf(text, sizeof text, "%s=%s\n", spec->key, value ? value : number);
            seed_text(&s, text);
        }
        seed_save(&s, "cfg", "type-%s", type->name);
    }
}

static void save_weights(void) {
    static seed s;
    static const int counts[] = {24, 84, 84, 66, 60, 1000, 160, 300, 240};
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++)
        for (unsigned old = 0; old < 2; old++) {
            seed_start(&s);
            seed_byte(&s, i);
            seed_little_32(&s, old ? 0 : i == 4 ? 2000 : 0);
            seed_little_32(&s, old ? 1 : 2);
            seed_little_32(&s, 5);
            seed_little_32(&s, 100);
            if (!old) seed_little_32(&s, 0);
            for (int k = 0; k < counts[i]; k++) {
                float value = fuzz_float(&s.random);
                seed_bytes(&s, &value, sizeof value);
            }
            seed_save(&s, "weights", "network%u-%s", i, old ? "old" : "new");
        }
}

static void save_words(void) {
    const layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++) {
        char word[80];
        snprintf(word, sizeof word, "[%s]", type->name);
        seed_word("cfg", word);
        for (const option_spec *spec = type->options; spec && spec->key; spec++) {
            snprintf(word, sizeof word, "%s=", spec->key);
            if (spec->kind != OPTION_IGNORED) seed_word("cfg", word);
        }
    }
    for (int i = 0; i < ACTIVATION_COUNT; i++) seed_word("cfg", activation_name((activation)i));
}

void seeds_networks(void) {
    save_networks();
    save_types();
    save_weights();
    save_words();
}
