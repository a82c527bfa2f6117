/* Darknet's resize_image (AlexeyAB/darknet src/image.c) samples with aligned corners: output column x is taken at
 * x * (image_width - 1) / (width - 1), first every row horizontally, then the rows vertically. Here the two rows that an
 * output row lies between are resized and blended pixel by pixel. */
#include "image/letterbox.h"

#include "base/memory.h"
#include "base/team.h"

enum {
    MAX_CHANNELS = 3,
    GRAIN = 16, /* output rows that are worth a thread: a quarter of a millisecond */
};

/* What the threads share. */
typedef struct job {
    const letterbox *box;
    const yolo_image *image;
    const kernels *k;
    const resize_tap *taps;  /* [columns] */
    const resize_tap *pairs; /* [columns] */
    uint8_t *bands;          /* [threads][band_bytes] */
    size_t band_bytes;
    float *output;
    size_t pixel_stride;
    int channels; /* of the output */
    int sampled;  /* channels that are resized: of the picture, unless that is RGB and grey is wanted */
} job;

/* What one thread keeps. */
typedef struct band {
    float *row;       /* [columns][sampled] */
    uint8_t *grey[2]; /* [2 * columns] each */
} band;

/* A side of the resized picture; where a crop leaves nearly all of a flat one out, as long as sums of it stay an int. */
static int side_within(int64_t side) {
    static const int64_t longest = 1 << 29;
    return side < 1 ? 1 : (int)(side < longest ? side : longest);
}

letterbox letterbox_fit(int image_width, int image_height, int network_width, int network_height, yolo_resize how) {
    letterbox box = {network_width, network_height, 0, 0, network_width, network_height};
    if (how == YOLO_RESIZE_STRETCH) return box;
    bool wide = (float)network_width / (float)image_width < (float)network_height / (float)image_height;
    if (wide == (how == YOLO_RESIZE_LETTERBOX))
        box.height = side_within((int64_t)image_height * network_width / image_width);
    else
        box.width = side_within((int64_t)image_width * network_height / image_height);
    box.offset_x = (network_width - box.width) / 2;
    box.offset_y = (network_height - box.height) / 2;
    return box;
}

/* The columns of the picture that lie in the input: the first, and how many. */
static int first_column(const letterbox *box) {
    return box->offset_x < 0 ? -box->offset_x : 0;
}

static int column_count(const letterbox *box) {
    return box->width < box->network_width ? box->width : box->network_width;
}

