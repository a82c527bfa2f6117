"""Every call of the system made to fail: a library preloaded into the program (shim.c) spoils one after the other.

Whatever fails, a run ends by itself, with the right exit code and a sentence, and every file under its final name is
whole: it is the file of the undisturbed run, or one that says which pictures failed.
"""
import base64
import csv
import errno
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import xml.dom.minidom

from harness import DETECT, ROOT, Done, Skip, check, detector, equal, files_under, is_release, main, png, ppm, run, test, works, write

SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim.c")
ALL_OUTPUTS = ["-o", "out", "--json", "a.json", "--jsonl", "a.jsonl", "--csv", "a.csv", "--counts", "counts.csv",
               "--report", "report.html", "--yolo", "yolo", "--voc", "voc", "--labelme", "labelme", "--crops", "crops",
               "--coco", "coco.json", "--coco-dataset", "dataset.json", "--rows", "--row-counts", "rows.csv",
               "--zone", "left=0,0,0.5,0,0.5,1,0,1", "--zone-counts", "zones.csv", "--draw-counts"]
SENTENCE = re.compile(r"detect: .{8,}|libgomp: .+")  # OpenMP's own allocations end the process with its words


def shim():
    """Compiles the library; sanitizers bring an allocator of their own, emulators another processor."""
    if not is_release():
        raise Skip("not a release build of this machine")
    path = os.path.abspath("shim.so")
    command = [os.environ.get("CC", "cc"), "-O1", "-shared", "-fPIC", "-o", path, SHIM, "-ldl", "-lpthread"]
    if subprocess.run(command, capture_output=True).returncode:
        raise Skip("no C library that lets its calls be replaced")
    return path


def spoiled(path, arguments, rules="", **settings):
    """Runs the program with the library."""
    env = dict(os.environ, LD_PRELOAD=path, SHIM=rules, **{f"SHIM_{name.upper()}": str(value) for name, value in settings.items()})
    try:
        done = subprocess.run([DETECT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=60, env=env)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"hangs with {rules} {settings}")
    return Done(done.returncode, done.stdout, done.stderr)


def counted(path, arguments):
    """How often an undisturbed run makes each call."""
    done = spoiled(path, arguments, counts="counts")
    equal(done.code, 0, done)
    return {name: int(number) for name, number in (line.split() for line in open("counts"))}


def jpeg(path):
    """A small JPEG: a thumbnail of a report."""
    works(*detector("thumb"), "-q", "--no-image", "--report", "thumb.html", ppm("thumb.ppm", 80, 60))
    return write(path, base64.b64decode(re.search(r"/9j/[A-Za-z0-9+/=]{200,}", open("thumb.html").read())[0]))


def batch():
    """Four pictures of three formats, and the arguments that work on them."""
    for name in ("p/1.png", "p/4.png"):
        png(name, 60, 45)
    ppm("p/2.ppm", 50, 40)
    jpeg("p/3.jpg")
    return [*detector(), "--threshold", "0.3", *ALL_OUTPUTS, "--threads", "2", "p"]


def remove_outputs():
    for name in ("out", "yolo", "voc", "labelme", "crops"):
        shutil.rmtree(name, True)
    for name in os.listdir("."):
        if name.startswith(("a.", "counts.csv", "report.", "coco.", "dataset.", "rows.", "zones.")):
            os.remove(name)


def outputs():
    """All that was written, under its final name."""
    names = [name for folder in ("out", "yolo", "voc", "labelme", "crops") for name in
             (os.path.join(folder, n) for n in files_under(folder)) if ".part" not in name]
    names += [n for n in os.listdir(".") if re.fullmatch(r"(a\.jsonl?|a\.csv|counts\.csv|report\.html|coco\.json|dataset\.json|(rows|zones)\.csv)", n)]
    return {name: open(name, "rb").read() for name in names}


def check_whole(name, content):
    """That a file which differs from the undisturbed run's is valid all the same."""
    if name.endswith(".json"):
        json.loads(content)
    elif name.endswith(".jsonl"):
        check(content.endswith(b"\n") or not content, "a line is cut")
        [json.loads(line) for line in content.splitlines()]
    elif name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(content.decode())))
        check(rows and len({len(row) for row in rows}) == 1 and content.endswith(b"\n"), content[-200:])
    elif name.endswith(".html"):
        check(content.rstrip().endswith(b"</html>"), content[-200:])
    elif name.endswith(".xml"):
        xml.dom.minidom.parseString(content)
    elif name.endswith(".png"):
        check(content.endswith(b"IEND\xaeB`\x82"))
    elif name.endswith(".jpg"):
        check(content.startswith(b"\xff\xd8") and content.endswith(b"\xff\xd9"))


def check_run(done, whole, what, codes=(0, 1, 3)):
    """`whole`: the files of the undisturbed run."""
    check(done.code in codes, what, done)
    said = [line for line in done.err.splitlines() if line]
    check(all(SENTENCE.fullmatch(line) for line in said), what, "no sentences:", done)
    check(said or done.code == 0, what, "fails and says nothing", done)
    found = outputs()
    for name, content in found.items():
        if content != whole.get(name):
            check(done.code, what, f"{name} differs, but the run says it went well", done)
            check_whole(name, content)
    if done.code == 0:
        equal(sorted(found), sorted(whole), what, done)


