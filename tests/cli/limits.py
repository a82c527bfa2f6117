"""Limits: what the user allows (--max-memory), what lists and files may hold, and what the system allows."""
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import time
import zlib

from harness import (DETECT, ROOT, Skip, check, detector, equal, fails, is_release, main, peak_megabytes, png, ppm, run,
                     shared, test, works, write, writes_files_of_its_own)


# ---- Memory -----------------------------------------------------------------------------------------------------------

def large(filters):
    """Two layers of weights."""
    layer = f"[convolutional]\nfilters={filters}\nsize=1\n"
    return ["info", "--cfg", write("large.cfg", "[net]\nwidth=8\nheight=8\nchannels=3\n" + layer + layer)]


@test
def networks_that_need_too_much_are_refused():
    fails(3, "large.cfg:8: [convolutional] with layer 1 (8 x 8 x 65536) the network needs 34.", *large(65536), "--max-memory", "1G")
    fails(3, "GB for weights, but max-memory is 1.07 GB", *large(65536), "--max-memory", "1G")
    net = detector()
    png("a.png")
    fails(3, "net.cfg:6: [avgpool] with layer 0 (1 x 1 x 3) the network needs", *net, "--size", "30000x30000", "--max-memory",
          "1g", "a.png")
    works(*net, "--max-memory", "2M", "--no-image", "a.png")
    for wrong in ("0", "12", "1X", "-1", "2GB", "99999999999999999999", "20000000T", "", "M"):
        done = run(*net, "--max-memory", wrong, "a.png")
        equal((done.code, done.err.count("\n")), (2, 1), done)
    fails(2, "such as 512M or 4G, not '1 '", *net, "--max-memory", "1 ", "a.png")
    fails(2, "--max-memory must be a number of bytes from 1048576 on, such as 512M or 4G, not '1X'", *net, "--max-memory", "1X", "a.png")


