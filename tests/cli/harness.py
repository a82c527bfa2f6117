"""What the tests of the program share: running it, making small models and pictures, counting what passed.

A test is a function marked @test, in a file that ends with main(). Each runs in an empty folder of its own. The program
is $DETECT, or ./detect of the checkout; $DETECT_SHARED is the folder of test data, without which tests that need it
skip. A class of mistakes that a test cannot see without the other (say, stdout that is no longer pure) is one check().
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import traceback
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DETECT = os.path.abspath(os.environ.get("DETECT") or os.path.join(ROOT, "detect"))
SHARED = os.environ.get("DETECT_SHARED") and os.path.abspath(os.environ["DETECT_SHARED"])
TESTS = []


class Skip(Exception):
    pass


class Done:
    """What a run of the program left: exit code, stdout as bytes and as text, stderr as text."""

    def __init__(self, code, out, err):
        self.code, self.bytes, self.out, self.err = code, out, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def __str__(self):
        return f"exit code {self.code}\nstdout: {self.out[:800]}\nstderr: {self.err[:800]}"


def run(*arguments, **options):
    """Runs the program; arguments may be str or bytes."""
    options.setdefault("stdout", subprocess.PIPE)
    if "--sandbox" in arguments:  # the leak detector looks on from another process, which the sandbox does not allow
        options["env"] = {**options.get("env", os.environ)}
        options["env"]["ASAN_OPTIONS"] = options["env"].get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    done = subprocess.run([DETECT, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300, **options)
    return Done(done.returncode, done.stdout or b"", done.stderr)


def check(condition, *about):
    if not condition:
        raise AssertionError("\n".join(str(a) for a in about))


def equal(found, expected, *about):
    check(found == expected, f"found    {found!r}", f"expected {expected!r}", *about)


def fails(code, message, *arguments, **options):
    """The program ends with this code and one sentence on stderr that holds `message`, and prints nothing else."""
    done = run(*arguments, **options)
    equal(done.code, code, arguments, done)
    check(message in done.err, arguments, f"no {message!r} in", done)
    lines = done.err.splitlines()
    check(len(lines) == 1 and lines[0].startswith("detect: "), arguments, "not one sentence:", done)
    equal(done.out, "", arguments, done)
    return done


def works(*arguments, **options):
    """The program ends well and says nothing on stderr."""
    done = run(*arguments, **options)
    check(done.code == 0 and not done.err, arguments, done)
    return done


def evaluate(*arguments, code=0, **options):
    """What `detect eval` measures, and what it says on stderr."""
    done = run("eval", *arguments, "--json", "-", **options)
    equal(done.code, code, arguments, done)
    return json.loads(done.out), done.err


def is_release():
    """Sanitizers, coverage and emulators are slow and have memory of their own."""
    return "/release-" in os.path.realpath(DETECT)


def writes_files_of_its_own():
    """Whether the build writes what it was not asked for: the thread sanitizer, or counts for gcov."""
    with open(DETECT, "rb") as file:
        return b"__tsan_init" in file.read() or "/coverage-" in os.path.realpath(DETECT)


def no_sandbox():
    """Why --sandbox cannot be tried here; None: it can."""
    with open(DETECT, "rb") as file:
        if b"__tsan_init" in file.read():
            return "the thread sanitizer runs a thread of its own"
    done = run(*detector("sandboxed"), "--no-image", "-q", "--sandbox", png("sandboxed.png"))
    if done.code == 2 and "nothing was read" in done.err:
        return done.err.strip()  # this kernel, or an emulator, is without
    equal((done.code, done.err), (0, ""))
    for name in ("sandboxed.png", "sandboxed.cfg", "sandboxed.weights", "sandboxed.names"):
        os.remove(name)
    return None


def shared(*parts):
    """A path in the test data; skips the test where there is none."""
    if not SHARED:
        raise Skip("DETECT_SHARED is not set")
    return os.path.join(SHARED, *parts)


def peak_megabytes(*arguments):
    """The largest resident set of one run of the program, as the kernel counted it."""
    child = subprocess.Popen([DETECT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    equal(child.returncode, 0, arguments)
    return usage.ru_maxrss / 1024


def write(path, content):
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def png(path, width=40, height=30, colour=(90, 120, 150)):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(colour) * width) * height
    kind = 0 if len(colour) == 1 else 2
    return write(path, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)) +
                 chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def jpeg_size(jpeg):
    """Width and height of a JPEG file's bytes."""
    at = re.search(rb"\xff\xc0..\x08", jpeg, re.S).end()
    return int.from_bytes(jpeg[at + 2:at + 4], "big"), int.from_bytes(jpeg[at:at + 2], "big")


