"""Files for other programs: YOLO, COCO, Pascal VOC, labelme, crops, counts; colours, hidden classes and thresholds."""
import csv
import io
import json
import os
import xml.etree.ElementTree as xml

from harness import (check, classifier, detector, equal, fails, files_under, main, png, run, shared, test, works, write)

# What the harness's network finds in a picture of 40 x 30: class 0 in the middle, and a smaller one of class 1.
BOX = (10, 7.5, 20, 15)
NASTY_CLASSES = ('../..', '<script>alert(1)</script>&"', "=1+1")
NASTY_FILES = [b'quote".png', b"new\nline.png", b"<script>.png", b"bad\xff.png", b"=1+1.png", b"\x1b[31m.png",
               "emoji \U0001f436.png".encode(), b"a&b;<!--.png", b"]]>.png"]


def near(found, expected, tolerance=0.01):
    check(len(found) == len(expected) and all(abs(a - b) <= tolerance for a, b in zip(found, expected)), found, expected)


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def two_pictures_and_a_failure():
    png("in/sub/a.png")
    png("in/b.png")
    write("in/broken.png", b"\x89PNG\r\n\x1a\nrubbish")
    return ["in/sub/a.png", "in/b.png", "in/broken.png"]


@test
def yolo_labels():
    net = detector()
    done = run(*net, "-q", "--no-image", "--yolo", "labels", *two_pictures_and_a_failure())
    equal(done.code, 1)
    equal(files_under("labels"), ["b.txt", "sub/a.txt"])
    lines = open("labels/b.txt").read().splitlines()
    equal([len(line.split()) for line in lines], [5, 5])
    equal(lines[0].split()[0], "0")
    near([float(x) for x in lines[0].split()[1:]], (0.5, 0.5, 0.5, 0.5), 1e-3)
    works(*net, "-q", "--no-image", "--yolo", "scored", "--yolo-scores", "in/b.png")
    near([float(open("scored/b.txt").readline().split()[5])], [0.9754], 1e-3)
    works(*net, "-q", "--no-image", "--yolo", "none", "--threshold", "1", "in/b.png")
    equal(open("none/b.txt").read(), "", "a picture without objects has an empty file")


@test
def names_of_label_files_never_collide():
    net = detector()
    for name in ("a.png", "a.jpg", "A.PNG", "a", "a.png.bmp"):
        png(name)
    works(*net, "-q", "--no-image", "--yolo", "y", "--voc", "y", "--labelme", "y", "a.png", "a.jpg", "A.PNG", "a", "a.png.bmp",
          "a.png")
    for extension in (".txt", ".xml", ".json"):
        found = [name for name in files_under("y") if name.endswith(extension)]
        equal(len({name.lower() for name in found}), 6, found)
    check("a.txt" in files_under("y"), files_under("y"))


@test
def coco_results_and_dataset():
    net = detector()
    done = run(*net, "-q", "--no-image", "--coco", "r.json", "--coco-dataset", "d.json", *two_pictures_and_a_failure(), "in/b.png")
    equal(done.code, 1)
    results, data = json.load(open("r.json")), json.load(open("d.json"))
    equal([r["image_id"] for r in results], [1, 1, 2, 2, 4, 4], "a picture that failed keeps its number")
    equal([r["category_id"] for r in results[:2]], [1, 2])
    equal(list(results[0]), ["image_id", "category_id", "bbox", "score"])
    near(results[0]["bbox"], BOX)
    equal([(i["id"], i["file_name"], i["width"], i["height"]) for i in data["images"]],
          [(1, "in/sub/a.png", 40, 30), (2, "in/b.png", 40, 30), (4, "in/b.png", 40, 30)])
    equal(data["categories"], [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}, {"id": 3, "name": "bird"}])
    equal([(f["id"], f["file_name"]) for f in data["failed"]], [(3, "in/broken.png")])
    check("rubbish" not in data["failed"][0]["error"] and "broken.png" in data["failed"][0]["error"], data["failed"])
    equal([a["id"] for a in data["annotations"]], [1, 2, 3, 4, 5, 6])
    equal([a["image_id"] for a in data["annotations"]], [1, 1, 2, 2, 4, 4])
    near([data["annotations"][0]["area"], data["annotations"][0]["iscrowd"]], [300, 0], 0.5)
    os.mkdir("empty")
    run(*net, "-q", "--no-image", "--coco", "r.json", "--coco-dataset", "d.json", "empty")
    equal((json.load(open("r.json")), json.load(open("d.json"))["annotations"]), ([], []))


