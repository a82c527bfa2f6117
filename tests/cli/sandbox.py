"""--sandbox: everything works in it, and a decoder that was taken over gets nowhere.

What such a decoder would try is tried by shims/attempt.c, which stands before libpng and libjpeg; each attempt is also
made without --sandbox, where it must succeed: else the test would show nothing.
"""
import errno
import json
import os
import re
import shutil
import signal
import subprocess

from harness import DETECT, ROOT, Skip, check, classifier, detector, equal, files_under, main, no_sandbox, png, run, shared, test, works, write

# For those that are started by hand; see harness.run.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
SHIMS = os.path.join(ROOT, "tests", "cli", "shims")


def is_here():
    reason = no_sandbox()
    if reason:
        raise Skip(reason)


def shim(name):
    with open(DETECT, "rb") as file:
        program = file.read()
    if program[:4] != b"\x7fELF" or b"__asan_init" in program or b"__tsan_init" in program:
        raise Skip("what is preloaded does not go with emulators and sanitizers")
    library = os.path.abspath(name + ".so")
    done = subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library, os.path.join(SHIMS, name + ".c"), "-ldl", "-pthread"],
                          capture_output=True)
    if done.returncode:
        raise Skip("no compiler for the shim: " + done.stderr.decode()[:200])
    return library


def attempt(library, what, *arguments):
    """The exit code of a run whose decoder tries this, and the errno it got; None: it was ended before it knew."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    done = run(*arguments, env={**os.environ, "LD_PRELOAD": library, "ATTEMPT": what, "ATTEMPT_FILE": str(writing)}, pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as file:
        lines = file.read().split()
    check(len(lines) <= 1, lines, done)
    return done, int(lines[0]) if lines else None


def make_pictures():
    """Two of a decoder each, a broken one, and files that are none of the program's business."""
    png("in/a.png", 60, 40)
    png("in/deep/b.png")
    shutil.copy(os.path.join(ROOT, "samples", sorted(n for n in os.listdir(os.path.join(ROOT, "samples")) if n.endswith(".jpg"))[0]), "in/c.jpg")
    write("in/broken.png", "nothing")
    write("secret.txt", "password")
    write("mine.txt", "mine")
    os.makedirs("out", exist_ok=True)
    write("out/here", "x")


REFUSED = {
    "read /etc/passwd": errno.EACCES, "read secret.txt": errno.EACCES, "list /": errno.EACCES, "list .": errno.EACCES,
    "read /proc/self/maps": errno.EACCES, "read /proc/self/environ": errno.EACCES, "thread secret.txt": errno.EACCES,
    "write mine.txt": errno.EACCES, "write new.txt": errno.EACCES, "write in/new.txt": errno.EACCES,
    "write in/a.png": errno.EACCES, "cut mine.txt": errno.EACCES, "remove mine.txt": errno.EACCES,
    "link out/linked": errno.ENOSYS, "symlink out/linked": errno.ENOSYS, "mode mine.txt": errno.ENOSYS,
    "code": errno.EPERM, "limits": errno.EPERM,
}
MOVED = {"move in/moved": (errno.EACCES, errno.EXDEV), "move moved": (errno.EACCES, errno.EXDEV)}
DEADLY = ["socket", "local", "program /bin/true", "shell true", "fork", "signal", "trace"]


def compare(library, what, options, picture):
    """The attempt without and with the sandbox; puts back what the first one changed."""
    write("mine.txt", "mine")
    write("out/here", "x")
    for name in ("new.txt", "in/new.txt", "out/linked", "in/moved", "moved"):
        if os.path.lexists(name):
            os.remove(name)
    done, free = attempt(library, what, *options, picture)
    if what.startswith("program"):
        equal((done.code, done.out, free), (0, "", None), "the program took over", done)
    else:
        equal(free, 0, what, "cannot be done without the sandbox either", done)
    for name in ("new.txt", "in/new.txt", "out/linked", "in/moved", "moved"):
        if os.path.lexists(name):
            os.remove(name)
    write("mine.txt", "mine")
    write("out/here", "x")
    png("in/a.png", 60, 40)
    return attempt(library, what, *options, "--sandbox", picture)


@test
def a_decoder_opens_no_other_file():
    is_here()
    library = shim("attempt")
    make_pictures()
    options = [*detector(), "-q", "-o", "out", "--threads", "1"]
    for what, expected in {**REFUSED, **MOVED}.items():
        done, got = compare(library, what, options, "in/a.png")
        check(got in expected if isinstance(expected, tuple) else got == expected, what, os.strerror(got or 0), got, done)
        equal((done.code, done.err), (0, ""), what, "the run goes on")
    equal(open("mine.txt").read(), "mine")


@test
def beside_an_output_file_nothing_is_written():
    is_here()
    library = shim("attempt")
    make_pictures()
    for what in ("write mine.txt", "cut mine.txt", "read secret.txt", "write in/a.png"):
        done, got = attempt(library, what, *detector(), "-q", "--no-image", "--json", "a.json", "--jsonl", "a.jsonl", "--sandbox", "in/a.png")
        equal((done.code, done.err, got), (0, "", errno.EACCES), what)
        check(json.load(open("a.json"))["images"] and open("mine.txt").read() == "mine")


