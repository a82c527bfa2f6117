/* The orientation in EXIF: the bytes are a TIFF header with its folder, a JPEG's segments, and a PNG's chunks. */
#include "fuzz.h"
#include "image/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static int (*const readers[])(const uint8_t *, size_t) = {exif_orientation, exif_orientation_jpeg,
                                                              exif_orientation_png};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        int orientation = readers[i](bytes, count);
        fuzz_require(orientation >= 1 && orientation <= 8);
    }
    return 0;
}
