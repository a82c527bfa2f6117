"""What pictures and classes are called never leads out of the folders of results, nor does it reach a terminal."""
import os
import subprocess
import unicodedata

from harness import (DETECT, Done, Skip, check, classifier, detector, equal, files_under, main, no_sandbox, png, run, test,
                     write)

CLASSES = ["..", "../..", "/etc/passwd", "a/b", "a\\..\\b", ".", "~", "-rf", "$(id)", "`id`", "%s%n", "con", "NUL.txt", "lpt1", "AUX.",
           "x" * 300, "\u00e9" * 200, "c\x1b[2Jat", "bell\x07", "\u202egnp.exe", "\u009b31m", "tab\tbed", " lead", "trail. ", "a" * 119 + "\u00e9",
           ".part", "x.part", "a:b", "a|b", "\ufeffbom", "\u2066iso"]
FOLDERS = ["-o", "deep/out/pictures", "--crops", "deep/out/crops", "--yolo", "deep/out/yolo", "--voc", "deep/out/voc", "--labelme", "deep/out/labelme"]


def everything(folder="."):
    """What lies anywhere below: files with their bytes, links with where they lead."""
    found = {}
    for where, folders, files in os.walk(folder):
        for name in files + folders:
            path = os.path.join(where, name)
            if os.path.islink(path):
                found[path] = "-> " + os.readlink(path)
            elif os.path.isfile(path):
                found[path] = open(path, "rb").read()
    return found


def leaves_alone(before, *except_below):
    """All that was there is as it was, and all that is new lies below these folders."""
    after = everything()
    for path, content in before.items():
        if not path.startswith(except_below):
            equal(after.get(path), content, path)
    for path in after:
        check(path in before or path.startswith(except_below), "new and outside:", repr(path))


@test
def classes_lead_nowhere():
    png("in/a.png")
    for first, second in zip(CLASSES, CLASSES[1:] + CLASSES[:1]):
        net = detector(names=(first, second, "x"))
        before = everything()
        done = run(*net, "-q", *FOLDERS, "in/a.png")
        equal((done.code, done.err), (0, ""), first, second)
        leaves_alone(before, "./deep/out/")
        for name in files_under("deep/out/crops"):
            part = name.split("/")
            check(len(part) == 2 and len(os.fsencode(part[0])) <= 124, repr(name))
            check(not any(unicodedata.category(c) in ("Cc", "Cf") for c in part[0]), repr(name))
            check(part[0].split(".")[0].lower() not in ("con", "nul", "aux", "lpt1") and part[0][-1] not in ". ", repr(name))


@test
def classes_in_bytes_that_are_no_text():
    png("in/a.png")
    net = detector()
    for names in (b"\xff\xfe/..\ncat\nx\n", b"a\0/../../b\ncat\nx\n", b"\xc0\xaf..\xc0\xaf\n\xed\xa0\x80\nx\n", b"..\r\n/\r\nx\r\n"):
        write("net.names", names)
        before = everything()
        done = run(*net, "-q", *FOLDERS, "in/a.png")
        check(done.code in (0, 3) and len(done.err.splitlines()) <= 1, names, done)
        leaves_alone(before, "./deep/out/")


@test
def pictures_lead_nowhere():
    net = detector()
    os.makedirs("here/in")
    png("up.png")
    png("here/in/a.png")
    names = [b"\n.png", b"\x1b[2J.png", b"\xff.png", "\u202egnp.png".encode(), b"..png", b"...png", b"~.png", b"-.png", b"con.png",
             b"n" * 200 + b".png", b"$(touch x).png", b"%s%n.png", b"\\..\\..\\x.png"]
    for name in names:
        png(os.fsdecode(b"here/in/" + name))
    before = everything()
    below = ("./here/deep/out/",)
    absolute = os.path.abspath("up.png")
    for inputs in (["in"], ["../up.png"], ["in/../../up.png"], ["./../here/../up.png", "in/a.png"], [absolute], [absolute, "../here/in"], ["-r", ".."],
                   ["../*/in/*.png"]):
        done = run(*net_of("..", net), "-q", *FOLDERS, *inputs, cwd="here")
        equal((done.code, done.err), (0, ""), inputs)
        leaves_alone(before, *below)


