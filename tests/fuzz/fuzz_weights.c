/* Weights against several small networks: the first byte chooses which, the rest is the file. */
#include "fuzz.h"
#include "yolo.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY = 32 << 20 };

#define NET "[net]\nwidth=8\nheight=8\nchannels=3\n"
#define CONV(filters, rest) "[convolutional]\nfilters=" #filters "\nsize=1\nactivation=linear\n" rest
#define YOLO "[yolo]\nmask=0\nanchors=4,4\nclasses=1\nnum=1\n"

static const char *const cfgs[] = {
    NET CONV(6, "") YOLO,
    NET "[convolutional]\nbatch_normalize=1\nfilters=2\nsize=3\npad=1\nactivation=leaky\n" CONV(6, "") YOLO,
    NET "[convolutional]\nbatch_normalize=1\nfilters=6\ngroups=3\nsize=3\nstride=2\npad=1\nactivation=mish\n"
        "[region]\nclasses=1\nnum=1\nanchors=1,1\nsoftmax=1\n",
    NET CONV(9, "") "[Gaussian_yolo]\nmask=0\nanchors=4,4\nclasses=0\nnum=1\n" CONV(
        10, "") "[Gaussian_yolo]\nmask=0\nanchors=4,4\nclasses=1\nnum=1\n",
    NET "[avgpool]\n[connected]\noutput=4\nbatch_normalize=1\nactivation=relu\n[softmax]\n",
    NET "[local]\nfilters=1\nsize=3\nstride=2\npad=1\nactivation=leaky\n[connected]\noutput=7\n"
        "[detection]\nclasses=2\ncoords=4\nside=1\nnum=1\n",
    NET "[batchnorm]\n[implicit]\nfilters=3\n[shortcut]\nfrom=-2\nactivation=linear\nweights_type=per_channel\n"
        "[avgpool]\n[gru]\noutput=2\n[lstm]\noutput=2\n[rnn]\noutput=2\nhidden=2\n",
    NET "[crnn]\noutput=2\nhidden=2\nsize=1\n[conv_lstm]\noutput=2\nsize=1\npad=0\n[softmax]\n",
    NET "[convolutional]\nxnor=1\nbatch_normalize=1\nfilters=8\nsize=3\npad=1\nactivation=leaky\n[avgpool]\n",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (!count) return 0;
    const char *text = cfgs[bytes[0] % (sizeof cfgs / sizeof *cfgs)];
    char *cfg = fuzz_file("a.cfg", text, strlen(text)), *weights = fuzz_file("a.weights", bytes + 1, count - 1);
    yolo_model *model = NULL;
    yolo_context *context = NULL;
    yolo_image image = {0};
    yolo_error error = {0};
    fuzz_limit_memory(MEMORY);
    yolo_status status = yolo_model_load(cfg, weights, NULL, &model, &error);
    fuzz_require(status ? *error.message && !model : model != NULL);
    if (!status && !yolo_context_create(model, NULL, &context, &error) && !yolo_image_create(9, 7, 3, &image, &error) &&
        !yolo_set_input(context, &image, YOLO_RESIZE_AUTO, &error))
        fuzz_require(yolo_run(context, &error) == YOLO_OK);
    yolo_image_free(&image);
    yolo_context_free(&context);
    yolo_model_free(&model);
    free(weights);
    free(cfg);
    return 0;
}