@test
def a_decoder_reaches_no_network_and_no_program():
    is_here()
    library = shim("attempt")
    make_pictures()
    options = [*detector(), "-q", "-o", "out", "--threads", "1"]
    for what in DEADLY:
        done, got = compare(library, what, options, "in/a.png")
        equal((done.code, got), (-signal.SIGSYS, None), what, done)


@test
def threads_are_in_it_too():
    is_here()
    library = shim("attempt")
    make_pictures()
    for i in range(8):
        shutil.copy("in/c.jpg", f"in/{i}.jpg")
    for threads in "1", "2", "4":
        for what, wanted in (("read secret.txt", errno.EACCES), ("write mine.txt", errno.EACCES)):
            done, got = attempt(library, what, *detector(), "-q", "-o", "out", "--threads", threads, "--sandbox", "in")
            equal((done.code, got), (1, wanted), what, threads, done)
        done, got = attempt(library, "socket", *detector(), "-q", "-o", "out", "--threads", threads, "--sandbox", "in")
        equal((done.code, got), (-signal.SIGSYS, None), threads, done)


@test
def weights_that_are_packed_by_threads_start_none():
    is_here()
    library = shim("attempt")
    make_pictures()
    model = shared("models/yolo-fastest-1.1-coco")
    large = [*detector("large")]
    text = open("large.cfg").read().replace("[avgpool]\n", "[convolutional]\nfilters=5000\nsize=9\nstride=9\nactivation=linear\n\n[avgpool]\n")
    write("large.cfg", text)
    count = 5000 * (1 + 3 * 81) + 16 * 5001  # more than the 4 MiB from which threads pack them
    write("large.weights", (0).to_bytes(4, "little") + (2).to_bytes(4, "little") + (5).to_bytes(4, "little") + bytes(8) + bytes(4 * count))
    for options in (large, ["--model", model]):
        done, got = attempt(library, "read secret.txt", *options, "--no-image", "-q", "--sandbox", "in/a.png")
        equal((done.code, got), (0, errno.EACCES), done)


OUTPUTS = ["-o", "{}/pictures", "--crops", "{}/crops", "--yolo", "{}/yolo", "--voc", "{}/voc", "--labelme", "{}/labelme", "--json",
           "{}/a.json", "--jsonl", "{}/a.jsonl", "--csv", "{}/a.csv", "--counts", "{}/counts.csv", "--row-counts", "{}/rows.csv",
           "--zone-counts", "{}/zones.csv", "--rows", "--zone", "left=0,0,0.5,0,0.5,1,0,1", "--report", "{}/report.html",
           "--coco", "{}/coco.json", "--coco-dataset", "{}/dataset.json", "--draw-counts"]


def everything(folder):
    return {name: open(os.path.join(folder, name), "rb").read() for name in files_under(folder)}


@test
def every_output_is_written_in_it():
    is_here()
    make_pictures()
    net = detector()
    results = []
    for threads in "1", "3":
        for more in ([], ["--sandbox"]):
            shutil.rmtree("results", True)
            os.mkdir("results")
            done = run(*net, "-r", "--threads", threads, *[part.format("results") for part in OUTPUTS], *more, "in")
            equal(done.code, 1, done)
            equal(len(done.err.splitlines()), 1, "only the broken one fails", done)
            results.append((re.sub(r"[\d.]+ ms", "", done.out).rsplit(" in ", 1)[0], everything("results")))
    check(len(results[0][1]) > 25, sorted(results[0][1]))
    for out, files in results[1:]:
        equal(out, results[0][0])
        equal(sorted(files), sorted(results[0][1]))
        for name, content in files.items():
            check(content == results[0][1][name], name)


@test
def files_that_were_there_are_replaced_in_it():
    is_here()
    png("a.png")
    net = detector()
    for _ in range(2):
        works(*net, "-q", "--sandbox", "--json", "a.json", "--csv", "deep.csv", "-o", "out", "a.png")
    equal(len(json.load(open("a.json"))["images"]), 1)
    os.mkdir("far")
    os.symlink("far/real.json", "link.json")
    works(*net, "-q", "--sandbox", "--no-image", "--json", "link.json", "a.png")
    check(os.path.islink("link.json") and json.load(open("far/real.json")))
    works(*net, "-q", "--sandbox", "--no-image", "--json", "/dev/null", "--jsonl", "-", "a.png")


@test
def every_kind_of_input_is_read_in_it():
    is_here()
    make_pictures()
    os.remove("in/broken.png")
    net = [*detector(), "--no-image", "-q"]
    write("list", "in/a.png\nin/deep\r\n\nin/c.jpg\n")
    write("zeros", "in/a.png\0in/deep/b.png\0")
    for inputs in (["in/a.png"], ["in"], ["-r", "in"], ["in/*.png"], ["**/*.png"], ["in/d*p/b.png"], ["@list"], ["-0", "@zeros"], ["./in/../in/c.jpg"],
                   [os.path.abspath("in")], ["in/a.png", "@list", "in/deep"]):
        free = works(*net, "--jsonl", "-", *inputs)
        kept = works(*net, "--jsonl", "-", "--sandbox", *inputs)
        check(free.out and free.out == kept.out, inputs, free, kept)
    done = run(*net, "--sandbox", "in/a.png", "missing.png")
    equal((done.code, done.err), (1, "detect: missing.png: cannot be opened: No such file or directory\n"))


