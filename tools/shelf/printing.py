"""The printed fronts of packages: backgrounds, pictures, logos, text, badges and barcodes.

Everything is drawn from random numbers with skia. `design` decides the layout and `palette` the colours; members of one
brand share a design and differ in palette, as the flavours of a real brand do.
"""
import colorsys
import math

import cv2
import numpy as np
import skia

from lettering import draw_text


def rgb(colour, alpha=1.0):
    """A skia colour from three floats 0..1."""
    red, green, blue = (int(255 * min(1.0, max(0.0, part))) for part in colour)
    return skia.Color(red, green, blue, int(255 * alpha))


def fill(colour, alpha=1.0):
    """A filled, antialiased paint."""
    return skia.Paint(Color=rgb(colour, alpha), AntiAlias=True)


def stroke(colour, width, alpha=1.0):
    """An outline paint."""
    return skia.Paint(Color=rgb(colour, alpha), AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=width)


def gradient(points, colours, stops=None):
    """A linear gradient paint; colours are skia colours."""
    return skia.Paint(AntiAlias=True, Shader=skia.GradientShader.MakeLinear(
        [skia.Point(*point) for point in points], colours, stops))


def mix(first, second, share):
    """`first` moved towards `second` by `share`."""
    return tuple(a + (b - a) * share for a, b in zip(first, second))


# hue, saturation range, value range: what packaging uses, red and yellow most
PRINT_COLOURS = ((0.99, (.75, 1), (.55, .95), 5), (0.13, (.7, 1), (.8, 1), 4), (0.60, (.6, 1), (.3, .85), 4),
                 (0.36, (.5, 1), (.25, .75), 3), (0.07, (.7, 1), (.7, 1), 2.5), (0.92, (.3, .9), (.6, 1), 1.5),
                 (0.50, (.4, .9), (.5, .9), 1.5), (0.78, (.3, .8), (.3, .8), 1.2), (0.09, (.4, .8), (.2, .5), 2),
                 (0.25, (.5, .9), (.6, .9), 1.2))


def print_colour(rng):
    """A colour as packaging is printed in: vivid, or white, black, brown, silver."""
    kind = rng.random()
    if kind < 0.16:
        return colorsys.hsv_to_rgb(rng.random(), rng.uniform(0, .08), rng.uniform(.85, 1))
    if kind < 0.26:
        return colorsys.hsv_to_rgb(rng.random(), rng.uniform(0, .5), rng.uniform(.03, .2))
    if kind < 0.31:
        return colorsys.hsv_to_rgb(rng.random(), rng.uniform(0, .1), rng.uniform(.4, .8))
    if kind < 0.40:
        return colorsys.hsv_to_rgb(rng.random(), rng.uniform(.15, .5), rng.uniform(.7, 1))
    hue, saturation, value, _ = rng.choices(PRINT_COLOURS, [entry[3] for entry in PRINT_COLOURS])[0]
    return colorsys.hsv_to_rgb((hue + rng.gauss(0, .025)) % 1, rng.uniform(*saturation), rng.uniform(*value))


def brightness(colour):
    """Perceived lightness 0..1."""
    return .3 * colour[0] + .59 * colour[1] + .11 * colour[2]


def contrasting(colour, rng):
    """A colour that can be read on `colour`."""
    if rng.random() < 0.55:
        return (1, 1, 1) if brightness(colour) < .6 else mix((0, 0, 0), print_colour(rng), .25)
    for _ in range(8):
        other = print_colour(rng)
        if abs(brightness(other) - brightness(colour)) > .35:
            return other
    return (0, 0, 0) if brightness(colour) > .5 else (1, 1, 1)


class Palette:
    """The colours of one product."""

    def __init__(self, rng):
        self.base = print_colour(rng)
        self.second = print_colour(rng) if rng.random() < .7 else mix(self.base, (1, 1, 1), rng.uniform(.2, .7))
        self.accent = contrasting(self.base, rng)
        self.logo = contrasting(self.base, rng)
        self.seed = rng.getrandbits(32)