def drive(path, arguments, rules, codes=(0, 1, 3), **settings):
    """Runs once for each of the rules and checks what is left; returns the exit codes."""
    remove_outputs()
    works(*arguments, "-q")
    whole, found = outputs(), []
    check(len(whole) > 20, sorted(whole))
    for rule in rules:
        remove_outputs()
        done = spoiled(path, [*arguments, "-q"], rule, **settings)
        check_run(done, whole, rule or settings, codes)
        found.append(done.code)
    remove_outputs()
    works(*arguments, "-q")
    equal(outputs(), whole, "nothing is left broken")
    return found


def thinned(count, most=150):
    """1..count: the first of them all, then evenly."""
    first = min(count, most)
    step = max(1, (count - first) // most)
    return [*range(1, first + 1), *range(first + 1, count + 1, step)]


@test
def every_allocation_fails_once():
    path, arguments = shim(), batch()
    count = counted(path, [*arguments, "-q"])["malloc"]
    tried = thinned(count)
    codes = drive(path, arguments, [f"malloc:{n}:{errno.ENOMEM}" for n in tried])
    check(len(tried) > 200 and codes.count(0) < len(codes) / 2 and codes.count(1) > 50, count, codes)
    print(f"{len(tried)} of {count} allocations failed, one a run: {codes.count(1)} runs with exit code 1, "
          f"{codes.count(3)} with 3, {codes.count(0)} went well without")


@test
def memory_runs_out_for_good():
    path, arguments = shim(), batch()
    count = counted(path, [*arguments, "-q"])["malloc"]
    codes = drive(path, arguments, [f"malloc:{n}:{errno.ENOMEM}+" for n in thinned(count, 40)], (1, 3))
    check(3 in codes and 1 in codes)


@test
def the_disk_is_full_at_each_write():
    path, arguments = shim(), batch()
    count = counted(path, [*arguments, "-q"])["write"]
    rules = [f"write:{n}:{errno.ENOSPC}{on}" for n in range(1, count + 1) for on in ("", "+")]
    codes = drive(path, arguments, rules, (1,))
    check(len(codes) >= 60, count)
    print(f"{len(codes)} runs on a disk that is full")


@test
def each_call_fails_once():
    path, arguments = shim(), batch()
    counts = counted(path, [*arguments, "-q"])
    problems = (("read", errno.EIO), ("write", errno.EIO), ("write", 0), ("close", errno.EIO), ("rename", errno.EACCES),
                ("mkdir", errno.EROFS), ("open", errno.EMFILE), ("open", errno.EACCES), ("fopen", errno.EMFILE),
                ("opendir", errno.EMFILE), ("read", 0))
    runs = 0
    for call, problem in problems:
        check(counts[call], call)
        codes = drive(path, arguments, [f"{call}:{n}:{problem}" for n in thinned(counts[call], 60)])
        check(any(codes), call, problem, "none is noticed")
        runs += len(codes)
    print(f"{runs} runs with one call that fails")


@test
def calls_that_are_interrupted_are_made_again():
    path, arguments = shim(), batch()
    for rules in ("open:0:4", "read:0:4", "write:0:4", "close:0:4", "poll:0:4",
                  "open:0:4,read:0:4,write:0:4,close:0:4,poll:0:4"):
        equal(drive(path, arguments, [rules], (0,)), [0])
    equal(drive(path, arguments, ["read:0:4,write:0:4"], (0,), short=5), [0])


@test
def pieces_of_files_are_put_together():
    path, arguments = shim(), batch()
    for most in (1, 7, 1000):
        equal(drive(path, arguments, [""], (0,), short=most), [0])
    os.rename("p/1.png", "p/1")  # known by its first bytes
    equal(drive(path, arguments, [""], (0,), short=1), [0])


@test
def no_threads_are_to_be_had():
    path, arguments = shim(), batch()
    codes = drive(path, arguments, [f"pthread_create:{n}:{errno.EAGAIN}{on}" for n in range(1, 6) for on in ("", "+")], (0,))
    equal(len(codes), 10)
    write("one.ppm", open("p/2.ppm", "rb").read())
    done = spoiled(path, [*detector(), "--threads", "4", "--no-image", "one.ppm"], f"pthread_create:1:{errno.EAGAIN}+")
    check(done.code == 0 and "warning: only 1 of 4 threads could be started" in done.err, done)


@test
def the_clock_jumps():
    path, arguments = shim(), batch()
    equal(drive(path, arguments, [""], (0,), clock=1), [0])
    done = spoiled(path, [*detector(), "--no-image", "--jsonl", "t.jsonl", "--timing", "p"], clock=1)
    equal(done.code, 0, done)
    for line in open("t.jsonl"):
        times = json.loads(line)["timing_ms"].values()
        check(times and all(time >= 0 for time in times), line)
    done = spoiled(path, ["bench", *detector(), "--runs", "3"], clock=1)
    equal(done.code, 0, done)


main()
