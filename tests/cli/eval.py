"""detect eval: how well a network finds what is in labelled pictures."""
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

from harness import (DETECT, ROOT, SCORES, SHARED, Skip, check, classifier, detector, equal, fails, main, png, run, shared,
                     test, works, write)

sys.path.insert(0, os.path.join(ROOT, "build", "python"))
NETWORKS = ("yolo-fastest-1.1-coco", "yolo-lite-coco-trial6")
SAMPLES = os.path.join(ROOT, "samples")


def is_release():
    return "/release-" in os.path.realpath(DETECT)


def evaluate(*arguments, code=0, **options):
    """The document of a run that says nothing else on stdout, and what it says on stderr."""
    done = run("eval", *arguments, "--json", "-", **options)
    equal(done.code, code, arguments, done)
    return json.loads(done.out), done.err


def near(found, expected, *about):
    check(found is not None and abs(found - expected) < 1e-6, f"found {found}, expected {expected}", *about)


# ---- By hand ----------------------------------------------------------------------------------------------------------

# What the network of the harness finds in a picture of 40x30: a cat in the middle half, a small dog in the centre.
CAT, DOG, MISSED = "0 0.5 0.5 0.5 0.5\n", "1 0.5 0.5 0.125 0.125\n", "1 0.1 0.1 0.1 0.1\n"


@test
def measures_what_one_can_count():
    net = detector()
    for name, labels in (("a", CAT + DOG), ("b", CAT + MISSED), ("c", ""), ("d", DOG)):
        png(f"photos/{name}.png")
        write(f"labels/{name}.txt", labels)
    document, err = evaluate(*net, "--labels", "labels", "photos")
    equal((err, document["schema"], document["images"], document["failed"], document["unlabelled"]),
          ("", "detect-eval/1", 4, 0, 0))
    cat, dog, bird = document["classes"]
    equal([row["class"] for row in document["classes"]], ["cat", "dog", "bird"])
    equal((cat["objects"], cat["found"], dog["objects"], dog["found"]), (2, 4, 3, 4))
    near(cat["precision"], 0.5)
    near(cat["recall"], 1)
    near(cat["f1"], 2 / 3)
    near(cat["count_error"], 0)  # in the two pictures that have a cat
    near(cat["count_error_absolute"], 0.5)
    near(dog["precision"], 0.5)
    near(dog["recall"], 2 / 3)
    near(dog["f1"], 4 / 7)
    near(dog["count_error"], 0)
    near(dog["count_error_absolute"], 0.25)
    # All score the same, so the order of the pictures counts. cats: right, right, wrong, wrong.
    near(cat["ap50"], 1)
    near(cat["ap"], 1)
    # dogs: right, wrong, wrong, right: precision 1 up to recall 1/3, 1/2 up to 2/3, 0 beyond.
    near(dog["ap50"], (34 * 1 + 33 * 0.5) / 101)
    equal([bird[key] for key in ("objects", "found", "ap50", "ap", "precision", "recall", "f1", "count_error")],
          [0, 0] + 6 * [None])
    near(bird["count_error_absolute"], 0)
    overall = document["overall"]
    near(overall["ap50"], (cat["ap50"] + dog["ap50"]) / 2)
    near(overall["precision"], 4 / 8)
    near(overall["recall"], 4 / 5)
    near(overall["count_error"], (0 + 0 + 1) / 3)
    near(overall["count_error_absolute"], (0 + 0 + 2 + 1) / 4)


@test
def the_threshold_is_for_counts_and_not_for_ap():
    net = detector()
    png("a.png")
    write("a.txt", CAT + DOG)
    low, _ = evaluate(*net, "a.png")
    high, _ = evaluate(*net, "--threshold", "0.5", "a.png")
    one, _ = evaluate(*net, "--threshold", "dog=0.9", "a.png")
    equal([row["found"] for row in low["classes"]], [1, 1, 0])
    equal([row["found"] for row in high["classes"]], [1, 0, 0])
    equal([row["found"] for row in one["classes"]], [1, 0, 0])
    equal([row["ap"] for row in low["classes"]], [row["ap"] for row in high["classes"]])
    equal((high["classes"][1]["recall"], high["classes"][1]["precision"], high["classes"][1]["f1"]), (0, None, 0))
    near(high["classes"][1]["count_error"], 1)
    check(SCORES[1] > 0.25)