def noise_picture(seed, width=64, height=64, colours=3):
    """A skia image of smooth coloured noise: stands for a photograph."""
    generator = np.random.default_rng(seed)
    total = np.zeros((height, width, 1), np.float32)
    for cells in (3, 6, 12, 24):
        layer = generator.random((cells, cells, 1), np.float32)
        total += cv2.resize(layer, (width, height), interpolation=cv2.INTER_CUBIC)[..., None] * (1.6 / cells ** .6)
    total = (total - total.min()) / (np.ptp(total) + 1e-6)
    stops = generator.random((colours, 3)).astype(np.float32)
    position = total[..., 0] * (colours - 1)
    index = np.minimum(position.astype(int), colours - 2)
    share = (position - index)[..., None]
    picture = stops[index] * (1 - share) + stops[index + 1] * share
    rgba = np.dstack([picture * 255, np.full((height, width, 1), 255)]).astype(np.uint8)
    return skia.Image.fromarray(rgba, colorType=skia.kRGBA_8888_ColorType)


def draw_barcode(canvas, x, y, width, height, rng, vertical=False):
    """Bars on a white ground."""
    canvas.drawRect(skia.Rect.MakeXYWH(x, y, width, height), fill((1, 1, 1)))
    black = skia.Paint(Color=skia.ColorBLACK)
    length, at = (height if vertical else width), 0.06
    while at < .92:
        bar = rng.choice((.012, .02, .03))
        if vertical:
            canvas.drawRect(skia.Rect.MakeXYWH(x + width * .1, y + at * length, width * .8, bar * length), black)
        else:
            canvas.drawRect(skia.Rect.MakeXYWH(x + at * length, y + height * .08, bar * length, height * .7), black)
        at += bar + rng.choice((.012, .02, .03))


def ball(canvas, x, y, radius, colour, rng, squash=1.0):
    """A shaded round thing: berry, bean, biscuit, cereal."""
    light, dark = mix(colour, (1, 1, 1), .45), mix(colour, (0, 0, 0), .55)
    paint = skia.Paint(AntiAlias=True, Shader=skia.GradientShader.MakeRadial(
        skia.Point(x - radius * .3, y - radius * .35 * squash), radius * 1.25, [rgb(light), rgb(colour), rgb(dark)],
        [0, .5, 1]))
    canvas.save()
    canvas.rotate(rng.uniform(-40, 40), x, y)
    canvas.drawOval(skia.Rect.MakeXYWH(x - radius, y - radius * squash, 2 * radius, 2 * radius * squash), paint)
    canvas.restore()


def blob(rng, x, y, rx, ry, corners=9, rough=.25):
    """A smooth closed random shape."""
    path = skia.Path()
    start = rng.random() * 6.28
    ring = []
    for i in range(corners):
        angle = start + i * 2 * math.pi / corners
        scale = 1 + rng.uniform(-rough, rough)
        ring.append((x + math.cos(angle) * rx * scale, y + math.sin(angle) * ry * scale))
    middle = [((ring[i][0] + ring[i - 1][0]) / 2, (ring[i][1] + ring[i - 1][1]) / 2) for i in range(corners)]
    builder = skia.PathBuilder() if hasattr(skia, "PathBuilder") and not hasattr(path, "moveTo") else path
    builder.moveTo(*middle[0])
    for i in range(corners):
        builder.quadTo(*ring[i], *middle[(i + 1) % corners])
    builder.close()
    return builder.detach() if builder is not path else path


