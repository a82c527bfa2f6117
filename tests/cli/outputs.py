"""What runs leave: text, JSON, JSON lines, CSV and annotated pictures, for good and bad inputs."""
import csv
import io
import json
import os
import re

from harness import (SCORES, Skip, bmp, check, classifier, detector, equal, fails, files_under, main, png, ppm, run, shared, test,
                     works, write, writes_files_of_its_own)

NASTY = [b'quote".png', b"new\nline.png", b"tab\t.png", b"back\\slash.png", b"bad\xff\xfe.png", b"\xed\xa0\x80.png",
         "emoji \U0001f436.png".encode(), b"=1+1.png", b"comma,semicolon;.png", b"'apostrophe'.png", b"\x1b[31mred.png",
         b"\xe2\x80\xaebidi.png", b"\xe2\x80\xa8line.png", b" blank .png", b"-dash.png", b"@at.png", b"+plus.png"]


def nasty_files():
    for name in NASTY:
        png(os.fsdecode(name))
    return [b"--", *NASTY]


def lines(done):
    return [json.loads(line) for line in done.bytes.split(b"\n")[:-1]]


@test
def json_lines():
    net = detector()
    png("a.png")
    done = works(*net, "--no-image", "--jsonl", "-", "a.png")
    check(done.out.endswith("}\n") and done.out.count("\n") == 1, done)
    found = json.loads(done.out)
    equal(list(found), ["file", "width", "height", "detections", "counts"])
    equal((found["file"], found["width"], found["height"]), ("a.png", 40, 30))
    equal(found["counts"], {"cat": 1, "dog": 1})
    first, second = found["detections"]
    equal(list(first), ["class_id", "class", "score", "box"])
    equal((first["class_id"], first["class"], second["class_id"], second["class"]), (0, "cat", 1, "dog"))
    for score, expected in zip((first["score"], second["score"]), SCORES):
        check(abs(score - expected) < 1e-3, score)
    box = first["box"]
    for key, expected in {"x": 10, "y": 7.5, "width": 20, "height": 15}.items():
        check(abs(box[key] - expected) < 0.01, box)


@test
def scores_have_six_decimals():
    import re
    net = detector()
    png("a.png")
    scores = re.findall(r'"score":(\d+\.\d+)', works(*net, "--no-image", "--jsonl", "-", "a.png").out)
    check(scores and all(len(s.split(".")[1]) == 6 for s in scores), scores)


@test
def json_document():
    net = detector()
    png("a.png")
    done = run(*net, "--no-image", "--json", "-", "a.png", "missing.png", "a.png")
    equal(done.code, 1)
    document = json.loads(done.out)
    equal(list(document), ["schema", "model", "images"])
    equal(document["schema"], "detect/1")
    equal(document["model"]["classes"], ["cat", "dog", "bird"])
    equal([i["file"] for i in document["images"]], ["a.png", "missing.png", "a.png"])
    equal(list(document["images"][1]), ["file", "error"])
    lines_done = run(*net, "--no-image", "--jsonl", "-", "a.png", "missing.png", "a.png")
    equal(document["images"], lines(lines_done), "both formats say the same")


@test
def a_document_without_pictures_is_valid():
    net = detector()
    os.mkdir("empty")
    done = run(*net, "--no-image", "--json", "-", "empty")
    equal(done.code, 1, done)
    equal(json.loads(done.out)["images"], [{"file": "empty", "error": "empty: the folder holds no pictures"}])


@test
def nasty_names_in_json():
    net = detector()
    files = nasty_files()
    found = lines(works(*net, "--no-image", "--jsonl", "-", *files))
    expected = [name.decode("utf-8", "replace") for name in NASTY]
    for result, name in zip(found, expected):
        equal(result["file"].replace("\ufffd", ""), name.replace("\ufffd", ""))
        equal("\ufffd" in result["file"], "\ufffd" in name)
    equal(len(found), len(NASTY))
    equal([i["file"] for i in json.loads(works(*net, "--no-image", "--json", "-", *files).out)["images"]],
          [i["file"] for i in found])
    missing = run(*net, "--no-image", "--jsonl", "-", b"miss\xffing\n\".png")
    check("error" in lines(missing)[0], missing)