def net_of(up, net):
    return [os.path.join(up, part) if not part.startswith("--") else part for part in net]


@test
def names_that_are_too_long_are_said():
    net = detector()
    name = "n" * 251 + ".png"
    png(name)
    png("a.png")
    done = run(*net, "-q", "-o", "out", "--crops", "crops", "--jsonl", "a.jsonl", name, "a.png")
    equal(done.code, 1, done)
    check("cannot be written: File name too long" in done.err, done)
    equal([n for n in files_under("out") + files_under("crops") if n.startswith("n")], [])
    equal(files_under("out"), ["a.png"], "the others are not harmed")


def plant(path, target):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.remove(path)
    os.symlink(target, path)


@test
def planted_links_are_replaced_not_followed():
    """Somebody else may write to the folder of results, and knows what pictures will be called."""
    net = detector()
    png("in/a.png")
    files = ["out/a.png", "crops/cat/a-1.png", "yolo/a.txt", "voc/a.xml", "labelme/a.json"]
    for more in [[]] if no_sandbox() else [[], ["--sandbox"]]:
        for target in ("victim", "new", "/dev/full"):
            write("victim", "precious")
            for path in files:
                plant(path, target if target[0] == "/" else os.path.relpath(target, os.path.dirname(path)))
            done = run(*net, "-q", *more, "-o", "out", "--crops", "crops", "--yolo", "yolo", "--voc", "voc", "--labelme", "labelme", "in/a.png")
            equal((done.code, done.err), (0, ""), target)
            equal(open("victim").read(), "precious", target)
            check(not os.path.lexists("new"), target)
            for path in files:
                check(not os.path.islink(path) and os.path.getsize(path), path, target)


@test
def planted_links_to_write_aside_are_refused():
    net = detector()
    png("in/a.png")
    write("victim", "precious")
    for path in ("out/a.png.part", "crops/cat/a-1.png.part", "yolo/a.txt.part", "a.json.part"):
        plant("./" + path, os.path.relpath("victim", os.path.dirname(path) or "."))
        done = run(*net, "-q", "-o", "out", "--crops", "crops", "--yolo", "yolo", "--json", "a.json", "in/a.png")
        equal(done.code, 1, path, done)
        check("Too many levels of symbolic links" in done.err, path, done)
        equal(open("victim").read(), "precious", path)
        os.remove(path)


@test
def a_planted_folder_leads_out_of_no_sandbox():
    reason = no_sandbox()
    if reason:
        raise Skip(reason)
    net = detector()
    png("in/sub/a.png")
    png("in/b.png")
    os.makedirs("elsewhere")
    os.makedirs("out")
    os.symlink("../elsewhere", "out/sub")
    done = run(*net, "-q", "--sandbox", "-r", "-o", "out", "in")
    equal((done.code, done.err), (1, "detect: out/sub/a.png cannot be written: Permission denied\n"))
    equal((os.listdir("elsewhere"), sorted(os.listdir("out"))), ([], ["b.png", "sub"]))


# ---- Terminals -------------------------------------------------------------------------------------------------------

EVIL = "e\x1b]0;title\x07\x1b[2J\r\u009b31m\u202egnp\u2028\u2066v\x7f\x08"


