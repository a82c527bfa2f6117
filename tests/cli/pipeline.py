"""Runs over many pictures: the same bytes for any number of threads, bounded memory, drafts, progress and summary."""
import base64
import json
import os
import pty
import re
import resource
import select
import shutil
import subprocess
import sys
import time

from harness import DETECT, Skip, check, detector, equal, files_under, jpeg_size, main, png, run, shared, test, works, write


def photos():
    folder = shared("coco", "images")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


@test
def the_same_bytes_for_any_number_of_threads():
    model, files = shared("models", "yolo-fastest-1.1-coco"), photos()[:24]
    write("bad.jpg", b"\xff\xd8\xff rubbish")
    files[3:3] = ["bad.jpg", "missing.jpg"]
    first = None
    for threads in "1", "2", "8":
        done = run("--model", model, "--threads", threads, "-o", "out" + threads, "--json", "a.json", "--jsonl", "-", "--csv",
                   "a.csv", *files)
        equal(done.code, 1, done)
        content = [done.bytes, done.err.replace("out" + threads, "out"), open("a.json", "rb").read(), open("a.csv", "rb").read()]
        content += [(name, open(os.path.join("out" + threads, name), "rb").read()) for name in files_under("out" + threads)]
        equal([json.loads(line)["file"] for line in done.bytes.splitlines()], files, "in the order of the inputs")
        equal(len(content), 4 + 24)
        first = first or content
        check(content == first, threads)


@test
def memory_stays_flat():
    for i in range(1000):
        png(f"p/{i}.png", 64, 48)
    net = detector()
    if b"__tsan_init" in open(DETECT, "rb").read():
        raise Skip("the thread sanitizer remembers")
    environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
    peaks = []
    for pattern in "p/?.png", "p/*.png":
        child = subprocess.Popen([DETECT, *net, "-q", "--threads", "2", "-o", "out", "--jsonl", "a.jsonl", pattern],
                                 env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        equal(child.returncode, 0)
        peaks.append(usage.ru_maxrss)
    equal(len(open("a.jsonl").readlines()), 1000)
    check(peaks[1] < peaks[0] + 4096, f"peak RSS in KB: 10 pictures {peaks[0]}, 1000 {peaks[1]}")


@test
def fewer_threads_than_wanted():
    png("a.png")
    net = detector()
    pictures = ["a.png"] * 200
    expected = works(*net, "--no-image", "--jsonl", "-", *pictures).bytes

    def limit():  # a thread gets a stack of 1 GB
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 30, resource.getrlimit(resource.RLIMIT_STACK)[1]))
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    try:
        done = run(*net, "--no-image", "--jsonl", "-", "--threads", "20", *pictures, preexec_fn=limit)
    except subprocess.SubprocessError:
        raise Skip("limits cannot be set")
    if done.code < 0 or not done.err:
        raise Skip("threads cannot be limited")
    check(re.fullmatch(r"detect: warning: only \d of 20 threads could be started\n", done.err), done)
    equal(done.bytes, expected, done)


@test
def drafts_find_the_same():
    model = shared("models", "yolo-fastest-1.1-coco")
    photo = shared("images", "dog.jpg")
    big = "big.jpg"
    shutil.copy(photo, big)
    for arguments in (["--size", "320x256"], ["--size", "320x256", "--resize", "letterbox"]):
        options = ["--model", model, "--no-image", "--jsonl", "-", "--threshold", "0.2", *arguments, big]
        whole, draft = (json.loads(works(*options, *more).out) for more in ([], ["--draft"]))
        equal((draft["width"], draft["height"]), (whole["width"], whole["height"]))
        if draft == whole:
            raise Skip("built without libjpeg")
        best, near = whole["detections"][0], draft["detections"][0]
        equal(near["class"], best["class"])
        for key in best["box"]:
            check(abs(best["box"][key] - near["box"][key]) < 0.03 * whole["width"], best, near)
    options = ["--model", model, "--jsonl", "-", "--size", "320x256", big]
    equal(works(*options, "-o", "1").bytes, works(*options, "-o", "2", "--draft").bytes, "a picture is written: no draft")
    equal(open("1/big.jpg", "rb").read(), open("2/big.jpg", "rb").read())
    options = ["--model", model, "--no-image", "--jsonl", "-", "--size", "640x640", big]
    equal(works(*options).bytes, works(*options, "--draft").bytes, "the network needs every pixel")


@test
def reports_are_made_of_drafts():
    options = ["--model", shared("models", "yolo-fastest-1.1-coco"), "--no-image", "--size", "320x256", "--report-size", "768"]
    photo = shared("images", "dog.jpg")
    whole, draft = (works(*options, "--jsonl", "-", *more, photo).bytes for more in ([], ["--draft"]))
    if whole == draft:
        raise Skip("built without libjpeg")
    equal(works(*options, "--jsonl", "-", "--draft", "--report", "r.html", photo).bytes, draft, "the same boxes as without")
    picture = json.loads(re.search(r'class="picture">(.*?)</script', open("r.html", encoding="utf-8").read()).group(1))
    equal((picture["width"], picture["height"]), (768, 576))
    best = json.loads(draft)["detections"][0]["box"]
    check(all(abs(a - b) < 0.1 for a, b in zip(picture["boxes"][0][2:], best.values())), picture["boxes"], best)
    equal(jpeg_size(base64.b64decode(picture["thumbnail"])), (384, 288))
    equal(works(*options, "--jsonl", "-", "--draft", "--report", "r.html", "--crops", "c", photo).bytes, whole, "no draft")