@test
def nasty_class_names_in_json():
    names = ('a"b\\c\t', "=2+3", "\U0001f436\u202e")
    net = detector(names=names)
    png("a.png")
    found = lines(run(*net, "--no-image", "--jsonl", "-", "a.png"))[0]
    equal(list(found["counts"]), [d["class"] for d in found["detections"]])
    check(found["detections"][0]["class"].startswith('a"b\\c'), found)


@test
def classes_with_one_name_count_together():
    net = detector(names=("x", "x", "y"))
    png("a.png")
    found = lines(works(*net, "--no-image", "--jsonl", "-", "a.png"))[0]
    equal(found["counts"], {"x": 2})
    equal(len(found["detections"]), 2)


@test
def comma_separated_values():
    net = detector(names=("=cmd|' /C calc'!A0", 'do"g, big', "bird"))
    files = nasty_files()
    rows = list(csv.reader(io.StringIO(works(*net, "--no-image", "--csv", "-", *files).bytes.decode(), newline="")))
    equal(rows[0], "file width height class_id class score x y box_width box_height".split())
    equal(len(rows), 1 + 2 * len(NASTY))
    for row in rows[1:]:
        equal(len(row), 10)
        check(row[0][0] not in "=+-@\t\r", row)
        float(row[5]), [float(x) for x in row[6:]]
    equal({row[4] for row in rows[1:]}, {"'=cmd|' /C calc'!A0", 'do"g, big'})
    equal(rows[1][0], 'quote".png')
    equal(rows[3][0], "new\nline.png")
    check("'=1+1.png" in {row[0] for row in rows}, rows)


@test
def negative_boxes_stay_numbers_in_csv():
    net = detector()
    text = open("net.cfg").read().replace("16,16", "96,96")
    write("net.cfg", text)
    png("a.png")
    rows = list(csv.reader(io.StringIO(works(*net, "--no-image", "--no-clip", "--csv", "-", "a.png").out)))
    check(float(rows[1][6]) < 0, rows)
    rows = list(csv.reader(io.StringIO(works(*net, "--no-image", "--csv", "-", "a.png").out)))
    equal([float(x) for x in rows[1][6:]], [0, 0, 40, 30])


@test
def stdout_is_pure_when_a_format_owns_it():
    net = detector()
    png("a.png")
    for option in ("--json", "--jsonl", "--csv"):
        alone = works(*net, option, "-", "-o", "out", "a.png").out
        for other in {"--json", "--jsonl", "--csv"} - {option}:
            equal(works(*net, option, "-", other, "other.txt", "-o", "out", "a.png").out, alone)
        check("annotated" not in alone and "pictures" not in alone, alone)
    for pair in (("--json", "--jsonl"), ("--json", "--csv"), ("--jsonl", "--csv")):
        fails(2, f"{pair[0]} and {pair[1]} cannot both write to stdout", *net, pair[0], "-", pair[1], "-", "a.png")
        fails(2, f"{pair[0]} and {pair[1]} cannot both write to same", *net, pair[0], "same", pair[1], "same", "a.png")


@test
def one_file_by_two_ways_is_refused():
    net = detector()
    png("a.png")
    write("there", "kept")
    os.symlink("there", "link")
    os.mkdir("d")
    for one, other in (("x", "./x"), ("x", os.path.abspath("x")), ("d/../x", "x"), ("there", "link")):
        fails(2, f"--json and --csv cannot both write to {other}", *net, "--json", one, "--csv", other, "--no-image", "a.png")
    equal(open("there").read(), "kept")
    check(not os.path.exists("x") and not os.path.exists("x.part"))


@test
def no_output_replaces_what_is_read():
    net = detector()
    png("p/a.png")
    write("list", "p/a.png\n")
    write("zones", "z=0,0,1,0,1,1\n")
    before = {name: open(name, "rb").read() for name in ("p/a.png", "list", "zones", net[1], net[3])}
    for option in ("--json", "--jsonl", "--csv", "--counts", "--coco", "--coco-dataset", "--report"):
        fails(2, f"{option} would replace the picture p/a.png", *net, option, "p/a.png", "p")
        fails(2, f"{option} would replace list, which is read", *net, option, "list", "@list")
    fails(2, "--csv would replace zones, which is read", *net, "--zones", "zones", "--csv", "./zones", "p")
    fails(2, f"--csv would replace {net[1]}, which is read", *net, "--csv", net[1], "p")
    fails(2, f"--csv would replace {net[3]}, which is read", *net, "--csv", net[3], "p")
    equal({name: open(name, "rb").read() for name in before}, before)


