"""detect eval with COCO's documents, and beside pycocotools."""
import contextlib
import io
import json
import os
import random
import sys

from harness import (ROOT, SHARED, Skip, check, detector, equal, evaluate, fails, is_release, main, png, run, shared, test,
                     works, write)

sys.path.insert(0, os.path.join(ROOT, "build", "python"))
NETWORKS = ("yolo-fastest-1.1-coco", "yolo-lite-coco-trial6")


# ---- COCO's file ------------------------------------------------------------------------------------------------------

def coco(annotations=(), images=({"id": 5, "file_name": "a.png", "width": 40, "height": 30},),
         categories=({"id": 1, "name": "dog"}, {"id": 9, "name": "Cat"}, {"id": 2, "name": "cow"})):
    rows = [{"id": i, "image_id": image, "category_id": category, "bbox": box, "iscrowd": crowd}
            for i, (image, category, box, crowd) in enumerate(annotations)]
    return {"annotations": rows, "images": list(images), "categories": list(categories)}


@test
def crowds_are_neither_right_nor_wrong():
    net = detector()
    png("a.png")
    write("truth.json", json.dumps(coco([(5, 9, [5, 5, 30, 20], 1), (5, 1, [17.5, 13, 5, 4], 0), (5, 2, [0, 0, 1, 1], 0)])))
    document, err = evaluate(*net, "--coco", "truth.json", "a.png")
    cat, dog = document["classes"]
    equal([cat[key] for key in ("class", "objects", "found", "ap", "precision", "count_error")], ["cat", 0, 0] + 3 * [None])
    equal((dog["objects"], dog["found"], dog["recall"]), (1, 1, 1))
    check("the model has no class 'cow', of which the labels have 1: left out" in err, err)
    write("truth.json", json.dumps(coco([(5, 9, [5, 5, 30, 22], 0)])))  # no crowd: the boxes overlap too little
    document, err = evaluate(*net, "--coco", "truth.json", "a.png")
    equal([document["classes"][0][key] for key in ("objects", "found", "precision")], [1, 1, 0])


@test
def pictures_are_known_by_file_name():
    net = detector()
    for name in ("x/a.png", "x/y/a.png", "z.png", "x/unknown.png"):
        png(name)
    images = [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "y/a.png"}, {"id": 3, "file_name": "set/z.png"},
              {"id": 4, "file_name": "never.png"}]
    rows = [(1, 9, [10, 7.5, 20, 15], 0), (2, 1, [1, 1, 5, 5], 0), (3, 1, [1, 1, 5, 5], 0), (3, 1, [8, 1, 5, 5], 0),
            (4, 1, [8, 1, 5, 5], 0), (77, 1, [8, 1, 5, 5], 0), (4, 78, [8, 1, 5, 5], 0)]
    write("truth.json", json.dumps(coco(rows, images)))
    document, err = evaluate(*net, "--coco", "truth.json", "-r", "x", "z.png")
    equal((document["images"], document["unlabelled"], document["overall"]["objects"]), (3, 1, 4))
    check("x/unknown.png (looked for in truth.json)" in err and "1 annotations of images" in err and
          "1 annotations of categories" in err, err)
    check("3 pictures of 4 that the labels have, 1 without labels left out;" in
          run("eval", *net, "--coco", "truth.json", "-r", "x", "z.png").out)
    images[0].update(width=30, height=40)
    write("truth.json", json.dumps(coco(rows[:1], images)))
    done = run("eval", *net, "--coco", "truth.json", "x/a.png", "z.png")
    check(done.code == 1 and "x/a.png is 40x30, but truth.json says 30x40; --no-orientation" in done.err, done)


