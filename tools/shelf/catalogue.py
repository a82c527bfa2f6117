"""Products: invented packages with their size in centimetres and their front drawn with its own shading.

A product is a flat picture with transparency plus what the scene needs to give it depth: its measures, the colour of
its sides and top, and its outline, from which exact boxes follow at any angle.
"""
import random

import cv2
import numpy as np
import skia

import printing
from printing import fill, gradient, mix, rgb, stroke
from sizes import size_of

TEXTURE_LONG_SIDE = 320         # pixels: a close-up of four products shows about this many a product
KINDS = ("box", "carton", "can", "bottle", "jar", "tube", "pouch", "bag", "blister", "tray", "cup", "jug", "roll")
KIND_WEIGHTS = (20, 6, 9, 15, 9, 5, 9, 8, 4, 3, 5, 5, 2)


def make_path(commands):
    """A path from ("M", x, y), ("L", x, y), ("Q", cx, cy, x, y) tuples; closed."""
    builder = skia.PathBuilder() if hasattr(skia, "PathBuilder") else skia.Path()
    for command in commands:
        {"M": builder.moveTo, "L": builder.lineTo, "Q": builder.quadTo, "C": builder.cubicTo}[command[0]](*command[1:])
    builder.close()
    return builder.detach() if hasattr(skia, "PathBuilder") else builder


def mirrored(profile, width):
    """A closed path from the right-hand profile [(half width 0..1, y)] of a turned body, rounded at the joints."""
    half = width / 2
    right = [(half + half * r, y) for r, y in profile]
    left = [(half - half * r, y) for r, y in reversed(profile)]
    commands = [("M", *right[0])]
    for a, b in zip(right, right[1:]):
        commands += [("C", a[0], (a[1] + b[1]) / 2, b[0], (a[1] + b[1]) / 2, *b)] if abs(a[0] - b[0]) > half * .08 \
            else [("L", *b)]
    commands.append(("L", *left[0]))
    for a, b in zip(left, left[1:]):
        commands += [("C", a[0], (a[1] + b[1]) / 2, b[0], (a[1] + b[1]) / 2, *b)] if abs(a[0] - b[0]) > half * .08 \
            else [("L", *b)]
    return make_path(commands)


def shade_round(canvas, x, width, height, rng, gloss=.5, dark=.55):
    """Cylinder shading over whatever is drawn: dark edges, one or two bright streaks."""
    black, clear = skia.Color(0, 0, 0, int(255 * dark)), skia.Color(0, 0, 0, 0)
    edge = rng.uniform(.15, .35)
    canvas.drawRect(skia.Rect.MakeXYWH(x, 0, width, height), gradient(
        [(x, 0), (x + width, 0)], [black, clear, clear, black], [0, edge, 1 - edge * rng.uniform(.6, 1), 1]))
    if gloss > 0:
        at = rng.uniform(.2, .75)
        thickness = rng.uniform(.02, .10)
        white, none = skia.Color(255, 255, 255, int(255 * gloss)), skia.Color(255, 255, 255, 0)
        canvas.drawRect(skia.Rect.MakeXYWH(x, 0, width, height), gradient(
            [(x + width * (at - thickness), 0), (x + width * (at + thickness), 0)], [none, white, none], [0, .5, 1]))


class Product:
    """One kind of article: `image` (premultiplied), `width`, `height`, `depth` in cm, `outline` [n][2] in texture
    pixels, `side` and `top` colours or None where the body shows no flat side, `opaque` for solid boxes."""

    def __init__(self, kind, size, image, side=None, top=None, hanging=False):
        self.kind = kind
        self.width, self.height, self.depth = size
        self.image = image
        self.pixels = image.width(), image.height()
        self.side, self.top, self.hanging = side, top, hanging
        self.outline = outline_of(image)


