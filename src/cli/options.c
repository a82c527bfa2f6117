#include "cli/options.h"

#include "cli/command.h"
#include "yolo.h"

#include <stddef.h>
#include <stdlib.h>

const struct choice resize_choices[] = {
    {"auto", YOLO_RESIZE_AUTO, false},
    {"stretch", YOLO_RESIZE_STRETCH, false},
    {"letterbox", YOLO_RESIZE_LETTERBOX, false},
    {"crop", YOLO_RESIZE_CROP, false},
    {NULL, 0, false},
};

/* Darknet's own spellings are taken, too. */
const struct choice nms_choices[] = {
    {"auto", YOLO_NMS_AUTO, false},
    {"none", YOLO_NMS_NONE, false},
    {"default", YOLO_NMS_DEFAULT, false},
    {"greedy", YOLO_NMS_GREEDY, false},
    {"diou", YOLO_NMS_DIOU, false},
    {"corners", YOLO_NMS_CORNERS, false},
    {"soft", YOLO_NMS_SOFT, false},
    {"greedynms", YOLO_NMS_GREEDY, true},
    {"diounms", YOLO_NMS_DIOU, true},
    {"cornersnms", YOLO_NMS_CORNERS, true},
    {NULL, 0, false},
};

const struct choice coco_id_choices[] = {
    {"order", COCO_IDS_BY_ORDER, false},
    {"name", COCO_IDS_BY_NAME, false},
    {NULL, 0, false},
};

const struct choice completion_choices[] = {
    {"bash", COMPLETION_BASH, false},
    {"zsh", COMPLETION_ZSH, false},
    {NULL, 0, false},
};

const struct choice tile_choices[] = {
    {"auto", 0, false},
    {NULL, 0, false},
};

enum {
    FOR_PICTURES = FOR_DETECT | FOR_CLASSIFY | FOR_TRACE | FOR_BENCH | FOR_EVAL, /* commands that read pictures */
    FOR_MODEL = FOR_PICTURES | FOR_INFO,                                         /* commands that load a model */
    FOR_BOXES = FOR_DETECT | FOR_TRACE | FOR_EVAL,
    FOR_LISTS = FOR_DETECT | FOR_CLASSIFY,
    FOR_FOLDERS = FOR_LISTS | FOR_EVAL, /* commands that go through any number of pictures */
    FOR_ALL = FOR_MODEL | FOR_KERNELS,
};

#define FIELD(name) offsetof(struct settings, name)

/* Columns: name, letter, kind, group, field, commands, rare, metavar, help, low, high, choices. The order of the rows
 * is the order of --help. The limits of counts keep sums and products of them inside an int or a double. */