@test
def pictures_of_one_name_are_told_apart_by_their_folders():
    net = [os.path.abspath(part) if os.path.exists(part) else part for part in detector()]
    for name in ("data/train/1.png", "data/val/1.png", "data/val/2.png"):
        png(name)
    images = [{"id": 1, "file_name": "data/train/1.png"}, {"id": 2, "file_name": "data/val/1.png"},
              {"id": 3, "file_name": "./2.png"}]
    write("truth.json", json.dumps(coco([(2, 9, [10, 7.5, 20, 15], 0), (3, 9, [10, 7.5, 20, 15], 0)], images)))
    document, _ = evaluate(*net, "--coco", "../truth.json", "val", cwd="data")
    equal((document["images"], document["overall"]["objects"], document["classes"][0]["recall"]), (2, 2, 1))
    done = run("eval", *net, "--coco", "../../truth.json", "1.png", cwd="data/val")
    check(done.code == 1 and "1.png: several images of ../../truth.json end with this path" in done.err, done)


@test
def darknets_spelling_of_cocos_names_is_known():
    net = detector(names=("motorbike", "sofa", "tvmonitor"))
    png("a.png")
    names = [{"id": 4, "name": "motorcycle"}, {"id": 63, "name": "couch"}, {"id": 72, "name": "TV"}]
    write("truth.json", json.dumps(coco([(5, 4, [10, 7.5, 20, 15], 0)], categories=names)))
    document, err = evaluate(*net, "--coco", "truth.json", "a.png")
    equal(([row["class"] for row in document["classes"]], document["left_out"]),
          (["motorbike", "sofa"], [{"class": "TV", "objects": 0}]), err)
    equal(document["classes"][0]["recall"], 1)


@test
def broken_documents_are_wrong_usage():
    net = detector()
    png("a.png")
    good = json.dumps(coco([(5, 9, [10, 7.5, 20, 15], 0)]))
    image = '{"images":[{"id":1,"file_name":"a.png"}],"categories":[{"id":1,"name":"cat"}],"annotations":['
    for text, sentence in (
            ("", "truth.json, line 1: the file ends where an object should come"),
            ("[]", "truth.json, line 1: a list, such as COCO's results are"),
            (good[:-1], "the file ends where a comma or the object's end should come"),
            (good + "x", "there is 'x' where the end of the file should come"),
            (good.replace('"id": 5', '"id": "5"'), "there is '\"' where a number should come"),
            (good.replace('"id": 5', '"id": 5.5'), "'5.5' is no whole number"),
            (good.replace('"id": 5', '"id": 99999999999999999999'), "is no whole number"),
            (good.replace("7.5", "NaN"), "there is 'N' where a number should come"),
            (good.replace("7.5", "1e999"), "'1e999' is no number"),
            (good.replace("7.5", "-"), "'-' is no number"),
            (good.replace("20, 15", "-20, 15"), "a bbox of size -20x15"),
            (good.replace(", 15]", "]"), "a bbox of 3 numbers, not [x, y, width, height]"),
            (good.replace('"bbox"', '"box"'), "an annotation without bbox"),
            (good.replace('"iscrowd": 0', '"iscrowd": 2'), "2 is neither 0 nor 1"),
            (good.replace('"file_name"', '"name"'), "an image without file_name"),
            (good.replace('"width": 40', '"width": -40'), "-40 is no size of a picture"),
            (good.replace('"id": 2', '"id": 1'), "truth.json: two categories have the id 1"),
            ('{"images":[]}', "there are no images in it"),
            ('{"images":[{"id":1,"file_name":"a.png"}]}', "there are no categories in it"),
            ('{"images":[{"id":1,"file_name":"a"},{"id":1,"file_name":"b"}],"categories":[{"id":1,"name":"cat"}]}',
             "two images have the id 1"),
            ('{"images":[{"id":1,"file_name":"a"},{"id":2,"file_name":"a"}],"categories":[{"id":1,"name":"cat"}]}',
             "two images have the file_name a"),
            ('{"x":' + "[" * 100000, "it is nested deeper than 256"),
            ('{"' + "k" * 70000 + '":1}', "a text or number is longer than 65536 bytes"),
            ('{"images":\n\n[{"id":1,}]}', "truth.json, line 3: there is '}' where a text should come"),
            ('{"x":"a\nb"}', "there is byte 10 where the end of a text should come"),
            ('{"x":"\\q"}', "there is 'q' where an escaped character should come"),
            ('{"x":"\\u12g4"}', "there is 'g' where a hexadecimal digit should come"),
            ('{"x":tru}', "there is '}' where true, false or null should come"),
            (b'{"x":\0}', "there is byte 0 where a value should come"),
            (image + "]} ", None)):
        write("truth.json", text)
        if sentence:
            fails(2, sentence, "eval", *net, "--coco", "truth.json", "a.png")
        else:
            evaluate(*net, "--coco", "truth.json", "a.png")
    write("truth.json", good)
    fails(2, "gone.json: cannot be opened", "eval", *net, "--coco", "gone.json", "a.png")
    fails(2, "cannot be read", "eval", *net, "--coco", ".", "a.png")
    fails(2, "--label-names is for YOLO's labels", "eval", *net, "--coco", "truth.json", "--label-names", "cat", "a.png")


