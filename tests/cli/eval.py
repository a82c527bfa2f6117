"""detect eval: how well a network finds what is in labelled pictures."""
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

from harness import (DETECT, ROOT, SCORES, Skip, check, classifier, detector, equal, evaluate, fails, is_release, main, png,
                     run, shared, test, works, write)


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
    counts = works(*model, "-q", "--no-image", "--counts", "-", "samples", cwd=ROOT).out.splitlines()
    rows = [dict(zip(counts[0].split(","), line.split(","))) for line in counts[1:]]
    errors = []
    for row in rows:
        labels = open(os.path.join(ROOT, row["file"][:-3] + "txt")).read().splitlines()
        true = sum(line.startswith("0 ") for line in labels)
        errors.append(abs(int(row["product"]) - true) / true)
    document, _ = evaluate(*model, "samples", cwd=ROOT)
    product = document["classes"][0]
    equal((product["class"], product["found"]), ("product", sum(int(row["product"]) for row in rows)))
    near(product["count_error"], sum(errors) / len(errors))
    check(product["ap50"] > 0.75 and product["recall"] > 0.75, product)


@test
def threads_and_repetition_change_nothing():
    outs = []
    for threads in ("1", "3"):
        done = run("eval", "--threads", threads, "--json", os.path.abspath("all.json"), "--curve",
                   os.path.abspath("all.png"), "samples", cwd=ROOT)  # a slow one tells on stderr how far it is
        equal(done.code, 0, done)
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


main()