def draw_picture(canvas, x, y, width, height, palette, rng, lettering):
    """Something that reads as a photograph or drawing of what is inside."""
    kind = rng.randrange(8)
    food = print_colour(rng) if rng.random() < .5 else colorsys.hsv_to_rgb(rng.uniform(.02, .13), rng.uniform(.4, .9),
                                                                        rng.uniform(.35, .95))
    radius = min(width, height) / 2
    middle_x, middle_y = x + width / 2, y + height / 2
    if kind == 0:                                                       # heap of round things
        count = rng.randint(6, 22)
        for _ in range(count):
            ball(canvas, x + rng.random() * width, middle_y + rng.random() * height * .5,
                 radius * rng.uniform(.12, .3), mix(food, print_colour(rng), .15), rng, rng.uniform(.5, 1))
    elif kind == 1:                                                     # bowl
        for _ in range(rng.randint(8, 18)):
            ball(canvas, middle_x + rng.uniform(-.7, .7) * radius, middle_y - rng.uniform(-.05, .4) * radius,
                 radius * rng.uniform(.12, .28), food, rng, rng.uniform(.6, 1))
        bowl = skia.Rect.MakeXYWH(middle_x - radius, middle_y - radius * .9, 2 * radius, radius * 1.9)
        tone = contrasting(palette.base, rng)
        canvas.drawArc(bowl, 0, 180, True, gradient([(middle_x - radius, 0), (middle_x + radius, 0)],
                                                    [rgb(tone), rgb(mix(tone, (0, 0, 0), .5))]))
    elif kind == 2:                                                     # framed photograph
        picture = noise_picture(rng.getrandbits(32), colours=rng.randint(3, 6))
        if rng.random() < .5:
            canvas.save()
            canvas.clipPath(blob(rng, middle_x, middle_y, width / 2, height / 2), True)
            canvas.drawImageRect(picture, skia.Rect.MakeXYWH(x, y, width, height),
                                 skia.SamplingOptions(skia.FilterMode.kLinear))
            canvas.restore()
        else:
            canvas.drawImageRect(picture, skia.Rect.MakeXYWH(x, y, width, height),
                                 skia.SamplingOptions(skia.FilterMode.kLinear))
    elif kind == 3:                                                     # fruit with leaf
        for _ in range(rng.randint(1, 4)):
            ball(canvas, middle_x + rng.uniform(-.4, .4) * width, middle_y + rng.uniform(-.3, .3) * height,
                 radius * rng.uniform(.45, .8), food, rng, rng.uniform(.8, 1.1))
        canvas.drawPath(blob(rng, middle_x + radius * .3, middle_y - radius * .7, radius * .5, radius * .2, 5),
                        fill((.2, .5 + rng.random() * .2, .12)))
    elif kind == 4:                                                     # mascot
        canvas.drawPath(blob(rng, middle_x, middle_y, radius * .9, radius), fill(food))
        for side in (-1, 1):
            eye_x, eye_y = middle_x + side * radius * .33, middle_y - radius * .25
            canvas.drawCircle(eye_x, eye_y, radius * .24, fill((1, 1, 1)))
            canvas.drawCircle(eye_x + radius * .05, eye_y, radius * .11, fill((0, 0, 0)))
        canvas.drawArc(skia.Rect.MakeXYWH(middle_x - radius * .5, middle_y - radius * .2, radius, radius * .8), 10, 160,
                       False, stroke((.3, 0, 0), radius * .12))
    elif kind == 5:                                                     # abstract swirl
        for ring in range(rng.randint(3, 7)):
            scale = 1 - ring * .13
            canvas.drawPath(blob(rng, middle_x, middle_y, width / 2 * scale, height / 2 * scale, 7, .15),
                            fill(palette.second if ring % 2 else food, .9))
    elif kind == 6:                                                     # glass or splash
        canvas.drawPath(blob(rng, middle_x, middle_y, width * .45, height * .4, 17, .5), fill((1, 1, 1), .9))
        canvas.drawPath(blob(rng, middle_x, middle_y, width * .33, height * .3, 9, .3), fill(food))
    else:                                                               # pieces: bars, pasta, tablets
        for _ in range(rng.randint(3, 12)):
            canvas.save()
            at_x, at_y = x + rng.random() * width, y + rng.random() * height
            canvas.rotate(rng.uniform(0, 180), at_x, at_y)
            long, short = radius * rng.uniform(.4, 1), radius * rng.uniform(.12, .35)
            canvas.drawRoundRect(skia.Rect.MakeXYWH(at_x - long / 2, at_y - short / 2, long, short), short / 3, short / 3,
                                 gradient([(at_x, at_y - short / 2), (at_x, at_y + short / 2)],
                                          [rgb(mix(food, (1, 1, 1), .3)), rgb(mix(food, (0, 0, 0), .4))]))
            canvas.restore()