@test
def any_cut_of_a_document_is_refused():
    net = detector()
    png("a.png")
    names = [{"id": 1, "name": "c\u00e4t \U0001F600 \\ \" \n"}, {"id": 9, "name": "cat"}]
    good = json.dumps(coco([(5, 9, [10, 7.5, 20, 15], 0)], categories=names) | {"z": [True, None, {"q": -1e-3}]})
    for cut in range(0, len(good), 1 if is_release() else 23):
        write("truth.json", good[:cut])
        done = run("eval", *net, "--coco", "truth.json", "a.png")
        check(done.code == 2 and done.err.startswith("detect: truth.json") and done.err.count("\n") == 1, cut, done)
    write("truth.json", "\ufeff" + good)
    equal(evaluate(*net, "--coco", "truth.json", "a.png")[0]["left_out"][0]["class"], names[0]["name"])


@test
def mutations_never_crash_it():
    net = detector()
    png("a.png")
    chance = random.Random(7)
    good = json.dumps(coco([(5, 9, [10, 7.5, 20, 15], 0), (5, 1, [1, 2, 3, 4], 1)])).encode()
    for where, text in (("truth.json", good), ("a.txt", b"0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.125 0.125\n")):
        for _ in range(150 if is_release() else 40):
            changed = bytearray(text)
            for _ in range(chance.randint(1, 3)):
                at, what = chance.randrange(len(changed)), chance.randrange(3)
                if what == 0:
                    changed[at] = chance.choice(b'{}[]",:-.e\\u0 \n\0\xff19')
                elif what == 1:
                    del changed[at:at + chance.randint(1, 9)]
                else:
                    changed[at:at] = changed[chance.randrange(len(changed)):][:chance.randint(1, 30)]
            write(where, bytes(changed))
            done = run("eval", *net, *(["--coco", where] if where[0] == "t" else []), "--json", "-", "a.png")
            check(done.code in (0, 1, 2) and (done.code == 0 or done.err.startswith("detect: ")), bytes(changed), done)
            if done.out:
                json.loads(done.out)


# ---- Beside pycocotools (last: it makes this process large, and children begin with its memory)

# COCO's own numbers of its 80 categories, in the order of the networks' classes.
OFFICIAL = [number for number in range(1, 91) if number not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)]


def coco_photos():
    """Photos of COCO's validation set and their labels; a few of them where the program is slow."""
    folder = shared("coco")
    names = sorted(os.listdir(os.path.join(folder, "images")))
    return folder, names if is_release() else names[:8]


