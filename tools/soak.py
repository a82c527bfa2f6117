#!/usr/bin/env python3
"""Works on good and broken pictures for many minutes, and watches memory and open files.

One long run takes paths from stdin in bursts and answers each with a JSON line; beside it, short runs over folders write
all kinds of output. The long run passes when, after the first fifth of the time,

  - its resident memory never grows by more than GROWTH over the most it had in the second fifth,
  - it has as many open files after each burst as after the first,
  - every path had its answer, in order, and the same answer every time.

Each short run must end with exit code 0 or 1, within a minute, with a line for each picture and the same lines as before
for the same pictures.
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GROWTH = 2 << 20  # bytes: a leak of 100 bytes a picture is more after an hour


def png(path, width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * y + x) % 251 for x in range(width * 3)) for y in range(height))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def ppm(path, width, height):
    with open(path, "wb") as file:
        file.write(b"P6 %d %d 255\n" % (width, height) + bytes(i * 7 % 256 for i in range(width * height * 3)))


def broken(path, good, dice):
    """A good file with a part missing, some bytes changed, or something else behind its first bytes."""
    content = bytearray(open(good, "rb").read())
    kind = dice.randrange(3)
    if kind == 0:
        del content[dice.randrange(len(content)):]
    elif kind == 1:
        for _ in range(dice.randrange(1, 20)):
            content[dice.randrange(len(content))] = dice.randrange(256)
    else:
        content[dice.randrange(2, 30):] = dice.randbytes(dice.randrange(1, 3000))
    with open(path, "wb") as file:
        file.write(content)


def make_pictures(folder, dice):
    """Photos, small pictures of other formats, and twice as many broken ones."""
    good = []
    for name in sorted(os.listdir(os.path.join(ROOT, "samples"))):
        if name.endswith(".jpg"):
            os.symlink(os.path.join(ROOT, "samples", name), os.path.join(folder, name))
            good.append(os.path.join(folder, name))
    for i in range(20):
        good.append(os.path.join(folder, f"small-{i}.png"))
        png(good[-1], dice.randrange(1, 400), dice.randrange(1, 300))
        good.append(os.path.join(folder, f"small-{i}.ppm"))
        ppm(good[-1], dice.randrange(1, 400), dice.randrange(1, 300))
    bad = []
    for i in range(2 * len(good)):
        source = dice.choice(good)
        bad.append(os.path.join(folder, f"broken-{i}{os.path.splitext(source)[1]}"))
        broken(bad[-1], source, dice)
    open(os.path.join(folder, "empty.jpg"), "wb").close()
    return good + bad + [os.path.join(folder, name) for name in ("empty.jpg", "missing.png")]


class Complaint(Exception):
    pass


def answer_of(line):
    result = json.loads(line)
    for found in result.get("detections", []):
        found.pop("row", None), found.pop("place", None)  # with --rows
    return result["file"], {key: result.get(key) for key in ("error", "detections", "width", "height")}


class Long:
    """The process that never ends."""

    def __init__(self, program, model):
        self.child = subprocess.Popen([program, *model, "--no-image", "-q", "--jsonl", "-", "-"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.samples, self.answers, self.pictures, self.failed = [], {}, 0, 0

    def burst(self, paths):
        self.child.stdin.write("".join(path + "\n" for path in paths).encode())
        self.child.stdin.flush()
        for path in paths:
            line = self.child.stdout.readline()
            if not line:
                raise Complaint(f"the long run ended with {self.child.wait()}")
            file, answer = answer_of(line)
            if file != path:
                raise Complaint(f"{file} was answered in place of {path}")
            if self.answers.setdefault(path, answer) != answer:
                raise Complaint(f"{path}: {answer} after {self.answers[path]}")
            self.pictures += 1
            self.failed += answer["error"] is not None
        self.watch()

    def watch(self):
        fields = open(f"/proc/{self.child.pid}/status").read().split("VmRSS:")[1]
        self.samples.append((time.time(), int(fields.split()[0]) << 10, len(os.listdir(f"/proc/{self.child.pid}/fd"))))

    def judge(self, begin, end):
        """The sentence of the report; a Complaint where the criterion is not met."""
        self.child.stdin.close()
        code = self.child.wait(60)
        fifth = (end - begin) / 5
        early = [memory for when, memory, _ in self.samples if begin + fifth <= when < begin + 2 * fifth]
        late = [memory for when, memory, _ in self.samples if when >= begin + 2 * fifth]
        files = {count for _, _, count in self.samples}
        if code != 1 or not early or not late:
            raise Complaint(f"the long run ended with {code}")
        if len(files) > 1:
            raise Complaint(f"open files: {sorted(files)}")
        if max(late) > max(early) + GROWTH:
            raise Complaint(f"memory grew from {max(early) / 1e6:.1f} to {max(late) / 1e6:.1f} MB")
        return (f"long run: {self.pictures} pictures, {self.failed} of them broken; at most {max(early) / 1e6:.1f} MB in the "
                f"second fifth, {max(late) / 1e6:.1f} MB after it; {files.pop()} open files")


def short_run(program, model, folder, paths, dice, answers):
    out = tempfile.mkdtemp(dir=folder)
    options = dice.choice((["--no-image"], ["-o", "out"], ["--no-image", "--csv", "a.csv", "--report", "r.html"],
                           ["--no-image", "--yolo", "y", "--voc", "v", "--labelme", "l", "--coco", "c.json"],
                           ["--no-image", "--counts", "c.csv", "--rows", "--row-counts", "r.csv", "--crops", "crops"],
                           ["--no-image", "--tile", "auto"]))
    chosen = dice.sample(paths, dice.randrange(1, 25))
    done = subprocess.run([program, *model, "-q", "--threads", str(dice.randrange(1, 5)), *options, "--jsonl", "a.jsonl", *chosen],
                          cwd=out, capture_output=True, timeout=60)
    if done.returncode not in (0, 1):
        raise Complaint(f"exit code {done.returncode}: {done.stderr.decode()[-500:]}")
    lines = [answer_of(line) for line in open(os.path.join(out, "a.jsonl"))]
    if [file for file, _ in lines] != chosen:
        raise Complaint(f"{len(lines)} lines for {len(chosen)} pictures")
    for file, answer in lines:
        if "--tile" not in options and answers.setdefault(file, answer) != answer:
            raise Complaint(f"{file}: {answer} after {answers[file]}")
    subprocess.run(["rm", "-rf", out], check=True)
    return len(chosen)


def soak(program, minutes, seed):
    dice = random.Random(seed)
    model = ["--cfg", os.path.join(ROOT, "configs/shelf.cfg"), "--weights", os.path.join(ROOT, "weights/shelf.weights"),
             "--names", os.path.join(ROOT, "configs/shelf.names"), "--size", "160x160"]
    with tempfile.TemporaryDirectory() as folder:
        paths = make_pictures(folder, dice)
        begin = time.time()
        end = begin + minutes * 60
        long, runs, pictures, told = Long(program, model), 0, 0, begin
        while time.time() < end:
            long.burst(dice.sample(paths, dice.randrange(1, 40)))
            if dice.random() < 0.3:
                pictures += short_run(program, model, folder, paths, dice, long.answers)
                runs += 1
            if time.time() > told + 60:
                told = time.time()
                print(f"{(told - begin) / 60:.0f} min: {long.pictures} pictures, {long.samples[-1][1] / 1e6:.1f} MB, "
                      f"{long.samples[-1][2]} open files; {runs} short runs", flush=True)
        print(f"{minutes:g} minutes, seed {seed}")
        print(long.judge(begin, end))
        print(f"short runs: {runs} over {pictures} pictures, none ended but with exit code 0 or 1")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", nargs="?", default=os.path.join(ROOT, "detect"))
    arguments.add_argument("--minutes", type=float, default=30)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    try:
        soak(os.path.abspath(options.program), options.minutes, options.seed)
    except Complaint as complaint:
        sys.exit(f"soak: {complaint}")


if __name__ == "__main__":
    main()
