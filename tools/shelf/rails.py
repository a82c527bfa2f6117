"""What hangs and stands before the products: price rails with tags, uprights, talkers, glass doors."""
import numpy as np
import skia

import printing
from camera import apply
from printing import fill, mix, stroke
from stage import PRICE_TAG, Stage, polygon_path


class Rails(Stage):
    """The front edges of the boards and everything in front of them."""

    def draw_rail(self, cell):
        """The front edge of a board with its price rail, tags and talkers."""
        rng, shop = self.rng, self.shop
        if "polygon" not in cell and not cell["runs"]:
            return
        y, height = cell["y"], shop.rail_height
        metal = mix(shop.metal, (0, 0, 0), rng.uniform(0, .06))
        self.face(self.left, self.right, y - height, y, 0, metal)
        kind = shop.rail_kind
        if kind == "strip":
            self.face(self.left, self.right, y - height * .9, y - height * .15, -.2, shop.strip)
        elif kind == "plastic":
            self.face(self.left, self.right, y - height * .95, y - height * .05, -.3, (.85, .88, .9), .6)
            self.face(self.left, self.right, y - height * .35, y - height * .2, -.35, (1, 1, 1), .6)
        elif kind == "dark":
            self.face(self.left, self.right, y - height, y, -.2, (.12, .1, .1))
        elif kind == "wood":
            self.draw_wooden_rail(y, height)
        elif kind == "printed":
            self.draw_printed_rail(y, height)
        elif kind == "adverts":
            self.draw_adverts(y, height)
        if shop.front_lip:                              # clear plastic before the feet of the products
            self.face(self.left, self.right, y, y + shop.front_lip, -.3, (.92, .95, 1), shop.lip_haze)
            self.face(self.left, self.right, y + shop.front_lip * .9, y + shop.front_lip, -.35, (1, 1, 1), .5)
        self.face(self.left, self.right, y - height * .08, y, -.4, mix(metal, (1, 1, 1), .4), .8)
        self.face(self.left, self.right, y - height, y - height * .92, -.4, (0, 0, 0), .35)
        for run in cell["runs"]:
            if rng.random() > shop.tag_density:
                continue
            columns = [x for x, _ in run["columns"]]
            apart = shop.tag.width * 1.15
            self.draw_tag(columns[0], columns[-1] + run["facing"], y, height)
            if shop.tag_each and columns[-1] - columns[0] > apart * 2:
                for x in np.arange(columns[0] + apart * 2, columns[-1], apart * rng.uniform(1.2, 3)):
                    self.draw_tag(x, x + shop.tag.width, y, height)

    def draw_wooden_rail(self, y, height):
        """Boards of wood with a grain."""
        rng = self.rng
        self.face(self.left, self.right, y - height, y, -.2, self.shop.wood)
        for _ in range(9):
            at, x = y - height * rng.random(), rng.uniform(-150, 100)
            self.face(x, x + rng.uniform(20, 150), at, at + height * rng.uniform(.02, .08), -.25,
                      mix(self.shop.wood, rng.choice(((0, 0, 0), (.8, .6, .4))), rng.uniform(.1, .4)), .7)

    def draw_printed_rail(self, y, height):
        """A strip with repeated ornaments: bars, or little drawings at distances that tags could have."""
        rng, x = self.rng, max(self.left, -200.0)
        self.face(self.left, self.right, y - height * .95, y - height * .05, -.2, self.shop.strip)
        end = min(self.right, 200)
        step = rng.uniform(3, 14)
        if rng.random() < .4:
            other = mix(printing.contrasting(self.shop.strip, rng), printing.print_colour(rng), .5)
            while x < end:
                self.face(x, x + step * rng.uniform(.2, .6), y - height * .75, y - height * .25, -.25, other)
                x += step
            return
        ornaments = self.small_pictures("ornaments", rng.randint(2, 4), self.draw_ornament)
        tall = height * rng.uniform(.5, .85)
        while x < end:
            image = rng.choice(ornaments)
            wide = tall * image.width() / image.height()
            self.picture(image, x, y - height / 2 - tall / 2, -.3, wide, tall)
            x += wide + step * rng.choice((.1, .5, 1))

    def draw_adverts(self, y, height):
        """A rail with small pictures and words that are neither products nor prices."""
        rng = self.rng
        adverts = self.small_pictures("adverts", rng.randint(4, 10), self.draw_advert)
        self.face(self.left, self.right, y - height * .95, y - height * .05, -.2, self.shop.strip)
        x = max(self.left, -150.0)
        packed = rng.random() < .6
        while x < min(self.right, 150):
            image = rng.choice(adverts)
            tall = height * (.9 if packed else rng.uniform(.6, .9))
            wide = tall * image.width() / image.height()
            self.picture(image, x, y - height / 2 - tall / 2, -.3, wide, tall)
            x += wide + (0 if packed else rng.choice((0, .3, rng.uniform(0, 15))))

    def small_pictures(self, name, count, draw):
        """The pictures that the rails of this shop repeat, drawn once."""
        if name not in self.__dict__:
            self.__dict__[name] = [draw() for _ in range(count)]
        return self.__dict__[name]

    def draw_advert(self):
        """A small busy print."""
        rng = self.rng
        surface = skia.Surface(rng.choice((40, 64, 96, 150)), 64)
        printing.draw_front(surface.getCanvas(), surface.width(), 64, rng, printing.Palette(rng), self.lettering,
                            sparse=rng.random() < .5)
        return surface.makeImageSnapshot()

    def draw_ornament(self):
        """A sprig, a cup, a dot or a word in one pale or strong ink on the bare strip."""
        rng = self.rng
        surface = skia.Surface(rng.choice((48, 64, 110)), 64)
        canvas, wide = surface.getCanvas(), surface.width()
        canvas.clear(skia.ColorTRANSPARENT)
        ink = mix(printing.print_colour(rng), self.shop.strip, rng.choice((0, .3, .6)))
        kind = rng.randrange(4)
        if kind == 0:
            for _ in range(rng.randint(3, 12)):
                x, turn = wide * rng.uniform(.1, .9), rng.uniform(-70, 70)
                canvas.save()
                canvas.rotate(turn, x, 40)
                canvas.drawOval(skia.Rect.MakeXYWH(x - 4, 12, rng.uniform(4, 10), rng.uniform(14, 34)), fill(ink))
                canvas.restore()
        elif kind == 1:
            canvas.drawRoundRect(skia.Rect.MakeXYWH(wide * .2, 18, wide * .45, 36), 8, 8, fill(ink))
            canvas.drawArc(skia.Rect.MakeXYWH(wide * .55, 24, wide * .25, 22), -90, 180, False, stroke(ink, 4))
        elif kind == 2:
            for _ in range(rng.randint(1, 4)):
                size = rng.uniform(6, 20)
                canvas.drawPath(printing.blob(rng, wide * rng.uniform(.2, .8), rng.uniform(15, 50), size, size), fill(ink))
        else:
            script = self.lettering.script(rng)
            printing.draw_text(canvas, self.lettering.word(script, rng, 1, 3), self.lettering.face(script, rng),
                               (2, 16, wide - 4, 32), fill(ink))
        return surface.makeImageSnapshot()

    def draw_tag(self, first, last, y, rail):
        """One tag somewhere from x `first` to `last`, boxed as people box it: the paper's own extent."""
        rng, shop = self.rng, self.shop
        if not self.on_picture(first, last, y - rail - 4, y + 2):
            return
        style = shop.tag if rng.random() < .93 else shop.second_tag
        offer = rng.random() < shop.offer_share
        grow = rng.uniform(1.2, 2) if offer and rng.random() < .4 else 1.0
        if style.height > rail * 1.6:
            grow *= max(.6, rail * 1.6 / style.height)
        if shop.tag_fills_rail and not shop.tag_below:
            grow *= np.clip(rail / style.height, .5, 1.6)
        width, height, image = style.draw(rng, offer, grow)
        x = rng.choice((first, first + rng.uniform(0, 2), (first + last - width) / 2, last - width))
        low = y - rail / 2 - height / 2
        if shop.tag_below:
            low = y - rail - height * rng.uniform(.3, .9)
        elif rng.random() < .2:
            low += rng.uniform(-.4, .4) * rail
        turn = rng.gauss(0, .012) if rng.random() < .9 else rng.gauss(0, .1)
        self.face(x + .15, x + width + .15, low - .2, low + height - .2, -.45, (0, 0, 0), .25)
        matrix = self.picture(image, x, low, -.5, width, height, turn, None, rng.choice((0, 0, -.3, .3)))
        w, h = image.width(), image.height()
        self.add_box(PRICE_TAG, apply(matrix, np.array([[0, 0], [w, 0], [w, h], [0, h]], float)))
        if rng.random() < .06:
            glare = skia.Paint(AntiAlias=True, Color=skia.Color(255, 255, 255, rng.randint(60, 200)))
            a, b = self.camera.project([(x, low, -.6), (x + width * rng.uniform(.3, 1), low + height, -.6)])
            self.canvas.drawOval(skia.Rect.MakeLTRB(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])),
                                 glare)

    def draw_front(self, cells):
        """Uprights, wobblers, posters, glass doors, people, wires."""
        rng, shop, canvas = self.rng, self.shop, self.canvas
        if shop.upright:
            for edge in self.bays:
                top = cells[-1]["y"] if any(cell["open_top"] for cell in cells) else self.top
                around = edge - shop.upright / 2, edge + shop.upright / 2, self.bottom, top, -.1
                self.face(*around, mix(shop.metal, (0, 0, 0), .08))
                self.cover(*around)
        if rng.random() < .25:
            for cell in cells:
                if cell["runs"] and rng.random() < .4:
                    self.draw_wobbler(cell)
        if rng.random() < .1:
            self.draw_doors()
        if rng.random() < .06:
            for _ in range(rng.randint(1, 3)):
                y = rng.uniform(self.bottom, self.top) * .5
                a, b = self.camera.project([(self.left, y, -1), (self.right, y, -1)])
                canvas.drawLine(*a, *b, stroke((.8, .8, .8), max(1, self.width * .003)))
        if rng.random() < .06:
            self.draw_person()

    def draw_wobbler(self, cell):
        """A round or square talker that hides a little of the products."""
        rng = self.rng
        run = rng.choice(cell["runs"])
        x, y = run["columns"][0][0] + rng.uniform(0, 6), cell["y"] + rng.uniform(-6, 1)
        size = rng.uniform(4, 9)
        colour = printing.print_colour(rng)
        self.cover(x + size * .1, x + size * .9, y + size * .1, y + size * .9, -2)
        a, b = self.camera.project([(x, y, -2), (x + size, y + size, -2)])
        rectangle = skia.Rect.MakeLTRB(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
        if rng.random() < .6:
            self.canvas.drawOval(rectangle, fill(colour))
        else:
            self.canvas.drawRect(rectangle, fill(colour))
        script = self.lettering.script(rng)
        printing.draw_text(self.canvas, self.lettering.word(script, rng), self.lettering.face(script, rng),
                           (rectangle.left() + rectangle.width() * .15, rectangle.top() + rectangle.height() * .3,
                            rectangle.width() * .7, rectangle.height() * .4), fill(printing.contrasting(colour, rng)))

    def draw_doors(self):
        """Glass doors: bars between bays and reflections."""
        rng, canvas = self.rng, self.canvas
        bar = rng.choice(((.1, .1, .1), (.8, .8, .82)))
        for edge in self.bays:
            self.face(edge - 2.5, edge + 2.5, self.bottom, self.top, -3, bar)
            self.cover(edge - 2.5, edge + 2.5, self.bottom, self.top, -3)
        for _ in range(rng.randint(2, 7)):
            x, wide = rng.random() * self.width, self.width * rng.uniform(.02, .25)
            slant = self.width * rng.uniform(-.2, .2)
            path = polygon_path(np.array([(x, 0), (x + wide, 0), (x + wide + slant, self.height), (x + slant, self.height)]))
            canvas.drawPath(path, fill(mix((1, 1, 1), (.6, .8, 1), rng.random()), rng.uniform(.04, .22)))