def draw_ground(canvas, width, height, palette, rng):
    """The background of a front."""
    kind = rng.randrange(10)
    whole = skia.Rect.MakeWH(width, height)
    base, second = palette.base, palette.second
    canvas.drawRect(whole, fill(base))
    if kind <= 1:
        canvas.drawRect(whole, gradient([(0, 0), (width * rng.random(), height)], [rgb(base), rgb(mix(base, second, .8))]))
    elif kind == 2:
        share = rng.uniform(.2, .8)
        canvas.drawRect(skia.Rect.MakeXYWH(0, height * share, width, height), fill(second))
    elif kind == 3:
        canvas.drawPath(blob(rng, width * rng.random(), height * rng.uniform(.6, 1.1), width * .9, height * .45),
                        fill(second))
    elif kind == 4:
        count = rng.randint(3, 14)
        for i in range(count):
            if i % 2:
                canvas.drawRect(skia.Rect.MakeXYWH(width * i / count, 0, width / count, height), fill(second))
    elif kind == 5:
        middle = skia.Rect.MakeXYWH(width / 2 - height, height * .4 - height, 2 * height, 2 * height)
        for i in range(0, 360, 24):
            canvas.drawArc(middle, i, 12, True, fill(second, .6))
    elif kind == 6:
        step = max(width, height) * rng.uniform(.06, .16)
        for i in range(int(width / step) + 1):
            for j in range(int(height / step) + 1):
                canvas.drawCircle((i + (j % 2) / 2) * step, j * step, step * .3, fill(second, .8))
    elif kind == 7:
        canvas.drawImageRect(noise_picture(palette.seed, colours=4), whole, skia.SamplingOptions(skia.FilterMode.kLinear))
        canvas.drawRect(skia.Rect.MakeXYWH(0, 0, width, height * rng.uniform(.2, .5)), fill(base))
    elif kind == 8:
        band = rng.uniform(.1, .35)
        canvas.drawRect(skia.Rect.MakeXYWH(0, 0, width, height * band), fill(second))
        canvas.drawRect(skia.Rect.MakeXYWH(0, height * (1 - band * rng.random()), width, height), fill(second))


def draw_logo(canvas, x, y, width, height, palette, rng, lettering):
    """The brand: a word on nothing, an oval, a band, a ribbon or a shield."""
    script = lettering.script(rng)
    face = lettering.face(script, rng)
    text = lettering.word(script, rng, 1, 3)
    kind = rng.randrange(5)
    plate = palette.second if abs(brightness(palette.second) - brightness(palette.logo)) > .3 else palette.base
    if kind == 1:
        canvas.drawOval(skia.Rect.MakeXYWH(x, y, width, height), fill(plate))
        if rng.random() < .6:
            canvas.drawOval(skia.Rect.MakeXYWH(x, y, width, height), stroke(palette.accent, height * .07))
    elif kind == 2:
        canvas.drawRect(skia.Rect.MakeXYWH(x - width * .1, y, width * 1.2, height), fill(plate))
    elif kind == 3:
        canvas.drawRoundRect(skia.Rect.MakeXYWH(x, y, width, height), height * .3, height * .3, fill(plate))
    elif kind == 4:
        canvas.drawPath(blob(rng, x + width / 2, y + height / 2, width * .55, height * .6, 7, .12), fill(plate))
    canvas.save()
    if rng.random() < .3:
        canvas.rotate(rng.uniform(-12, 12), x + width / 2, y + height / 2)
    outline = stroke(contrasting(palette.logo, rng), height * .08) if rng.random() < .35 else None
    margin = .08 if kind else 0
    draw_text(canvas, text, face, (x + width * margin, y + height * margin, width * (1 - 2 * margin),
                                   height * (1 - 2 * margin)), fill(palette.logo), .5, outline)
    canvas.restore()


def draw_badge(canvas, x, y, radius, palette, rng, lettering):
    """A round or starred sticker with a short text."""
    colour = print_colour(rng)
    if rng.random() < .4:
        canvas.drawPath(blob(rng, x, y, radius, radius, 18, .12), fill(colour))
    else:
        canvas.drawCircle(x, y, radius, fill(colour))
    text = rng.choice((str(rng.randint(2, 99)) + rng.choice(("%", "g", "+", "x", "")), "NEW", "BIO", "XL", "0%"))
    draw_text(canvas, text, lettering.face("latin" if "latin" in lettering.files else lettering.script(rng), rng),
              (x - radius * .75, y - radius * .5, radius * 1.5, radius), fill(contrasting(colour, rng)))