@test
def coco_numbers_by_name():
    net = detector()
    png("000000000139.png")
    png("x1.png")
    works(*net, "-q", "--no-image", "--coco", "r.json", "--coco-dataset", "d.json", "--coco-ids", "name", "000000000139.png")
    equal(json.load(open("r.json"))[0]["image_id"], 139)
    equal(json.load(open("d.json"))["images"][0]["id"], 139)
    done = run(*net, "-q", "--no-image", "--coco", "r.json", "--coco-ids", "name", "x1.png", "000000000139.png")
    equal(done.code, 1)
    check("x1.png: its name is no number" in done.err, done)
    equal(len(json.load(open("r.json"))), 2)
    png("other/139.png")
    done = run(*net, "-q", "--no-image", "--coco-dataset", "d.json", "--coco-ids", "name", "000000000139.png", "other/139.png")
    equal(done.code, 1)
    check("other/139.png: another picture has the number 139 already" in done.err, done)
    equal([image["id"] for image in json.load(open("d.json"))["images"]], [139])


@test
def coco_has_its_own_categories():
    model = shared("models", "yolo-fastest-1.1-coco")
    works("--model", model, "-q", "--no-image", "--coco", "r.json", "--coco-dataset", "d.json", "--counts", "n.csv",
          shared("images", "dog.jpg"))
    categories = {c["name"]: c["id"] for c in json.load(open("d.json"))["categories"]}
    equal((len(categories), categories["person"], categories["dog"], categories["sofa"], categories["toothbrush"]),
          (80, 1, 18, 63, 90))
    check(18 in {r["category_id"] for r in json.load(open("r.json"))})
    rows = table("n.csv")
    equal((len(rows[0]), rows[1][rows[0].index("dog")]), (82, "1"))


@test
def pascal_voc():
    net = detector()
    run(*net, "-q", "--no-image", "--voc", "v", *two_pictures_and_a_failure())
    equal(files_under("v"), ["b.xml", "sub/a.xml"])
    root = xml.parse("v/sub/a.xml").getroot()
    equal((root.tag, root.findtext("folder"), root.findtext("filename"), root.findtext("path")),
          ("annotation", "sub", "a.png", "in/sub/a.png"))
    equal([root.findtext("size/" + side) for side in ("width", "height", "depth")], ["40", "30", "3"])
    equal([o.findtext("name") for o in root.findall("object")], ["cat", "dog"])
    near([int(root.find("object/bndbox").findtext(side)) for side in ("xmin", "ymin", "xmax", "ymax")], (11, 8, 30, 23), 1)
    equal([e.tag for e in root.find("object")], ["name", "pose", "truncated", "difficult", "bndbox"])
    equal([e.tag for e in root.find("object/bndbox")], ["xmin", "ymin", "xmax", "ymax"], "some readers go by the order")
    write("net.cfg", open("net.cfg").read().replace("16,16", "96,96"))
    works(*net, "-q", "--no-image", "--voc", "v", "in/b.png")
    equal([xml.parse("v/b.xml").find("object/bndbox").findtext(side) for side in ("xmin", "ymin", "xmax", "ymax")],
          ["1", "1", "40", "30"], "the whole picture")


@test
def labelme():
    net = detector()
    run(*net, "-q", "--no-image", "--labelme", "l", *two_pictures_and_a_failure())
    equal(files_under("l"), ["b.json", "sub/a.json"])
    found = json.load(open("l/sub/a.json"))
    equal((found["imageData"], found["imageHeight"], found["imageWidth"], found["flags"]), (None, 30, 40, {}))
    check(os.path.samefile(os.path.join("l/sub", found["imagePath"]), "in/sub/a.png"), found["imagePath"])
    check(not os.path.isabs(found["imagePath"]), found["imagePath"])
    equal([(s["label"], s["shape_type"]) for s in found["shapes"]], [("cat", "rectangle"), ("dog", "rectangle")])
    (left, top), (right, bottom) = found["shapes"][0]["points"]
    near((left, top, right - left, bottom - top), BOX)


