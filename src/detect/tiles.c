#include "detect/tiles.h"

#include <math.h>

enum {
    MOST_TILES = 65536, /* of a picture: hours, even of a small network */
    SMALLEST_TILE = 16, /* pixels a side */
};

/* Pictures that are shrunk by no more than this are seen well as a whole. */
static const double largest_whole = 2;
static const double slightly_longer = 1.25; /* a side that a second row of tiles is not worth while for */
static const double most_overlap = 0.9;     /* so that a step is at least a tenth of a tile */

yolo_tile_options yolo_tile_options_default(void) {
    return (yolo_tile_options){.overlap = 0.2f};
}

static yolo_status check_options(const yolo_tile_options *options, yolo_error *error) {
    bool is_auto = options->width == 0 && options->height == 0;
    if (!is_auto && (options->width < SMALLEST_TILE || options->height < SMALLEST_TILE))
        return fail(error, YOLO_BAD_ARGUMENT, "a tile must be at least %d pixels wide and high, not %d x %d",
                    SMALLEST_TILE, options->width, options->height);
    if (!(options->overlap >= 0 && (double)options->overlap <= most_overlap + 1e-6))
        return fail(error, YOLO_BAD_ARGUMENT, "tiles must overlap by 0 to %g of their size, not by %g", most_overlap,
                    (double)options->overlap);
    return YOLO_OK;
}

static int at_most(double value, int most) {
    return value < most ? (int)value : most;
}

static int side_of(int net_side, double scale, int whole) {
    double side = ceil(net_side * scale);
    return whole <= side * slightly_longer ? whole : (int)side;
}

/* As a whole the picture would be shrunk by `ratio`, and its small objects lost; in tiles of the input's size there
 * would be ratio * ratio of them, and its large objects cut to pieces. Halfway between, in proportion: tiles are shrunk
 * by the root of it, and about as many as it. */
static void choose_size(int image_width, int image_height, int net_width, int net_height, yolo_tiling *tiling) {
    double ratio = fmax((double)image_width / net_width, (double)image_height / net_height);
    tiling->width = image_width;
    tiling->height = image_height;
    if (ratio <= largest_whole) return;
    tiling->width = side_of(net_width, sqrt(ratio), image_width);
    tiling->height = side_of(net_height, sqrt(ratio), image_height);
}

/* As few as reach over the whole side when neighbours overlap by at least `overlap`. */
static int count_along(int whole, int extent, double overlap) {
    double step = fmax(1, floor(extent * (1 - overlap) + 0.001)); /* 0.2f is a little more than 0.2 */
    return whole <= extent ? 1 : 1 + (int)ceil((whole - extent) / step);
}

yolo_status tiles_plan(const yolo_tile_options *options, int image_width, int image_height, int net_width,
                       int net_height, yolo_tiling *tiling, yolo_error *error) {
    yolo_status status = check_options(options, error);
    if (status) return status;
    yolo_tiling planned = {.width = at_most(options->width, image_width),
                           .height = at_most(options->height, image_height)};
    if (options->width == 0) choose_size(image_width, image_height, net_width, net_height, &planned);
    double overlap = fmin((double)options->overlap, most_overlap);
    planned.columns = count_along(image_width, planned.width, overlap);
    planned.rows = count_along(image_height, planned.height, overlap);
    if ((int64_t)planned.columns * planned.rows > MOST_TILES)
        return fail(error, YOLO_BAD_ARGUMENT,
                    "%d x %d pixels would be cut into %d x %d tiles: more than %d are too many", image_width,
                    image_height, planned.columns, planned.rows, MOST_TILES);
    *tiling = planned;
    return YOLO_OK;
}

int tiles_begin(int index, int count, int extent, int whole) {
    if (count == 1) return 0;
    return (int)((int64_t)index * (whole - extent) / (count - 1));
}

int tiles_overlap(int count, int extent, int whole) {
    int least = whole;
    for (int i = 1; i < count; i++) {
        int common = tiles_begin(i - 1, count, extent, whole) + extent - tiles_begin(i, count, extent, whole);
        if (common < least) least = common;
    }
    return least;
}