const struct option option_table[] = {
    {"model", 0, OPTION_TEXT, GROUP_MODEL, FIELD(model), FOR_MODEL, 0, "NAME|DIR",
     "a network by its name, or the folder that holds it", 0, 0, NULL},
    {"cfg", 0, OPTION_TEXT, GROUP_MODEL, FIELD(cfg), FOR_MODEL, 0, "FILE", "the network", 0, 0, NULL},
    {"weights", 0, OPTION_TEXT, GROUP_MODEL, FIELD(weights), FOR_MODEL, 0, "FILE", "what it has learned", 0, 0, NULL},
    {"names", 0, OPTION_TEXT, GROUP_MODEL, FIELD(names), FOR_MODEL, FOR_DETECT, "FILE", "its classes, one name a line",
     0, 0, NULL},
    {"data", 0, OPTION_TEXT, GROUP_MODEL, FIELD(data), FOR_MODEL, FOR_MODEL, "FILE",
     "Darknet's .data file, which says where the names are", 0, 0, NULL},
    {"lenient", 0, OPTION_FLAG, GROUP_MODEL, FIELD(lenient), FOR_MODEL, FOR_MODEL, NULL,
     "warn of unknown options in the cfg instead of refusing", 0, 0, NULL},

    {"size", 0, OPTION_SIZE, GROUP_NETWORK, FIELD(size), FOR_MODEL, FOR_DETECT, "WxH|N",
     "the network's input in pixels (as the cfg says)", 1, 65536, NULL},
    {"resize", 0, OPTION_CHOICE, GROUP_NETWORK, FIELD(resize), FOR_PICTURES, FOR_DETECT, "HOW",
     "how photos fit it: auto, stretch, letterbox, crop", 0, 0, resize_choices},
    {"threads", 0, OPTION_COUNT, GROUP_NETWORK, FIELD(threads), FOR_MODEL, FOR_DETECT, "N",
     "threads that share the work (one for each core)", 1, 1024, NULL},
    {"kernels", 0, OPTION_TEXT, GROUP_NETWORK, FIELD(kernels), FOR_ALL, FOR_DETECT | FOR_EVAL, "NAME",
     "one of those listed by 'detect kernels' (the best)", 0, 0, NULL},
    {"algorithm", 0, OPTION_TEXT, GROUP_NETWORK, FIELD(algorithm), FOR_MODEL, FOR_MODEL, "NAME",
     "of convolutions, where it can be (as suits each)", 0, 0, NULL},
    {"low-memory", 0, OPTION_FLAG, GROUP_NETWORK, FIELD(low_memory), FOR_MODEL, FOR_MODEL, NULL,
     "nothing that trades memory for time", 0, 0, NULL},
    {"max-memory", 0, OPTION_BYTES, GROUP_NETWORK, FIELD(max_memory), FOR_MODEL, FOR_MODEL, "SIZE",
     "most for a network, such as 512M (half the machine's)", 1 << 20, 1e18, NULL},

    {"threshold", 0, OPTION_LEVEL, GROUP_FINDING, FIELD(threshold), FOR_BOXES | FOR_BENCH, FOR_BENCH, "T",
     "objects score above this (0.25); CLASS=T for one class", 0, 1, NULL},
    {"nms", 0, OPTION_CHOICE, GROUP_FINDING, FIELD(nms), FOR_BOXES, FOR_DETECT, "KIND",
     "auto, none, default, greedy, diou, corners or soft", 0, 0, nms_choices},
    {"nms-iou", 0, OPTION_NUMBER, GROUP_FINDING, FIELD(nms_iou), FOR_BOXES, FOR_DETECT, "T",
     "boxes that overlap more are one object (0.45)", 0, 1, NULL},
    {"agnostic", 0, OPTION_FLAG, GROUP_FINDING, FIELD(agnostic), FOR_BOXES, FOR_DETECT, NULL,
     "boxes of different classes may be one object, too", 0, 0, NULL},
    {"max", 0, OPTION_COUNT, GROUP_FINDING, FIELD(max), FOR_DETECT | FOR_TRACE, FOR_DETECT, "N",
     "only the best N of a picture; 0: all (0)", 0, 1e9, NULL},
    {"classes", 0, OPTION_TEXT, GROUP_FINDING, FIELD(classes), FOR_FOLDERS, 0, "LIST",
     "only these: names or numbers, with commas", 0, 0, NULL},
    {"skip-classes", 0, OPTION_TEXT, GROUP_FINDING, FIELD(skip_classes), FOR_FOLDERS, FOR_DETECT, "LIST",
     "all but these", 0, 0, NULL},
    {"no-clip", 0, OPTION_FLAG, GROUP_FINDING, FIELD(no_clip), FOR_DETECT, FOR_DETECT, NULL,
     "let boxes reach beyond the picture", 0, 0, NULL},
    {"top", 0, OPTION_COUNT, GROUP_FINDING, FIELD(top), FOR_LISTS, FOR_DETECT, "N",
     "classes that a classifier lists (5)", 1, 1e6, NULL},
    {"tile", 0, OPTION_TILE, GROUP_FINDING, FIELD(tile), FOR_DETECT | FOR_EVAL, 0, "auto|WxH|N",
     "cut large photos into tiles that overlap", 16, 65536, tile_choices},
    {"overlap", 0, OPTION_NUMBER, GROUP_FINDING, FIELD(overlap), FOR_DETECT | FOR_EVAL, FOR_DETECT, "F",
     "of tiles, in parts of them (0.2)", 0, 0.9, NULL},
    {"rows", 0, OPTION_FLAG, GROUP_FINDING, FIELD(rows), FOR_DETECT, 0, NULL,
     "the shelf row of each object, and counts for each row", 0, 0, NULL},
    {"row-classes", 0, OPTION_TEXT, GROUP_FINDING, FIELD(row_classes), FOR_DETECT, FOR_DETECT, "LIST",
     "what stands in rows (product and gap, or all)", 0, 0, NULL},
    {"zone", 0, OPTION_LIST, GROUP_FINDING, FIELD(zones), FOR_DETECT, FOR_DETECT, "NAME=X,Y,...",
     "count in a polygon, in parts of the picture or pixels", 0, 0, NULL},
    {"zones", 0, OPTION_TEXT, GROUP_FINDING, FIELD(zone_file), FOR_DETECT, FOR_DETECT, "FILE",
     "the same from a file, a zone a line", 0, 0, NULL},

    {"recursive", 'r', OPTION_FLAG, GROUP_PICTURES, FIELD(recursive), FOR_FOLDERS, 0, NULL, "folders in folders, too",
     0, 0, NULL},
    {"null", '0', OPTION_FLAG, GROUP_PICTURES, FIELD(zero_separated), FOR_FOLDERS, FOR_FOLDERS, NULL,
     "zero bytes separate the paths of lists (find -print0)", 0, 0, NULL},
    {"draft", 0, OPTION_FLAG, GROUP_PICTURES, FIELD(draft), FOR_FOLDERS, FOR_FOLDERS, NULL,
     "decode large JPEGs smaller where no picture is written", 0, 0, NULL},
    {"max-pixels", 0, OPTION_COUNT, GROUP_PICTURES, FIELD(max_pixels), FOR_PICTURES, FOR_PICTURES, "N",
     "refuse larger pictures (100000000)", 1, 1e12, NULL},
    {"no-orientation", 0, OPTION_FLAG, GROUP_PICTURES, FIELD(no_orientation), FOR_PICTURES, FOR_PICTURES, NULL,
     "do not turn photos upright as their EXIF data says", 0, 0, NULL},

    {"output", 'o', OPTION_TEXT, GROUP_OUTPUT, FIELD(output), FOR_DETECT, 0, "DIR",
     "where the annotated pictures go (detections)", 0, 0, NULL},
    {"no-image", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(no_image), FOR_DETECT, 0, NULL, "write no annotated pictures", 0,
     0, NULL},
    {"json", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(json), FOR_MODEL, 0, "FILE", "one JSON document; - is stdout", 0, 0,
     NULL},
    {"jsonl", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(jsonl), FOR_LISTS, 0, "FILE", "a JSON object a picture", 0, 0, NULL},
    {"csv", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(csv), FOR_LISTS, 0, "FILE", "a row an object", 0, 0, NULL},
    {"timing", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(timing), FOR_LISTS, FOR_LISTS, NULL,
     "milliseconds of each stage in --json and --jsonl", 0, 0, NULL},
    {"resume", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(resume), FOR_LISTS, FOR_LISTS, NULL,
     "continue the run that wrote the file of --jsonl", 0, 0, NULL},
    {"fail-fast", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(fail_fast), FOR_FOLDERS, FOR_FOLDERS, NULL,
     "stop at the first picture that fails", 0, 0, NULL},
    {"counts", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(counts), FOR_DETECT, 0, "FILE",
     "CSV: objects of each class, a row a picture", 0, 0, NULL},
    {"row-counts", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(row_counts), FOR_DETECT, FOR_DETECT, "FILE",
     "CSV: the same for each shelf row, a row each", 0, 0, NULL},
    {"zone-counts", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(zone_counts), FOR_DETECT, FOR_DETECT, "FILE",
     "CSV: the same for each zone, a row each", 0, 0, NULL},
    {"report", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(report), FOR_LISTS, 0, "FILE", "an HTML page to look through", 0, 0,
     NULL},
    {"report-size", 0, OPTION_COUNT, GROUP_OUTPUT, FIELD(report_size), FOR_LISTS, FOR_LISTS, "PIXELS",
     "the longer side of its thumbnails (320)", 16, 4096, NULL},
    {"yolo", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(yolo), FOR_DETECT, FOR_DETECT, "DIR",
     "YOLO labels, a text file a picture", 0, 0, NULL},
    {"yolo-scores", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(yolo_scores), FOR_DETECT, FOR_DETECT, NULL,
     "with the score as a sixth column", 0, 0, NULL},
    {"coco", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(coco), FOR_DETECT, FOR_DETECT, "FILE", "COCO results, for pycocotools",
     0, 0, NULL},
    {"coco-dataset", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(coco_dataset), FOR_DETECT, FOR_DETECT, "FILE",
     "COCO images, annotations and categories", 0, 0, NULL},
    {"coco-ids", 0, OPTION_CHOICE, GROUP_OUTPUT, FIELD(coco_ids), FOR_DETECT, FOR_DETECT, "HOW",
     "number pictures by order or by name (order)", 0, 0, coco_id_choices},
    {"voc", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(voc), FOR_DETECT, FOR_DETECT, "DIR",
     "Pascal VOC, an XML file a picture", 0, 0, NULL},
    {"labelme", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(labelme), FOR_DETECT, FOR_DETECT, "DIR",
     "labelme, a JSON file a picture", 0, 0, NULL},
    {"crops", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(crops), FOR_DETECT, FOR_DETECT, "DIR",
     "each object as a picture, in a folder for its class", 0, 0, NULL},
    {"crop-padding", 0, OPTION_NUMBER, GROUP_OUTPUT, FIELD(crop_padding), FOR_DETECT, FOR_DETECT, "F",
     "room around it in parts of the box (0)", 0, 10, NULL},
    {"font", 0, OPTION_TEXT, GROUP_OUTPUT, FIELD(font), FOR_DETECT, FOR_DETECT, "FILE",
     "trusted TrueType font of the labels (the built-in one)", 0, 0, NULL},
    {"line-width", 0, OPTION_NUMBER, GROUP_OUTPUT, FIELD(line_width), FOR_DETECT, FOR_DETECT, "PIXELS",
     "of the boxes (by the picture's size)", 0.5, 1000, NULL},
    {"font-scale", 0, OPTION_NUMBER, GROUP_OUTPUT, FIELD(font_scale), FOR_DETECT, FOR_DETECT, "F",
     "of the labels (1: by the picture's size)", 0.1, 100, NULL},
    {"no-labels", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(no_labels), FOR_DETECT, FOR_DETECT, NULL, "draw boxes only", 0, 0,
     NULL},
    {"no-scores", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(no_scores), FOR_DETECT, FOR_DETECT, NULL,
     "labels without the score", 0, 0, NULL},
    {"draw-counts", 0, OPTION_FLAG, GROUP_OUTPUT, FIELD(draw_counts), FOR_DETECT, FOR_DETECT, NULL,
     "write counts, rows and zones into the picture", 0, 0, NULL},
    {"color", 0, OPTION_COLOR, GROUP_OUTPUT, FIELD(colors), FOR_LISTS, FOR_LISTS, "CLASS=#rrggbb",
     "draw a class in this colour", 0, 0, NULL},
    {"hide", 0, OPTION_LIST, GROUP_OUTPUT, FIELD(hidden), FOR_LISTS, FOR_LISTS, "LIST",
     "report these classes, but do not draw them", 0, 0, NULL},

    {"labels", 0, OPTION_TEXT, GROUP_TRUTH, FIELD(labels), FOR_EVAL, 0, "DIR",
     "YOLO label files (labels/ for images/, or beside them)", 0, 0, NULL},
    {"coco", 0, OPTION_TEXT, GROUP_TRUTH, FIELD(true_coco), FOR_EVAL, 0, "FILE",
     "COCO's JSON with images, annotations and categories", 0, 0, NULL},
    {"label-names", 0, OPTION_TEXT, GROUP_TRUTH, FIELD(label_names), FOR_EVAL, 0, "FILE|LIST",
     "classes of the label files, from 0 on (the model's)", 0, 0, NULL},
    {"map", 0, OPTION_LIST, GROUP_TRUTH, FIELD(maps), FOR_EVAL, 0, "LABEL=CLASS",
     "what a class of the labels (*: each) is to the model", 0, 0, NULL},
    {"max-detections", 0, OPTION_COUNT, GROUP_TRUTH, FIELD(max_detections), FOR_EVAL, 0, "N",
     "of a class in a picture, for AP (all; COCO: 100)", 1, 1e9, NULL},
    {"curve", 0, OPTION_TEXT, GROUP_TRUTH, FIELD(curve), FOR_EVAL, 0, "FILE", "precision over recall, .png or .svg", 0,
     0, NULL},

    {"runs", 0, OPTION_COUNT, GROUP_GENERAL, FIELD(runs), FOR_BENCH, 0, "N",
     "time this many (as many as take three seconds)", 1, 1000000, NULL},
    {"layers", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(layers), FOR_BENCH, 0, NULL,
     "each layer's time, beside what this machine can do", 0, 0, NULL},
    {"tune", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(tune), FOR_BENCH, 0, NULL,
     "each layer by every algorithm, and the fastest", 0, 0, NULL},
    {"by-turns", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(by_turns), FOR_BENCH, FOR_BENCH, NULL,
     "time N for each line 'run N' on stdin, alternating with other programs", 0, 0, NULL},

    {"sandbox", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(sandbox), FOR_FOLDERS | FOR_TRACE, FOR_FOLDERS | FOR_TRACE, NULL,
     "may do no more than read pictures and write results", 0, 0, NULL},
    {"quiet", 'q', OPTION_FLAG, GROUP_GENERAL, FIELD(quiet), FOR_ALL, 0, NULL, "only errors, no text or warnings", 0, 0,
     NULL},
    {"verbose", 'v', OPTION_FLAG, GROUP_GENERAL, FIELD(verbose), FOR_ALL, 0, NULL,
     "say what is used and what is skipped", 0, 0, NULL},
    {"version", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(version), FOR_ALL, FOR_DETECT, NULL, "print the version", 0, 0,
     NULL},
    {"help", 'h', OPTION_FLAG, GROUP_GENERAL, FIELD(help), FOR_ALL, 0, NULL, "print this", 0, 0, NULL},
    {"help-all", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(help_all), FOR_ALL, FOR_ALL, NULL, "print all options", 0, 0,
     NULL},
    {"man", 0, OPTION_FLAG, GROUP_GENERAL, FIELD(manual), FOR_DETECT, FOR_DETECT, NULL, "print the manual page", 0, 0,
     NULL},
    {"completion", 0, OPTION_CHOICE, GROUP_GENERAL, FIELD(completion), FOR_DETECT, FOR_DETECT, "SHELL",
     "print what completes options in bash or zsh", 0, 0, completion_choices},
    {NULL, 0, OPTION_FLAG, GROUP_MODEL, 0, 0, 0, NULL, NULL, 0, 0, NULL},
};