@test
def counts():
    net = detector()
    pictures = two_pictures_and_a_failure()
    done = run(*net, "-q", "--no-image", "--counts", "n.csv", *pictures)
    equal(done.code, 1)
    rows = table("n.csv")
    equal(rows, [["file", "total", "cat", "dog", "bird"], ["in/sub/a.png", "2", "1", "1", "0"],
                 ["in/b.png", "2", "1", "1", "0"], ["in/broken.png", "", "", "", ""]])
    works(*net, "-q", "--no-image", "--counts", "n.csv", "--classes", "dog,bird", "in/b.png")
    equal(table("n.csv"), [["file", "total", "dog", "bird"], ["in/b.png", "1", "1", "0"]])
    works(*net, "-q", "--no-image", "--counts", "n.csv", "--skip-classes", "dog", "in/b.png")
    equal(table("n.csv")[0], ["file", "total", "cat", "bird"])
    works(*detector("twins", names=("x", "x", "y")), "-q", "--no-image", "--counts", "n.csv", "in/b.png")
    equal(table("n.csv"), [["file", "total", "x", "y"], ["in/b.png", "2", "2", "0"]])


@test
def crops():
    net = detector()
    run(*net, "-q", "--crops", "c", "-o", "out", *two_pictures_and_a_failure())
    equal(files_under("c"), ["cat/b-1.png", "cat/sub/a-1.png", "dog/b-2.png", "dog/sub/a-2.png"])

    def size(path):
        header = open(path, "rb").read(24)
        return int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")
    equal(size("c/cat/b-1.png"), (20, 16))  # the pixels that 10..30 and 7.5..22.5 touch
    works(*net, "-q", "--no-image", "--crops", "p", "--crop-padding", "0.1", "in/b.png")
    equal(size("p/cat/b-1.png"), (24, 18))
    works(*net, "-q", "--no-image", "--crops", "p", "--crop-padding", "10", "in/b.png")
    equal(size("p/cat/b-1.png"), (40, 30))
    plain = {open("c/cat/" + name, "rb").read() for name in ("b-1.png", "sub/a-1.png")}
    equal(len(plain), 1, "cut before anything is drawn")
    fails(2, "--output and --crops cannot both write to the folder out", *net, "-o", "./out/", "--crops", "out", "in/b.png")
    works(*net, "-q", "--no-image", "-o", "out", "--crops", "out", "in/b.png")


@test
def crops_of_a_photo_stay_jpeg():
    works("--model", shared("models", "yolo-fastest-1.1-coco"), "-q", "--no-image", "--crops", "c", shared("images", "dog.jpg"))
    found = files_under("c")
    check(any(name.startswith("dog/dog-") for name in found) and all(name.endswith(".jpg") for name in found), found)
    equal({open(os.path.join("c", name), "rb").read(3) for name in found}, {b"\xff\xd8\xff"})


@test
def crops_cannot_leave_their_folder():
    png("a.png")
    for names in (("../..", "..", "x"), ("/etc/x", ".hidden", "x"), ("..\\..\\x", "con\x01\u202e", "x"), ("a/b", "a_b", "x"),
                  (" . ", "...", "x"), ("x" * 300, "x" * 299, "y"), ("A", "a", "x"), ("photo.jpg", "photo.png", "x")):
        net = detector(names=names)
        run(*net, "-q", "--no-image", "--crops", "deep/er/c", "a.png")
        found = files_under("deep/er/c")
        equal(len({os.path.dirname(name).lower() for name in found}), 2, names, found)
        for name in found:
            check(len(name.split("/")) == 2 and not name.startswith("."), names, name)
        equal(sorted(os.listdir()), ["a.png", "deep", "net.cfg", "net.names", "net.weights"], names)
        equal((os.listdir("deep"), os.listdir("deep/er")), (["er"], ["c"]), names)
        for name in found:
            os.remove(os.path.join("deep/er/c", name))
        for folder in os.listdir("deep/er/c"):
            os.rmdir(os.path.join("deep/er/c", folder))