def instances(folder, results, crowds):
    """COCO's document for YOLO's labels. With `crowds` every third object is a crowd."""
    names = open(os.path.join(SHARED, "models", NETWORKS[0], "model.names")).read().split("\n")[:80]
    document = {"info": {"n": [None, True, -1.5e-3, "\\u00e9\\\""]}, "annotations": [], "images": [],
                "categories": [{"id": 3 * i + 7, "name": name, "supercategory": "any"} for i, name in enumerate(names)]}
    for result in results:
        name = os.path.basename(result["file"])
        image, width, height = int(name[:-4]), result["width"], result["height"]
        document["images"].append({"file_name": name, "height": height, "width": width, "id": image})
        for line in open(os.path.join(folder, "labels", name[:-3] + "txt")):
            kind, x, y, w, h = [float(part) for part in line.split()]
            box = [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]
            number = len(document["annotations"]) + 1
            document["annotations"].append({
                "segmentation": {"counts": [1, 2, [3]], "size": []}, "iscrowd": int(crowds and number % 3 == 0),
                "image_id": image, "bbox": box, "area": box[2] * box[3], "category_id": 3 * int(kind) + 7, "id": number})
    return document


def by_pycocotools(truth, found, max_detections):
    """AP50 and AP of each category name that has objects, and of all."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    with contextlib.redirect_stdout(io.StringIO()):
        measure = COCOeval(COCO(truth), COCO(truth).loadRes(found), "bbox")
        measure.params.maxDets = [1, 2, max_detections]  # it sorts them
        measure.params.areaRng, measure.params.areaRngLbl = measure.params.areaRng[:1], ["all"]
        measure.evaluate()
        measure.accumulate()
    precision = measure.eval["precision"][:, :, :, 0, 2]  # [IoU, recall, category]
    names = [category["name"] for category in measure.cocoGt.loadCats(measure.params.catIds)]
    per_class = {name: (precision[0, :, k].mean(), precision[:, :, k].mean())
                 for k, name in enumerate(names) if precision[0, 0, k] > -1}
    return per_class, (precision[0][precision[0] > -1].mean(), precision[precision > -1].mean())


def compare(document, per_class, overall, *about):
    measured = {row["class"]: (row["ap50"], row["ap"]) for row in document["classes"] if row["ap"] is not None}
    equal(sorted(measured), sorted(per_class), *about)
    pairs = [(measured[name], per_class[name], name) for name in measured]
    pairs.append(((document["overall"]["ap50"], document["overall"]["ap"]), overall, "all"))
    for ours, theirs, name in pairs:
        for mine, other in zip(ours, theirs):
            check(abs(mine - other) < 1e-4, name, ours, theirs, *about)


@test
def agrees_with_pycocotools():
    try:
        import pycocotools.cocoeval  # noqa: F401
    except ImportError as reason:
        raise Skip(f"pycocotools is not installed: {reason}")
    folder, names = coco_photos()
    photos = [os.path.join(folder, "images", name) for name in names]
    for network in NETWORKS:
        model = ["--model", os.path.join(SHARED, "models", network)]
        done = works(*model, "--threshold", "0.001", "--no-image", "-q", "--coco", "found.json", "--coco-ids", "name",
                     "--jsonl", "lines.jsonl", *photos)
        results = [json.loads(line) for line in open("lines.jsonl")]
        found = json.load(open("found.json"))
        numbers = sorted({row["category_id"] for row in found})
        check(numbers, done)
        from_official = {number: 3 * index + 7 for index, number in enumerate(OFFICIAL)}
        for row in found:
            row["category_id"] = from_official[row["category_id"]]
        json.dump(found, open("found.json", "w"))
        for crowds, most in ((False, 0), (True, 100), (True, 3)):
            document = instances(folder, results, crowds)
            json.dump(document, open("truth.json", "w"))
            theirs = by_pycocotools("truth.json", "found.json", most or 10 ** 6)
            limit = ["--max-detections", str(most)] if most else []
            ours, _ = evaluate(*model, "-q", "--coco", "truth.json", *limit, *photos)
            equal((ours["images"], ours["max_detections"]), (len(names), most or None))
            crowd_count = sum(row["iscrowd"] for row in document["annotations"])
            equal(ours["overall"]["objects"], len(document["annotations"]) - crowd_count)
            check((crowd_count > 0) == crowds, crowd_count)
            compare(ours, *theirs, network, crowds, most)
            if not crowds:
                same, _ = evaluate(*model, "-q", *photos)
                compare(same, *theirs, network, "label files")


main()