const char *option_group_title(enum option_group group) {
    static const char *const titles[GROUP_COUNT] = {
        [GROUP_MODEL] = "Model",       [GROUP_NETWORK] = "Network", [GROUP_FINDING] = "What is found",
        [GROUP_PICTURES] = "Pictures", [GROUP_OUTPUT] = "Output",   [GROUP_TRUTH] = "Labels",
        [GROUP_GENERAL] = "General",
    };
    return titles[group];
}

const char *choice_name(const struct choice *choices, int value) {
    for (; choices->name; choices++)
        if (choices->value == value) return choices->name;
    return "";
}

struct settings settings_default(void) {
    const yolo_detect_options detect = yolo_detect_options_default();
    const yolo_image_options image = yolo_image_options_default();
    return (struct settings){
        .resize = YOLO_RESIZE_AUTO,
        .threshold = {.value = (double)detect.threshold},
        .nms = YOLO_NMS_AUTO,
        .nms_iou = (double)detect.nms_iou,
        .top = 5,
        .overlap = -1,
        .max_pixels = image.max_pixels,
        .output = "detections",
        .font_scale = 1,
        .report_size = 320,
    };
}

void settings_free(struct settings *settings) {
    free(settings->maps.items);
    free(settings->threshold.of_classes.items);
    free(settings->colors.items);
    free(settings->hidden.items);
    free(settings->zones.items);
    free(settings->operands);
}
