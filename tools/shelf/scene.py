"""A shelf scene: what stands where, drawn from back to front, and the boxes that follow from it.

The order of drawing is the whole trick: the room, then for each board the inside of its cell (back panel, board,
products from the last row to the first), clipped to the opening of the cell, then rails and tags, then what hangs or
stands in front. What is drawn later hides what came before, as in the shop, and only the front row is boxed.
"""
import math
import random

import cv2
import numpy as np
import skia

import printing
from camera import Camera, apply, clip_polygon
from catalogue import KINDS
from printing import fill, mix, rgb, stroke
from tags import TagStyle

PRODUCT, PRICE_TAG, GAP = 0, 1, 2
CLASS_NAMES = ("product", "price tag", "gap")
SMALLEST_VISIBLE = 0.25         # share of a facing that must be inside picture and opening
SMALLEST_PIXELS = 5             # a box thinner than this teaches nothing
SAMPLING = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)

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
        self.rail_kind = rng.choice(("metal", "strip", "strip", "plastic", "dark", "dark", "printed", "adverts"))
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
        self.gap_share = rng.choice((0, 0, .01, .02, .03, .06, .15))
        self.depletion = rng.choice((0, 0, .05, .12, .35))  # share of facings pushed back or thinned out
        self.tidiness = rng.choice((.15, .5, 1, 2))     # jitter factor
        self.trays = rng.choice((0, 0, .1, .4))
        self.spacing = rng.choice((.02, .06, .15, .3, .9))
        self.clear_lip = rng.random() < .15
        self.tight = rng.random() < .65                  # boards as close as the products allow