static size_t align(size_t bytes) {
    return (bytes + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
}

static size_t row_bytes(int network_width) {
    return align((size_t)network_width * MAX_CHANNELS * sizeof(float));
}

/* A row, and two grey bytes for each column of two rows. */
static size_t band_bytes(int network_width) {
    return row_bytes(network_width) + 2 * align(2 * (size_t)network_width);
}

static size_t taps_bytes(int network_width) {
    return align((size_t)network_width * sizeof(resize_tap));
}

size_t letterbox_scratch_bytes(int network_width, int threads) {
    return 2 * taps_bytes(network_width) + (size_t)(threads < 1 ? 1 : threads) * band_bytes(network_width);
}

/* Where output index `i` of `count` falls between the `source` elements: before it, and how far towards the next. */
static int position(int i, int count, int source, float *weight) {
    *weight = 0;
    if (count == 1 || source == 1) return source - 1;
    float at = (float)i * ((float)(source - 1) / (float)(count - 1));
    int before = (int)at;
    if (before > source - 1) return source - 1;
    *weight = at - (float)before;
    return before;
}

/* Of the columns that lie in the input. The picture's last column is its last, however the product rounds. */
static void make_taps(const letterbox *box, resize_tap *taps, int source) {
    int width = box->width;
    for (int i = 0; i < column_count(box); i++) {
        int x = first_column(box) + i;
        resize_tap *t = &taps[i];
        t->left = (uint32_t)(x == width - 1 ? source - 1 : position(x, width, source, &t->weight));
        t->right = t->left + 1 < (uint32_t)source ? t->left + 1 : t->left;
        if (t->right == t->left) t->weight = 0;
    }
}

/* Of pixels side by side, in pairs: what the taps name of a row that is converted to grey. */
static void make_pairs(const letterbox *box, const resize_tap *taps, resize_tap *pairs) {
    for (int i = 0; i < column_count(box); i++)
        pairs[i] = (resize_tap){(uint32_t)i * 2, (uint32_t)i * 2 + 1, taps[i].weight};
}

/* RGB for a grey network: only the pixels that the taps name are converted. */
static const uint8_t *grey_row(const job *j, const uint8_t *rgb, uint8_t *grey) {
    for (int i = 0; i < column_count(j->box); i++) {
        image_grey_row(rgb + (size_t)j->taps[i].left * 3, 1, grey + i * 2);
        image_grey_row(rgb + (size_t)j->taps[i].right * 3, 1, grey + i * 2 + 1);
    }
    return grey;
}

/* [columns][sampled] to [width][pixel_stride]; grey is repeated. */
static void spread(const job *j, const float *row, float *output) {
    size_t step = (size_t)j->sampled;
    for (int x = 0; x < column_count(j->box); x++, row += step, output += j->pixel_stride)
        for (int c = 0; c < j->channels; c++) output[c] = row[step == 1 ? 0 : c];
}

static void fill_grey(const job *j, int y, int begin, int end) {
    float *pixel = j->output + ((size_t)y * (size_t)j->box->network_width + (size_t)begin) * j->pixel_stride;
    for (int x = begin; x < end; x++, pixel += j->pixel_stride)
        for (int c = 0; c < j->channels; c++) pixel[c] = 0.5f;
}

static void picture_row(const job *j, const band *b, int row) {
    const letterbox *box = j->box;
    float weight;
    const int y = position(row, box->height, j->image->height, &weight);
    const int column = box->offset_x > 0 ? box->offset_x : 0;
    const size_t at = (size_t)(box->offset_y + row) * (size_t)box->network_width + (size_t)column;
    float *output = j->output + at * j->pixel_stride;
    const bool dense = j->sampled == j->channels && j->pixel_stride == (size_t)j->channels;
    const bool to_grey = j->sampled != j->image->channels;
    resize_between r = {.width = (size_t)column_count(box),
                        .channels = j->sampled,
                        .upper = image_row(j->image, y),
                        .lower = image_row(j->image, y + 1 < j->image->height ? y + 1 : y),
                        .upper_weight = 1 - weight,
                        .lower_weight = weight,
                        .taps = to_grey ? j->pairs : j->taps,
                        .output = dense ? output : b->row};
    /* Darknet adds no lower neighbour to the last row, so that this is dark where the product rounds down: 4032 rows
     * to 448 end at 4030.9998. Scores follow the input, so this is kept. */
    if (row == box->height - 1) r.lower_weight = 0;
    if (to_grey) {
        r.upper = grey_row(j, r.upper, b->grey[0]);
        r.lower = grey_row(j, r.lower, b->grey[1]);
    }
    j->k->resize_row(&r);
    if (!dense) spread(j, b->row, output);
}

static band make_band(const job *j, int thread) {
    uint8_t *memory = j->bands + (size_t)thread * j->band_bytes;
    uint8_t *grey = memory + row_bytes(j->box->network_width);
    return (band){.row = (float *)(void *)memory, .grey = {grey, grey + align(2 * (size_t)j->box->network_width)}};
}

static void work(void *argument, size_t begin, size_t end, int thread) {
    const job *j = argument;
    const letterbox *box = j->box;
    const band b = make_band(j, thread);
    for (int y = (int)begin; y < (int)end; y++) {
        if (y < box->offset_y || y >= box->offset_y + box->height) {
            fill_grey(j, y, 0, box->network_width);
            continue;
        }
        fill_grey(j, y, 0, box->offset_x);
        picture_row(j, &b, y - box->offset_y);
        fill_grey(j, y, box->offset_x + box->width, box->network_width);
    }
}

void letterbox_resize(const letterbox *box, const yolo_image *image, const kernels *k, team *t, void *scratch,
                      float *output, size_t pixel_stride, int channels) {
    uint8_t *memory = scratch;
    const size_t each = taps_bytes(box->network_width);
    resize_tap *taps = scratch, *pairs = (resize_tap *)(void *)(memory + each);
    make_taps(box, taps, image->width);
    make_pairs(box, taps, pairs);
    job j = {.box = box,
             .image = image,
             .k = k,
             .taps = taps,
             .pairs = pairs,
             .bands = memory + 2 * each,
             .band_bytes = band_bytes(box->network_width),
             .output = output,
             .pixel_stride = pixel_stride,
             .channels = channels,
             .sampled = channels == 1 ? 1 : image->channels};
    team_for(t, (size_t)box->network_height, GRAIN, work, &j);
}