def ppm(path, width=40, height=30):
    return write(path, b"P6 %d %d 255\n" % (width, height) + bytes((60, 130, 200)) * (width * height))


def bmp(path, width=40, height=30):
    row = bytes((60, 130, 200)) * width
    row += bytes(-len(row) % 4)
    size = 54 + len(row) * height
    return write(path, b"BM" + struct.pack("<IHHI", size, 0, 0, 54) +
                 struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(row) * height, 2835, 2835, 0, 0) + row * height)


# One cell, two anchors: a large box of class 0 scores 0.975 in the middle, a small one of class 1 scores 0.45.
DETECTOR = """[net]
width=32
height=32
channels=3
{net}
[avgpool]

[convolutional]
filters=16
size=1
stride=1
activation=linear

[yolo]
mask=0,1
anchors=16,16, 4,4
classes=3
num=2
"""
CLASSIFIER = """[net]
width=32
height=32
channels=3

[avgpool]

[convolutional]
filters=7
size=1
stride=1
activation=linear

[softmax]
"""
SCORES = (0.9754, 0.4541)  # logistic(5) * logistic(4) and logistic(2) * logistic(0.0625)


def weights(path, biases):
    return write(path, struct.pack("<iii", 0, 2, 5) + bytes(8) + struct.pack(f"<{len(biases)}f", *biases) +
                 bytes(4 * 3 * len(biases)))


def detector(stem="net", names=("cat", "dog", "bird"), net=""):
    """Writes STEM.cfg, .weights and, where names is not None, .names; returns the options that choose it."""
    write(stem + ".cfg", DETECTOR.format(net=net))
    weights(stem + ".weights", [0, 0, 0, 0, 5, 4, -9, -9] + [0, 0, 0, 0, 2, -9, 0.0625, -9])
    if names is not None:
        write(stem + ".names", "".join(name + "\n" for name in names))
    return ["--cfg", stem + ".cfg", "--weights", stem + ".weights"]


def classifier(stem="sorter", names="abcdefg"):
    write(stem + ".cfg", CLASSIFIER)
    weights(stem + ".weights", [0, 1, 2, 3, 4, 5, 6])
    write(stem + ".names", "".join(name + "\n" for name in names))
    return ["--cfg", stem + ".cfg", "--weights", stem + ".weights"]


def files_under(folder):
    return sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder) for name in names)


def test(function):
    TESTS.append(function)
    return function


def main():
    passed, failed, skips = 0, 0, []
    for function in TESTS:
        with tempfile.TemporaryDirectory() as folder:
            before = os.getcwd()
            os.chdir(folder)
            try:
                function()
                passed += 1
            except Skip as reason:
                skips.append(f"{function.__name__} ({reason})")
            except Exception:
                failed += 1
                print(f"FAILED {function.__name__}\n{traceback.format_exc()}", flush=True)
            finally:
                os.chdir(before)
    if skips:
        print("skipped:", "; ".join(skips))
    print(f"{passed} passed, {failed} failed" + (f", {len(skips)} skipped" if skips else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    print("0 passed, 0 failed")  # the runner starts every file of this folder
