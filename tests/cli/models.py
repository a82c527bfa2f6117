"""How the program finds a model's files, and what it says where it cannot."""
import json
import os
import shutil
import subprocess

from harness import (DETECT, check, detector, equal, fails, main, png, run, shared, test, weights, works, write)


def model_of(*arguments):
    done = run(*arguments, "--no-image", "--json", "-", "a.png")
    equal(done.code, 0, arguments, done)
    model = json.loads(done.out)["model"]
    return [model[key] for key in ("cfg", "weights", "names")]


@test
def cfg_and_weights():
    png("a.png")
    net = detector()
    equal(model_of(*net), ["net.cfg", "net.weights", "net.names"])
    equal(model_of("--cfg", "net.cfg"), ["net.cfg", "net.weights", "net.names"], "the weights lie beside it")
    os.remove("net.names")
    equal(model_of(*net), ["net.cfg", "net.weights", None])
    check('"class 0"' in works(*net, "--no-image", "--jsonl", "-", "a.png").out)
    write("other.names", "x\ny\nz\n")
    equal(model_of(*net, "--names", "other.names")[2], "other.names")


@test
def model_folders():
    png("a.png")
    detector("one/model")
    equal(model_of("--model", "one"), ["one/model.cfg", "one/model.weights", "one/model.names"])
    equal(model_of("--model", "one/")[0], "one/model.cfg")
    detector("two/two")
    equal(model_of("--model", "two"), ["two/two.cfg", "two/two.weights", "two/two.names"])
    detector("three/any")
    os.rename("three/any.weights", "three/final.weights")
    os.rename("three/any.names", "three/coco.names")
    equal(model_of("--model", "three"), ["three/any.cfg", "three/final.weights", "three/coco.names"])
    detector("three/model", names=None)
    equal(model_of("--model", "three")[:2], ["three/model.cfg", "three/model.weights"])
    equal(model_of("--model", "two/two.cfg"), ["two/two.cfg", "two/two.weights", "two/two.names"])
    equal(model_of("--model", "one", "--names", "two/two.names", "--weights", "two/two.weights"),
          ["one/model.cfg", "two/two.weights", "two/two.names"])
    os.mkdir("four")
    fails(3, "the folder four holds no model.cfg", "--model", "four", "a.png")
    write("four/a.cfg", "")
    write("four/b.cfg", "")
    fails(3, "not one single cfg", "--model", "four", "a.png")


@test
def model_names():
    png("a.png")
    detector("configs/tiny")
    os.mkdir("weights")
    os.rename("configs/tiny.weights", "weights/tiny.weights")
    equal(model_of("--model", "tiny"), ["configs/tiny.cfg", "weights/tiny.weights", "configs/tiny.names"])
    os.rename("configs/tiny.names", "weights/tiny.names")
    equal(model_of("--model", "tiny")[2], "weights/tiny.names")
    fails(3, "there is no model 'huge'", "--model", "huge", "a.png")


