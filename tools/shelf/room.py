"""The room around the shelf: aisle, floor, lamps, people; and pictures without any shelf."""
import numpy as np
import skia

import printing
from printing import fill, mix, rgb, stroke
from stage import GAP, SAMPLING, Stage


class Room(Stage):
    """What is seen where no shelf is."""

    def draw_room(self):
        """Whatever is seen where no shelf is: blurred aisle, floor, ceiling lamps, clutter."""
        rng, canvas = self.rng, self.canvas
        canvas.clear(rgb(mix(printing.print_colour(rng), (.6, .6, .6), rng.uniform(.3, 1))))
        whole = skia.Rect.MakeWH(self.width, self.height)
        if rng.random() < .7:
            canvas.drawImageRect(printing.noise_picture(rng.getrandbits(32), colours=4), whole, SAMPLING,
                                 skia.Paint(Alphaf=rng.uniform(.1, .7)))
        for _ in range(rng.randint(0, 25)):
            x, y = rng.random() * self.width, rng.random() * self.height
            w, h = self.width * rng.uniform(.02, .3), self.height * rng.uniform(.02, .3)
            canvas.drawRect(skia.Rect.MakeXYWH(x, y, w, h), fill(printing.print_colour(rng), rng.uniform(.2, 1)))
        horizon = self.height * rng.uniform(.45, .9)
        if rng.random() < .6:
            tone = rng.uniform(.35, .85)
            canvas.drawRect(skia.Rect.MakeLTRB(0, horizon, self.width, self.height), fill((tone, tone * .97, tone * .92)))
            for i in range(-12, 13):
                canvas.drawLine(self.width / 2 + i * self.width * .05, horizon, self.width / 2 + i * self.width * .4,
                                self.height, stroke((tone * .7,) * 3, 1.5))
            for i in range(1, 7):
                y = horizon + (self.height - horizon) * (i / 6) ** 2
                canvas.drawLine(0, y, self.width, y, stroke((tone * .7,) * 3, 1.5))
        if rng.random() < .4:
            for _ in range(rng.randint(1, 5)):
                x, y = rng.random() * self.width, rng.random() * horizon * .4
                canvas.save()
                canvas.rotate(rng.uniform(-30, 30), x, y)
                canvas.drawRect(skia.Rect.MakeXYWH(x, y, self.width * rng.uniform(.1, .4), self.height * .012),
                                fill((1, 1, .97)))
                canvas.restore()

    def draw_person(self):
        """Something like a shopper, an arm or a trolley in front; boxes behind it go."""
        rng, canvas = self.rng, self.canvas
        x = rng.random() * self.width
        wide = self.width * rng.uniform(.05, .16)
        top = self.height * rng.uniform(.1, .75)
        coat = printing.print_colour(rng)
        body = printing.blob(rng, x, (top + self.height * 1.2) / 2 + wide, wide, (self.height * 1.2 - top) / 2, 10, .12)
        skin = mix((.95, .78, .66), (.35, .22, .15), rng.random())
        canvas.drawPath(body, printing.gradient([(x - wide, 0), (x + wide, 0)],
                                                [rgb(mix(coat, (0, 0, 0), .5)), rgb(coat), rgb(mix(coat, (0, 0, 0), .4))]))
        head = skia.Rect.MakeXYWH(x - wide * .45, top - wide * .7, wide * .9, wide * 1.2)
        canvas.drawOval(head, fill(skin))
        canvas.drawArc(head.makeOffset(0, -wide * .1), 170, 200, False, fill(mix((.1, .06, .03), (.6, .5, .4), rng.random())))
        self.cover_oval(body.getBounds())
        self.cover_oval(head)

    def cover_oval(self, bounds):
        """What lies behind an oval does not show, and a gap behind it cannot be told."""
        middle = np.array([bounds.centerX(), bounds.centerY()])
        radii = np.array([bounds.width(), bounds.height()]) / 2
        turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        self.claim(middle + radii * np.stack([np.cos(turns), np.sin(turns)], 1))
        for index, (label, x0, y0, x1, y1) in enumerate(self.boxes):
            away = (np.array([(x0 + x1) / 2, (y0 + y1) / 2]) - middle) / radii
            if label == GAP and away @ away < 1:
                self.boxes[index] = (label, x0, y0, x0, y0)

    def draw_negative(self):
        """No shelf: posters, tiles, lamps, text; things that must not be taken for products."""
        rng, canvas = self.rng, self.canvas
        for _ in range(rng.randint(0, 40)):
            x, y = rng.random() * self.width, rng.random() * self.height
            size = self.width * rng.uniform(.01, .2)
            kind = rng.randrange(4)
            if kind == 0:
                canvas.drawPath(printing.blob(rng, x, y, size, size * rng.uniform(.3, 2)), fill(printing.print_colour(rng)))
            elif kind == 1:
                script = self.lettering.script(rng)
                printing.draw_text(canvas, self.lettering.word(script, rng, 1, 5), self.lettering.face(script, rng),
                                   (x, y, size * 4, size), fill(printing.print_colour(rng)))
            elif kind == 2:
                canvas.drawLine(x, y, rng.random() * self.width, rng.random() * self.height,
                                stroke(printing.print_colour(rng), size * .1))
            else:
                printing.ball(canvas, x, y, size, printing.print_colour(rng), rng)
        for _ in range(rng.randint(0, 3)):
            self.draw_person()