@test
def counts_are_those_of_detect():
    model = ["--threshold", "0.5", "--threshold", "product=0.4"]
    counts = works(*model, "--no-image", "--counts", "-", "samples", cwd=ROOT).out.splitlines()
    rows = [dict(zip(counts[0].split(","), line.split(","))) for line in counts[1:]]
    errors = []
    for row in rows:
        labels = open(os.path.join(ROOT, row["file"][:-3] + "txt")).read().splitlines()
        true = sum(line.startswith("0 ") for line in labels)
        errors.append(abs(int(row["product"]) - true) / true)
    document, err = evaluate(*model, "samples", cwd=ROOT)
    product = document["classes"][0]
    equal((err, product["class"], product["found"]), ("", "product", sum(int(row["product"]) for row in rows)))
    near(product["count_error"], sum(errors) / len(errors))
    check(product["ap50"] > 0.75 and product["recall"] > 0.75, product)


@test
def threads_and_repetition_change_nothing():
    outs = []
    for threads in ("1", "3"):
        done = works("eval", "--threads", threads, "--json", os.path.abspath("all.json"), "--curve",
                     os.path.abspath("all.png"), "samples", cwd=ROOT)
        outs.append((done.out, open("all.json", "rb").read(), open("all.png", "rb").read()))
    check(outs[0] == outs[1], outs[0][0], outs[1][0])


@test
def text_is_a_table():
    net = detector(names=("cat", "dog\x1b[2J", "bird"))
    png("a.png")
    write("a.txt", CAT)
    done = works("eval", *net, "a.png")
    lines = done.out.splitlines()
    equal(lines[0].split(), "class objects found AP50 AP precision recall F1 count error off by".split(), done)
    equal(lines[1].split(), "cat 1 1 1.0000 1.0000 1.0000 1.0000 1.0000 0.0 % 0.00".split(), done)
    equal(lines[2].split(), r"dog\x1B[2J 0 1 - - 0.0000 - 0.0000 - 1.00".split(), done)
    equal(lines[3].split(), "all 1 2 1.0000 1.0000 0.5000 1.0000 0.6667 100.0 % 1.00".split(), done)
    equal(len({len(line) for line in lines[:4]}), 1, "columns stand below one another", done)
    check("1 picture;" in lines[4] and "threshold 0.25" in lines[4] and lines[5].startswith("1 more class:"), done)
    equal(works("eval", *net, "-q", "a.png").out, "")


# ---- Which labels -----------------------------------------------------------------------------------------------------

@test
def labels_mirror_the_tree():
    net = detector()
    for name in ("in/a.png", "in/x/a.png", "in/x/y.b/c"):
        png(name)
    write("truth/a.txt", CAT)
    write("truth/x/a.txt", CAT + DOG)
    write("truth/x/y.b/c.txt", CAT)
    document, err = evaluate(*net, "--labels", "truth", "-r", "in")
    equal((err, document["images"], document["overall"]["objects"]), ("", 3, 4))
    write("list", "in/x/a.png\n")  # of a list the last folders count
    document, err = evaluate(*net, "--labels", "truth", "@list")
    equal((err, document["images"], document["overall"]["objects"]), ("", 1, 2))


@test
def images_have_their_labels_beside_them():
    net = detector()
    png("images/set/images/train/a.png")
    write("images/set/labels/train/a.txt", CAT)
    write("labels/set/images/train/a.txt", MISSED)
    equal(evaluate(*net, "images/set/images/train/a.png")[0]["overall"]["recall"], 1)
    png("b.png")
    write("b.txt", CAT)
    equal(evaluate(*net, "b.png")[0]["overall"]["recall"], 1)
    write("images/set/images/train/a.txt", CAT)
    done = run("eval", *net, "images/set/images/train/a.png", "b.png")
    check(done.code == 1 and "--labels DIR says which count" in done.err and "1 picture, 1 failed" in done.out, done)


@test
def pictures_without_labels_are_left_out():
    net = detector()
    for name in "abc":
        png(f"p/{name}.png")
    write("l/a.txt", CAT)
    write("l/b.txt", "\n \r\n")  # there are no objects
    document, err = evaluate(*net, "--labels", "l", "p")
    equal((document["images"], document["unlabelled"], document["overall"]["found"]), (2, 1, 4))
    equal(err, "detect: warning: 1 picture without labels is left out, such as p/c.png (looked for in l/c.txt); a picture "
               "without objects needs an empty file\n")
    equal(run("eval", *net, "-q", "--labels", "l", "p").err, "")
    os.mkdir("none")
    fails(1, "none of the pictures has labels: those of p/a.png were looked for in none/a.txt", "eval", *net, "--labels",
          "none", "p")
    fails(2, "--labels: there is no folder gone", "eval", *net, "--labels", "gone", "p")


@test
def shared_labels_are_told():
    net = detector()
    png("p/a.png")
    shutil.copy("p/a.png", "p/a.jpg")
    write("p/a.txt", CAT)
    document, err = evaluate(*net, "p")
    check(document["images"] == 2 and "1 picture has the labels of an earlier one, such as p/a.png" in err, err)


