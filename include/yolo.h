/* yolo.h - the Darknet family of detectors on ordinary CPUs.
 *
 * A model (cfg, weights, names) is loaded once and never changes again: any number of threads may share it.
 * A context is what one thread needs to run it: the plan of the layers, and one block of memory for all they compute.
 * Several contexts may run one model at the same time; one context serves one thread at a time.
 *
 *     yolo_error error;
 *     yolo_model *model = NULL;
 *     yolo_context *context = NULL;
 *     yolo_image image = {0};
 *     yolo_detections found = {0};
 *     if (yolo_model_load("shelf.cfg", "shelf.weights", NULL, &model, &error) ||
 *         yolo_context_create(model, NULL, &context, &error) ||
 *         yolo_image_load("photo.jpg", NULL, &image, &error) ||
 *         yolo_detect(context, &image, NULL, &found, &error))
 *         fprintf(stderr, "%s\n", error.message);
 *     for (size_t i = 0; i < found.count; i++)
 *         printf("%s %.3f\n", yolo_model_class_name(model, found.items[i].class_id), found.items[i].score);
 *     yolo_detections_free(&found);
 *     yolo_image_free(&image);
 *     yolo_context_free(&context);
 *     yolo_model_free(&model);
 *
 * Every function that can fail returns a yolo_status and, where `error` is not NULL, fills it with a sentence for the
 * user. The library never prints, exits or aborts, keeps no mutable global state, and changes no setting of the
 * process. Outputs are untouched when a call fails, unless said otherwise. Pointers handed out belong to the object
 * they came from and live as long as it does. Option structures may be NULL for the defaults; otherwise begin with the
 * function that returns the defaults and change what you need.
 */
#ifndef YOLO_H
#define YOLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define YOLO_API __attribute__((visibility("default")))
#else
#define YOLO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs, such as "0.1.0"; never NULL. */
YOLO_API const char *yolo_version(void);

/* ---- Errors ----------------------------------------------------------------------------------------------------- */

/* Grouped by what the caller can do about it. */
typedef enum yolo_status {
    YOLO_OK = 0,
    YOLO_BAD_ARGUMENT, /* the call is wrong: mend the program or its options */
    YOLO_BAD_MODEL,    /* the cfg, weights or names are wrong: mend the files */
    YOLO_BAD_IMAGE,    /* not an image that can be decoded, or over the limits: skip it */
    YOLO_BAD_FILE,     /* a file cannot be opened, read or written */
    YOLO_NO_MEMORY,
} yolo_status;

typedef struct yolo_error {
    yolo_status status;
    int line;          /* in the file that the message names, from 1; 0 where no line applies */
    char message[512]; /* one sentence in UTF-8 without a newline, cut where longer; no prefix, no full stop */
} yolo_error;

/* ---- Images ----------------------------------------------------------------------------------------------------- */

typedef enum yolo_format {
    YOLO_FORMAT_UNKNOWN = 0,
    YOLO_FORMAT_JPEG,
    YOLO_FORMAT_PNG,
    YOLO_FORMAT_BMP,
    YOLO_FORMAT_GIF, /* its first frame */
    YOLO_FORMAT_TGA,
    YOLO_FORMAT_PSD,
    YOLO_FORMAT_PNM,
    YOLO_FORMAT_HDR,
} yolo_format;

/* Pixels of 8 bits, from the top left. A caller may point `pixels` at its own memory to detect on it. */
typedef struct yolo_image {
    uint8_t *pixels;             /* [height][stride] bytes; a pixel is `channels` bytes */
    int width, height;           /* in pixels, as seen: with the orientation applied */
    int channels;                /* 1 grey, 3 RGB */
    size_t stride;               /* bytes from one row to the next, at least width * channels */
    yolo_format format;          /* of the file it was decoded from */
    int full_width, full_height; /* before it was decoded smaller: objects are found in these pixels; 0: as above */
} yolo_image;