@test
def drafts_are_upright():
    folder = shared("shelf", "photos")
    photo = os.path.join(folder, sorted(os.listdir(folder))[0])
    options = ["--model", shared("models", "yolo-fastest-1.1-coco"), "--no-image", "--jsonl", "-", photo]
    whole, draft = (json.loads(works(*options, *more).out) for more in ([], ["--draft"]))
    equal((draft["width"], draft["height"]), (whole["width"], whole["height"]))


@test
def timing():
    png("a.png")
    net = detector()
    done = works(*net, "-q", "-o", "out", "--timing", "--jsonl", "a.jsonl", "--json", "a.json", "a.png")
    for found in (json.loads(open("a.jsonl").read()), json.load(open("a.json"))["images"][0]):
        equal(list(found["timing_ms"]), ["read", "decode", "infer", "draw", "write"])
        check(all(ms >= 0 for ms in found["timing_ms"].values()), found)
    check("timing_ms" not in works(*net, "--no-image", "--jsonl", "-", "a.png").out)


@test
def summary():
    net = detector(names=("cat", "dog", "cat"))
    png("a.png")
    write("b.png", "rubbish")
    text = run(*net, "--no-image", "a.png", "b.png", "a.png").out.splitlines()
    equal(text[-3:-1], ["3 pictures, 4 objects, 1 failed", "2 cat, 2 dog"])
    check(re.fullmatch(r"[\d.]+ pictures/s; each: read [\d.]+, decode [\d.]+, infer [\d.]+, draw [\d.]+, write [\d.]+ ms",
                       text[-1]), text[-1])
    check("pictures" not in works(*net, "--no-image", "a.png").out, "not for one")
    equal(works(*net, "-q", "--no-image", "a.png", "a.png").out, "")


def on_terminal(*arguments, env=None):
    """What the program draws on stderr, a terminal, while it gets a path every 50 ms."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([DETECT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs,
                             env=env or {**os.environ, "TERM": "xterm"})
    os.close(theirs)
    drawn = b""
    for _ in range(12):
        if "-" in arguments:
            child.stdin.write(b"missing.png\na.png\n")
            child.stdin.flush()
        time.sleep(0.05)
    child.stdin.close()
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError:
            break
        if not more:
            break
        drawn += more
    os.close(ours)
    child.wait(30)
    return drawn.decode()


@test
def progress_on_a_terminal():
    png("a.png")
    net = detector()
    drawn = on_terminal(*net, "--no-image", "--jsonl", "/dev/null", "-")
    check(re.search(r"\d+  [\d.]+/s  \d+ failed\x1b\[K\r", drawn), repr(drawn))
    check("\x1b[Kdetect: missing.png" in drawn, repr(drawn))
    check(drawn.rstrip().endswith("failed\r\r\n\x1b[K") or "\r\x1b[K" in drawn[-400:], "the bar goes at the end", repr(drawn))
    for name in range(1500):
        os.makedirs("many", exist_ok=True)
        os.link("a.png", f"many/{name}.png")
    drawn = on_terminal("--model", shared("models", "yolo-fastest-1.1-coco"), "--size", "160x160", "--no-image", "--csv",
                        "/dev/null", "many")
    check(re.search(r"\[#*\.*\] \d+/1500  [\d.]+/s  0:\d\d left", drawn), repr(drawn[:600]))
    check("1500 pictures" in drawn or "1500" in drawn, repr(drawn[-300:]))
    equal(on_terminal(*net, "-q", "--no-image", "--jsonl", "/dev/null", "many").strip(), "")
    drawn = on_terminal(*net, "--no-image", "--jsonl", "/dev/null", "many", env={**os.environ, "TERM": "dumb"})
    check("\x1b" not in drawn, repr(drawn[:200]))


@test
def progress_without_a_terminal():
    png("a.png")
    child = subprocess.Popen([DETECT, *detector(), "--no-image", "--jsonl", "/dev/null", "-"], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    child.stdin.write(b"a.png\n")
    child.stdin.flush()
    time.sleep(10.3)
    child.stdin.write(b"a.png\n")
    child.stdin.close()
    text = child.stderr.read().decode()
    equal(child.wait(30), 0)
    check(re.fullmatch(r"detect: 2  0\.\d/s\n", text), repr(text))


@test
def no_network():
    if not shutil.which("strace"):
        raise Skip("strace is not there")
    png("p/a.png")
    png("p/b.png")
    done = subprocess.run(["strace", "-f", "-e", "trace=network", "-o", "trace", DETECT, *detector(), "-q", "-o", "out",
                           "--json", "a.json", "--jsonl", "a.jsonl", "--csv", "a.csv", "p"], stderr=subprocess.PIPE)
    if done.returncode and b"ptrace" in done.stderr:
        raise Skip("strace may not trace here")
    equal(done.returncode, 0, done.stderr)
    equal([line for line in open("trace") if re.search(r"\w+\(", line)], [])


main()