@test
def files_equal_stdout():
    net = detector()
    png("a.png")
    works(*net, "--no-image", "-q", "--json", "a.json", "--jsonl", "a.jsonl", "--csv", "a.csv", "a.png")
    for option, path in (("--json", "a.json"), ("--jsonl", "a.jsonl"), ("--csv", "a.csv")):
        equal(open(path, "rb").read(), works(*net, "--no-image", option, "-", "a.png").bytes)
    check(not [f for f in files_under(".") if f.endswith(".part")], files_under("."))


@test
def a_good_run_replaces_a_file_and_keeps_links():
    net = detector()
    png("a.png")
    write("real.json", "old")
    os.symlink("real.json", "link.json")
    works(*net, "--no-image", "-q", "--json", "link.json", "a.png")
    check(os.path.islink("link.json"))
    json.load(open("real.json"))


@test
def outputs_that_cannot_be_written():
    net = detector()
    png("a.png")
    write("file", "")
    os.mkdir("folder")
    for option in ("--json", "--jsonl", "--csv"):
        fails(1, "file/x cannot be written: Not a directory", *net, "-q", "--no-image", option, "file/x", "a.png")
        fails(1, "folder cannot be written: Is a directory", *net, "-q", "--no-image", option, "folder", "a.png")
        fails(1, "/dev/full cannot be written: No space left on device", *net, "-q", "--no-image", option, "/dev/full", "a.png")
        works(*net, "-q", "--no-image", option, "/dev/null", "a.png")
    fails(1, "the folder file cannot be made: Not a directory", *net, "-o", "file", "a.png")
    fails(1, "the folder file/deep cannot be made: Not a directory", *net, "-o", "file/deep", "a.png")
    fails(1, "missing.ttf", *net, "--font", "missing.ttf", "a.png")


@test
def a_full_disk_leaves_no_half_file():
    if writes_files_of_its_own():
        raise Skip("this build writes files of its own")
    net = detector()
    png("a.png")
    write("old.jsonl", "old")
    # A limit on the size of files stands for the full disk.
    import resource
    import signal

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))  # clang's OpenMP needs 1024
    done = run(*net, "-q", "--no-image", "--jsonl", "old.jsonl", *["a.png"] * 50, preexec_fn=limit)
    equal((done.code, done.err.count("\n")), (1, 1), done)
    check("old.jsonl cannot be written: File too large" in done.err, done)
    equal(open("old.jsonl").read(), "old")
    part = open("old.jsonl.part").read()
    check(part.endswith("}\n") and all(json.loads(line)["file"] == "a.png" for line in part.splitlines()), part)
    for option in ("--json", "--csv"):
        done = run(*net, "-q", "--no-image", option, "doc", *["a.png"] * 50, preexec_fn=limit)
        equal((done.code, [f for f in os.listdir() if f.startswith("doc")]), (1, []), done)
    done = run(*net, "-q", *["--output", "out"], "a.png", preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                                                             resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))))
    equal(done.code, 1, done)
    equal(files_under("out"), [], done)


@test
def a_bad_picture_does_not_stop_the_run():
    net = detector()
    png("a.png")
    png("c.png")
    write("b.png", b"\x89PNG\r\n\x1a\nrubbish")
    write("d.png", b"")
    os.mkdir("e.png")
    done = run(*net, "-o", "out", "--jsonl", "a.jsonl", "--csv", "a.csv", "a.png", "b.png", "missing.png", "d.png", "c.png")
    equal(done.code, 1, done)
    equal(len(done.err.splitlines()), 3, done)
    for line, name in zip(done.err.splitlines(), ("b.png", "missing.png", "d.png")):
        check(line.startswith("detect: ") and name in line, line)
    check("5 pictures, 4 objects, 3 failed" in done.out, done)
    results = [json.loads(line) for line in open("a.jsonl")]
    equal(["error" in r for r in results], [False, True, True, True, False])
    check(all(isinstance(r.get("error", ""), str) and list(r) == ["file", "error"] for r in results if "error" in r), results)
    equal(len(open("a.csv").readlines()), 5)
    equal(files_under("out"), ["a.png", "c.png"])