def blank(path, side):
    """A PNG that takes three bytes a pixel to decode and next to none to keep."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)) +
                   chunk(b"PLTE", b"\x40\x80\xc0") + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


@test
def large_pictures_wait_for_one_another():
    if not is_release():
        raise Skip("not a release build")
    blank("a.png", 9900)
    for name in "bcdef":
        os.link("a.png", name + ".png")
    net = detector()
    peak = peak_megabytes(*net, "-q", "--no-image", "--threads", "6", "--json", "a.json", *(name + ".png" for name in "abcdef"))
    check(290 < peak < 1100, f"{peak:.0f} MB; six at a time take 1800")
    equal([len(image["detections"]) for image in json.load(open("a.json"))["images"]], [2] * 6)


@test
def half_of_the_machine_is_the_limit():
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE") / 2
    filters = int((half / 4) ** 0.5 * 1.1)
    fails(3, "[convolutional] with layer 1", *large(filters))


def least_memory(*arguments):
    """The smallest --max-memory that is enough, in KiB."""
    low, high = 1024, 1 << 21
    while high - low > 64:
        middle = (low + high) // 2
        done = run(*arguments, "--max-memory", f"{middle}K")
        check(done.code in (0, 3), done)
        low, high = (low, middle) if done.code == 0 else (middle, high)
    return high


@test
def the_limit_is_kept():
    if not is_release():
        raise Skip("not a release build")
    with open("tiny.weights", "wb") as out:  # zeros of exactly the network's size
        out.write(struct.pack("<iiiQ", 0, 2, 5, 0))
        out.truncate(24251276)
    network = ["--cfg", shared("cfg/yolov4-tiny.cfg"), "--weights", "tiny.weights", "--no-image", "-q", "--threads", "1"]
    photo = ppm("a.ppm", 100, 80)
    least = least_memory(*network, photo)
    peak = peak_megabytes(*network, "--max-memory", f"{least}K", photo) * 1024
    base = peak_megabytes(*detector(), "--no-image", "-q", photo) * 1024
    check(peak - base < least, f"{least} KiB are allowed, {peak - base} were taken")
    check(peak - base > least * 0.7, f"{least} KiB are asked for, {peak - base} were taken")


@test
def threads_are_as_many_as_memory_has_room_for():
    write("wide.cfg", "[net]\nwidth=1024\nheight=1024\nchannels=3\n[convolutional]\nfilters=8\nsize=1\n[avgpool]\n[softmax]\n")
    for i in range(40):
        png(f"p/{i}.png")
    network = ["classify", "--cfg", "wide.cfg", "--weights", write("wide.weights", struct.pack("<iii", 0, 2, 5) + bytes(8 + 4 * 32))]
    done = run(*network, "--threads", "4", "--max-memory", "150M", "--jsonl", "few.jsonl", "p")
    check(done.code == 0 and re.search(r"warning: --max-memory has room for [123] of 4 threads\n", done.err), done)
    works(*network, "-q", "--threads", "4", "--jsonl", "all.jsonl", "p")
    equal(open("few.jsonl").read(), open("all.jsonl").read())


# ---- Lists, names, files without an end -------------------------------------------------------------------------------

@test
def files_without_an_end_are_refused():
    net = detector(names=None)
    png("a.png")
    cfg, weights = net[1], net[3]
    fails(3, "/dev/zero: larger than the 16777216 bytes", "--cfg", "/dev/zero", "--weights", weights, "a.png")
    done = run("--cfg", cfg, "--weights", "/dev/zero", "a.png")
    check(done.code == 3 and "or more are left over after the last layer" in done.err, done)
    fails(3, "/dev/zero: larger than the 16777216 bytes", *net, "--names", "/dev/zero", "a.png")
    done = run(*net, "--data", "/dev/zero", "a.png")
    check(done.code in (2, 3) and "names=" in done.err, done)
    fails(2, "zero byte", *net, "--zones", "/dev/zero", "a.png")
    fails(1, "larger than the 268435456 bytes", *net, "--font", "/dev/zero", "a.png")
    done = run(*net, "--no-image", "@/dev/zero")
    equal(done.code, 1, done)
    check("/dev/zero: a line holds a zero byte: --null is for lists with those" in done.err, done)
    done = run(*net, "--no-image", "-0", "@/dev/zero")
    check(done.code == 1 and "/dev/zero: a million empty entries are no list" in done.err, done)
    done = run("eval", *net, "--label-names", "/dev/zero", "a.png")
    check(done.code in (1, 2), done)
    done = run("eval", *net, "--coco", "/dev/zero", "a.png")
    check(done.code in (1, 2), done)
    done = run(*net, "/dev/zero")
    check(done.code == 1 and "/dev/zero: larger than" in done.err, done)


@test
def lists_and_names_are_bounded():
    net = detector(names=None)
    png("a.png")
    fails(3, "long.names:2: a name has at most 1000 bytes", *net, "--names", write("long.names", "a\n" + "b" * 1001 + "\nc\n"), "a.png")
    write("huge.names", "")
    os.truncate("huge.names", 1 << 30)
    fails(3, "huge.names: larger than the 16777216 bytes", *net, "--names", "huge.names", "a.png")
    text = open("net.cfg").read()
    fails(3, "many.cfg:10002: a cfg has at most 10001 sections", "info", "--cfg", write("many.cfg", "[a]\n" * 20000))
    fails(3, "many.cfg:1002: a section has at most 1000 options", "info", "--cfg", write("many.cfg", "[net]\n" + "batch=1\n" * 2000))
    fails(3, "a list of 1 to 4096 numbers", "info", "--cfg", write("many.cfg", text.replace("mask=0,1", "mask=" + "0," * 5000)))
    points = ",".join(["0.1,0.2"] * 1000000)
    fails(2, "points.txt:1: the line is too long", *net, "--zones", write("points.txt", "a=" + points), "a.png")
    fails(2, "a zone has at most 1000 points", *net, "--zone", "a=" + ",".join(["0.1,0.2"] * 1001), "a.png")
    fails(2, "there can be at most 64 zones", *net, *sum((["--zone", f"{i}=0,0,1,0,1,1"] for i in range(65)), []), "a.png")
    fails(2, "at most 1048576 names", "eval", *net, "--label-names", write("l.names", "\n" * (1 << 21)), "a.png")
    write("lines.jsonl", '{"file":"a.png","x":"' + "y" * (1 << 20) + '"}\n' + '{"file":"b.png"}\n')
    png("b.png")
    done = works(*net, "-q", "--no-image", "--jsonl", "lines.jsonl", "--resume", "a.png", "b.png")
    equal(len(open("lines.jsonl").read().splitlines()), 2)
    write("one.jsonl", "")
    os.truncate("one.jsonl", 1 << 31)  # one line of zeros
    peak = subprocess.Popen([DETECT, *net, "-q", "--no-image", "--jsonl", "one.jsonl", "--resume", "a.png"])
    _, _, usage = os.wait4(peak.pid, 0)
    if is_release():
        check(usage.ru_maxrss < 64 << 10, usage.ru_maxrss)


# ---- What the system allows -------------------------------------------------------------------------------------------

def limited(kind, value):
    return lambda: resource.setrlimit(kind, (value, value))


def ends_in_a_sentence(done, codes, about):
    check(done.code in codes, about, done)
    check(done.code == 0 or done.err, about, "it fails and says nothing", done)
    for line in done.err.splitlines():
        check(not line or line.startswith(("detect: ", "libgomp: ")), about, done)


@test
def file_descriptors_run_out():
    net = detector()
    for i in range(6):
        png(f"p/{i}.png")
    outputs = ["-o", "out", "--json", "a.json", "--jsonl", "a.jsonl", "--csv", "a.csv", "--report", "r.html", "--counts", "c.csv"]
    codes = []
    for most in range(4, 24):
        shutil.rmtree("out", True)
        done = run(*net, "-q", "--threads", "2", *outputs, "p", preexec_fn=limited(resource.RLIMIT_NOFILE, most))
        if done.code == 127:
            continue  # the program's libraries cannot be opened
        ends_in_a_sentence(done, (0, 1, 3), most)
        codes.append(done.code)
    check(codes.count(0) > 2 and (1 in codes or 3 in codes) and codes[-1] == 0, codes)


@test
def address_space_runs_out():
    if not is_release():
        raise Skip("sanitizers take all of it")
    net = detector()
    for i in range(6):
        png(f"p/{i}.png", 300, 300)
    codes = []
    for megabytes in [*range(8, 60, 2), *range(60, 400, 20)]:
        limit = limited(resource.RLIMIT_AS, megabytes << 20)
        started = run("--version", preexec_fn=limit)
        if started.code:
            continue  # not even that
        done = run(*net, "-q", "--threads", "4", "-o", "out", "--json", "a.json", "p", preexec_fn=limit)
        ends_in_a_sentence(done, (0, 1, 3), megabytes)
        codes.append(done.code)
    check(len(codes) > 10 and codes[-1] == 0, codes)


def as_nobody(more=None):
    """Runs as a user that may do little. The program must be beside the test, because the way to it may be closed."""
    if os.geteuid():
        raise Skip("not root")
    shutil.copy(DETECT, "detect")
    os.chmod(".", 0o777)

    def become():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        if more:
            more()
    return become


def run_here(arguments, become):
    # The leak sanitizer wants a thread of its own, and to trace the program.
    environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    return subprocess.run(["./detect", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          preexec_fn=become, env=environment)


@test
def a_user_has_too_many_threads():
    net = detector()
    for i in range(20):
        png(f"p/{i}.png")
    os.chmod("p", 0o755)
    done = run_here([*net, "--threads", "4", "--no-image", "--json", "a.json", "p"], as_nobody(limited(resource.RLIMIT_NPROC, 1)))
    equal(done.returncode, 0, done)
    check("detect: warning: only 1 of 4 threads could be started" in done.stderr, done)
    works(*net, "-q", "--no-image", "--json", "b.json", "p")
    equal(open("a.json").read(), open("b.json").read())


@test
def a_folder_is_read_only():
    net = detector()
    png("p/a.png")
    os.mkdir("closed", 0o555)
    become = as_nobody()
    for options in (["-o", "closed"], ["-o", "closed/new"], ["--json", "closed/a.json"], ["--jsonl", "closed/a.jsonl"],
                    ["--csv", "closed/a.csv"], ["--report", "closed/r.html"], ["--yolo", "closed"], ["--voc", "closed"],
                    ["--labelme", "closed/l"], ["--crops", "closed"], ["--counts", "closed/c.csv"], ["--coco", "closed/c.json"]):
        done = run_here([*net, "-q", *([] if "-o" in options else ["--no-image"]), *options, "p"], become)
        check(done.returncode == 1 and "closed" in done.stderr and "Permission denied" in done.stderr, options, done)
        check(all(line.startswith("detect: ") for line in done.stderr.splitlines()), options, done)
        equal(os.listdir("closed"), [])
    os.chmod("p/a.png", 0)
    done = run_here([*net, "-q", "--no-image", "p"], become)
    check(done.returncode == 1 and "p/a.png: cannot be opened: Permission denied" in done.stderr, done)


@test
def a_user_may_write_no_large_files():
    if writes_files_of_its_own():
        raise Skip("this build writes files of its own")
    net = detector()
    png("a.png", 300, 200)
    write("list", "a.png\n" * 3000)
    limit = limited(resource.RLIMIT_FSIZE, 20000)
    for options in (["--jsonl", "a.jsonl"], ["--json", "a.json"], ["--csv", "a.csv"]):
        fails(1, "cannot be written: File too large", *net, "-q", "--no-image", *options, "@list", preexec_fn=limit)
    check(not os.path.exists("a.json") and not os.path.exists("a.csv") and not os.path.exists("a.jsonl"))
    done = run(*net, "-q", "-o", "out", ppm("b.ppm", 900, 900), preexec_fn=limited(resource.RLIMIT_FSIZE, 100))
    check(done.code == 1 and "File too large" in done.err, done)
    equal([name for name in os.listdir("out")] if os.path.exists("out") else [], [])


@test
def streams_are_closed():
    net = detector()
    png("a.png")
    for closed in range(8):
        def close(which=closed):
            for stream in range(3):
                if which >> stream & 1:
                    os.close(stream)
        done = subprocess.run([DETECT, *net, "--json", f"{closed}.json", "-o", "out", "a.png"], capture_output=True,
                              preexec_fn=close, timeout=60)
        check(done.returncode == (1 if closed & 2 else 0), closed, done)  # the text had nowhere to go
        check(closed & 4 or closed & 2 == 0 or b"detect: stdout cannot be written" in done.stderr, closed, done)
        check(os.path.getsize("out/a.png") > 100)
        open("out/a.png", "wb").close()
    done = subprocess.run([DETECT, *net, "--no-image", "-"], capture_output=True, preexec_fn=lambda: os.close(0), timeout=60)
    check(done.returncode in (0, 1), done)


@test
def no_file_is_mapped():
    """So that none that shrinks while it is read raises SIGBUS."""
    net = detector()
    png("a.png")
    child = subprocess.Popen([DETECT, *net, "--no-image", "--jsonl", "-", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdin.write(b"a.png\n")
    child.stdin.flush()
    check(child.stdout.readline())
    mapped = open(f"/proc/{child.pid}/maps").read()
    child.stdin.close()
    equal(child.wait(60), 0)
    here = os.getcwd()
    check(here not in mapped and "net.weights" not in mapped, mapped)


@test
def files_shrink_while_they_are_read():
    net = detector()
    size = 3000 * 2000 * 3
    stop = os.fork()
    if stop == 0:
        while True:
            ppm("p/a.ppm.new", 3000, 2000)
            os.rename("p/a.ppm.new", "p/a.ppm")
            time.sleep(0.002)
            os.truncate("p/a.ppm", size // 2)
            time.sleep(0.001)
            os.truncate("p/a.ppm", 0)
    try:
        while not os.path.exists("p/a.ppm"):
            time.sleep(0.01)
        codes = []
        for _ in range(30):
            done = run(*net, "-q", "--no-image", "p/a.ppm")
            check(done.code in (0, 1), done)
            check(done.code == 0 or done.err.startswith("detect: p/a.ppm: "), done)
            codes.append(done.code)
        check(1 in codes, "it never met a file that had shrunk")
    finally:
        os.kill(stop, signal.SIGKILL)
        os.waitpid(stop, 0)


@test
def memory_and_files_stay_flat():
    if not is_release():
        raise Skip("sanitizers have memory of their own")
    done = subprocess.run([os.path.join(ROOT, "tools/soak.py"), DETECT, "--minutes", "0.4"], capture_output=True, text=True)
    check(done.returncode == 0 and "long run: " in done.stdout, done)


main()