class Scene:
    """One picture in the making."""

    def __init__(self, seed, catalogue, lettering, size):
        self.rng = random.Random(seed)
        self.catalogue, self.lettering = catalogue, lettering
        self.width, self.height = size
        self.surface = skia.Surface(self.width, self.height)
        self.canvas = self.surface.getCanvas()
        self.boxes = []                                 # (class, x0, y0, x1, y1) in pixels

    # -- helpers ----------------------------------------------------------------------------------------------------

    def polygon(self, points):
        """A path through world points."""
        return polygon_path(self.camera.project(points))

    def face(self, x0, x1, y0, y1, z, colour, alpha=1.0):
        """A rectangle parallel to the shelf front."""
        self.canvas.drawPath(self.polygon([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]), fill(colour, alpha))

    def board(self, x0, x1, y, z0, z1, colour):
        """A level rectangle."""
        self.canvas.drawPath(self.polygon([(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)]), fill(colour))

    def wall(self, x, y0, y1, z0, z1, colour):
        """An upright rectangle that runs into the shelf."""
        self.canvas.drawPath(self.polygon([(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)]), fill(colour))

    def picture(self, image, x, y, z, width, height, turn=0.0, tint=None, lean=0.0, tone=None):
        """Draws a texture upright with its lower left corner at (x, y, z), darkened by `tint` and recoloured by `tone`;
        returns its homography."""
        w, h = image.width(), image.height()
        cos, sin = math.cos(turn), math.sin(turn)
        along_u = np.array([cos, sin, 0]) * (width / w)
        along_v = np.array([sin, -cos, 0]) * (height / h)
        along_v[2] += lean * height / h
        middle = np.array([x + width / 2, y + height / 2, z])
        origin = middle - along_u * (w / 2) - along_v * (h / 2)
        matrix = self.camera.plane(origin, along_u, along_v)
        self.canvas.save()
        self.canvas.concat(skia.Matrix.MakeAll(*(matrix / matrix[2, 2]).ravel().tolist()))
        paint = skia.Paint(AntiAlias=True)
        if tint is not None:
            level = max(0, min(255, int(255 * tint)))
            dimmer = skia.ColorFilters.Blend(skia.Color(level, level, level), skia.BlendMode.kModulate)
            paint.setColorFilter(dimmer if tone is None else skia.ColorFilters.Compose(dimmer, tone))
        self.canvas.drawImage(image, 0, 0, SAMPLING, paint)
        self.canvas.restore()
        return matrix

    def add_box(self, label, points, opening=None):
        """Boxes the visible part of a projected outline if enough of it shows."""
        whole = np.ptp(points[:, 0]) * np.ptp(points[:, 1])
        seen = clip_polygon(points, opening) if opening is not None else points
        if len(seen) < 3 or whole <= 0:
            return None
        x0, x1 = np.clip([seen[:, 0].min(), seen[:, 0].max()], 0, self.width)
        y0, y1 = np.clip([seen[:, 1].min(), seen[:, 1].max()], 0, self.height)
        if (x1 - x0) * (y1 - y0) < SMALLEST_VISIBLE * whole or min(x1 - x0, y1 - y0) < SMALLEST_PIXELS:
            return None
        self.boxes.append((label, float(x0), float(y0), float(x1), float(y1)))
        return len(self.boxes) - 1

    # -- the room ---------------------------------------------------------------------------------------------------

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
        self.boxes = [box for box in self.boxes
                      if not body.contains((box[1] + box[3]) / 2, (box[2] + box[4]) / 2)
                      and not head.contains((box[1] + box[3]) / 2, (box[2] + box[4]) / 2)]

    # -- layout -----------------------------------------------------------------------------------------------------

    def compose(self):
        """Draws the whole scene."""
        rng = self.rng
        self.draw_room()
        if rng.random() < .03:
            self.draw_negative()
            return
        self.shop = Shop(rng, self.lettering)
        view = math.exp(rng.uniform(math.log(28), math.log(330)))           # centimetres across the longer side
        if rng.random() < .35:
            view = rng.uniform(90, 280)
        long_side = max(self.width, self.height)
        focal = long_side * rng.uniform(.7, 1.5)
        yaw = math.radians(np.clip(rng.gauss(0, 14), -48, 48)) * (1 if rng.random() < .75 else 0)
        pitch = math.radians(rng.gauss(-2, 7))
        roll = math.radians(rng.gauss(0, 1.8))
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
        low_target = rng.uniform(5, 20) if rng.random() < .5 else rng.uniform(10, 34)
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
            opening = tallest + spare
            style = rng.choices(("board", "hooks", "empty"), (95, 4, 2))[0]
            if cell_kinds in (("pouch", "blister"),) and rng.random() < .6:
                style = "hooks"
            cells.append({"y": y, "opening": opening, "numbers": numbers, "style": style, "open_top": False,
                          "stack": rng.random() < .25, "rail": shop.rail_height * rng.uniform(.9, 1.1)})
            y += opening + shop.rail_height
        if ended and cells:
            cells[-1]["open_top"] = True
            cells[-1]["overstock"] = rng.random() < .35
        return cells

    # -- one cell ---------------------------------------------------------------------------------------------------

    def draw_cell(self, cell):
        """Back panel, boards, products of one board."""
        rng, shop = self.rng, self.shop
        y, high = cell["y"], cell["y"] + cell["opening"]
        reach = high + (60 if cell["open_top"] else 0)                      # nothing above closes the topmost cell
        opening = self.camera.project([(self.left, y, 0), (self.right, y, 0), (self.right, reach, 0),
                                       (self.left, reach, 0)])
        if opening[:, 1].max() < -40 or opening[:, 1].min() > self.height + 40:
            cell["runs"] = []
            return
        cell["polygon"] = opening
        canvas = self.canvas
        canvas.save()
        canvas.clipPath(polygon_path(opening), True)
        back_top = high if not cell["open_top"] or rng.random() < .5 else y + 6
        self.face(self.left, self.right, y, back_top, shop.depth, mix(shop.panel, (0, 0, 0), shop.darkness * .7))
        if shop.pegboard:
            self.draw_pegs(y, back_top)
        self.board(self.left, self.right, y, 0, shop.depth, mix(shop.metal, (0, 0, 0), .15 + shop.darkness * .4))
        if not cell["open_top"]:
            self.board(self.left, self.right, high, 0, shop.depth, mix(shop.metal, (0, 0, 0), .5))
            self.shadow(y, high, shop.depth - .5, .2 + .7 * shop.darkness)
        for edge in self.bays:
            self.wall(edge, y, back_top, 0, shop.depth, mix(shop.metal, (0, 0, 0), .3))
        if cell.get("overstock"):
            cell["runs"] = []
            self.draw_overstock(y)
        elif cell["style"] == "empty":
            cell["runs"] = []
        else:
            self.draw_runs(cell, opening)
        if not cell["open_top"] and shop.darkness > .1 and rng.random() < .8:
            self.shadow(y, high, -.1, shop.darkness * rng.uniform(.2, .7))
        canvas.restore()

    def draw_pegs(self, y, high):
        """Rows of holes in the back panel."""
        step, paint = 5.0, fill((0, 0, 0), .5)
        low, wide = max(self.left, -160), min(self.right, 160)
        grid = [(x, v, self.shop.depth) for x in np.arange(low, wide, step) for v in np.arange(y + 2, high, step)]
        if len(grid) > 900 or not grid:
            return
        points = self.camera.project(grid)
        radius = max(.4, .35 * self.width / 200)
        for x, v in points:
            self.canvas.drawCircle(x, v, radius, paint)

    def shadow(self, y, high, z, strength):
        """The shadow of the board above: dark at the top, clear below."""
        top, low = self.camera.project([(0, high, z), (0, y, z)])
        share = self.rng.uniform(.3, 1)
        paint = printing.gradient([tuple(top), tuple(low)], [skia.Color(0, 0, 0, int(255 * min(.95, strength))),
                                                             skia.Color(0, 0, 0, 0)], [0, share])
        self.canvas.drawPath(self.polygon([(self.left, y, z), (self.right, y, z), (self.right, high, z),
                                           (self.left, high, z)]), paint)

    def draw_overstock(self, y):
        """Brown cartons stored on top: not products on sale, not boxed."""
        rng, x = self.rng, self.left
        while x < self.right:
            width, height = rng.uniform(18, 50), rng.uniform(15, 40)
            if rng.random() < .75:
                tone = mix((.72, .56, .38), (.9, .8, .65), rng.random())
                self.face(x, x + width, y, y + height, 4, mix(tone, (0, 0, 0), rng.uniform(0, .25)))
                self.face(x + width * .46, x + width * .54, y, y + height, 4, mix(tone, (1, 1, 1), .3), .5)
                if rng.random() < .5:
                    self.face(x + width * .2, x + width * .7, y + height * .3, y + height * .6, 4,
                              mix(tone, printing.print_colour(rng), .6))
            x += width + rng.uniform(0, 6)

    def plan_runs(self, cell):
        """Facings from left to right: a list of runs; each a dict with product number, x positions and columns."""
        rng, shop = self.rng, self.shop
        runs = []
        longest = rng.choice((1, 2, 3, 4, 6, 10))
        for left, right in zip(self.bays, self.bays[1:]):
            x = left + shop.upright / 2 + rng.uniform(0, 2)
            numbers = cell["numbers"]
            while x < right - shop.upright / 2:
                number = rng.choice(numbers)
                size = self.catalogue.size(number)
                turned = rng.random() < .05
                facing = size[2] if turned and self.catalogue.plan[number][0] == "box" else size[0]
                count = rng.randint(1, longest)
                slack = rng.expovariate(1 / max(.02, shop.spacing))
                columns = []
                empty_run = rng.random() < shop.gap_share * .6
                while len(columns) < count and x + facing < right - shop.upright / 2:
                    columns.append((x, empty_run or rng.random() < shop.gap_share * .4))
                    x += facing + min(slack, facing * .5) * rng.uniform(.5, 1.5)
                if not columns:                         # too wide for what is left: something narrower, or nothing
                    room = right - shop.upright / 2 - x
                    numbers_left = [n for n in numbers if self.catalogue.size(n)[0] < room]
                    if not numbers_left:
                        break
                    numbers = numbers_left
                    continue
                runs.append({"number": number, "columns": columns, "facing": facing, "cell": cell})
                x += rng.choice((0, .3, 1, rng.uniform(0, 4)))
        return runs

    def draw_runs(self, cell, opening):
        """The products of one board, the far ones first, and the gaps among them."""
        rng, shop, camera = self.rng, self.shop, self.camera
        y, limit = cell["y"], cell["opening"]
        cell["runs"] = runs = self.plan_runs(cell)
        hooks = cell["style"] == "hooks"
        facings = []
        for run in runs:
            size = self.catalogue.size(run["number"])
            run["rows"] = rng.choice((1, 2, 3, 3, 5)) if not hooks else 2
            fallen = rng.random() < .012
            run["lip"] = rng.uniform(1.5, 6) if rng.random() < shop.trays and size[1] > 9 and not hooks else 0
            run["stack"], run["tone"] = 1, hue_turn(rng) if rng.random() < .6 else None
            if cell["stack"] or size[1] * 2 < limit * .8:
                run["stack"] = max(1, min(int(limit * .95 / size[1]), rng.randint(1, 6)))
            set_back = rng.uniform(.3, 4)
            for x, empty in run["columns"]:
                facings.append({"run": run, "x": x, "empty": empty, "z": set_back + abs(rng.gauss(0, .4 * shop.tidiness)),
                                "fallen": fallen, "size": size})
        for facing in facings:
            if not facing["empty"] and rng.random() < shop.depletion * .5:
                facing["z"] += rng.uniform(3, shop.depth * .55)
        visible = [f for f in facings if self.on_picture(f["x"], f["x"] + f["size"][0], y, y + limit)]
        eye = camera.position[0]
        visible.sort(key=lambda f: -abs(f["x"] + f["size"][0] / 2 - eye))
        self.draw_rear(visible, y, limit, hooks)
        tops = {}
        for facing in visible:
            if not facing["empty"]:
                tops[facing["x"]] = self.draw_facing(facing, y, limit, hooks, opening)
        self.box_gaps(facings, tops, y, limit, opening)
        for run in runs:
            if run["lip"] and run["columns"]:
                self.draw_lip(run, y)

    def on_picture(self, x0, x1, y0, y1):
        """Whether a front rectangle can be seen at all."""
        points = self.camera.project([(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)])
        return (points[:, 0].max() > 0 and points[:, 0].min() < self.width and points[:, 1].max() > 0
                and points[:, 1].min() < self.height)

    def draw_rear(self, facings, y, limit, hooks):
        """Rows behind the first: darker, not boxed."""
        rng, shop = self.rng, self.shop
        if self.camera.position[1] < y - 10 and not shop.depletion:
            return                                      # seen from below nothing shows behind the first row
        for row in (2, 1):
            for facing in facings:
                run = facing["run"]
                if facing["empty"] or run["rows"] <= row or hooks:
                    continue
                width, height, depth = facing["size"]
                z = facing["z"] + row * depth * 1.03
                if z > shop.depth - depth * .5:
                    continue
                product = self.catalogue.product(run["number"])
                tint = (1 - .22 * row) * (1 - shop.darkness * .6)
                for level in range(run["stack"]):
                    self.picture(product.image, facing["x"] + rng.gauss(0, .1), y + level * height, z, width, height, 0, tint, 0,
                                 run["tone"])

    def draw_facing(self, facing, y, limit, hooks, opening):
        """One product, or a stack of them, of the first row; returns the height it reaches."""
        rng, shop = self.rng, self.shop
        run = facing["run"]
        product = self.catalogue.product(run["number"])
        width, height, depth = facing["size"]
        x, z = facing["x"], facing["z"]
        tint = np.clip(rng.gauss(1, .03) - shop.darkness * .03 * min(z, 12), .2, 1)
        base = y
        if hooks:
            base = max(y + 1, y + limit - height - rng.uniform(.5, 3))
            self.face(x + width * .47, x + width * .53, base + height * .98, base + height * 1.08 + .6, z - .5, (.8, .8, .82))
        box_opening = opening
        if run["lip"] and not shop.clear_lip:
            box_opening = self.camera.project([(self.left, y + run["lip"], 0), (self.right, y + run["lip"], 0),
                                               (self.right, y + limit, 0), (self.left, y + limit, 0)])
        stack = run["stack"] if not hooks else 1
        if stack > 1 and rng.random() < .3:
            stack = rng.randint(1, stack)
        for level in range(stack):
            low = base + level * height
            turn, lean = rng.gauss(0, .008) * shop.tidiness, 0.0
            if rng.random() < .02 * shop.tidiness:
                turn = rng.gauss(0, .12)
            if product.kind in ("bag", "pouch"):
                turn += rng.gauss(0, .03) * shop.tidiness
                lean = rng.uniform(-.05, .35) * min(1, shop.tidiness)
            if facing["fallen"]:
                turn = math.copysign(math.pi / 2, rng.random() - .5)
                low += (width - height) / 2
            shift = rng.gauss(0, .15) * shop.tidiness
            points = self.draw_body(product, x + shift, low, z, width, height, depth, turn, facing["fallen"])
            matrix = self.picture(product.image, x + shift, low, z, width, height, turn, tint, lean, run["tone"])
            outline = apply(matrix, product.outline)
            if points is not None:
                outline = np.vstack([outline, points])
                outline = convex(outline)
            self.add_box(PRODUCT, outline, box_opening)
        if not facing["fallen"] and z < 8:
            shade = self.camera.project([(x, y, z), (x + width, y, z)])
            self.canvas.drawLine(*shade[0], *shade[1], stroke((0, 0, 0), max(1.0, self.width * .0025), .45))
        return base + height * stack

    def draw_body(self, product, x, y, z, width, height, depth, turn, fallen):
        """The flat side and top of a box where the eye can see them; returns the picture points they add to the box."""
        if fallen or product.side is None and product.top is None or abs(turn) > .05:
            return None
        eye = self.camera.position
        added = []
        if product.side is not None:
            edge = x if eye[0] < x else x + width if eye[0] > x + width else None
            if edge is not None:
                self.wall(edge, y, y + height, z, z + depth, mix(product.side, (0, 0, 0), .45))
        colour = product.top or product.side
        if colour is not None and eye[1] > y + height:
            self.board(x, x + width, y + height, z, z + depth, mix(colour, (0, 0, 0), .12))
            added = [(x, y + height, z + depth), (x + width, y + height, z + depth)]
        return self.camera.project(added) if added else None

    def draw_lip(self, run, y):
        """The front of a shelf-ready carton, a basket or a clear strip before a run."""
        rng = self.rng
        x0 = run["columns"][0][0] - .3
        x1 = run["columns"][-1][0] + run["facing"] + .3
        if self.shop.clear_lip:
            self.face(x0, x1, y, y + run["lip"], .1, (.9, .95, 1), .25)
            self.face(x0, x1, y + run["lip"] - .3, y + run["lip"], .1, (1, 1, 1), .7)
            return
        colour = mix((.72, .56, .38), printing.print_colour(rng), rng.choice((0, .2, 1)))
        self.face(x0, x1, y, y + run["lip"], .1, colour)
        if rng.random() < .5:
            script = self.lettering.script(rng)
            a, b = self.camera.project([(x0 + 1, y + run["lip"] * .8, .1), (x1 - 1, y + run["lip"] * .2, .1)])
            if b[0] > a[0]:
                printing.draw_text(self.canvas, self.lettering.word(script, rng), self.lettering.face(script, rng),
                                   (a[0], a[1], b[0] - a[0], abs(b[1] - a[1])), fill(printing.contrasting(colour, rng)))

    def box_gaps(self, facings, tops, y, limit, opening):
        """One box for each empty stretch between neighbours of one board."""
        facings = sorted(facings, key=lambda f: f["x"])
        start = 0
        while start < len(facings):
            if not facings[start]["empty"]:
                start += 1
                continue
            end = start
            while end + 1 < len(facings) and facings[end + 1]["empty"]:
                end += 1
            before = facings[start - 1] if start else None
            after = facings[end + 1] if end + 1 < len(facings) else None
            if before or after:
                left = before["x"] + before["size"][0] if before else facings[start]["x"]
                right = after["x"] if after else facings[end]["x"] + facings[end]["size"][0]
                left = max([left] + [edge for edge in self.bays if edge < facings[start]["x"] + 1])
                heights = [tops.get(f["x"], y) - y for f in (before, after) if f]
                height = max(heights + [0])
                if height > 0 and right - left > 3:
                    corners = [(left, y, 1.5), (right, y, 1.5), (right, y + height, 1.5), (left, y + height, 1.5)]
                    self.add_box(GAP, self.camera.project(corners), opening)
            start = end + 1

    # -- before the products ----------------------------------------------------------------------------------------

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
        elif kind == "printed":
            self.draw_printed_rail(y, height)
        elif kind == "adverts":
            self.draw_adverts(y, height)
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

    def draw_printed_rail(self, y, height):
        """A strip with repeated ornaments."""
        rng, x = self.rng, max(self.left, -200.0)
        colour, other = self.shop.strip, printing.contrasting(self.shop.strip, self.rng)
        self.face(self.left, self.right, y - height * .95, y - height * .05, -.2, colour)
        step = rng.uniform(3, 14)
        while x < min(self.right, 200):
            self.face(x, x + step * rng.uniform(.2, .6), y - height * .75, y - height * .25, -.25,
                      mix(other, printing.print_colour(rng), .5))
            x += step

    def draw_adverts(self, y, height):
        """A rail with small pictures and words that are neither products nor prices."""
        rng = self.rng
        if "adverts" not in self.__dict__:
            self.adverts = []
            for _ in range(4):
                surface = skia.Surface(rng.choice((48, 80, 120)), 48)
                printing.draw_front(surface.getCanvas(), surface.width(), 48, rng, printing.Palette(rng), self.lettering,
                                    sparse=True)
                self.adverts.append(surface.makeImageSnapshot())
        self.face(self.left, self.right, y - height * .95, y - height * .05, -.2, self.shop.strip)
        x = max(self.left, -150.0)
        while x < min(self.right, 150):
            image = rng.choice(self.adverts)
            tall = height * rng.uniform(.6, .9)
            wide = tall * image.width() / image.height()
            self.picture(image, x, y - height / 2 - tall / 2, -.3, wide, tall)
            x += wide + rng.choice((0, .3, rng.uniform(0, 15)))

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
                self.face(edge - shop.upright / 2, edge + shop.upright / 2, self.bottom, self.top if not any(
                    cell["open_top"] for cell in cells) else cells[-1]["y"], -.1, mix(shop.metal, (0, 0, 0), .08))
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
        for _ in range(rng.randint(2, 7)):
            x, wide = rng.random() * self.width, self.width * rng.uniform(.02, .25)
            slant = self.width * rng.uniform(-.2, .2)
            path = polygon_path(np.array([(x, 0), (x + wide, 0), (x + wide + slant, self.height), (x + slant, self.height)]))
            canvas.drawPath(path, fill(mix((1, 1, 1), (.6, .8, 1), rng.random()), rng.uniform(.04, .22)))

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

    def pixels(self):
        """The picture as uint8 BGR."""
        return np.ascontiguousarray(self.surface.makeImageSnapshot().toarray(colorType=skia.kBGRA_8888_ColorType)[..., :3])


def hue_turn(rng):
    """A colour filter that turns all hues by one angle: one drawn product serves as many flavours."""
    angle = rng.uniform(-math.pi, math.pi) if rng.random() < .5 else rng.gauss(0, .4)
    cos, sin = math.cos(angle), math.sin(angle)
    grey = np.full((3, 3), 1.0) * np.array([.299, .587, .114])
    swing = np.array([[.168, .330, -.497], [-.328, .035, .292], [1.25, -1.05, -.203]])
    matrix = grey + cos * (np.eye(3) - grey) + sin * swing
    rows = np.hstack([matrix, np.zeros((3, 2))])
    return skia.ColorFilters.Matrix(rows.ravel().tolist() + [0, 0, 0, 1, 0])


def polygon_path(points):
    """A closed skia path through picture points [n][2]."""
    return skia.Path.Polygon([skia.Point(float(x), float(y)) for x, y in points], True)


def convex(points):
    """The convex hull, for clipping."""
    return cv2.convexHull(points.astype(np.float32)).reshape(-1, 2).astype(float)