@test
def bad_labels_fail_their_picture_alone():
    net = detector()
    png("p/a.png")
    png("p/b.png")
    write("p/b.txt", CAT)
    for labels, sentence in (
            ("0 0.5 0.5 0.5\n", "line 1: 4 numbers, not class x y width height"),
            (CAT + "0 0.5 0.5 0.5 0.5 0.9\n", "line 2: 6 numbers, not class x y width height"),
            (CAT + "\n0 0.5 x5 0.5 0.5\n", "line 3: 'x5' is no number"),
            ("0 0.5 nan 0.5 0.5", "line 1: 'nan' is no number"),
            ("0 0.5 0x1 0.5 0.5", "line 1: '0x1' is no number"),
            ("0 0.5 1e999 0.5 0.5", "line 1: y inf is no part of the picture"),
            ("3 0.5 0.5 0.5 0.5", "line 1: class 3 is none of the 3 that the labels may have, 0 to 2"),
            ("-1 0.5 0.5 0.5 0.5", "line 1: class -1 is none"),
            ("0.5 0.5 0.5 0.5 0.5", "line 1: class 0.5 is none"),
            ("0 20 15 20 15", "line 1: x 20 is no part of the picture, from 0 to 1"),
            ("0 0.5 0.5 0 0.5", "line 1: width 0 is not above 0"),
            (b"0 0.5 0.5 0.5 0.5\0\n", "line 1: a zero byte"),
            (b"\xff\xfe0\0 \0", "line 1: '\\xFF\\xFE0' is no number")):
        write("p/a.txt", labels)
        document, err = evaluate(*net, "p", code=1)
        equal((document["images"], document["failed"]), (1, 1), labels)
        check(err.startswith(f"detect: p/a.txt, {sentence}") and err.endswith("; p/a.png is left out\n"), labels, err)
        equal(err.count("\n"), 1, err)
    write("p/a.txt", b"\xef\xbb\xbf0.0\t5e-1 +0.5 0.50000 .5\r\n\r\n")  # unusual, but right
    equal(evaluate(*net, "p")[0]["overall"]["recall"], 1)
    os.remove("p/a.txt")
    os.mkdir("p/a.txt")
    check("p/a.png (looked for in p/a.txt)" in evaluate(*net, "p")[1])


@test
def broken_pictures_do_not_end_it():
    net = detector()
    png("p/a.png")
    write("p/b.png", b"\x89PNG\r\n\x1a\nrubbish")
    write("p/a.txt", CAT)
    write("p/b.txt", CAT)
    document, err = evaluate(*net, "p", code=1)
    equal((document["images"], document["failed"], document["overall"]["objects"]), (1, 1, 1))
    check("p/b.png" in err, err)
    done = run("eval", *net, "p/b.png")
    check(done.code == 1 and "no picture could be measured" in done.err and not done.out, done)


# ---- Which classes ----------------------------------------------------------------------------------------------------

@test
def names_of_labels_need_not_be_the_models():
    net = detector()
    png("a.png")
    write("a.txt", "0 0.5 0.5 0.125 0.125\n2 0.5 0.5 0.5 0.5\n1 0.2 0.2 0.1 0.1\n1 0.3 0.2 0.1 0.1\n")
    write("own.names", "\xef\xbb\xbfDog\r\nshelf\r\ncat\r\n".encode("latin-1"))
    for names in ("own.names", "Dog, shelf ,cat"):
        document, err = evaluate(*net, "--label-names", names, "a.png")
        equal([(row["class"], row["recall"]) for row in document["classes"]], [("cat", 1), ("dog", 1)])
        equal(document["left_out"], [{"class": "shelf", "objects": 2}])
        equal(err, "detect: warning: the model has no class 'shelf', of which the labels have 2: left out\n")
    document, err = evaluate(*net, "--label-names", "own.names", "--map", "shelf=bird", "a.png")
    equal([row["objects"] for row in document["classes"]], [1, 1, 2], err)
    document, err = evaluate(*net, "--map", "*=cat", "--map", "0=dog", "--map", "1=2", "a.png")
    equal([row["objects"] for row in document["classes"]], [1, 1, 2], err)
    document, err = evaluate(*net, "--map", "*=cat", "a.png")
    equal([(row["class"], row["objects"]) for row in document["classes"]], [("cat", 4)], "the only class that is left")
    document, err = evaluate(*net, "--label-names", "dog,bird,cat", "--classes", "cat", "a.png")
    equal([row["class"] for row in document["classes"]], ["cat"])


