#include "network/cfg.h"
#include "network/options.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static cfg parsed;
static yolo_error error;

static yolo_status parse(const char *text) {
    return cfg_parse("a.cfg", text, strlen(text), &parsed, &error);
}

static void sections_keys_and_lines(void) {
    if (!CHECK_INT(parse("\xEF\xBB\xBF# comment\r\n[net]\r\nwidth = 4 16\r\n\r\n; more\n[conv]\nsize=3\nsize=5"),
                   YOLO_OK))
        return;
    CHECK_INT(parsed.section_count, 2);
    CHECK_STRING(parsed.sections[0].name, "net");
    CHECK_INT(parsed.sections[0].line, 2);
    CHECK_STRING(cfg_find(&parsed.sections[0], "width")->value, "416");
    CHECK_STRING(cfg_find(&parsed.sections[1], "size")->value, "3"); /* the first counts */
    CHECK_INT(cfg_find(&parsed.sections[1], "size")->line, 7);
    CHECK(cfg_find(&parsed.sections[1], "width") == NULL);
    cfg_free(&parsed);
}

static void broken_texts_are_refused(void) {
    static const char *const rows[][2] = {
        {"", "a.cfg: has no [section]"},
        {"# nothing\n\n", "a.cfg: has no [section]"},
        {"width=3\n[net]", "a.cfg:1: 'width=3' comes before the first [section]"},
        {"[net]\nwidth", "a.cfg:2: expected 'key=value' or '[section]', not 'width'"},
        {"[net]\n=3", "a.cfg:2: expected 'key=value' or '[section]', not '=3'"},
        {"[net\nwidth=3", "a.cfg:1: a section must look like [name], not '[net'"},
        {"[]", "a.cfg:1: a section must look like [name], not '[]'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_INT(parse(rows[i][0]), YOLO_BAD_MODEL);
        CHECK_STRING(error.message, rows[i][1]);
    }
    CHECK_INT(cfg_parse("a.cfg", "[net]\0x", 7, &parsed, &error), YOLO_BAD_MODEL);
    CHECK_STRING(error.message, "a.cfg: is not a text file");
}

typedef struct sample {
    int whole, flag, choice, from;
    float real;
    activation act;
    const char *text;
    int_list layers;
    float_list anchors;
} sample;

static const char *const kinds[] = {"none", "some", "all", NULL};

static const option_spec table[] = {
    {"whole", OPTION_INT, offsetof(sample, whole), 7, 1, 64, NULL},
    {"flag", OPTION_FLAG, offsetof(sample, flag), 0, 0, 0, NULL},
    {"choice", OPTION_CHOICE, offsetof(sample, choice), 0, 0, 0, kinds},
    {"from", OPTION_LAYER, offsetof(sample, from), -1, 0, 0, NULL},
    {"real", OPTION_FLOAT, offsetof(sample, real), .5, 0, 2, NULL},
    {"act", OPTION_ACTIVATION, offsetof(sample, act), ACTIVATION_LOGISTIC, 0, 0, NULL},
    {"text", OPTION_TEXT, offsetof(sample, text), 0, 0, 0, NULL},
    {"layers", OPTION_LAYERS, offsetof(sample, layers), 0, 0, 0, NULL},
    {"anchors", OPTION_FLOATS, offsetof(sample, anchors), 0, 0, 0, NULL},
    {"jitter", OPTION_IGNORED, 0, 0, 0, 0, NULL},
    {"strange", OPTION_REFUSED, 0, 0, 0, 0, NULL},
    {NULL, OPTION_IGNORED, 0, 0, 0, 0, NULL},
};

static const option_spec needing[] = {
    {"must", OPTION_INT, offsetof(sample, whole), NAN, 0, 0, NULL},
    {NULL, OPTION_IGNORED, 0, 0, 0, 0, NULL},
};

/* Reads the options of "[layer]\n" `text` as those of layer 10. */
static yolo_status read_as(const option_spec *specs, const char *text, const cfg_warnings *warnings, sample *into) {
    char all[512];
    snprintf(all, sizeof all, "[layer]\n%s", text);
    *into = (sample){0};
    if (!CHECK_INT(parse(all), YOLO_OK)) return YOLO_BAD_MODEL;
    option_target target = {specs, into};
    return options_read(&parsed.sections[0], &target, 1, 10, warnings, &error);
}

static void free_sample(sample *s) {
    option_target target = {table, s};
    options_free(&target);
    cfg_free(&parsed);
}

static void options_have_defaults(void) {
    sample s;
    CHECK_INT(read_as(table, "jitter=.3\nstrange=0", NULL, &s), YOLO_OK);
    CHECK(s.whole == 7 && s.flag == 0 && s.from == -1 && s.real == .5f && s.act == ACTIVATION_LOGISTIC && !s.text);
    CHECK(s.layers.count == 0 && s.anchors.count == 0);
    free_sample(&s);
}

static void options_are_read(void) {
    sample s;
    CHECK_INT(read_as(table,
                      "whole=64 # most\nwhole=3\nflag=2\nchoice=all\nfrom=-3\nreal=1e-1x\nact=mish\ntext=a/b.tree\n"
                      "layers = -1, 4, 9 ### P6\nanchors=1.5,2, 3,\n",
                      NULL, &s),
              YOLO_OK);
    CHECK(s.whole == 64 && s.flag == 1 && s.choice == 2 && s.from == 7 && s.real == .1f && s.act == ACTIVATION_MISH);
    CHECK_STRING(s.text, "a/b.tree");
    if (CHECK_INT(s.layers.count, 3)) CHECK(s.layers.items[0] == 9 && s.layers.items[1] == 4 && s.layers.items[2] == 9);
    if (CHECK_INT(s.anchors.count, 3)) CHECK(s.anchors.items[0] == 1.5f && s.anchors.items[2] == 3);
    free_sample(&s);
}

static void bad_values_name_their_line(void) {
    static const char *const rows[][2] = {
        {"\nwhole=0", "a.cfg:3: [layer] whole must be 1..64, not 0"},
        {"whole=x", "a.cfg:2: [layer] whole must be a whole number, not 'x'"},
        {"whole=99999999999", "a.cfg:2: [layer] whole must be a whole number, not '99999999999'"},
        {"real=nan", "a.cfg:2: [layer] real must be a number, not 'nan'"},
        {"real=2.5", "a.cfg:2: [layer] real must be 0..2, not 2.5"},
        {"choice=few", "a.cfg:2: [layer] choice must be none, some or all, not 'few'"},
        {"act=leakly", "a.cfg:2: [layer] act must be an activation such as leaky, relu, mish or linear, not 'leakly'"},
        {"from=10", "a.cfg:2: [layer] from names layer 10, but this is layer 10 and only earlier ones can be read"},
        {"from=-11", "a.cfg:2: [layer] from names layer -1, but this is layer 10 and only earlier ones can be read"},
        {"layers=", "a.cfg:2: [layer] layers must be a list of 1 to 4096 numbers, not ''"},
        {"layers=1,,2", "a.cfg:2: [layer] layers must be a layer's number, not '1,,2'"},
        {"strange=1", "a.cfg:2: [layer] strange=1 changes the network's results and is not supported"},
        {"wholes=1", "a.cfg:2: [layer] has no option 'wholes' (value '1')"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sample s;
        CHECK_INT(read_as(table, rows[i][0], NULL, &s), YOLO_BAD_MODEL);
        CHECK_STRING(error.message, rows[i][1]);
        free_sample(&s);
    }
    sample s;
    CHECK_INT(read_as(needing, "", NULL, &s), YOLO_BAD_MODEL);
    CHECK_STRING(error.message, "a.cfg:1: [layer] needs must=");
    cfg_free(&parsed);
}

static void collect(void *argument, const char *sentence) {
    snprintf(argument, 256, "%s", sentence);
}

static void lenient_warns_of_the_unknown(void) {
    char heard[256] = "";
    cfg_warnings warnings = {.lenient = true, .warn = collect, .argument = heard};
    sample s;
    CHECK_INT(read_as(table, "wholes=1\nwhole=2", &warnings, &s), YOLO_OK);
    CHECK_STRING(heard, "a.cfg:2: [layer] has no option 'wholes' (value '1'): ignored");
    CHECK_INT(s.whole, 2);
    free_sample(&s);
}

int main(void) {
    static const test_case cases[] = {
        TEST(sections_keys_and_lines), TEST(broken_texts_are_refused),   TEST(options_have_defaults),
        TEST(options_are_read),        TEST(bad_values_name_their_line), TEST(lenient_warns_of_the_unknown),
    };
    return test_run(cases, sizeof cases / sizeof *cases);
}