@test
def folders():
    net = detector()
    for name in ("img10.png", "img2.png", "IMG1.PNG", ".hidden.png"):
        png(os.path.join("photos", name))
    png("photos/sub/deeper.png")
    write("photos/notes.txt", "hello")
    png("photos/content-decides.dat")
    write("photos/broken.jpg", "no picture")
    done = run(*net, "-v", "-o", "out", "--jsonl", "-", "photos")
    equal(done.code, 1)
    equal([r["file"] for r in lines(done)],
          ["photos/IMG1.PNG", "photos/broken.jpg", "photos/content-decides.dat", "photos/img2.png", "photos/img10.png"])
    equal([("error" in r) for r in lines(done)], [False, True, False, False, False])
    check("skipped 1 file" in done.err, done)
    equal(files_under("out"), ["IMG1.PNG", "content-decides.dat.png", "img10.png", "img2.png"])
    equal([r["file"] for r in lines(run(*net, "--no-image", "--jsonl", "-", "photos/"))][0], "photos/IMG1.PNG")


@test
def names_mirror_and_never_collide():
    net = detector()
    for name in ("a/x.png", "b/x.png", "b/c/x.png"):
        png(name)
    works(*net, "-q", "-o", "1", "a/x.png", "b/x.png", "b/c/x.png")
    equal(files_under("1"), ["a/x.png", "b/c/x.png", "b/x.png"])
    works(*net, "-q", "-o", "2", "a/x.png", "a/x.png", "./a/../a/x.png", os.path.abspath("a/x.png"))
    equal(len(files_under("2")), 4, files_under("2"))
    works(*net, "-q", "-o", "3", "a/x.png")
    equal(files_under("3"), ["x.png"])
    works(*net, "-q", "-o", "4", "a", "b")
    equal(files_under("4"), ["a/x.png", "b/x.png"])
    works(*net, "-q", "-o", "5", os.path.abspath("a/x.png"))
    equal(files_under("5"), ["x.png"])
    os.chdir("b/c")
    works(*[n if n.startswith("--") else "../../" + n for n in net], "-q", "-o", "../../6", "../x.png", "../../a/x.png", "x.png")
    os.chdir("../..")
    found = files_under("6")
    equal(len(found), 3, found)
    check(not any(".." in f for f in found), found)


@test
def formats_that_are_not_written_become_png():
    net = detector()
    png("x.png")
    bmp("x.bmp")
    ppm("x.ppm")
    ppm("x")
    png("x.jpg")  # content decides
    bmp("x.jpg.png")
    png("X.PNG")
    inputs = ["x.png", "x.bmp", "x.ppm", "x", "x.jpg", "x.jpg.png", "X.PNG"]
    works(*net, "-q", "-o", "out", *inputs)
    equal(len({f.lower() for f in files_under("out")}), len(inputs), files_under("out"))
    for name in files_under("out"):
        check(name.lower().endswith(".png"), name)
        equal(open(os.path.join("out", name), "rb").read(8), b"\x89PNG\r\n\x1a\n", name)


@test
def jpeg_stays_jpeg():
    net = detector()
    works(*net, "-q", "-o", "out", shared("images", "dog.jpg"), shared("images", "dog.png"))
    equal(files_under("out"), ["dog.jpg", "dog.png"])
    equal(open("out/dog.jpg", "rb").read(3), b"\xff\xd8\xff")
    check(open("out/dog.jpg", "rb").read() != open(shared("images", "dog.jpg"), "rb").read())


@test
def a_picture_never_replaces_itself():
    net = detector()
    png("photos/a.png")
    before = open("photos/a.png", "rb").read()
    for arguments in (["-o", "photos", "photos/a.png"], ["-o", "photos", "photos"], ["-o", "./photos/", "photos/a.png"]):
        done = run(*net, "-q", *arguments)
        equal(done.code, 1, done)
        check("would be replaced by what is made of" in done.err, done)
        equal(open("photos/a.png", "rb").read(), before)
    equal(files_under("photos"), ["a.png"])


@test
def nor_one_that_lies_beside_it():
    net = detector()
    bmp("p/a.bmp")
    png("p/a.png", 80, 60)
    before = open("p/a.png", "rb").read()
    for operand in ("p", "p/a.bmp"):
        done = run(*net, "-q", "-o", "p", operand)
        check(done.code == 1 and "p/a.png would be replaced by what is made of p/a.bmp" in done.err, done)
        equal(open("p/a.png", "rb").read(), before)
    os.makedirs("cat")
    bmp("cat/a.bmp")
    png("cat/a-1.png")
    done = run(*net, "-q", "--no-image", "--crops", ".", "cat/a.bmp")
    check(done.code == 1 and "choose another folder with --crops" in done.err, done)


