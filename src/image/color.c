#include "image/color.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* A color of OKLCH (Ottosson 2020, bottosson.github.io/posts/oklab), in which equal steps look equal, as linear RGB.
 * Angles in radians; channels outside 0..1 are beyond what a screen shows. */
static void oklch_to_linear(double lightness, double chroma, double hue, double rgb[3]) {
    double a = chroma * cos(hue), b = chroma * sin(hue);
    double l = lightness + 0.3963377774 * a + 0.2158037573 * b;
    double m = lightness - 0.1055613458 * a - 0.0638541728 * b;
    double s = lightness - 0.0894841775 * a - 1.2914855480 * b;
    l *= l * l, m *= m * m, s *= s * s;
    rgb[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    rgb[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    rgb[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
}

static bool shown(const double rgb[3]) {
    for (int c = 0; c < 3; c++)
        if (rgb[c] < 0 || rgb[c] > 1) return false;
    return true;
}

static uint8_t from_linear(double value) {
    double encoded = value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055;
    return (uint8_t)(encoded * 255 + 0.5);
}

static double to_linear(uint8_t value) {
    double encoded = value / 255.0;
    return encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4);
}

/* Hues advance by the golden angle, so that any first few classes are spread around the circle; three lightnesses tell
 * apart the hues that come close after many classes. */
color color_of_class(int class_id) {
    static const double lightness[] = {0.78, 0.68, 0.86};
    const double golden_angle = 2.399963229728653, first_hue = 0.5;
    unsigned id = (unsigned)class_id;
    double rgb[3], chroma = 0.25;
    do {
        oklch_to_linear(lightness[id % 3], chroma, fmod(first_hue + id * golden_angle, 6.283185307179586), rgb);
        chroma -= 0.005;
    } while (!shown(rgb) && chroma > 0);
    return (color){from_linear(rgb[0]), from_linear(rgb[1]), from_linear(rgb[2])};
}

/* Contrast as WCAG 2.1 defines it: (lighter + 0.05) / (darker + 0.05) of the relative luminances. */
color color_readable_on(color background) {
    double luminance =
        0.2126 * to_linear(background.red) + 0.7152 * to_linear(background.green) + 0.0722 * to_linear(background.blue);
    bool black = (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05);
    return black ? (color){0, 0, 0} : (color){255, 255, 255};
}