def is_clean(done, *about):
    for text in (done.bytes.decode("utf-8", "surrogateescape"), done.err):
        for character in text:
            check(character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Cs"), repr(character), *about, done)


@test
def nothing_that_is_said_moves_the_cursor():
    names = (EVIL, "dog" + EVIL, "bird\xff")
    net = detector(EVIL, names=names)
    sorter = classifier(EVIL + "sorter", names=[EVIL + c for c in "abcdefg"])
    picture, folder = EVIL + ".png", EVIL + "folder"
    png(picture)
    png(f"{folder}/{picture}")
    write(f"{folder}/{EVIL}.txt", "0 0.5 0.5 0.1 0.1\n")
    write(EVIL + "broken.png", "x")
    write(EVIL + "list", f"{EVIL}broken.png\n")
    write(EVIL + ".jsonl", "nonsense\n")
    write(EVIL + ".json", "{\"" + EVIL.replace("\x1b", "").replace("\x07", "").replace("\r", "").replace("\x08", "") + "\": 5}")
    zones = ["--zone", EVIL + "=0,0,1,0,1,1"]
    seen = 0
    for arguments in (
            [*net, "-v", "--no-image", picture, folder, EVIL + "missing.png"], [*net, "-v", "--no-image", "--rows", *zones, picture],
            [*net, "--no-image", "@" + EVIL + "list"], [*net, "--no-image", "@" + EVIL], [*net, "--no-image", EVIL + "*"], [*net, "--classes", EVIL + "x", picture],
            [*net, "--color", EVIL + "x=#ffffff", picture], [*net, "--hide", "no" + EVIL, picture], [*net, "--threshold", EVIL + "=0.5", picture],
            [*net, "--zone", EVIL, picture], [*net, "--zones", EVIL + ".cfg", picture], [*net, "--font", EVIL + "broken.png", picture],
            [*net, "--" + EVIL, picture], [*net, "-" + EVIL, picture], [*net, "--nms", EVIL, picture], [*net, "--kernels", EVIL, picture],
            [*net, "--size", EVIL, picture], [*net, "-q", "--resume", "--jsonl", EVIL + ".jsonl", "--no-image", picture],
            [*net, "-o", picture, picture], [*net, "--json", f"{EVIL}/no/such", picture], ["--model", EVIL + "none", picture], ["--cfg", EVIL + "none", picture],
            ["--data", EVIL, "--cfg", "x", picture], ["--cfg", EVIL + ".names", "--weights", EVIL + ".weights", picture],
            ["--cfg", EVIL + ".cfg", "--weights", EVIL + ".cfg", picture], ["classify", *sorter, picture], ["classify", *net, picture],
            ["eval", *net, folder], ["eval", *net, "--labels", EVIL, folder], ["eval", *net, "--map", f"{EVIL}={EVIL}", folder],
            ["eval", *net, "--coco", EVIL + ".json", folder], ["eval", *net, "--label-names", f"{EVIL},{EVIL}x", folder], ["info", *net], ["info", "--cfg", EVIL],
            ["bench", *net, "--runs", "1"], ["trace", *net, EVIL + "missing"], ["kernels", EVIL], [EVIL]):
        done = run(*arguments)
        is_clean(done, arguments)
        seen += "\\x1B" in done.out + done.err
    check(seen > 25, "the names are shown in most of them:", seen)


@test
def nor_does_progress_on_a_terminal():
    """There, the program's own sequences are drawn; but no part of a name among them."""
    import pty
    net = detector(EVIL, names=(EVIL, EVIL + "2", "x"))
    for i in range(300):
        png(f"in/{EVIL}{i}.png", 400, 300)
    write(f"in/{EVIL}broken.png", "x")
    leader, follower = pty.openpty()
    child = subprocess.Popen([DETECT, *net, "--no-image", "in"], stdout=follower, stderr=follower, env={**os.environ, "TERM": "xterm"})
    os.close(follower)
    drawn = b""
    while True:
        try:
            more = os.read(leader, 65536)
        except OSError:
            break
        if not more:
            break
        drawn += more
    equal(child.wait(60), 1)
    text = drawn.decode("utf-8", "surrogateescape")
    for own in ("\r\n", "\x1b[K", "\r"):
        text = text.replace(own, "")
    is_clean(Done(0, text.encode("utf-8", "surrogateescape"), b""))
    check("\\x1B[2J" in text, "names are shown escaped")


main()