def outline_of(image):
    """The convex hull of the visible pixels, which is all that a box at any angle depends on."""
    alpha = np.ascontiguousarray(image.toarray(colorType=skia.kRGBA_8888_ColorType)[..., 3])
    solid = alpha > 96
    rows = np.nonzero(solid.any(1))[0]
    if not len(rows):
        height, width = alpha.shape
        return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    first, last = solid[rows].argmax(1), alpha.shape[1] - 1 - solid[rows, ::-1].argmax(1)
    points = np.concatenate([np.stack([first, rows], 1), np.stack([last, rows], 1)]).astype(np.int32)
    hull = cv2.convexHull(points).reshape(-1, 2).astype(np.float32)
    middle = hull.mean(0)
    hull += (hull > middle)                                     # pixel extents, not pixel centres
    if len(hull) > 20:
        hull = hull[np.linspace(0, len(hull) - 1, 24).astype(int)]
        hull = np.vstack([hull, outline_extremes(points, middle)])
    return hull


def outline_extremes(points, middle):
    """The four extreme points, kept when the hull is thinned out."""
    chosen = np.array([points[points[:, 0].argmin()], points[points[:, 0].argmax()], points[points[:, 1].argmin()],
                       points[points[:, 1].argmax()]], np.float32)
    return chosen + (chosen > middle)


class Canvas:
    """A transparent surface of the size that `width` x `height` cm deserves."""

    def __init__(self, width, height):
        scale = TEXTURE_LONG_SIDE / max(width, height)
        self.width, self.height = max(24, round(width * scale)), max(24, round(height * scale))
        self.surface = skia.Surface(self.width, self.height)
        self.canvas = self.surface.getCanvas()
        self.canvas.clear(skia.ColorTRANSPARENT)

    def image(self):
        return self.surface.makeImageSnapshot()


def wrinkles(canvas, width, height, rng, strength):
    """Soft light and dark folds of film and foil."""
    for _ in range(rng.randint(5, 16)):
        x, y = rng.random() * width, rng.random() * height
        long, short = width * rng.uniform(.15, .7), width * rng.uniform(.015, .07)
        light = rng.random() < .55
        tone = 255 if light else 0
        canvas.save()
        canvas.rotate(rng.uniform(-80, 80), x, y)
        canvas.drawOval(skia.Rect.MakeXYWH(x - long / 2, y - short, long, short * 2), skia.Paint(
            AntiAlias=True, Shader=skia.GradientShader.MakeLinear(
                [skia.Point(x, y - short), skia.Point(x, y + short)],
                [skia.Color(tone, tone, tone, 0), skia.Color(tone, tone, tone, int(255 * strength * rng.uniform(.3, 1))),
                 skia.Color(tone, tone, tone, 0)])))
        canvas.restore()