typedef struct yolo_image_options {
    int channels;            /* 1, 3, or 0 for what the file has */
    bool ignore_orientation; /* leave the picture as it is stored, whatever EXIF says */
    uint64_t max_pixels;     /* larger pictures are refused before they are decoded; 0 refuses all */
    /* A JPEG may be decoded to a half, a quarter or an eighth of its size, which is faster, as long as a resize to this
     * size still makes it smaller; 0: never. Smooth, but not the same pixels as the resize of the whole picture. */
    int fit_width, fit_height;
    bool fit_aspect; /* that resize keeps the aspect, inside this size: as YOLO_RESIZE_LETTERBOX does */
    /* Called before memory is taken for a picture, with the most bytes that decoding it will have in use, its pixels
     * included; perhaps again with another number in place of that. It may wait until there is so much, where several
     * threads decode. NULL: nobody asks. */
    void (*before_memory)(void *argument, uint64_t bytes);
    void *memory_argument;
} yolo_image_options;

/* As in the file, upright and whole, at most 100 million pixels. */
YOLO_API yolo_image_options yolo_image_options_default(void);

/* Decodes a picture: its bytes say which format it is, never its name. JPEG, PNG, BMP, GIF, TGA, PSD, PNM, HDR.
 * Transparent pixels are laid over white, 16-bit samples are cut to 8, CMYK becomes RGB.
 * `image` receives memory of its own: yolo_image_free. YOLO_BAD_FILE, YOLO_BAD_IMAGE, YOLO_NO_MEMORY. */
YOLO_API yolo_status yolo_image_load(const char *path, const yolo_image_options *options, yolo_image *image,
                                     yolo_error *error);

/* The same from bytes in memory; `name` stands for them in messages. */
YOLO_API yolo_status yolo_image_decode(const uint8_t *bytes, size_t byte_count, const char *name,
                                       const yolo_image_options *options, yolo_image *image, yolo_error *error);

/* A blank (black) picture; `channels` is 1 or 3. */
YOLO_API yolo_status yolo_image_create(int width, int height, int channels, yolo_image *image, yolo_error *error);

/* Writes a picture as JPEG (quality 1..100) or PNG (quality is ignored). The file appears whole under its name or not
 * at all: it is written aside and renamed. */
YOLO_API yolo_status yolo_image_save(const yolo_image *image, const char *path, yolo_format format, int quality,
                                     yolo_error *error);

/* The same into memory: `*bytes` [*byte_count] is the whole file, for yolo_bytes_free. */
YOLO_API yolo_status yolo_image_encode(const yolo_image *image, yolo_format format, int quality, uint8_t **bytes,
                                       size_t *byte_count, yolo_error *error);
YOLO_API void yolo_bytes_free(uint8_t *bytes);

/* A copy that fits into max_width x max_height, the aspect kept: each pixel is the mean of the area that it covers. A
 * picture that fits already is copied as it is. `smaller` receives memory of its own: yolo_image_free. */
YOLO_API yolo_status yolo_image_shrink(const yolo_image *image, int max_width, int max_height, yolo_image *smaller,
                                       yolo_error *error);

/* Frees the pixels and zeroes the structure; harmless on a zeroed one. */
YOLO_API void yolo_image_free(yolo_image *image);

/* ---- Models ----------------------------------------------------------------------------------------------------- */

typedef struct yolo_model yolo_model;

typedef struct yolo_model_options {
    const char *names_path; /* one class name a line, UTF-8; NULL: classes are called "class 0", "class 1", ... */
    const char *kernels;    /* the name of a kernel set; NULL: the best this CPU can run */
    const char *algorithm;  /* how convolutions are computed where they can be so; NULL: as suits each layer */
    bool low_memory;        /* nothing that trades memory for time */
    int threads;            /* that pack weights of 4 MiB and more; 0: one for each core that the process may use */
    bool lenient;           /* an unknown option in the cfg is a warning, not an error */
    void (*warn)(void *argument, const char *sentence); /* told what is odd but not wrong; may be NULL */
    void *warn_argument;
    /* Bytes that the weights, while they are read, and each context with them may take: more is refused before anything
     * of that size is allocated, and the layer is named. 0: half of the machine's, or of the control group's where that
     * has less; UINT64_MAX: any. */
    uint64_t max_memory;
    const struct yolo_context_options *context; /* that will be made: counted before the weights are read; NULL: none */
} yolo_model_options;

