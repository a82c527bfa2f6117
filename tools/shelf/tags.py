"""Price tags: paper, coloured offers, electronic labels; each a small picture of a few centimetres."""
import skia

import printing
from lettering import draw_text
from printing import fill, stroke

PIXELS_PER_CENTIMETRE = 22


def price(rng):
    """A price as shops write it."""
    amount = rng.choice((rng.uniform(.2, 10), rng.uniform(1, 60), rng.uniform(10, 900)))
    style = rng.randrange(5)
    if style == 0:
        return f"{amount:.2f}"
    if style == 1:
        return f"{amount:.2f}".replace(".", ",")
    if style == 2:
        return str(int(amount) + 1)
    if style == 3:
        return rng.choice("$€£¥₪") + f"{amount:.2f}"
    return f"{int(amount)}.{rng.choice((90, 99, 49, 95))}"


class TagStyle:
    """The look that the tags of one shop share."""

    def __init__(self, rng, lettering):
        self.lettering = lettering
        kind = rng.random()
        self.electronic = kind < .25
        self.width = rng.uniform(3.6, 8.5)
        self.height = self.width * rng.choice((rng.uniform(.45, .7), rng.uniform(.55, .75), rng.uniform(.8, 1.1),
                                           rng.uniform(1.0, 1.45)))
        self.height = min(self.height, 7.0)
        self.paper = (1, 1, 1) if kind < .72 else printing.mix(printing.print_colour(rng), (1, 1, 1), rng.uniform(0, .5))
        if self.electronic:
            self.paper = printing.mix((.72, .74, .72), (.9, .9, .88), rng.random())
        self.frame = (.96, .96, .96) if rng.random() < .7 else (.12, .12, .14)
        self.offer = printing.mix(rng.choice(((.9, .1, .1), (1, .85, .1), (1, .5, .1), (.1, .6, .2))), (1, 1, 1),
                                  rng.uniform(0, .2))
        self.script = lettering.script(rng)
        self.face = lettering.face("latin" if "latin" in lettering.files else self.script, rng)
        self.price_align = rng.choice((0, .5, 1, 1))
        self.price_share = rng.uniform(.35, .7)
        self.barcode = rng.random() < .5
        self.band = rng.choice((0, 0, rng.uniform(.15, .3)))
        self.header = rng.random() < .7
        self.footer = rng.random() < .5
        self.corner = rng.choice((0, 0, .06, .15))
        self.panel = rng.choice((0, 0, 0, 0, rng.uniform(.3, .55)))    # a coloured part beside the price
        self.panel_left = rng.random() < .7
        if rng.random() < .22:                                  # nothing but a large number and a line of text
            self.barcode = self.footer = False
            self.band, self.panel, self.price_share = 0, 0, .95

    def draw(self, rng, offer=False, grow=1.0):
        """(width cm, height cm, image) of one tag; `offer` makes it a special one."""
        width, height = self.width * grow, self.height * grow
        w, h = max(16, round(width * PIXELS_PER_CENTIMETRE)), max(12, round(height * PIXELS_PER_CENTIMETRE))
        surface = skia.Surface(w, h)
        canvas = surface.getCanvas()
        canvas.clear(skia.ColorTRANSPARENT)
        paper = self.offer if offer and not self.electronic else self.paper
        ink = (.05, .05, .05) if printing.brightness(paper) > .45 else (1, 1, 1)
        corner = self.corner * h
        whole = skia.Rect.MakeWH(w, h)
        x, y, inner_w, inner_h = 0.0, 0.0, float(w), float(h)
        if self.electronic:
            canvas.drawRoundRect(whole, h * .08, h * .08, fill(self.frame))
            edge = h * .11
            x, y, inner_w, inner_h = edge, edge, w - 2 * edge, h - 2 * edge
            canvas.drawRect(skia.Rect.MakeXYWH(x, y, inner_w, inner_h), fill(paper))
        else:
            canvas.drawRoundRect(whole, corner, corner, fill(paper))
            if rng.random() < .25:
                canvas.drawRect(whole, stroke((.4, .4, .4), 1.5, .6))
        if self.panel and not self.electronic:
            x, inner_w = self.draw_panel(canvas, rng, x, inner_w, h)
        price_ink = (.8, .05, .05) if offer and printing.brightness(paper) > .6 else ink
        top = y + inner_h * .06
        if self.band:
            canvas.drawRect(skia.Rect.MakeXYWH(x, y, inner_w, inner_h * self.band), fill(self.offer))
            top = y + inner_h * (self.band + .03)
        if self.header:
            line = inner_h * .16
            words = " ".join(self.lettering.word(self.script, rng) for _ in range(rng.randint(1, 3)))
            draw_text(canvas, words, self.lettering.face(self.script, rng), (x + inner_w * .05, top, inner_w * .9, line),
                      fill(ink), 0)
            top += line * 1.1
        share = self.price_share
        size = (y + inner_h * .96 - top) * (share if self.barcode or self.footer else .95)
        wide = inner_w * (.6 if self.barcode and self.price_align == 1 else .9)
        draw_text(canvas, price(rng), self.face, (x + inner_w * .95 - wide, top, wide, size), fill(price_ink),
                  self.price_align)
        low = y + inner_h * .95
        if self.barcode:
            bar_h = inner_h * .22
            printing.draw_barcode(canvas, x + inner_w * .05, low - bar_h, inner_w * rng.uniform(.35, .6), bar_h, rng)
        elif self.footer:
            printing.small_print(canvas, x + inner_w * .05, low - inner_h * .14, inner_w * .6, inner_h * .13, ink, rng)
        return width, height, surface.makeImageSnapshot()

    def draw_panel(self, canvas, rng, x, wide, high):
        """A coloured part at one side with a few words; returns where the rest begins and how wide it is."""
        part = wide * self.panel
        at = x if self.panel_left else x + wide - part
        canvas.drawRect(skia.Rect.MakeXYWH(at, high * .04, part, high * .92), fill(self.offer))
        ink = printing.contrasting(self.offer, rng)
        for line in range(rng.randint(1, 3)):
            draw_text(canvas, self.lettering.word(self.script, rng), self.lettering.face(self.script, rng),
                      (at + part * .08, high * (.12 + .27 * line), part * .84, high * .22), fill(ink), .5)
        return (x + part if self.panel_left else x), wide - part
