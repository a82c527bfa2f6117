"""Where objects are and how many: rows, zones, tiles, their counts in all formats and on the picture."""
import csv
import io
import json
import os
import struct
import zlib

from harness import (ROOT, Skip, check, classifier, detector, equal, evaluate, fails, files_under, is_release, main, peak_megabytes, png,
                     run, test, works, write)

SAMPLES = os.path.join(ROOT, "samples")
SHELF = ["--cfg", os.path.join(ROOT, "configs/shelf.cfg"), "--weights", os.path.join(ROOT, "weights/shelf.weights"),
         "--names", os.path.join(ROOT, "configs/shelf.names"), "--threshold", "0.5"]


def sample(number):
    return os.path.join(SAMPLES, f"shelf-{number}.jpg")


def found_in(*arguments):
    return json.loads(works("-q", "--jsonl", "-", *arguments).out)


def table(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def table_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return table(file.read())


def pixels(path):
    """Width, height and the bytes of RGB rows of a PNG without interlacing."""
    data = open(path, "rb").read()
    width, height, at, packed = 0, 0, 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            packed += body
        at += length + 12
    raw, rows, before = zlib.decompress(packed), [], bytearray(width * 3)
    for y in range(height):
        kind, row = raw[y * (width * 3 + 1)], bytearray(raw[y * (width * 3 + 1) + 1:(y + 1) * (width * 3 + 1)])
        for i in range(len(row)):
            left = row[i - 3] if i > 2 else 0
            corner = before[i - 3] if i > 2 else 0
            guess = left + before[i] - corner
            paeth = min((left, before[i], corner), key=lambda value: abs(guess - value))
            row[i] = (row[i] + (0, left, before[i], (left + before[i]) // 2, paeth)[kind]) & 255
        rows.append(bytes(row))
        before = row
    return width, height, rows


# ---- Rows ------------------------------------------------------------------------------------------------------------


@test
def rows_of_the_samples():
    """What a person counts on them: products of one row are one row, whatever else is there."""
    for number, rows in ((1, 2), (4, 3), (5, 6), (6, 1)):
        found = found_in(*SHELF, "--no-image", "--rows", sample(number))
        equal(len(found["rows"]), rows, number, found["rows"])
        equal([row["row"] for row in found["rows"]], list(range(1, rows + 1)))
        for row in found["rows"]:
            inside = [d for d in found["detections"] if d["row"] == row["row"]]
            equal(row["total"], len(inside))
            equal(row["counts"], {name: sum(d["class"] == name for d in inside) for name in row["counts"]})
            products = sorted((d["box"]["x"] + d["box"]["width"] / 2, d["place"]) for d in inside if d["class"] == "product")
            equal([place for _, place in products], list(range(1, len(products) + 1)), "from the left")
            tags = sorted(d["place"] for d in inside if d["class"] != "product")
            equal(tags, list(range(1, len(tags) + 1)))
        equal(sum(row["total"] for row in found["rows"]), len(found["detections"]))
        heights = [max(d["box"]["y"] + d["box"]["height"] for d in found["detections"]
                       if d["row"] == row + 1 and d["class"] == "product") for row in range(rows)]
        equal(heights, sorted(heights), "from top to bottom")


@test
def rows_in_every_format():
    net = detector()
    png("a.png")
    write("bad.png", "no picture")
    done = run(*net, "--no-image", "--rows", "--json", "a.json", "--csv", "a.csv", "--counts", "c.csv", "--row-counts", "r.csv",
               "a.png", "bad.png", "a.png")
    equal(done.code, 1, done)
    check("  row 1: 1 dog\n  row 2: 1 cat\n" in done.out and "20.0x15.0  row 2, place 1\n" in done.out, done)
    first = json.load(open("a.json"))["images"][0]
    equal(list(first), ["file", "width", "height", "detections", "counts", "rows"])
    equal(list(first["detections"][0]), ["class_id", "class", "score", "box", "row", "place"])
    equal(first["rows"], [{"row": 1, "total": 1, "counts": {"dog": 1}}, {"row": 2, "total": 1, "counts": {"cat": 1}}])
    rows = table_of("a.csv")
    equal(rows[0][10:], ["row", "place"])
    equal([row[10:] for row in rows[1:3]], [["2", "1"], ["1", "1"]])
    both = [["a.png", "1", "1", "0", "1", "0"], ["a.png", "2", "1", "1", "0", "0"]]
    equal(table_of("r.csv"), [["file", "row", "total", "cat", "dog", "bird"], *both, ["bad.png", "", "", "", "", ""], *both])
    equal(table_of("c.csv"), [["file", "total", "cat", "dog", "bird"], ["a.png", "2", "1", "1", "0"],
                              ["bad.png", "", "", "", ""], ["a.png", "2", "1", "1", "0"]], "as without rows")


@test
def nothing_found_has_no_rows():
    net = detector()
    png("a.png")
    found = found_in(*net, "--no-image", "--rows", "--row-counts", "r.csv", "--threshold", "0.99", "a.png")
    equal((found["detections"], found["rows"]), ([], []))
    equal(table_of("r.csv")[1:], [])


@test
def what_stands_in_rows():
    net = detector(names=("product", "price tag", "gap"))
    png("a.png")
    found = found_in(*net, "--no-image", "--rows", "a.png")
    equal([(d["row"], d["place"]) for d in found["detections"]], [(1, 1), (1, 1)], "a tag is counted for itself")
    found = found_in(*net, "--no-image", "--rows", "--row-classes", "price tag", "--threshold", "price tag=0.9", "a.png")
    equal([(d["row"], d["place"]) for d in found["detections"]], [(0, 0)], "nothing stands: there are no rows")
    equal(found["rows"], [])
    fails(2, "--row-classes: the model has no class 'prodct'; did you mean 'product'?", *net, "--rows", "--row-classes", "prodct",
          "a.png")
    fails(2, "--row-classes needs --rows", *net, "--row-classes", "product", "a.png")
    fails(2, "--row-counts needs --rows", *net, "--row-counts", "r.csv", "a.png")


# ---- Zones -----------------------------------------------------------------------------------------------------------

# The objects of the detector have their centres in the middle of the picture, which is 40 x 30.
ALL, LEFT, MIDDLE = "all=0,0,1,0,1,1,0,1", "left=0,0,.4,0,.4,1,0,1", "middle=15,10,25,10,25,20,15,20"


def zones_of(net, *zones):
    found = found_in(*net, "--no-image", *[part for zone in zones for part in ("--zone", zone)], "a.png")
    return {zone["zone"]: zone["total"] for zone in found["zones"]}


@test
def zones_count_centres():
    net = detector()
    png("a.png")
    equal(zones_of(net, ALL, LEFT, MIDDLE), {"all": 2, "left": 0, "middle": 2})
    equal(zones_of(net, "a=b=0,0,1,0,1,1,0,1"), {"a=b": 2}, "the last = separates")
    equal(zones_of(net, "triangle= 2 , 0 , 40.5,0,4e1,28 "), {"triangle": 0}, "below its long side, and in pixels")
    equal(zones_of(net, "far=-1,-1,2,-1,2,2,-1,2"), {"far": 0}, "a value above 1: pixels")
    equal(zones_of(net, "beyond=-1,-1,1,-1,1,1,-1,1"), {"beyond": 2}, "it may reach beyond the picture")
    # What a line shared by two zones runs through is in one of them, and never in both.
    equal(sorted(zones_of(net, "l=0,0,.5,0,.5,1,0,1", "r=.5,0,1,0,1,1,.5,1").values()), [0, 2])
    equal(sorted(zones_of(net, "t=0,0,1,0,1,.5,0,.5", "b=0,.5,1,.5,1,1,0,1").values()), [0, 2])


@test
def outlines_that_cross_themselves():
    net = detector()
    png("a.png")
    star = "star=.5,0,.8,1,0,.4,1,.4,.2,1"  # what it goes around twice is outside
    equal(zones_of(net, star), {"star": 0})
    equal(zones_of(net, "twice=0,0,1,0,1,1,0,1,0,0,1,0,1,1,0,1"), {"twice": 0})
    equal(zones_of(net, "line=0,0,1,1,0,0"), {"line": 0})
    equal(zones_of(net, "point=.5,.5,.5,.5,.5,.5"), {"point": 0})


@test
def zones_in_every_format():
    net = detector()
    png("a.png")
    write("bad.png", "no picture")
    zones = ["--zone", ALL, "--zone", LEFT, "--zone", "=mi;d,\"dle\x1b=0,0,1,0,1,1,0,1"]
    done = run(*net, "--no-image", *zones, "--json", "a.json", "--csv", "a.csv", "--zone-counts", "z.csv", "a.png", "bad.png")
    equal(done.code, 1, done)
    check("  zone all: 1 cat, 1 dog\n  zone left: nothing\n" in done.out and "20.0x15.0  zone all, zone =mi;d,\"dle\\x1B\n" in done.out,
          done)
    first = json.load(open("a.json"))["images"][0]
    equal(list(first), ["file", "width", "height", "detections", "counts", "zones"])
    equal(first["zones"][:2], [{"zone": "all", "total": 2, "counts": {"cat": 1, "dog": 1}}, {"zone": "left", "total": 0, "counts": {}}])
    equal(first["detections"][0]["zones"], ["all", "=mi;d,\"dle\x1b"])
    equal([row[10:] for row in table_of("a.csv")], [["zones"]] + 2 * [["all;=mi;d,\"dle\x1b"]])
    rows = table_of("z.csv")
    equal(rows[:3], [["file", "zone", "total", "cat", "dog", "bird"], ["a.png", "all", "2", "1", "1", "0"],
                     ["a.png", "left", "0", "0", "0", "0"]])
    equal(rows[3][1][0], "'", "no formula")
    equal(rows[4:], [["bad.png", "", "", "", "", ""]])


@test
def zones_from_a_file():
    net = detector()
    png("a.png")
    write("zones.txt", f"\ufeff# the shop\n\n  {ALL}  \r\n#{LEFT}\n{LEFT}")
    found = found_in(*net, "--no-image", "--zones", "zones.txt", "--zone", MIDDLE, "a.png")
    equal([zone["zone"] for zone in found["zones"]], ["all", "left", "middle"])
    for content, message in (
            (b"# nothing\n", "z.txt: the file names no zones"),
            (b"", "z.txt: the file names no zones"),
            (b"a=0,0,1,0,1,1\nb\n", "z.txt:2: a zone is written NAME=x1,y1,x2,y2,...: 'b'"),
            (b"a=0,0,1,0,1,1\n\n a=0,0,1,0,1,1\n", "z.txt:3: two zones have one name: 'a=0,0,1,0,1,1'"),
            (b"a=0,0,1\0,0,1,1\n", "z.txt:1: a zero byte is no text"),
            (b"a=" + b"0," * 40000 + b"0\n", "z.txt:1: the line is too long"),
            (b"\n" * 20000, "z.txt:10001: the file is too long"),
            (b"".join(b"z%d=0,0,1,0,1,1\n" % i for i in range(65)), "z.txt:65: there can be at most 64 zones")):
        write("z.txt", content)
        fails(2, message, *net, "--zones", "z.txt", "a.png")
    fails(2, "missing.txt cannot be opened: No such file or directory", *net, "--zones", "missing.txt", "a.png")
    fails(2, ". cannot be read: Is a directory", *net, "--zones", ".", "a.png")


@test
def zones_that_are_none():
    net = detector()
    png("a.png")
    for zone, message in (
            ("a", "--zone: a zone is written NAME=x1,y1,x2,y2,...: 'a'"),
            ("=0,0,1,0,1,1", "a zone is written NAME="),
            ("a=", "a zone's points must be numbers from -1000000 to 1000000: 'a='"),
            ("a=0,0,1,0,1", "a zone's points need an x and a y each"),
            ("a=0,0,1,1", "a zone needs at least 3 points"),
            ("a=0,0,1,0,1,nan", "must be numbers"), ("a=0,0,1,0,inf,1", "must be numbers"), ("a=0,0,1,0,-inf,1", "must be numbers"),
            ("a=0,0,1,0,0x1,1", "must be numbers"), ("a=0,0,1,0,1e300,1", "must be numbers"), ("a=0,0,1,0,1,", "must be numbers"),
            ("a=0,0,1,0,,1", "must be numbers"), ("a=0;0;1;0;1;1", "separated by commas"), ("a=0,0,1,0,1,1px", "separated by commas"),
            ("a=" + ",".join(["0.5"] * 2002), "a zone has at most 1000 points"),
            ("n" * 101 + "=0,0,1,0,1,1", "a zone's name has at most 100 bytes")):
        fails(2, message, *net, "--zone", zone, "a.png")
    equal(zones_of(net, "a=" + ",".join(["0.5"] * 2000)), {"a": 0})
    equal(list(zones_of(net, "n" * 100 + "=0,0,1,0,1,1")), ["n" * 100])
    fails(2, "--zone: two zones have one name", *net, "--zone", ALL, "--zone", ALL, "a.png")
    fails(2, "--zone-counts needs --zone or --zones", *net, "--zone-counts", "z.csv", "a.png")


# ---- On the picture --------------------------------------------------------------------------------------------------


@test
def counts_are_drawn():
    net = detector()
    png("a.png", 400, 300)
    works(*net, "-q", "-o", "plain", "a.png")
    works(*net, "-q", "-o", "counted", "--draw-counts", "a.png")
    works(*net, "-q", "-o", "zoned", "--draw-counts", "--rows", "--zone", "z=.6,.6,.9,.6,.9,.9,.6,.9", "a.png")
    (width, height, plain), (_, _, counted), (_, _, zoned) = (pixels(f"{name}/a.png") for name in ("plain", "counted", "zoned"))
    changed = [(x, y) for y in range(height) for x in range(width) if plain[y][3 * x:3 * x + 3] != counted[y][3 * x:3 * x + 3]]
    check(changed and min(x for x, _ in changed) > width // 2 and max(y for _, y in changed) < height // 2, "a panel on the right")
    check((width - 1, 0) in changed, "in the corner")
    panel = [plain[y][3 * x:3 * x + 3] != counted[y][3 * x:3 * x + 3] for x, y in changed]
    check(all(panel))
    differs = [(x, y) for y in range(height) for x in range(width) if counted[y][3 * x:3 * x + 3] != zoned[y][3 * x:3 * x + 3]]
    check(any(abs(x - 300) < 60 and abs(y - 270) < 6 for x, y in differs), "the zone's lower line")
    check(any(x < 100 and abs(y - 150) < 20 for x, y in differs), "the row's plate")
    both = ("--zone", "l=0,0,.5,0,.5,1,0,1", "--zone", "w=0,0,1,0,1,1,0,1")
    works(*net, "-q", "-o", "shared", "--draw-counts", *both, "a.png")
    works(*net, "-q", "-o", "alone", "--draw-counts", *both[:2], "a.png")
    (_, _, shared), (_, _, alone) = pixels("shared/a.png"), pixels("alone/a.png")
    check(all(shared[y][3 * x:3 * x + 3] == alone[y][3 * x:3 * x + 3] for y in range(6, 12) for x in range(6, 30)),
          "the name of a zone is not under that of another which begins at the same corner")
    works(*net, "-q", "-o", "again", "--draw-counts", "a.png")
    equal(open("again/a.png", "rb").read(), open("counted/a.png", "rb").read())
    png("tiny.png", 3, 2)
    png("grey.png", 200, 100, colour=(128,))
    works(*net, "-q", "-o", "odd", "--draw-counts", "--rows", "--zone", "z=-1000000,0,1000000,0,5,1000000", "tiny.png", "grey.png")
    equal(files_under("odd"), ["grey.png", "tiny.png"])
    fails(2, "--draw-counts needs the pictures that --no-image leaves out", *net, "--no-image", "--draw-counts", "a.png")


# ---- Tiles -----------------------------------------------------------------------------------------------------------


def lines_of(*arguments):
    return works("--no-image", "-q", "--jsonl", "-", *arguments).bytes


@test
def tiles_are_told():
    net = detector()
    png("small.png", 60, 60)
    png("large.png", 400, 300)
    found = [json.loads(line) for line in lines_of(*net, "--tile", "auto", "small.png", "large.png").splitlines()]
    equal(found[0]["tiles"], {"columns": 1, "rows": 1, "width": 60, "height": 60})
    equal(found[1]["tiles"], {"columns": 5, "rows": 4, "width": 114, "height": 114}, "sqrt(400 / 32) times the network's 32")
    check("tiles" not in json.loads(lines_of(*net, "large.png")))
    found = json.loads(lines_of(*net, "--tile", "200x100", "--overlap", "0.5", "large.png"))
    equal(found["tiles"], {"columns": 3, "rows": 5, "width": 200, "height": 100})
    check(", 400x300, " in works(*net, "--no-image", "--tile", "200x100", "large.png").out and
          "(3x4 tiles)" in works(*net, "--no-image", "--tile", "200x100", "large.png").out)


@test
def one_tile_is_the_picture():
    plain = json.loads(lines_of(*SHELF, sample(6)))
    for tile in ("auto", "768x576", "5000x5000"):
        tiled = json.loads(lines_of(*SHELF, "--tile", tile, sample(6)))
        tiled.pop("tiles")
        equal(tiled, plain)


@test
def tiles_with_any_number_of_threads_and_options():
    pictures = [sample(3), sample(5), sample(6)]
    tiles = [*SHELF, "--size", "256x256", "--threshold", "0.3", "--tile", "330x330", "--overlap", "0.25"]
    expected = lines_of(*tiles, *pictures)
    check(sum(len(json.loads(line)["detections"]) for line in expected.splitlines()) > 100)
    for more in (["--threads", "1"], ["--threads", "2"], ["--threads", "8"]):
        equal(lines_of(*tiles, *more, *pictures), expected, more)
    alone = b"".join(lines_of(*tiles, picture) for picture in pictures)
    equal(alone, expected, "with all threads in the layers of one")
    counts = [len(json.loads(line)["detections"]) for line in lines_of(*tiles, "--low-memory", *pictures).splitlines()]
    equal(counts, [len(json.loads(line)["detections"]) for line in expected.splitlines()])
    write("a.jsonl.part", expected.splitlines(keepends=True)[0] + b'{"file":"')
    works(*tiles, "--no-image", "-q", "--resume", "--jsonl", "a.jsonl", *pictures)
    equal(open("a.jsonl", "rb").read(), expected)
    works(*tiles, "-q", "-o", "out", "--draw-counts", "--rows", "--crops", "crops", *pictures)
    equal(len(files_under("out")), len(pictures))


@test
def tiles_can_be_measured():
    def measured(*arguments):
        return evaluate(*SHELF, "--size", "256x256", "--labels", SAMPLES, *arguments, sample(3), sample(5))[0]["overall"]
    whole = measured()
    equal(measured("--tile", "2000x2000"), whole)
    check(measured("--tile", "330x330")["ap50"] > whole["ap50"] + 0.1, "what a small input does not see")
    fails(2, "--overlap needs --tile", "eval", *SHELF, "--labels", SAMPLES, "--overlap", "0.5", sample(3))


@test
def options_of_tiles():
    net = detector()
    png("a.png", 400, 300)
    for value in ("automatic", "15", "100x", "x100", "15x100", "100x70000", "-1x5", "100x100x100", ""):
        fails(2, "--tile must be auto, or a width and a height from 16 to 65536, such as 1280x1280, not '" + value, *net, "--tile",
              value, "a.png")
    for value in ("1", "-0.1", "nan", "0.91"):
        fails(2, f"--overlap must be a number from 0 to 0.9, not '{value}'", *net, "--tile", "auto", "--overlap", value, "a.png")
    fails(2, "--overlap needs --tile", *net, "--overlap", "0.3", "a.png")
    fails(2, "--draft decodes photos smaller, and --tile is for their details", *net, "--draft", "--tile", "auto", "a.png")
    fails(2, "--tile and --resize crop do not go together", *net, "--resize", "crop", "--tile", "auto", "a.png")
    sorter = classifier()
    for option in (["--tile", "auto"], ["--rows"], ["--zone", ALL], ["--draw-counts"]):
        fails(2, f"{option[0]} needs a network that finds objects, but sorter.cfg classifies whole pictures", *sorter, *option, "a.png")
    fails(2, "there is no option --tiles; did you mean --tile?", *net, "--tiles", "auto", "a.png")


@test
def too_many_tiles_fail_one_picture():
    net = detector()
    png("large.png", 600, 600)
    png("small.png", 20, 20)
    done = run(*net, "--no-image", "--jsonl", "-", "--tile", "16x16", "--overlap", "0.9", "large.png", "small.png")
    equal(done.code, 1, done)
    first, second = [json.loads(line) for line in done.out.splitlines()]
    check(first["error"].startswith("large.png: 600 x 600 pixels would be cut into ") and "too many" in first["error"], first)
    check("detections" in second, second)


@test
def memory_of_tiles_is_that_of_one():
    if not is_release():
        raise Skip("not a release build")
    net = detector()
    png("a.png", 4000, 3000)
    plain = peak_megabytes(*net, "--no-image", "-q", "a.png")
    tiled = peak_megabytes(*net, "--no-image", "-q", "--tile", "64x64", "a.png")
    check(tiled < plain + 16, f"{tiled:.0f} MB in 4,800 tiles, {plain:.0f} MB as a whole")


if __name__ == "__main__":
    main()