YOLO_API yolo_model_options yolo_model_options_default(void);

/* Reads a network and its weights and packs them for this CPU.
 * With `weights_path` NULL all weights are zero: enough for yolo_context_layer and timing, not for results. Thread-safe.
 * YOLO_BAD_MODEL names the cfg's line, or the layer at which the weights ran out; YOLO_BAD_FILE, YOLO_BAD_ARGUMENT
 * (unknown kernels or algorithm), YOLO_NO_MEMORY. */
YOLO_API yolo_status yolo_model_load(const char *cfg_path, const char *weights_path, const yolo_model_options *options,
                                     yolo_model **model, yolo_error *error);

/* Frees the model and sets *model to NULL; every context of it must have been freed. */
YOLO_API void yolo_model_free(yolo_model **model);

/* How a picture is fitted to the network's input. */
typedef enum yolo_resize {
    YOLO_RESIZE_AUTO = 0,  /* letterbox if the cfg has letter_box=1, as AlexeyAB's Darknet, and for classifiers, as
                              pjreddie's; else stretch */
    YOLO_RESIZE_STRETCH,   /* both sides to the network's, whatever the aspect */
    YOLO_RESIZE_LETTERBOX, /* aspect kept, the whole picture, the rest filled with grey 0.5 */
    YOLO_RESIZE_CROP,      /* aspect kept, the whole input filled, what is left over on two sides cut off:
                              as AlexeyAB's Darknet classifies */
} yolo_resize;

/* How boxes that overlap better ones are left out. */
typedef enum yolo_nms {
    YOLO_NMS_AUTO = 0, /* what the cfg's last head says */
    YOLO_NMS_NONE,
    YOLO_NMS_DEFAULT, /* suppress when IoU > threshold */
    YOLO_NMS_GREEDY,  /* DIoU with beta 0.6 */
    YOLO_NMS_DIOU,    /* DIoU with the cfg's beta (Zheng et al., arXiv 1911.08287) */
    YOLO_NMS_CORNERS, /* as default; Gaussian_yolo's own name for it */
    YOLO_NMS_SOFT,    /* scores decay by 1 - IoU above the threshold (Bodla et al., arXiv 1704.04503, linear) */
} yolo_nms;

typedef enum yolo_task {
    YOLO_TASK_DETECT,   /* the network has detection heads */
    YOLO_TASK_CLASSIFY, /* it has none: its last output holds a score for each class */
} yolo_task;

typedef struct yolo_model_info {
    yolo_task task;
    int width, height, channels; /* of the input, as the cfg says */
    int class_count;
    int layer_count;
    yolo_resize resize;     /* what YOLO_RESIZE_AUTO means for it */
    yolo_nms nms;           /* what YOLO_NMS_AUTO means for it; YOLO_NMS_NONE for a classifier */
    float nms_beta;         /* of YOLO_NMS_DIOU */
    bool has_weights;       /* false when loaded without a weights file */
    size_t parameter_count; /* numbers read from the weights file */
    size_t weight_bytes;    /* memory they take, packed */
    uint64_t max_memory;    /* that the weights and a context may take */
    const char *kernels;    /* the name of the kernel set in use */
} yolo_model_info;

YOLO_API yolo_status yolo_model_get_info(const yolo_model *model, yolo_model_info *info);

/* The name of a class, 0 <= class_id < class_count; "" outside. */
YOLO_API const char *yolo_model_class_name(const yolo_model *model, int class_id);

/* Kernel sets compiled into the library, best first: NULL past the last. */
YOLO_API const char *yolo_kernels_name(size_t index);

/* Whether this CPU can run it; false past the last. */
YOLO_API bool yolo_kernels_supported(size_t index);

/* Ways to compute a convolution, as yolo_layer_info names them: NULL past the last. */
YOLO_API const char *yolo_algorithm_name(size_t index);

/* ---- Contexts --------------------------------------------------------------------------------------------------- */

typedef struct yolo_context yolo_context;

