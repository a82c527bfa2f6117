"""A shelf scene: what stands where, drawn from back to front, and the boxes that follow from it.

The order of drawing is the whole trick: the room, then for each board the inside of its cell (back panel, board,
products from the last row to the first), clipped to the opening of the cell, then rails and tags, then what hangs or
stands in front. What is drawn later hides what came before, as in the shop, and only the front row is boxed.
"""
import math

import numpy as np

import printing
from camera import Camera
from catalogue import KINDS
from printing import mix
from rails import Rails
from room import Room
from stock import Stock
from tags import TagStyle

# kinds that share a department, so that a picture looks like one place of a shop
DEPARTMENTS = (("box",), ("box", "bag", "pouch"), ("can", "jar"), ("bottle",), ("bottle", "carton", "tray"),
               ("jar", "pouch", "box", "can"), ("bag",), ("jug", "bottle", "roll"), ("tube", "box", "blister", "bottle"),
               ("cup", "carton", "tray"), ("can", "bottle", "tray"), ("pouch", "blister"), KINDS)


class Shop:
    """The look of the furniture, the same all over one picture."""

    def __init__(self, rng, lettering):
        grey = rng.uniform(.75, 1)
        self.metal = rng.choice(((grey, grey, grey * rng.uniform(.93, 1)), (grey, grey, grey), (.25, .25, .27),
                                 (.55, .42, .3), printing.print_colour(rng)))
        if rng.random() < .55:
            self.metal = (grey, grey, grey * rng.uniform(.94, 1))
        self.panel = rng.choice((mix(self.metal, (0, 0, 0), rng.uniform(.05, .4)), (.06, .06, .06), (.5, .5, .52)))
        self.pegboard = rng.random() < .3
        self.rail_height = rng.uniform(2.5, 8)
        self.rail_kind = rng.choice(("metal", "strip", "strip", "plastic", "dark", "dark", "wood", "printed", "printed",
                                     "adverts", "adverts"))
        self.wood = mix((.25, .15, .1), (.7, .52, .33), rng.random() ** 2)
        self.front_lip = rng.choice((0, 0, 0, rng.uniform(.8, 3)))
        self.lip_haze = rng.uniform(.08, .35)
        self.strip = rng.choice(((1, 1, 1), (.95, .95, .9), printing.print_colour(rng), (.3, .2, .15)))
        self.depth = rng.uniform(28, 60)
        self.darkness = rng.uniform(.0, 1.0) if rng.random() < .75 else rng.uniform(.6, 1)
        self.bay_width = rng.choice((60, 90, 100, 120, 125, 133, 400))
        self.upright = rng.choice((0, 1.5, 3, 5))
        self.tag = TagStyle(rng, lettering)
        self.second_tag = TagStyle(rng, lettering)
        self.tag_density = rng.choice((0, .5, .9, .95, 1))
        self.offer_share = rng.choice((0, .05, .15, .5))
        self.tag_each = rng.random() < .25              # a tag for nearly every facing, not every run
        self.tag_fills_rail = rng.random() < .55
        self.tag_below = rng.random() < .25             # hung from the rail, hiding product tops below
        self.gap_share = rng.choice((0, 0, .01, .03, .06, .12, .22))
        self.depletion = rng.choice((0, 0, .05, .12, .35))  # share of facings pushed back or thinned out
        self.tidiness = rng.choice((.15, .5, 1, 2))     # jitter factor
        self.trays = rng.choice((0, 0, .1, .4))
        self.spacing = rng.choice((.02, .06, .15, .3, .9))
        self.clear_lip = rng.random() < .15
        self.tight = rng.random() < .65                  # boards as close as the products allow
        self.heaps = rng.choice((.03, .05, .3))          # share of boards with soft packs that carry a heap

    def fill_up(self, rng):
        """A well kept wall: packed, hardly a gap."""
        self.gap_share = rng.choice((0, 0, .01, .03, .06))
        self.depletion = rng.choice((0, .03, .1))
        self.spacing = rng.choice((.02, .04, .1, .25))
        self.tight = rng.random() < .75