@test
def nasty_names_in_every_format():
    net = detector(names=NASTY_CLASSES)
    for name in NASTY_FILES:
        png(os.fsdecode(name))
    done = run(*net, "-q", "--no-image", "--yolo", "y", "--coco", "r.json", "--coco-dataset", "d.json", "--voc", "v", "--labelme",
               "l", "--crops", "c", "--counts", "n.csv", *NASTY_FILES, b"missing<\xff>.png")
    equal(done.code, 1, done)
    readable = [name.decode("utf-8", "replace") for name in NASTY_FILES]
    json.load(open("r.json"))
    data = json.load(open("d.json"))
    equal([i["file_name"] for i in data["images"]], readable)
    equal([c["name"] for c in data["categories"]], list(NASTY_CLASSES))
    equal(data["failed"][0]["file_name"], "missing<\ufffd>.png")
    rows = table("n.csv")
    equal(rows[0], ["file", "total", "../..", NASTY_CLASSES[1], "'=1+1"])
    equal([row[0] for row in rows[1:-1]], [("'" if name[0] in "=+-@" else "") + name for name in readable])
    names, boxes = [], 0
    for folder, _, files in os.walk("v"):
        for file in files:
            root = xml.parse(os.path.join(folder, file)).getroot()
            names.append(root.findtext("filename"))
            boxes += len(root.findall("object"))
            equal([o.findtext("name") for o in root.findall("object")], list(NASTY_CLASSES[:2]))
    equal(sorted(names), sorted(name.replace("\x1b", "\ufffd") for name in readable))
    equal(boxes, 2 * len(NASTY_FILES))
    for where, file in ((where, file) for where, _, files in os.walk("l") for file in files):
        equal([s["label"] for s in json.load(open(os.path.join(where, file)))["shapes"]], list(NASTY_CLASSES[:2]))
    equal(len(files_under("y")), len(NASTY_FILES))
    equal(len(files_under("c")), 2 * len(NASTY_FILES))


@test
def to_stdout():
    net = detector()
    png("a.png")
    for option in ("--coco", "--coco-dataset", "--counts", "--report"):
        works(*net, "-q", "--no-image", option, "file", "a.png")
        if option != "--report":  # its links are relative to the page
            equal(works(*net, "--no-image", option, "-", "a.png").bytes, open("file", "rb").read(), option)
        fails(2, f"--jsonl and {option} cannot both write to stdout", *net, "--jsonl", "-", option, "-", "a.png")
        fails(1, "/dev/full cannot be written: No space left on device", *net, "-q", "--no-image", option, "/dev/full", "a.png")
    equal(sum(line.startswith("file,") for line in works(*net, "--no-image", "--counts", "-", "a.png").out.splitlines()), 1)


@test
def the_same_bytes_again():
    net = detector()
    pictures = two_pictures_and_a_failure()
    everything = []
    for again in "1", "2":
        run(*net, "-q", "-o", "out" + again + "/o", "--yolo", "out" + again + "/y", "--coco", "r.json", "--coco-dataset", "d.json",
            "--voc", "out" + again + "/v", "--labelme", "out" + again + "/l", "--crops", "out" + again + "/c", "--counts", "n.csv",
            "--report", "r.html", "--json", "a.json", *pictures)
        everything.append([open(p, "rb").read() for p in ("r.json", "d.json", "n.csv", "r.html", "a.json")] +
                          [(n, open(os.path.join("out" + again, n), "rb").read()) for n in files_under("out" + again)])
    equal(everything[0], everything[1])
    check(len(everything[0]) > 15, len(everything[0]))


