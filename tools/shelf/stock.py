"""What stands on one board: back panel, rows of products from the last to the first, gaps, and the boxes of them."""
import math

import numpy as np
import skia

import printing
from camera import apply
from printing import fill, mix, stroke
from stage import GAP, PRODUCT, Stage, convex, polygon_path


class Stock(Stage):
    """The inside of the cells between two boards."""

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
        elif cell["style"] == "heap":
            self.draw_heap(cell, opening)
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
        self.draw_rear(visible, y, hooks, opening)
        tops = {}
        for facing in visible:
            if not facing["empty"]:
                tops[facing["x"]] = self.draw_facing(facing, y, limit, hooks, opening)
        self.box_gaps(facings, tops, y, limit, opening)
        for run in runs:
            if run["lip"] and run["columns"]:
                self.draw_lip(run, y)

    def draw_heap(self, cell, opening):
        """Soft packs as customers leave them: overlapping, turned, the rear ones looking over the front ones."""
        rng, shop = self.rng, self.shop
        y, limit = cell["y"], cell["opening"]
        numbers = [n for n in cell["numbers"] if self.catalogue.plan[n][0] in ("bag", "pouch")] or cell["numbers"]
        mess, tilt = rng.uniform(.05, .35), rng.uniform(.05, .3)
        runs, x = [], self.left + rng.uniform(0, 5)
        while x < self.right - 5:
            number = rng.choice(numbers)
            wide = self.catalogue.size(number)[0]
            columns = [(x + i * wide * (1 - mess), False) for i in range(rng.randint(2, 6))]
            tone = hue_turn(rng) if rng.random() < .6 else None
            runs.append({"number": number, "columns": columns, "facing": wide, "cell": cell, "tone": tone, "lip": 0})
            x = columns[-1][0] + wide + rng.uniform(-.1, .3) * wide
        cell["runs"] = [run for run in runs if self.on_picture(run["columns"][0][0], run["columns"][-1][0] + run["facing"],
                                                               y, y + limit)]
        layers = rng.choice((1, 2, 2, 3))
        for layer in range(layers - 1, -1, -1):
            packs = [(run, at) for run in cell["runs"] for at, _ in run["columns"]]
            rng.shuffle(packs)
            for run, at in packs:
                self.draw_pack(run, at, y, limit, layer, tilt, opening)

    def draw_pack(self, run, x, y, limit, layer, tilt, opening):
        """One pack of a heap."""
        rng = self.rng
        product = self.catalogue.product(run["number"])
        width, height, _ = self.catalogue.size(run["number"])
        turn = rng.gauss(0, tilt)
        if rng.random() < .08:
            turn += rng.choice((-1, 1)) * math.pi / 2
        reach = abs(math.cos(turn)) * height + abs(math.sin(turn)) * width
        low = y + (reach - height) / 2 + layer * rng.uniform(.15, .5) * height
        low = min(low, y + max(0, limit - reach * .8))
        tint = (1 - .1 * layer) * np.clip(rng.gauss(.97, .05), .7, 1)
        matrix = self.picture(product.image, x + rng.gauss(0, .05) * width + layer * width * .3, low, 2 + layer * 7,
                              width, height, turn, tint, rng.uniform(0, .4), run["tone"])
        self.add_box(PRODUCT, apply(matrix, product.outline), opening)

    def draw_rear(self, facings, y, hooks, opening):
        """Rows behind the first: darker; difficult where the first row leaves them open to view."""
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
                    matrix = self.picture(product.image, facing["x"] + rng.gauss(0, .1), y + level * height, z, width, height,
                                          0, tint, 0, run["tone"])
                    self.add_box(PRODUCT, apply(matrix, product.outline), opening, rear=True)

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


def hue_turn(rng):
    """A colour filter that turns all hues by one angle: one drawn product serves as many flavours."""
    angle = rng.uniform(-math.pi, math.pi) if rng.random() < .5 else rng.gauss(0, .4)
    cos, sin = math.cos(angle), math.sin(angle)
    grey = np.full((3, 3), 1.0) * np.array([.299, .587, .114])
    swing = np.array([[.168, .330, -.497], [-.328, .035, .292], [1.25, -1.05, -.203]])
    matrix = grey + cos * (np.eye(3) - grey) + sin * swing
    rows = np.hstack([matrix, np.zeros((3, 2))])
    return skia.ColorFilters.Matrix(rows.ravel().tolist() + [0, 0, 0, 1, 0])