typedef struct yolo_context_options {
    int width, height; /* of the network's input; 0: as the cfg says */
    int threads;       /* that the layers of one image use together, at most: as many as can be started then; 0: one for
                          each core that the process may use */
    bool keep_layers;  /* every layer's output stays readable (yolo_context_layer_output), at the price of memory */
} yolo_context_options;

YOLO_API yolo_context_options yolo_context_options_default(void);

/* Plans a network for one input size and allocates all that running it takes; running allocates nothing more.
 * The model must outlive the context. Thread-safe. YOLO_BAD_MODEL where the layers do not fit this input size;
 * YOLO_NO_MEMORY where it and the weights would take more than the model's max_memory. */
YOLO_API yolo_status yolo_context_create(const yolo_model *model, const yolo_context_options *options,
                                         yolo_context **context, yolo_error *error);

/* Frees the context and sets *context to NULL. */
YOLO_API void yolo_context_free(yolo_context **context);

typedef struct yolo_context_info {
    int width, height, channels; /* of the network's input */
    int threads;                 /* as many as could be had */
    size_t arena_bytes;          /* memory of all layers' outputs and scratch together */
    double flops;                /* of one forward pass, a multiplication and an addition counted as two */
} yolo_context_info;

YOLO_API yolo_status yolo_context_get_info(const yolo_context *context, yolo_context_info *info);

typedef struct yolo_layer_info {
    const char *type;            /* the cfg's section, without brackets */
    const char *algorithm;       /* how it is computed, such as "gemm 1x1"; "" where there is one way only */
    int line;                    /* in the cfg */
    int channels, height, width; /* of its output */
    double flops;
    size_t parameter_count;
    const int *inputs; /* [input_count] indices of the layers it reads; -1 is the image */
    int input_count;
    bool late; /* a head, or a convolution before one: of it yolo_run computes only which boxes there can be, and
                  yolo_get_detections the rest, for these alone; not with keep_layers */
} yolo_layer_info;

/* Layers count from 0 after [net], as in the cfg's own `route` and `shortcut`. */
YOLO_API yolo_status yolo_context_get_layer(const yolo_context *context, int index, yolo_layer_info *info);

/* ---- Running ---------------------------------------------------------------------------------------------------- */

typedef struct yolo_detect_options {
    float threshold; /* scores above it are kept, 0 <= threshold < 1 */
    const float
        *class_thresholds; /* [class_count], in place of `threshold` where NULL is not given; INFINITY hides one */
    yolo_resize resize;
    yolo_nms nms;
    float nms_iou;         /* 0..1 */
    bool nms_agnostic;     /* boxes of different classes suppress one another, too */
    bool no_clip;          /* let boxes reach beyond the picture */
    size_t max_detections; /* the best so many; 0: all */
} yolo_detect_options;

/* Threshold 0.25, the cfg's resize and NMS at IoU 0.45, boxes clipped, all of them. */
YOLO_API yolo_detect_options yolo_detect_options_default(void);

typedef struct yolo_detection {
    float x, y, width, height; /* pixels of the image as seen: left, top, extents */
    float score;               /* 0..1; from heads without softmax or logistic any number above the threshold */
    int class_id;
} yolo_detection;

/* Best score first; ties in a fixed order, so the same image gives the same list. */
typedef struct yolo_detections {
    yolo_detection *items; /* [count] */
    size_t count;
    size_t candidate_count; /* before NMS */
} yolo_detections;

YOLO_API void yolo_detections_free(yolo_detections *detections);

/* Everything for one image: yolo_set_input, yolo_run and yolo_get_detections. On success `detections` is replaced and
 * its old items freed (begin with a zeroed structure). */
YOLO_API yolo_status yolo_detect(yolo_context *context, const yolo_image *image, const yolo_detect_options *options,
                                 yolo_detections *detections, yolo_error *error);

/* How a large picture is cut into tiles that overlap, each of which the network sees as a picture of its own. */
typedef struct yolo_tile_options {
    int width, height; /* of a tile, in pixels of `image->pixels`; 0 both: by the picture's and the network's size */
    float overlap;     /* what neighbours have in common at least, in parts of a tile: 0..0.9 */
    bool no_whole;     /* leave out the pass over the whole picture, which finds what is too large for the overlap */
} yolo_tile_options;