@test
def folders_and_files_that_cannot_be_made():
    net = detector()
    png("a.png")
    write("file", "")
    for option in ("--yolo", "--voc", "--labelme", "--crops"):
        fails(1, "the folder file/x cannot be made: Not a directory", *net, "-q", "--no-image", option, "file/x", "a.png")
    for option in ("--coco", "--coco-dataset", "--counts", "--report"):
        fails(1, "file/x cannot be written: Not a directory", *net, "-q", "--no-image", option, "file/x", "a.png")
    os.makedirs("y/a.txt")
    png("b.png")
    done = fails(1, "y/a.txt cannot be written: Is a directory", *net, "-q", "--no-image", "--yolo", "y", "a.png", "b.png")
    check(os.path.exists("y/b.txt"), "one file that cannot be made does not end the run", done)


@test
def outputs_of_boxes_need_boxes():
    net = classifier()
    png("a.png")
    for option in ("--counts", "--coco", "--coco-dataset", "--yolo", "--voc", "--labelme", "--crops"):
        fails(2, f"{option} needs a network that finds objects, but sorter.cfg classifies", *net, option, "x", "a.png")
    fails(2, "--yolo-scores needs --yolo DIR", *net, "--yolo-scores", "a.png")
    works(*net, "-q", "--report", "r.html", "a.png")


@test
def thresholds_of_classes():
    net = detector()
    png("a.png")

    def classes(*arguments):
        done = works(*net, "--no-image", "--jsonl", "-", *arguments, "a.png")
        return [d["class_id"] for d in json.loads(done.out)["detections"]]
    equal(classes("--threshold", "dog=0.5"), [0])
    equal(classes("--threshold", "dog=0.4", "--threshold", "0.9"), [0, 1])
    equal(classes("--threshold", "0.9", "--threshold", "DOG=0.4"), [0, 1])
    equal(classes("--threshold", "1=0.9", "--threshold", "dog=0.1"), [0, 1], "the last one counts")
    equal(classes("--threshold", "cat=1"), [1])
    equal(classes("--threshold", "cat=0.99", "--classes", "cat"), [])
    equal(classes("--threshold", "0.99", "--threshold", "dog=0.1", "--classes", "cat"), [])
    equal(len(json.loads(works("trace", *net, "--threshold", "cat=0.99", "a.png").out)["detections"]), 1)
    fails(2, "--threshold: the model has no class 'dgo'; did you mean 'dog'?", *net, "--threshold", "dgo=0.5", "a.png")
    fails(2, "--threshold must be a number from 0 to 1, not '2'", *net, "--threshold", "dog=2", "a.png")
    fails(2, "--threshold must be a number from 0 to 1, not '=0.5'", *net, "--threshold", "=0.5", "a.png")
    equal(classes(*detector("odd", names=("a=b", "dog", "x")), "--threshold", "a=b=0.99"), [1])


@test
def colours_and_hidden_classes():
    net = detector()
    png("a.png", 200, 150)

    def drawn(*arguments):
        works(*net, "-q", "-o", "o", *arguments, "a.png")
        return open("o/a.png", "rb").read()
    plain = drawn()
    check(drawn("--color", "cat=#ff0000") != plain)
    equal(drawn("--color", "cat=#ff0000", "--color", "CAT=#00ff00"), drawn("--color", "0=#00FF00"), "the last one counts")
    equal(drawn("--color", "bird=#ff0000"), plain, "it is not in the picture")
    none = drawn("--hide", "cat,dog")
    equal(none, drawn("--hide", "cat", "--hide", "1"))
    equal(len({plain, none, drawn("--hide", "cat"), drawn("--hide", "dog")}), 4)
    found = json.loads(works(*net, "--jsonl", "-", "--hide", "cat", "-o", "o", "a.png").out)
    equal(found["counts"], {"cat": 1, "dog": 1}, "hidden, but reported")
    fails(2, "--hide: the model has no class 'cta'; did you mean 'cat'?", *net, "--hide", "cta", "a.png")
    fails(2, "--color: the model has no class 'cta'; did you mean 'cat'?", *net, "--color", "cta=#000000", "a.png")
    for wrong in ("cat", "cat=red", "cat=#ff00", "cat=#gg0000", "=#ff0000", "cat=#ff00000", "cat=ff0000"):
        fails(2, f"--color must be a class and a colour, such as dog=#ff8800, not '{wrong}'", *net, "--color", wrong, "a.png")


main()
