/* What a network needs is summed up before anything of that size is allocated, and refused by the layer's name. */
#include "base/memory.h"
#include "base/system.h"
#include "network/budget.h"
#include "test.h"
#include "yolo.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT "[net]\nwidth=8\nheight=8\nchannels=3\n"
#define CONV(filters, size) "[convolutional]\nfilters=" #filters "\nsize=" #size "\npad=1\n"

static yolo_error error;

static yolo_status load_with(const char *cfg, const char *weights, uint64_t limit, const yolo_context_options *context,
                             yolo_model **model) {
    yolo_model_options options = yolo_model_options_default();
    options.max_memory = limit;
    options.context = context;
    *model = NULL;
    return yolo_model_load(test_temp_file("a.cfg", cfg, strlen(cfg)), weights, &options, model, &error);
}

static void expect_refused(const char *cfg, uint64_t limit, const yolo_context_options *context, const char *part) {
    yolo_model *model;
    CHECK_INT(load_with(cfg, "/no/such/weights", limit, context, &model), YOLO_NO_MEMORY); /* it did not get so far */
    CHECK_CONTAINS(error.message, part);
    yolo_model_free(&model);
}

static void weights_that_are_too_many_name_their_layer(void) {
    expect_refused(INPUT CONV(64, 1) CONV(65536, 1) CONV(65536, 1) CONV(8, 1), 100 << 20, NULL,
                   "a.cfg:13: [convolutional] with layer 2 (8 x 8 x 65536) the network needs 3");
    CHECK_CONTAINS(error.message, "GB for weights, but max-memory is 104.86 MB");
    CHECK_INT(error.line, 13);
    expect_refused(INPUT CONV(1048576, 100) CONV(1048576, 1), 0, NULL, "a.cfg:5: [convolutional] with layer 0");
    expect_refused(INPUT "[connected]\noutput=1048576\n[connected]\noutput=1048576\n", 1 << 30, NULL,
                   "a.cfg:7: [connected] with layer 1");
    expect_refused(INPUT "[lstm]\noutput=1048576\n", 1 << 30, NULL, "a.cfg:5: [lstm] with layer 0");
    expect_refused(INPUT "[gru]\noutput=1048576\n", 1 << 30, NULL, "a.cfg:5: [gru] with layer 0");
    expect_refused(INPUT "[rnn]\nhidden=65536\noutput=65536\n", 1 << 30, NULL, "a.cfg:5: [rnn] with layer 0");
    expect_refused(INPUT "[crnn]\nhidden=65536\noutput=65536\nsize=3\npad=1\n", 1 << 30, NULL, "a.cfg:5: [crnn]");
    expect_refused(INPUT "[conv_lstm]\noutput=65536\nsize=3\npad=1\n", 1 << 30, NULL, "a.cfg:5: [conv_lstm]");
    expect_refused(INPUT "[local]\nfilters=65536\nsize=8\npad=4\nstride=64\n" CONV(65536, 8), 1 << 30, NULL, "a.cfg:");
    expect_refused(INPUT "[implicit]\nfilters=1048576\natoms=65536\n", 1 << 30, NULL, "a.cfg:5: [implicit]");
}

static void outputs_that_are_too_large_name_their_layer(void) {
    const yolo_context_options usual = {.threads = 1}, large = {.width = 8192, .height = 8192, .threads = 1};
    static const char cfg[] = INPUT CONV(4, 1) CONV(64, 1) CONV(4, 1);
    expect_refused(cfg, (uint64_t)4 << 30, &large,
                   "a.cfg:9: [convolutional] with layer 1 (8192 x 8192 x 64) the network needs");
    CHECK_CONTAINS(error.message, "GB for outputs of layers, but max-memory is 4.29 GB");
    yolo_model *model;
    CHECK_INT(load_with(cfg, NULL, (uint64_t)4 << 30, &usual, &model), YOLO_OK);
    yolo_context *context = NULL;
    CHECK_INT(yolo_context_create(model, &large, &context, &error), YOLO_NO_MEMORY);
    CHECK_CONTAINS(error.message, "a.cfg:9: [convolutional] with layer 1");
    CHECK(context == NULL);
    yolo_model_free(&model);
    const yolo_context_options bad = {.width = -1};
    CHECK_INT(load_with(cfg, NULL, 0, &bad, &model), YOLO_BAD_ARGUMENT);
}

/* What cannot even be counted is refused, too, whatever the limit. */
static void sizes_never_overflow(void) {
    const yolo_context_options largest = {.width = 65536, .height = 65536, .threads = 1024};
    static const char *const cfgs[] = {
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[convolutional]\nfilters=1048576\nsize=1000\npad=1\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[convolutional]\nfilters=32\nsize=999\npad=1\nxnor=1\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[convolutional]\nfilters=8\nsize=999\ndilation=1000\n"
        "padding=1000\nxnor=1\nstride=1000\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1024\n[convolutional]\nfilters=1048576\nsize=3\npadding=1000\n"
        "dilation=1000\nantialiasing=1\nstride=1000\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[connected]\noutput=1048576\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[local]\nfilters=65536\nsize=64\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[history]\nhistory_size=1024\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[upsample]\nstride=64\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[maxpool]\nsize=3\nstride=1\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[conv_lstm]\noutput=65536\nsize=63\npad=1\npeephole=1\n",
        "[net]\nwidth=65536\nheight=65536\nchannels=1048576\n[crnn]\noutput=1048576\nhidden=1048576\nsize=999\npad=1\n",
    };
    for (size_t i = 0; i < sizeof cfgs / sizeof *cfgs; i++) {
        yolo_model *model;
        test_note("%s", cfgs[i]);
        yolo_status status = load_with(cfgs[i], "/no/such/weights", UINT64_MAX, &largest, &model);
        if (!CHECK(status == YOLO_BAD_MODEL || status == YOLO_BAD_FILE)) printf("  %s\n", error.message);
        CHECK(load_with(cfgs[i], "/no/such/weights", 0, &largest, &model) != YOLO_BAD_FILE);
        CHECK_CONTAINS(error.message, "a.cfg:");
    }
}