@test
def model_names_beside_the_program():
    """The program's folder counts, wherever it is started; and ../share/detect as `make install` lays it out."""
    with open(DETECT, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return  # a script that starts the program in an emulator
    png("a.png")
    detector("elsewhere/configs/tiny")
    os.makedirs("elsewhere/weights")
    os.rename("elsewhere/configs/tiny.weights", "elsewhere/weights/tiny.weights")
    shutil.copy(DETECT, "elsewhere/detect")
    done = subprocess.run(["elsewhere/detect", "--model", "tiny", "--no-image", "a.png"], capture_output=True, text=True)
    equal(done.returncode, 0, done)
    os.makedirs("prefix/bin")
    os.makedirs("prefix/share")
    os.rename("elsewhere/detect", "prefix/bin/detect")
    os.rename("elsewhere", "prefix/share/detect")
    done = subprocess.run(["prefix/bin/detect", "--model", "tiny", "--no-image", "a.png"], capture_output=True, text=True)
    equal(done.returncode, 0, done)


@test
def nothing_given():
    png("a.png")
    done = run("--no-image", "a.png")
    if done.code == 3:
        check("give --cfg FILE and --weights FILE, or --model NAME|DIR" in done.err, done)
    else:
        equal(done.code, 0, done)  # the default model is there
    net = detector()
    fails(2, "--weights needs the network as well", "--weights", "net.weights", "a.png")
    os.remove("net.weights")
    fails(2, "net.cfg has no weights beside it: give --weights FILE", *net[:2], "a.png")


@test
def files_that_are_not_there():
    png("a.png")
    net = detector()
    fails(3, "missing.cfg", "--cfg", "missing.cfg", "a.png")
    fails(3, "missing.cfg", "--cfg", "missing.cfg", "--weights", "net.weights", "a.png")
    fails(3, "missing.weights", "--cfg", "net.cfg", "--weights", "missing.weights", "a.png")
    fails(3, "missing.names", *net, "--names", "missing.names", "a.png")
    fails(3, "missing.data", *net, "--data", "missing.data", "a.png")


@test
def broken_models():
    png("a.png")
    net = detector()
    good = open("net.weights", "rb").read()
    for extra in (-4, 4):
        write("net.weights", good[:extra] if extra < 0 else good + bytes(extra))
        fails(3, "net.weights", *net, "a.png")
        fails(3, "net.weights", "info", *net)
    write("net.weights", good)
    write("bad.cfg", open("net.cfg").read() + "[bogus]\n")
    fails(3, "bad.cfg:", "--cfg", "bad.cfg", "--weights", "net.weights", "a.png")
    write("bad.cfg", open("net.cfg").read().replace("size=1", "size=1\nsizzle=1"))
    fails(3, "sizzle", "--cfg", "bad.cfg", "--weights", "net.weights", "a.png")
    done = run("--cfg", "bad.cfg", "--weights", "net.weights", "--lenient", "--no-image", "a.png")
    check(done.code == 0 and "warning: " in done.err and "sizzle" in done.err, done)
    write("bad.cfg", "")
    fails(3, "bad.cfg", "--cfg", "bad.cfg", "--weights", "net.weights", "a.png")


@test
def data_files():
    png("a.png")
    net = detector(names=None)
    write("cfg/my.data", "classes = 3\ntrain=x\n names = my.names \nbackup = backup/\n")
    write("cfg/my.names", "x\ny\nz\n")
    equal(model_of(*net, "--data", "cfg/my.data")[2], "cfg/my.names")
    write("cfg/coco.data", "classes=3\r\nnames = data/coco.names\r\n")
    write("data/coco.names", "x\ny\nz\n")
    equal(os.path.normpath(model_of(*net, "--data", "cfg/coco.data")[2]), "data/coco.names")
    write("abs.data", "#names=wrong\nnames=" + os.path.abspath("data/coco.names"))
    equal(model_of(*net, "--data", "abs.data")[2], os.path.abspath("data/coco.names"))
    equal(model_of(*net, "--data", "cfg/my.data", "--names", "data/coco.names")[2], "data/coco.names")
    write("none.data", "classes=3\n")
    fails(3, "none.data has no line names=FILE", *net, "--data", "none.data", "a.png")
    write("lost.data", "names=lost.names\n")
    fails(3, "lost.data: names=lost.names is neither in its folder nor in the one above", *net, "--data", "lost.data", "a.png")
    fails(3, "cfg cannot be read: Is a directory", *net, "--data", "cfg", "a.png")


@test
def count_of_names():
    png("a.png")
    for names in (("cat",), tuple("abcdef")):
        net = detector(names=names)
        done = run(*net, "--no-image", "a.png")
        check(done.code == 0 and done.err.startswith("detect: warning: ") and "net.names" in done.err, done)


@test
def what_the_user_gives_wins_over_the_cfg():
    png("a.png", 64, 16)
    net = detector(net="letter_box=1")

    def resize(*arguments):
        return json.loads(works(*net, "--no-image", "--json", "-", *arguments, "a.png").out)["model"]["resize"]
    equal((resize(), resize("--resize", "stretch"), resize("--resize", "auto")), ("letterbox", "stretch", "letterbox"))
    model = json.loads(works(*net, "--no-image", "--json", "-", "--size", "96x64", "a.png").out)["model"]
    equal((model["width"], model["height"]), (96, 64))


@test
def every_model_of_the_test_data():
    for name in sorted(os.listdir(shared("models"))):
        works("--model", shared("models", name), "-q", "--no-image", shared("images", "dog.jpg"))


main()