@test
def names_that_come_later_may_be_anywhere():
    is_here()
    make_pictures()
    net = [*detector(), "--no-image", "--jsonl", "-"]
    for quiet in ([], ["-q"]):
        child = subprocess.Popen([DETECT, *net, *quiet, "--sandbox", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = child.communicate(b"in/a.png\n" + os.fsencode(os.path.abspath("in/c.jpg")) + b"\n")
        equal((child.returncode, len(out.splitlines())), (0, 2), err)
        equal(err, b"" if quiet else b"detect: warning: --sandbox: a list that comes through a pipe may name any file, so all may be read\n")


@test
def a_link_leads_nowhere_else():
    is_here()
    png("far/real.png")
    os.mkdir("in")
    os.symlink("../far/real.png", "in/link.png")
    net = [*detector(), "-q", "--no-image"]
    works(*net, "in")
    works(*net, "--sandbox", "in/link.png")
    done = run(*net, "--sandbox", "in")
    equal((done.code, done.err), (1, "detect: in/link.png: cannot be opened: Permission denied\n"))


@test
def a_run_is_resumed_in_it():
    is_here()
    net = detector()
    for i in range(5):
        png(f"p/{i}.png")
    options = [*net, "-q", "--sandbox", "-o", "out", "--jsonl", "a.jsonl", "p"]
    works(*options)
    whole = open("a.jsonl").read()
    write("a.jsonl.part", "".join(whole.splitlines(True)[:2]))
    os.remove("a.jsonl")
    works(*options, "--resume")
    equal(open("a.jsonl").read(), whole)


@test
def signals_end_a_run_in_it():
    is_here()
    png("a.png")
    child = subprocess.Popen([DETECT, *detector(), "-q", "--sandbox", "--no-image", "--json", "a.json", "--jsonl", "-", "-"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    child.stdin.write(b"a.png\n")
    child.stdin.flush()
    check(child.stdout.readline())
    child.send_signal(signal.SIGTERM)
    equal(child.wait(30), 143)
    equal(len(json.load(open("a.json"))["images"]), 1)


@test
def other_commands_enter_it():
    is_here()
    library = shim("attempt")
    make_pictures()
    os.remove("in/broken.png")
    for arguments in (["classify", *classifier(), "-q"], ["trace", *detector(), "--json", "t.json"]):
        done, got = attempt(library, "read secret.txt", *arguments, "--sandbox", "in/a.png")
        equal((done.code, got), (0, errno.EACCES), done)
    net = detector()
    label = "0 0.5 0.5 0.4 0.4\n"
    for name in ("in/a.txt", "in/c.txt", "truth/a.txt", "truth/c.txt", "labels/a.txt"):
        write(name, label)
    png("images/a.png")
    objects = {"images": [{"id": 1, "file_name": "a.png", "width": 60, "height": 40}], "categories": [{"id": 1, "name": "cat"}],
               "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0}]}
    write("truth.json", json.dumps(objects))
    for inputs in (["in"], ["in/a.png"], ["--labels", "truth", "in"], ["images"], ["images/a.png"], ["images/*.png"], ["--coco", "truth.json", "in/a.png"]):
        options = ["eval", *net, "--json", "e.json", "--curve", "c.svg"]
        free = run(*options, *inputs)
        equal(free.code, 0, inputs, free)
        files = [open(name, "rb").read() for name in ("e.json", "c.svg")]
        kept = run(*options, "--sandbox", *inputs)
        equal((kept.code, kept.out), (0, free.out), inputs, kept)
        equal([open(name, "rb").read() for name in ("e.json", "c.svg")], files)
    done, got = attempt(library, "read secret.txt", "eval", *net, "--labels", "truth", "--sandbox", "in/a.png")
    equal((done.code, got), (0, errno.EACCES), done)
    done, got = attempt(library, "socket", "eval", *net, "--labels", "truth", "--sandbox", "in/a.png")
    equal((done.code, got), (-signal.SIGSYS, None), done)


@test
def older_kernels():
    is_here()
    library = shim("older_kernel")
    png("a.png")
    net = [*detector(), "-q", "-o", "out", "--jsonl", "a.jsonl"]
    for version in range(1, 8):
        works(*net, "--sandbox", "a.png", env={**os.environ, "LD_PRELOAD": library, "LANDLOCK_VERSION": str(version)})
    os.remove("a.jsonl")
    done = run(*net, "--sandbox", "a.png", env={**os.environ, "LD_PRELOAD": library, "LANDLOCK_VERSION": "0"})
    equal((done.code, done.out), (2, ""), done)
    equal(done.err, "detect: --sandbox: this kernel does not have Landlock, or it is switched off (Linux 5.13 and newer have it): nothing was read\n")
    check(not os.path.exists("a.jsonl"), "nothing is begun")


main()