@test
def files_of_pictures_replace_no_other():
    """What the run reads, or writes to by another option, may be called as a file made of a picture would be."""
    net = detector()
    png("a.png")
    png("b.png")
    for option, place, labels, folder in (("--json", "b.json", "--labelme", "."), ("--counts", "./b.txt", "--yolo", "."),
                                          ("--csv", "b.xml", "--voc", "."), ("--jsonl", "out/b.json", "--labelme", "out")):
        os.makedirs("out", exist_ok=True)
        done = run(*net, "-q", "--no-image", option, place, labels, folder, "a.png", "b.png")
        check(done.code == 1 and f"cannot be written: it is the file of {option}" in done.err, done)
        whole = open(place).read()
        check("a.png" in whole and ("b.png" in whole) == (option != "--jsonl"), option, whole)
    works(*net, "-q", "--no-image", "--json", "c.json", "--labelme", ".", "a.png", "b.png")
    write("a.txt", "a.png\n")
    write("b.txt", "left=0,0,0.5,0,0.5,1\n")
    for arguments, kept in ((["@a.txt"], "a.txt"), (["--zones", "b.txt", "b.png"], "b.txt")):
        before = open(kept).read()
        done = run(*net, "-q", "--no-image", "--yolo", ".", *arguments)
        check(done.code == 1 and f"{kept} cannot be written: this run reads it" in done.err, done)
        equal(open(kept).read(), before)


@test
def slivers_lie_within_the_picture():
    png("a.png", 1, 1)
    works(*detector(), "-q", "--no-image", "--threshold", "0", "--voc", "v", "a.png")
    found = re.findall(r"<([xy]m(?:in|ax))>(-?[0-9]+)<", open("v/a.xml").read())
    check(found and all(value == "1" for _, value in found), found)


@test
def annotated_pictures_go_to_detections_by_default():
    net = detector()
    png("a.png")
    done = works(*net, "a.png")
    equal(files_under("detections"), ["a.png"])
    check("annotated in detections" in done.out, done)
    os.makedirs("taken/a.png")
    done = run(*net, "a.png", "-o", "taken")
    equal(done.code, 1, done)
    check("annotated in" not in done.out, done)
    works(*net, "a.png", "--no-image", "-q")
    for arguments in (["--no-labels"], ["--no-scores"], ["--line-width", "3"], ["--font-scale", "2"]):
        works(*net, "-q", *arguments, "-o", "out", "a.png")


@test
def grey_pictures_are_drawn_in_colour():
    net = detector()
    png("grey.png", colour=(128,))
    works(*net, "-q", "-o", "out", "grey.png")
    check(open("out/grey.png", "rb").read()[25] == 2, "colour type RGB")


@test
def text_for_people():
    net = detector()
    png("a.png")
    done = works(*net, "--no-image", "a.png", "a.png")
    text = done.out.splitlines()
    check(text[0].startswith("a.png, 40x30, ") and text[0].endswith(" ms: 1 cat, 1 dog"), done)
    equal(text[1], "  0.9754  cat  10.0,7.5 20.0x15.0")
    equal(text[-3:-1], ["2 pictures, 4 objects", "2 cat, 2 dog"])
    check(" pictures/s; each: read " in text[-1], done)
    done = works(*net, "--no-image", "--threshold", "0.99", "a.png")
    check("nothing found" in done.out, done)


@test
def no_control_characters_reach_the_terminal():
    net = detector(names=("c\x1b[2Jat", "d\x07og\u202e", "b\x9bird"))
    files = nasty_files()
    done = run(*net, "--no-image", *files, b"missing\x1b[31m\n.png", b"bad\xff.png.missing")
    equal(done.code, 1)
    for text in (done.out, done.err):
        for character in text:
            check(character == "\n" or not (ord(character) < 32 or 127 <= ord(character) < 160 or character in "\u202e\u2028"),
                  repr(character), done)
    check(r"new\nline.png, 40x30" in done.out and r"\x1B[31mred.png" in done.out and r"bad\xFF\xFE.png" in done.out, done)