/* Sizes chosen for each picture, overlap 0.2, and the whole picture, too. */
YOLO_API yolo_tile_options yolo_tile_options_default(void);

typedef struct yolo_tiling {
    int width, height; /* of a tile: never more than the picture's */
    int columns, rows; /* 1 x 1: the picture is not cut */
} yolo_tiling;

/* What yolo_detect_tiled will do with a picture of this size. With sizes left to it, the ratio r by which the picture
 * would be shrunk to fit the network's input decides: up to 2 it is not cut; above, tiles are sqrt(r) times as large as
 * the input (a side up to a quarter longer stays whole), so that there are about r of them. YOLO_BAD_ARGUMENT where
 * there would be more than 65,536. */
YOLO_API yolo_status yolo_plan_tiles(const yolo_context *context, int image_width, int image_height,
                                     const yolo_tile_options *tiles, yolo_tiling *tiling, yolo_error *error);

/* yolo_detect on each tile, and on the whole picture, with the results joined so that what lies on a seam is found once:
 * an object that no border of a tile cuts is taken from there; else from the whole picture; else its parts are put
 * together. Of boxes from different tiles, those whose IoU is above nms_iou or that lie in one another are one; with
 * YOLO_NMS_NONE all boxes of all tiles are kept as they are. candidate_count is the sum over all passes. The same list
 * as from yolo_detect where one tile covers the picture. YOLO_RESIZE_CROP is refused: it would cut off parts of tiles.
 * Besides what the context holds, memory is needed for the boxes only: tiles are parts of `image`, run one after the
 * other. */
YOLO_API yolo_status yolo_detect_tiled(yolo_context *context, const yolo_image *image,
                                       const yolo_detect_options *options, const yolo_tile_options *tiles,
                                       yolo_detections *detections, yolo_error *error);

/* Where an object stands on a shelf. */
typedef struct yolo_place {
    int row;   /* from 1 at the top; 0: there are no rows */
    int place; /* in the row from 1 at the left: among those that form rows, or among the others */
} yolo_place;

/* Groups objects into the rows that their lower edges make, as on the boards of a shelf: tilted or in perspective, of
 * uneven heights, with gaps; stacked ones belong to the row below. `stands` [count] says which of them form rows, NULL:
 * all do; the others join the row nearest to their lower edge. Fills `places` [count] and `*row_count`.
 * YOLO_BAD_ARGUMENT, YOLO_NO_MEMORY. */
YOLO_API yolo_status yolo_find_rows(const yolo_detections *detections, const bool *stands, yolo_place *places,
                                    int *row_count, yolo_error *error);

/* Resizes an image into the network's input, where its full size determines the place: bilinear with aligned corners,
 * 0..255 to 0..1, as Darknet does. Grey and RGB are converted to what the network takes. */
YOLO_API yolo_status yolo_set_input(yolo_context *context, const yolo_image *image, yolo_resize resize,
                                    yolo_error *error);

/* Runs the layers on the input, which they use up. YOLO_BAD_ARGUMENT when no input was set since the last run. */
YOLO_API yolo_status yolo_run(yolo_context *context, yolo_error *error);

/* The same, and the seconds that each layer took into `seconds` [layer_count]: close to 0 where nothing is left to do,
 * because a layer is a view of another's output or was computed together with it. */
YOLO_API yolo_status yolo_run_timed(yolo_context *context, double *seconds, yolo_error *error);

/* What no layer can exceed, as long as it computes each product that its definition has. */
typedef struct yolo_machine {
    double flops_per_s; /* of multiply-adds in registers, each counted as two */
    double bytes_per_s; /* of reading memory that no cache holds */
} yolo_machine;

/* Measures this machine with the context's kernel set and threads. Takes some tenths of a second, and 256 MB for that
 * time: YOLO_NO_MEMORY. */
YOLO_API yolo_status yolo_measure_machine(const yolo_context *context, yolo_machine *machine, yolo_error *error);

/* Reads the heads after yolo_run, for the image given to yolo_set_input; may be called again with other options. The
 * lower the threshold, the more of late layers is left to compute (yolo_layer_info); what is found is the same. */