@test
def wrong_names_are_wrong_usage():
    net = detector()
    png("a.png")
    write("a.txt", CAT)
    fails(2, "none of the labels' classes is one of the model's: they are 'x.names'", "eval", *net, "--label-names",
          "x.names", "a.png")
    fails(2, "--map: the model has no class 'bid'; did you mean 'bird'?", "eval", *net, "--map", "cat=bid", "a.png")
    fails(2, "--map cow=bird: the labels have no class 'cow'", "eval", *net, "--map", "cow=bird", "a.png")
    for bad in ("cat", "=cat", "cat="):
        fails(2, f"not '{bad}'", "eval", *net, "--map", bad, "a.png")
    fails(2, "the labels have none of the classes that --classes", "eval", *net, "--label-names", "cat", "--classes", "dog",
          "a.png")
    fails(2, "--curve must be a file called .png or .svg, not 'c.gif'", "eval", *net, "--curve", "c.gif", "a.png")
    fails(2, "leave one of them out", "eval", *net, "--labels", ".", "--coco", "x.json", "a.png")
    fails(2, "--labels is an option of 'detect eval', not of 'detect'", *net, "--labels", ".", "a.png")
    fails(2, "classifies whole pictures", "eval", *classifier(), "a.png")
    fails(2, "no picture was given", "eval", *net)


@test
def shelves_are_measured_with_one_option():
    cereal, _ = evaluate("--classes", "product", shared("shelf/cereal/images"), cwd=ROOT)
    tags, _ = evaluate("--label-names", "price tag", shared("shelf/pricetags/images"), cwd=ROOT)
    equal((cereal["images"], cereal["overall"]["objects"]), (10, 39))
    equal((tags["images"], tags["overall"]["objects"]), (20, 420))
    equal(([row["class"] for row in cereal["classes"]], [row["class"] for row in tags["classes"]]), (["product"], ["price tag"]))
    check(cereal["overall"]["ap50"] > 0.5 and tags["overall"]["ap50"] > 0.3, cereal["overall"], tags["overall"])


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


# ---- Files ------------------------------------------------------------------------------------------------------------

@test
def curves_are_pictures():
    names = ("cat <&> \u00e4", "dog", "bird")
    net = detector(names=names)
    png("a.png")
    write("a.txt", CAT + DOG)
    works("eval", *net, "-q", "--curve", "c.svg", "--curve", "c.svg", "--json", "j.json", "a.png")
    root = xml.etree.ElementTree.parse("c.svg").getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for wanted in (names[0] + "  1.000", "dog  1.000", "mean of classes  1.000", "recall"):
        check(wanted in texts, wanted, texts)
    check(not any("bird" in text for text in texts), "it has no objects")
    works("eval", *net, "-q", "--curve", "c.PNG", "a.png")
    look = works("-q", "--no-image", "--jsonl", "-", *net, "c.PNG").out
    equal([json.loads(look)[key] for key in ("width", "height")], [1200, 800])
    fails(1, "no/c.png", "eval", *net, "-q", "--curve", "no/c.png", "a.png")
    fails(1, "no/j.json", "eval", *net, "-q", "--json", "no/j.json", "a.png")
    equal(sorted(name for name in os.listdir(".") if re.search("part|^c|^j", name)), ["c.PNG", "c.svg", "j.json"])


@test
def nothing_but_results_is_written():
    net = detector()
    png("a.png")
    write("a.txt", CAT)
    before = sorted(os.listdir("."))
    works("eval", *net, "a.png")
    equal(sorted(os.listdir(".")), before)


@test
def many_pictures_need_little_memory():
    if not is_release():
        raise Skip("not a release build")
    net = detector()
    png("p/a.png", 8, 8)
    for i in range(4000):
        os.link("p/a.png", f"p/{i}.png")
        write(f"p/{i}.txt", CAT * 20)
    write("p/a.txt", "")
    child = subprocess.Popen([DETECT, "eval", *net, "-q", "--json", "j.json", "p"], stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    equal((child.returncode, json.load(open("j.json"))["images"]), (0, 4001))
    check(usage.ru_maxrss < 40 * 1024, f"{usage.ru_maxrss} KB")


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
            ours, err = evaluate(*model, "--coco", "truth.json", *limit, *photos)
            equal((err, ours["images"], ours["max_detections"]), ("", len(names), most or None))
            crowd_count = sum(row["iscrowd"] for row in document["annotations"])
            equal(ours["overall"]["objects"], len(document["annotations"]) - crowd_count)
            check((crowd_count > 0) == crowds, crowd_count)
            compare(ours, *theirs, network, crowds, most)
            if not crowds:
                same, err = evaluate(*model, *photos)
                compare(same, *theirs, network, "label files")


main()