def small_print(canvas, x, y, width, height, colour, rng):
    """Lines that read as text too small to read."""
    lines = max(1, int(height / max(3.0, height * rng.uniform(.12, .3))))
    step = height / lines
    for line in range(lines):
        at = 0.0
        end = width * rng.uniform(.6, 1)
        while at < end:
            word = width * rng.uniform(.03, .16)
            canvas.drawRect(skia.Rect.MakeXYWH(x + at, y + line * step, min(word, end - at), step * .5), fill(colour, .75))
            at += word + width * .03


def draw_front(canvas, width, height, design, palette, lettering, sparse=False):
    """Draws a whole package front; `sparse` for small labels."""
    rng = design
    draw_ground(canvas, width, height, palette, rng)
    script = lettering.script(rng)
    logo_height = height * rng.uniform(.10, .26)
    logo_y = height * rng.choice((.04, .08, .15, .3, .4))
    logo_width = width * rng.uniform(.55, .95)
    picture_first = rng.random() < .5
    has_picture = rng.random() < (.5 if sparse else .85)
    picture_height = height * rng.uniform(.25, .5)
    picture_y = min(height * .97 - picture_height, logo_y + logo_height * rng.uniform(.9, 2))
    picture_width = width * rng.uniform(.5, 1)
    picture_x = (width - picture_width) * rng.random()
    if has_picture and picture_first:
        draw_picture(canvas, picture_x, picture_y, picture_width, picture_height, palette, rng, lettering)
    draw_logo(canvas, (width - logo_width) / 2, logo_y, logo_width, logo_height, palette, rng, lettering)
    lines = rng.choice((0, 1, 1, 2, 3))
    line_height = height * rng.uniform(.05, .14)
    text_y = logo_y + logo_height * 1.15
    align = rng.choice((0, .5, .5, 1))
    for _ in range(lines):
        if text_y + line_height > height * .97:
            break
        face = lettering.face(script, rng)
        draw_text(canvas, " ".join(lettering.word(script, rng) for _ in range(rng.randint(1, 2))), face,
                  (width * .08, text_y, width * .84, line_height), fill(palette.accent), align)
        text_y += line_height * 1.15
    if has_picture and not picture_first:
        draw_picture(canvas, picture_x, max(picture_y, min(text_y, height - picture_height)), picture_width,
                     picture_height, palette, rng, lettering)
    if rng.random() < .45:                                              # a busy front
        for _ in range(rng.randint(1, 3)):
            side = rng.uniform(.2, .45)
            at_x, at_y = width * rng.uniform(0, 1 - side), height * rng.uniform(.3, .95 - side * .5)
            if rng.random() < .5:
                draw_picture(canvas, at_x, at_y, width * side, height * side * .5, palette, rng, lettering)
            else:
                canvas.drawRect(skia.Rect.MakeXYWH(at_x, at_y, width * side, height * side * .3), fill(palette.second))
                draw_text(canvas, lettering.word(script, rng, 1, 3), lettering.face(script, rng),
                          (at_x, at_y, width * side, height * side * .3), fill(contrasting(palette.second, rng)))
    if rng.random() < .35:
        draw_badge(canvas, width * rng.choice((.18, .8)), height * rng.uniform(.1, .9), min(width, height) *
                   rng.uniform(.08, .16), palette, rng, lettering)
    if rng.random() < .5:
        small_print(canvas, width * .08, height * rng.uniform(.82, .9), width * .5, height * .08, palette.accent, rng)
    if rng.random() < .4:
        face = lettering.face("latin" if "latin" in lettering.files else script, rng)
        draw_text(canvas, str(rng.randint(1, 99) * 10) + rng.choice((" g", "ml", " oz", "g")), face,
                  (width * .55, height * .9, width * .4, height * .06), fill(palette.accent), 1)
    if rng.random() < .06:
        draw_barcode(canvas, width * .6, height * .8, width * .3, height * .12, rng)