YOLO_API yolo_status yolo_get_detections(yolo_context *context, const yolo_detect_options *options,
                                         yolo_detections *detections, yolo_error *error);

typedef struct yolo_score {
    int class_id;
    float score;
} yolo_score;

/* After yolo_run of a classifier: the best `count` classes (fewer where it has fewer), best first, into
 * `scores` [count]; `*found` is how many were written. */
YOLO_API yolo_status yolo_get_scores(yolo_context *context, size_t count, yolo_score *scores, size_t *found,
                                     yolo_error *error);

/* Copies a layer's output into `values`, channels * height * width floats in Darknet's order: [channels][height][width],
 * or [height][width][channels] for [region]. Index -1 is the network's input. Needs a context with keep_layers, after
 * yolo_run. */
YOLO_API yolo_status yolo_context_layer_output(const yolo_context *context, int index, float *values,
                                               yolo_error *error);

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

typedef struct yolo_font yolo_font;

/* Loads a TrueType or OpenType font for labels. The built-in one (DejaVu Sans) serves where none is given.
 * A font must come from a source you trust. */
YOLO_API yolo_status yolo_font_load(const char *path, yolo_font **font, yolo_error *error);
YOLO_API void yolo_font_free(yolo_font **font);

typedef struct yolo_draw_options {
    float line_width;       /* pixels; 0: by the picture's size */
    float font_scale;       /* 1: by the picture's size */
    bool no_labels;         /* boxes only */
    bool no_scores;         /* labels without the score */
    const yolo_font *font;  /* NULL: the built-in one; may be shared by threads */
    const uint32_t *colors; /* [class_count] 0xRRGGBB; NULL: distinct colours by class */
} yolo_draw_options;

YOLO_API yolo_draw_options yolo_draw_options_default(void);

/* The colour 0xRRGGBB that a class is drawn in unless the options say otherwise: the same in every picture. */
YOLO_API uint32_t yolo_class_color(int class_id);

/* Writes a line of UTF-8 text into an RGB image, on the baseline `y`; `part` of its width lies to the left of `x`: 0
 * begins there, 0.5 has its middle there, 1 ends there. `size`: pixels from one line to the next, roughly; `color`:
 * 0xRRGGBB; `font`: NULL for the built-in one. */
YOLO_API yolo_status yolo_draw_text(yolo_image *image, const char *text, float x, float y, float part, float size,
                                    uint32_t color, const yolo_font *font, yolo_error *error);

/* Draws boxes and labels into an RGB image. The class names are the model's. */
YOLO_API yolo_status yolo_draw_detections(yolo_image *image, const yolo_model *model, const yolo_detections *detections,
                                          const yolo_draw_options *options, yolo_error *error);

/* A line of a panel. */
typedef struct yolo_panel_line {
    const char *number, *label; /* side by side, the number aligned to the right; UTF-8, may be "" */
    uint32_t color;             /* 0xRRGGBB of a square before them */
    bool has_color;
} yolo_panel_line;

/* Draws lines of text on a dark panel in the right upper corner of an RGB image: letters by the picture's size and
 * font_scale, smaller where the panel would take more than half of its height; what still has no room is left out. */
YOLO_API yolo_status yolo_draw_panel(yolo_image *image, const yolo_panel_line *lines, size_t count,
                                     const yolo_draw_options *options, yolo_error *error);

/* Draws a text on a plate in a colour (0xRRGGBB), moved into the picture where it has no room: `part` of its width lies
 * to the left of `x` (0: it begins there, 1: it ends there), and `y` is its middle. */
YOLO_API yolo_status yolo_draw_plate(yolo_image *image, const char *text, float x, float y, float part, uint32_t color,
                                     const yolo_draw_options *options, yolo_error *error);

/* Draws the closed line through points [count], x and y by turns, twice as wide as those of boxes. */
YOLO_API yolo_status yolo_draw_outline(yolo_image *image, const float *points, size_t count, uint32_t color,
                                       const yolo_draw_options *options, yolo_error *error);

#ifdef __cplusplus
}
#endif

#endif