def box(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    printing.draw_front(canvas, w, h, design, palette, lettering)
    if design.random() < .5:
        canvas.drawRect(skia.Rect.MakeWH(w, h), gradient([(0, 0), (w, h)], [
            skia.Color(255, 255, 255, design.randint(0, 70)), skia.Color(0, 0, 0, design.randint(0, 60))]))
    canvas.drawRect(skia.Rect.MakeWH(w, h), stroke(mix(palette.base, (0, 0, 0), .5), max(1.0, w * .012), .6))
    return Product("box", size, paper.image(), palette.base, mix(palette.second, palette.base, .5))


def carton(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    roof = h * design.uniform(.1, .2)
    crest = roof * design.uniform(.15, .35)
    slope = design.uniform(0, .12) * w
    canvas.save()
    canvas.clipPath(make_path([("M", slope, 0), ("L", w - slope, 0), ("L", w - slope, crest), ("L", w, roof), ("L", w, h),
                               ("L", 0, h), ("L", 0, roof), ("L", slope, crest)]), True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    canvas.drawRect(skia.Rect.MakeXYWH(0, crest, w, roof - crest), fill((1, 1, 1), .25))
    canvas.drawRect(skia.Rect.MakeXYWH(0, roof, w, max(1.5, h * .006)), fill((0, 0, 0), .35))
    if design.random() < .5:
        canvas.drawCircle(w * .5, (roof + crest) / 2, roof * .28, fill(printing.print_colour(design)))
    canvas.restore()
    return Product("carton", size, paper.image(), palette.base)


def can(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    curve = w * design.uniform(.02, .10)
    neck = design.uniform(0, .08) * w
    body = make_path([("M", neck, curve), ("Q", w / 2, -curve * .6, w - neck, curve), ("L", w, curve + neck),
                      ("L", w, h - curve - neck / 2), ("Q", w / 2, h + curve, 0, h - curve - neck / 2),
                      ("L", 0, curve + neck)])
    canvas.save()
    canvas.clipPath(body, True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    metal = mix((.75, .75, .78), palette.base, design.choice((0, 0, .5)))
    rim = max(2.0, h * design.uniform(.02, .05))
    canvas.drawRect(skia.Rect.MakeXYWH(0, 0, w, rim + curve), fill(metal))
    canvas.drawRect(skia.Rect.MakeXYWH(0, h - rim, w, rim), fill(mix(metal, (0, 0, 0), .3)))
    shade_round(canvas, 0, w, h, design, design.uniform(.2, .6))
    canvas.drawOval(skia.Rect.MakeXYWH(neck, 0, w - 2 * neck, 2 * curve), fill(mix(metal, (0, 0, 0), .2)))
    canvas.drawOval(skia.Rect.MakeXYWH(neck, 0, w - 2 * neck, 2 * curve), stroke((.9, .9, .9), max(1, h * .008)))
    canvas.restore()
    return Product("can", size, paper.image())


LIQUIDS = ((.06, .03, .02), (.35, .12, .03), (.75, .4, .05), (.85, .75, .2), (.1, .25, .1), (.55, .05, .08), (.9, .9, .88),
           (.75, .85, .9), (.95, .55, .1), (.3, .45, .15), (.85, .3, .4), (.15, .3, .6))


def bottle(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    neck = design.uniform(.22, .45)
    cap_height = h * design.uniform(.04, .10)
    shoulder_top = h * design.uniform(.12, .3)
    shoulder = shoulder_top + h * design.uniform(.05, .2)
    waist = design.choice((1, 1, 1, design.uniform(.8, .95)))
    body = mirrored([(neck, 0), (neck, shoulder_top), (1, shoulder), (waist, (shoulder + h) / 2), (1, h * .9),
                     (1, h * .97), (.9, h)], w)
    opaque = design.random() < .35
    liquid = palette.base if opaque else mix(design.choice(LIQUIDS), printing.print_colour(design), .15)
    canvas.save()
    canvas.clipPath(body, True)
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill(liquid, 1 if opaque else design.uniform(.85, 1)))
    if not opaque and design.random() < .6:
        canvas.drawRect(skia.Rect.MakeXYWH(0, 0, w, shoulder_top * design.uniform(.5, 1.2)), fill((.75, .78, .78), .5))
    label_top = design.uniform(shoulder / h, .6)
    label_height = design.uniform(.2, min(.6, .97 - label_top))
    label = Canvas(size[0], size[1] * label_height)
    printing.draw_front(label.canvas, label.width, label.height, design, palette, lettering, sparse=True)
    inset = design.choice((0, 0, .06)) * w
    canvas.drawImageRect(label.image(), skia.Rect.MakeXYWH(inset, label_top * h, w - 2 * inset, label_height * h),
                         skia.SamplingOptions(skia.FilterMode.kLinear))
    shade_round(canvas, 0, w, h, design, design.uniform(.25, .8), .6)
    canvas.restore()
    cap = printing.print_colour(design) if design.random() < .6 else palette.accent
    half = w * neck * design.uniform(.5, .62)
    canvas.save()
    canvas.clipRect(skia.Rect.MakeXYWH(w / 2 - half, 0, 2 * half, cap_height))
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill(cap))
    shade_round(canvas, w / 2 - half, 2 * half, cap_height, design, .5)
    canvas.restore()
    return Product("bottle", size, paper.image())


def jar(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    lid = h * design.uniform(.1, .24)
    neck = design.uniform(.75, 1)
    waist = design.choice((1, 1, design.uniform(.8, .95)))
    body = mirrored([(neck, lid * .8), (neck, lid * 1.05), (1, lid * 1.4), (waist, h * .6), (1, h * .93), (.92, h)], w)
    canvas.save()
    canvas.clipPath(body, True)
    content = mix(design.choice(LIQUIDS), printing.print_colour(design), .25)
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill(content))
    if design.random() < .5:
        for _ in range(40):
            printing.ball(canvas, design.random() * w, lid + design.random() * (h - lid), w * design.uniform(.05, .11),
                          mix(content, (1, .8, .5), .25 * design.random()), design, .7)
    label_top = design.uniform(lid / h + .12, .5)
    label_height = design.uniform(.25, .95 - label_top)
    label = Canvas(size[0], size[1] * label_height)
    printing.draw_front(label.canvas, label.width, label.height, design, palette, lettering, sparse=True)
    canvas.drawImageRect(label.image(), skia.Rect.MakeXYWH(0, label_top * h, w, label_height * h),
                         skia.SamplingOptions(skia.FilterMode.kLinear))
    shade_round(canvas, 0, w, h, design, design.uniform(.2, .7), .6)
    canvas.restore()
    half = w / 2 * min(1, neck * design.uniform(.98, 1.1))
    canvas.save()
    canvas.clipPath(make_path([("M", w / 2 - half, lid * .15), ("Q", w / 2, -lid * .1, w / 2 + half, lid * .15),
                               ("L", w / 2 + half, lid), ("L", w / 2 - half, lid)]), True)
    canvas.drawRect(skia.Rect.MakeWH(w, lid), fill(printing.print_colour(design)))
    shade_round(canvas, w / 2 - half, 2 * half, lid, design, .5)
    canvas.restore()
    return Product("jar", size, paper.image())


def tube(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    cap = h * design.uniform(.12, .25)
    taper = design.uniform(0, .12) * w
    body = make_path([("M", 0, 0), ("L", w, 0), ("L", w - taper, h - cap), ("L", taper, h - cap)])
    canvas.save()
    canvas.clipPath(body, True)
    printing.draw_front(canvas, w, h - cap, design, palette, lettering)
    shade_round(canvas, 0, w, h, design, design.uniform(.2, .6), .4)
    canvas.drawRect(skia.Rect.MakeXYWH(0, 0, w, h * .03), fill((1, 1, 1), .5))
    canvas.restore()
    canvas.save()
    inner = taper + design.uniform(0, .1) * w
    canvas.clipRect(skia.Rect.MakeLTRB(inner, h - cap, w - inner, h))
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill(palette.accent if design.random() < .5 else (.95, .95, .95)))
    shade_round(canvas, inner, w - 2 * inner, h, design, .4)
    canvas.restore()
    return Product("tube", size, paper.image())


def pouch(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    waist = w * design.uniform(0, .05)
    bottom = h * design.uniform(.0, .05)
    shape = make_path([("M", 0, 0), ("L", w, 0), ("Q", w - 2 * waist, h * .5, w, h * .95),
                       ("Q", w * .5, h + bottom, 0, h * .95), ("Q", 2 * waist, h * .5, 0, 0)])
    canvas.save()
    canvas.clipPath(shape, True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    shade_round(canvas, 0, w, h, design, design.uniform(0, .3), .35)
    wrinkles(canvas, w, h, design, design.uniform(.2, .6))
    canvas.drawRect(skia.Rect.MakeXYWH(0, 0, w, h * design.uniform(.03, .09)), fill((1, 1, 1), design.uniform(.1, .4)))
    canvas.restore()
    return Product("pouch", size, paper.image())


def bag(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    bulge = w * design.uniform(.02, .09)
    teeth = 14
    commands = [("M", bulge, 0)]
    commands += [("L", bulge + (w - 2 * bulge) * i / teeth, (i % 2) * h * .012) for i in range(teeth + 1)]
    commands += [("Q", w + bulge * .9, h * .5, w - bulge, h)]
    commands += [("L", w - bulge - (w - 2 * bulge) * i / teeth, h - (i % 2) * h * .012) for i in range(teeth + 1)]
    commands += [("Q", -bulge * .9, h * .5, bulge, 0)]
    canvas.save()
    canvas.clipPath(make_path(commands), True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    if design.random() < .3:                                            # window that shows the content
        window = printing.blob(design, w * .5, h * .75, w * .35, h * .16)
        canvas.save()
        canvas.clipPath(window, True)
        canvas.drawImageRect(printing.noise_picture(design.getrandbits(32)), skia.Rect.MakeWH(w, h),
                             skia.SamplingOptions(skia.FilterMode.kLinear))
        canvas.restore()
    shade_round(canvas, 0, w, h, design, 0, .45)
    wrinkles(canvas, w, h, design, design.uniform(.4, .9))
    for y in (0, h * .955):
        canvas.drawRect(skia.Rect.MakeXYWH(0, y, w, h * .045), fill(mix(palette.base, (.8, .8, .8), .5), .6))
    canvas.restore()
    return Product("bag", size, paper.image(), hanging=design.random() < .2)


def blister(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    corner = w * design.uniform(.02, .12)
    canvas.save()
    canvas.clipRRect(skia.RRect.MakeRectXY(skia.Rect.MakeWH(w, h), corner, corner), True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    inside = skia.Rect.MakeXYWH(w * .12, h * .45, w * .76, h * .48)
    canvas.drawRoundRect(inside, corner, corner, fill((.9, .92, .95), .55))
    for _ in range(design.randint(1, 3)):
        canvas.drawPath(printing.blob(design, w * .5, h * .69, w * design.uniform(.1, .3), h * design.uniform(.1, .2), 7),
                        fill(printing.print_colour(design)))
    canvas.drawRoundRect(inside, corner, corner, gradient([(w * .12, h * .45), (w * .7, h * .93)], [
        skia.Color(255, 255, 255, 150), skia.Color(255, 255, 255, 0), skia.Color(255, 255, 255, 60)], [0, .4, 1]))
    canvas.drawRoundRect(inside, corner, corner, stroke((1, 1, 1), 2, .6))
    canvas.drawRoundRect(skia.Rect.MakeXYWH(w * .4, h * .03, w * .2, h * .035), 4, 4, fill((.1, .1, .1)))
    canvas.restore()
    return Product("blister", size, paper.image(), hanging=True)


def tray(design, palette, lettering, size):
    """A shrink-wrapped pack: several cans or bottles behind one film."""
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    columns, rows = design.randint(2, 4), design.choice((1, 1, 2))
    unit_size = (size[0] / columns, size[1] / rows, size[0] / columns)
    unit = (can if rows == 2 or design.random() < .5 else bottle)(design, palette, lettering, unit_size)
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill((.08, .08, .08)))
    for row in range(rows):
        for column in range(columns):
            canvas.drawImageRect(unit.image, skia.Rect.MakeXYWH(column * w / columns, row * h / rows, w / columns,
                                                                h / rows), skia.SamplingOptions(skia.FilterMode.kLinear))
    if design.random() < .5:
        label = Canvas(size[0], size[1] * .5)
        printing.draw_front(label.canvas, label.width, label.height, design, palette, lettering)
        canvas.drawImageRect(label.image(), skia.Rect.MakeXYWH(0, h * design.uniform(.1, .5), w, h * .5),
                             skia.SamplingOptions(skia.FilterMode.kLinear))
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill((.9, .95, 1), design.uniform(.03, .15)))
    wrinkles(canvas, w, h, design, .7)
    return Product("tray", size, paper.image(), mix(palette.base, (.3, .3, .3), .5))


def cup(design, palette, lettering, size):
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    taper = w * design.uniform(.0, .14)
    canvas.save()
    canvas.clipPath(make_path([("M", 0, 0), ("L", w, 0), ("L", w, h * .08), ("L", w - taper, h), ("L", taper, h),
                               ("L", 0, h * .08)]), True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    canvas.drawRect(skia.Rect.MakeXYWH(0, 0, w, h * design.uniform(.05, .14)), fill(
        design.choice(((.95, .95, .95), palette.second, palette.accent))))
    shade_round(canvas, 0, w, h, design, design.uniform(.1, .4), .4)
    canvas.restore()
    return Product("cup", size, paper.image(), top=mix(palette.base, (.9, .9, .9), .6))


def jug(design, palette, lettering, size):
    """Detergent bottle: a lop-sided body, often with a handle hole and a coloured cap."""
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    flip = design.random() < .5
    if flip:
        canvas.scale(-1, 1)
        canvas.translate(-w, 0)
    cap = h * design.uniform(.08, .16)
    neck = w * design.uniform(.2, .6)
    half = w * design.uniform(.12, .2)
    low, high = max(0, neck - half), min(w, neck + half)
    body = make_path([("M", low, cap * .8), ("L", high, cap * .8), ("L", high, cap * 1.2),
                      ("Q", w, h * design.uniform(.15, .25), w, h * .4), ("L", w * design.uniform(.95, 1), h),
                      ("L", w * .03, h), ("L", 0, h * .45), ("Q", 0, h * .2, low, cap * 1.2)])
    colour = palette.base
    canvas.save()
    canvas.clipPath(body, True)
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill(colour))
    if design.random() < .5:
        canvas.drawPath(printing.blob(design, w * .82, h * .35, w * .1, h * .13, 6, .1), fill((.1, .1, .1), .8))
    canvas.restore()
    canvas.save()
    canvas.clipPath(body, True)
    if flip:
        canvas.translate(w, 0)
        canvas.scale(-1, 1)
    label = Canvas(size[0] * .85, size[1] * .55)
    printing.draw_front(label.canvas, label.width, label.height, design, palette, lettering)
    canvas.drawImageRect(label.image(), skia.Rect.MakeXYWH(w * .06, h * design.uniform(.35, .42), w * .86, h * .52),
                         skia.SamplingOptions(skia.FilterMode.kLinear))
    shade_round(canvas, 0, w, h, design, design.uniform(.1, .5), .45)
    canvas.restore()
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(low, 0, high, cap))
    canvas.drawRect(skia.Rect.MakeWH(w, h), fill(printing.print_colour(design)))
    shade_round(canvas, low, high - low, cap, design, .4)
    canvas.restore()
    return Product("jug", size, paper.image())


def roll(design, palette, lettering, size):
    """Paper rolls and nappies: a soft wrapped pack."""
    paper = Canvas(*size[:2])
    canvas, w, h = paper.canvas, paper.width, paper.height
    corner = min(w, h) * design.uniform(.05, .2)
    canvas.save()
    canvas.clipRRect(skia.RRect.MakeRectXY(skia.Rect.MakeWH(w, h), corner, corner), True)
    printing.draw_front(canvas, w, h, design, palette, lettering)
    columns = design.randint(1, 4)
    for column in range(columns):
        shade_round(canvas, column * w / columns, w / columns, h, design, .1, .25)
    wrinkles(canvas, w, h, design, .5)
    canvas.restore()
    return Product("roll", size, paper.image(), mix(palette.base, (1, 1, 1), .3))


MAKERS = {"box": box, "carton": carton, "can": can, "bottle": bottle, "jar": jar, "tube": tube, "pouch": pouch, "bag": bag,
          "blister": blister, "tray": tray, "cup": cup, "jug": jug, "roll": roll}


class Catalogue:
    """`count` products numbered from 0, drawn when first asked for; product n is a function of seed and n alone."""

    def __init__(self, seed, lettering, count=320):
        self.seed, self.lettering, self.count = seed, lettering, count
        self.products, self.plan = {}, []
        rng = random.Random(f"plan {seed}")
        while len(self.plan) < count:
            kind = rng.choices(KINDS, KIND_WEIGHTS)[0]
            size = size_of(kind, rng)
            design = rng.getrandbits(48)
            for flavour in range(rng.choice((1, 1, 2, 3, 5))):
                self.plan.append((kind, size, design, rng.getrandbits(48)))

    def of_kind(self, kinds):
        """The numbers of the products of these kinds."""
        return [n for n in range(self.count) if self.plan[n][0] in kinds]

    def size(self, number):
        return self.plan[number][1]

    def product(self, number):
        """The product, drawn now or before."""
        if number not in self.products:
            kind, size, design, palette = self.plan[number]
            self.products[number] = MAKERS[kind](random.Random(design), printing.Palette(random.Random(palette)),
                                                 self.lettering, size)
        return self.products[number]