@test
def class_filters():
    net = detector(names=("cat", "dog, large", "3"))
    png("a.png")

    def classes(*arguments):
        return [d["class_id"] for d in lines(works(*net, "--no-image", "--jsonl", "-", *arguments, "a.png"))[0]["detections"]]
    equal(classes(), [0, 1])
    equal(classes("--classes", "cat"), [0])
    equal(classes("--classes", "CAT"), [0])
    equal(classes("--classes", "1"), [1])
    equal(classes("--classes", " 0 , 1 "), [0, 1])
    equal(classes("--classes", "dog, large"), [1], "the whole may be one name")
    equal(classes("--classes", "3"), [], "a name comes before a number")
    equal(classes("--skip-classes", "cat"), [1])
    equal(classes("--classes", "0,1", "--skip-classes", "0"), [1])
    equal(classes("--classes", "0", "--threshold", "0.99"), [])
    fails(2, "--classes: the model has no class 'cta'; did you mean 'cat'?", *net, "--no-image", "--classes", "0,cta", "a.png")
    fails(2, "--skip-classes: the model has no class 'zebra crossing'; it has 3, numbered from 0", *net, "--no-image",
          "--skip-classes", "zebra crossing", "a.png")
    fails(2, "the model has no class '4'", *net, "--classes", "4", "a.png")
    fails(2, "the model has no class ''", *net, "--classes", "0,", "a.png")


@test
def thresholds_and_limits():
    net = detector()
    png("a.png")

    def count(*arguments):
        return len(lines(works(*net, "--no-image", "--jsonl", "-", *arguments, "a.png"))[0]["detections"])
    equal((count(), count("--threshold", "0.5"), count("--threshold", "0.99"), count("--threshold", "1")), (2, 1, 0, 0))
    equal((count("--max", "1"), count("--max", "0")), (1, 2))
    check(count("--threshold", "0", "--nms", "none") > 2)


@test
def the_same_bytes_for_any_number_of_threads():
    model, photos = shared("models", "yolo-fastest-1.1-coco"), [shared("images", f"{n}.jpg") for n in ("dog", "person")]
    outputs = set()
    for threads in "1", "2", "5":
        done = works("--model", model, "--threads", threads, "-o", "out" + threads, "--json", "-", *photos)
        outputs.add((done.bytes, *(open(f"out{threads}/{n}.jpg", "rb").read() for n in ("dog", "person"))))
    equal(len(outputs), 1)


@test
def real_photo():
    done = works("--model", shared("models", "yolo-fastest-1.1-coco"), "--jsonl", "-", "-o", "out", shared("images", "dog.jpg"))
    found = lines(done)[0]
    check(found["counts"].get("dog") == 1, found)
    equal(files_under("out"), ["dog.jpg"])


@test
def stress_folder():
    net = detector()
    folders = [shared("stress", name) for name in os.listdir(shared("stress")) if os.path.isdir(shared("stress", name))]
    done = run(*net, "--no-image", "--jsonl", "-", *folders)
    check(done.code in (0, 1), done)
    for result in lines(done):
        check(("error" in result) != ("detections" in result), result)


@test
def too_many_pixels():
    net = detector()
    png("a.png")
    fails(1, "a.png", *net, "--no-image", "--max-pixels", "1199", "a.png")
    works(*net, "--no-image", "--max-pixels", "1200", "a.png")


@test
def a_classifier_lists_its_best():
    net = classifier()
    png("a.png")
    for command in ([], ["classify"]):
        done = works(*command, *net, "a.png")
        equal([line.split()[1] for line in done.out.splitlines()[1:6]], list("gfedc"), done)
        equal(len(done.out.splitlines()), 6, done)
        found = json.loads(works(*command, *net, "--jsonl", "-", "--top", "3", "a.png").out)
        equal([(c["class"], c["class_id"]) for c in found["classes"]], [("g", 6), ("f", 5), ("e", 4)])
        equal((found["detections"], found["counts"]), ([], {}))
        equal(len(json.loads(works(*command, *net, "--jsonl", "-", "--top", "1000", "a.png").out)["classes"]), 7)
        found = json.loads(works(*command, *net, "--jsonl", "-", "--top", "2", "--skip-classes", "g,e", "a.png").out)
        equal([c["class"] for c in found["classes"]], ["f", "d"])
        rows = list(csv.reader(io.StringIO(works(*command, *net, "--csv", "-", "--top", "2", "a.png").out)))
        equal([(len(r), r[4], r[6:]) for r in rows[1:]], [(10, "g", [""] * 4), (10, "f", [""] * 4)])
    check(not os.path.exists("detections"), "a classifier has nothing to draw")


main()