static void the_limit_is_exact(void) {
    static const char cfg[] =
        INPUT CONV(8, 1) CONV(18, 3) "[yolo]\nmask=0,1,2\nclasses=1\nnum=3\nanchors=1,1,2,2,3,3\n";
    const yolo_context_options one = {.threads = 1, .width = 64, .height = 64};
    yolo_model *model;
    yolo_context *context = NULL;
    yolo_model_info info;
    yolo_context_info context_info;
    CHECK_INT(load_with(cfg, NULL, 0, &one, &model), YOLO_OK);
    CHECK_INT(yolo_model_get_info(model, &info), YOLO_OK);
    CHECK(info.max_memory == system_memory() / 2);
    CHECK_INT(yolo_context_create(model, &one, &context, &error), YOLO_OK);
    CHECK_INT(yolo_context_get_info(context, &context_info), YOLO_OK);
    const uint64_t needed = info.weight_bytes + context_info.arena_bytes;
    yolo_context_free(&context);
    yolo_model_free(&model);
    CHECK_INT(load_with(cfg, NULL, needed, &one, &model), YOLO_OK);
    CHECK_INT(yolo_context_create(model, &one, &context, &error), YOLO_NO_MEMORY); /* the resize needs some, too */
    yolo_model_free(&model);
    CHECK_INT(load_with(cfg, NULL, needed - 1, &one, &model), YOLO_NO_MEMORY);
    CHECK_INT(load_with(cfg, NULL, UINT64_MAX, &one, &model), YOLO_OK);
    CHECK_INT(yolo_context_create(model, &one, &context, &error), YOLO_OK);
    yolo_context_free(&context);
    yolo_model_free(&model);
}

/* The sum before loading is what loading then takes. */
static void real_networks_need_what_was_counted(void) {
    static const char *const cfgs[] = {"cfg/yolov3-tiny.cfg", "cfg/yolov4-tiny.cfg", "cfg/yolov2-tiny.cfg"};
    for (size_t i = 0; i < sizeof cfgs / sizeof *cfgs; i++) {
        const char *path = test_shared_path(cfgs[i]);
        const yolo_context_options context = {.threads = 1};
        yolo_model *model = NULL;
        if (!path) return;
        test_note("%s", cfgs[i]);
        yolo_model_options options = yolo_model_options_default();
        CHECK_INT(yolo_model_load(path, NULL, &options, &model, &error), YOLO_OK);
        yolo_model_info info;
        CHECK_INT(yolo_model_get_info(model, &info), YOLO_OK);
        yolo_model_free(&model);
        options.context = &context;
        options.max_memory = info.weight_bytes - 1;
        CHECK_INT(yolo_model_load(path, NULL, &options, &model, &error), YOLO_NO_MEMORY);
        CHECK_CONTAINS(error.message, "for weights, but max-memory is");
        options.max_memory = info.weight_bytes + (60 << 20); /* raw weights of a layer, and the arena */
        CHECK_INT(yolo_model_load(path, NULL, &options, &model, &error), YOLO_OK);
        yolo_model_free(&model);
    }
}

static void control_groups_have_limits(void) {
    char root[512], path[600];
    snprintf(root, sizeof root, "%s", test_temp_path("group"));
    snprintf(path, sizeof path, "%s/a", root);
    mkdir(root, 0700);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/a/b", root);
    mkdir(path, 0700);
    CHECK(system_group_memory(root, "/a/b", "memory.max") == UINT64_MAX);
    test_temp_file("group/a/b/memory.max", "max\n", 4);
    CHECK(system_group_memory(root, "/a/b", "memory.max") == UINT64_MAX);
    test_temp_file("group/a/memory.max", "1073741824\n", 11);
    CHECK(system_group_memory(root, "/a/b", "memory.max") == 1073741824);
    test_temp_file("group/a/b/memory.max", "5000\n", 5);
    CHECK(system_group_memory(root, "/a/b", "memory.max") == 5000);
    CHECK(system_group_memory(root, "/a", "memory.max") == 1073741824);
    CHECK(system_group_memory(root, "/", "memory.max") == UINT64_MAX);
    CHECK(system_memory() > 64 << 20);
}

static void sums_saturate(void) {
    CHECK(size_product(3, 5) == 15 && size_product(SIZE_MAX, 2) == SIZE_MAX);
    CHECK(size_sum(3, 5) == 8 && size_sum(SIZE_MAX, 1) == SIZE_MAX);
}

int main(void) {
    static const test_case cases[] = {
        TEST(weights_that_are_too_many_name_their_layer),
        TEST(outputs_that_are_too_large_name_their_layer),
        TEST(sizes_never_overflow),
        TEST(the_limit_is_exact),
        TEST(real_networks_need_what_was_counted),
        TEST(control_groups_have_limits),
        TEST(sums_saturate),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