class Scene(Room, Stock, Rails):
    """A shelf, or a room without one."""

    def compose(self):
        """Draws the whole scene."""
        rng = self.rng
        self.draw_room()
        if rng.random() < .03:
            self.draw_negative()
            return
        self.shop = Shop(rng, self.lettering)
        view = math.exp(rng.uniform(math.log(28), math.log(330)))           # centimetres across the longer side
        whole_wall = rng.random() < .42
        if whole_wall:
            view = rng.uniform(85, 270)
            self.shop.fill_up(rng)
        long_side = max(self.width, self.height)
        focal = long_side * rng.uniform(.7, 1.5)
        yaw = math.radians(np.clip(rng.gauss(0, 14), -48, 48)) * (1 if rng.random() < .75 else 0)
        if rng.random() < .15:
            yaw = math.radians(rng.choice((-1, 1)) * rng.uniform(18, 50))
        pitch = math.radians(rng.gauss(-2, 7))
        roll = math.radians(rng.gauss(0, 1.8 if rng.random() < .92 else 7))
        self.camera = Camera((self.width, self.height), focal, (0, 0), view * focal / long_side, yaw, pitch, roll)
        reach = view * self.width / long_side
        tall = view * self.height / long_side
        self.left, self.right = -reach * 1.6 - 40, reach * 1.6 + 40
        if rng.random() < .18:                                              # the shelf ends inside the picture
            if rng.random() < .5:
                self.left = -reach * rng.uniform(.15, .5)
            else:
                self.right = reach * rng.uniform(.15, .5)
        self.bottom, self.top = -tall * .85 - 30, tall * .85 + 30
        self.bays = self.bay_edges()
        cells = self.stack_boards(view)
        for cell in cells:
            self.draw_cell(cell)
        for cell in cells:
            self.draw_rail(cell)
        self.draw_front(cells)

    def bay_edges(self):
        """The x of the uprights."""
        start = self.left + (self.rng.uniform(0, self.shop.bay_width) if self.left < -100 else 0)
        edges = [self.left]
        while start < self.right:
            if start > edges[-1] + 20:
                edges.append(start)
            start += self.shop.bay_width
        edges.append(self.right)
        return edges

    def stack_boards(self, view):
        """Cells from bottom to top: (y, opening height, kinds, is top)."""
        rng, shop = self.rng, self.shop
        kinds = rng.choice(DEPARTMENTS)
        mixed = rng.random() < .4
        ended = rng.random() < .3                                           # the shelf's top is inside the picture
        limit = self.top * (rng.uniform(-.1, .55) if ended else 1)
        scale = 1.0 if view > 70 else rng.uniform(.8, 1.3)
        cells, y = [], self.bottom
        low_target = rng.uniform(5, 20) if rng.random() < (.5 if view > 60 else .25) else rng.uniform(10, 34)
        while y < limit and len(cells) < 26:
            cell_kinds = rng.choice(DEPARTMENTS) if mixed else kinds
            target = low_target * rng.uniform(.7, 1.5)
            numbers = [n for n in self.catalogue.of_kind(cell_kinds)
                       if target * .72 < self.catalogue.size(n)[1] * scale < target * 1.25]
            if len(numbers) < 3:
                numbers = self.catalogue.of_kind(cell_kinds) or list(range(self.catalogue.count))
            first = rng.randrange(len(numbers))
            numbers = (numbers[first:] + numbers[:first])[:rng.randint(3, 14)]
            tallest = max(self.catalogue.size(n)[1] for n in numbers)
            spare = rng.uniform(.4, 3.5) if shop.tight else rng.uniform(1.5, 12)
            stack = rng.random() < .33
            levels = rng.choice((1, 2, 2, 3)) if stack else 1
            opening = tallest * (levels if tallest * levels < max(34, .45 * view) else 1) + spare
            style = rng.choices(("board", "hooks", "empty"), (95, 4, 2))[0]
            if cell_kinds in (("pouch", "blister"),) and rng.random() < .6:
                style = "hooks"
            elif style == "board" and rng.random() < shop.heaps and {"bag", "pouch"} & set(cell_kinds):
                style = "heap"
            cells.append({"y": y, "opening": opening, "numbers": numbers, "style": style, "open_top": False,
                          "stack": stack, "rail": shop.rail_height * rng.uniform(.9, 1.1)})
            y += opening + shop.rail_height
        if ended and cells:
            cells[-1]["open_top"] = True
            cells[-1]["overstock"] = rng.random() < .35
        return cells
