"""What ends a run early - signals, a full disk, a closed pipe, a kill - and how it goes on."""
import json
import os
import random
import resource
import shutil
import signal
import struct
import subprocess
import time

from harness import DETECT, Skip, check, detector, equal, fails, files_under, main, png, ppm, run, test, works, write, writes_files_of_its_own


def pictures(count=60):
    """A folder of pictures that take a little while, some of them broken."""
    ppm("p/0.ppm", 1500, 1000)
    for i in range(1, count):
        if i % 17 == 5:
            write(f"p/{i}.ppm", b"P6 nonsense")
        else:
            os.link("p/0.ppm", f"p/{i}.ppm")
    return detector()


def start(*arguments, **options):
    """Signals act as usual, whatever this script was started with."""
    def usual():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([DETECT, *arguments], stdout=subprocess.PIPE, preexec_fn=usual, **options)


def wait_for(condition, child):
    end = time.time() + 60
    while not condition():
        check(time.time() < end and child.poll() is None, "it took too long, or ended")
        time.sleep(0.002)


def line_count(path):
    return open(path, "rb").read().count(b"\n") if os.path.exists(path) else 0


@test
def killed_and_resumed():
    net = pictures(150)
    options = [*net, "-q", "--threads", "2", "-o", "out", "--yolo", "out", "--jsonl", "a.jsonl", "p"]
    equal(run(*net, "-q", "--threads", "2", "-o", "whole", "--yolo", "whole", "--jsonl", "whole.jsonl", "p").code, 1)
    whole = open("whole.jsonl", "rb").read()
    dice = random.Random(1)
    kills = 0
    while kills < 10 and not os.path.exists("a.jsonl"):
        child = start(*options, *(["--resume"] if dice.random() < 0.99 or kills else []))
        before, more = line_count("a.jsonl.part"), dice.randint(0, 5)
        while child.poll() is None and line_count("a.jsonl.part") < before + more:
            time.sleep(0.0005)
        time.sleep(dice.random() * 0.005)
        child.kill()
        child.communicate()
        kills += child.returncode == -signal.SIGKILL
        if dice.random() < 0.5 and os.path.exists("a.jsonl.part"):  # as if it had been killed inside of a line
            with open("a.jsonl.part", "ab") as file:
                file.write(whole.splitlines()[0][:dice.randint(1, 60)])
    equal(kills, 10)
    equal(run(*options, "--resume").code, 1, "failures of before count")
    equal(open("a.jsonl", "rb").read(), whole)
    equal([name for name in files_under("out") if ".part" not in name], files_under("whole"))
    for name in files_under("whole"):
        equal(open("out/" + name, "rb").read(), open("whole/" + name, "rb").read())
    check(not os.path.exists("a.jsonl.part"))


@test
def resuming():
    net = detector()
    for name in ("p/1.png", "p/2.png", "p/\u00e9\n\"\\.png", "p/4.png"):
        png(name)
    png(os.fsdecode(b"p/bad\xff.png"))
    options = [*net, "--no-image", "--jsonl", "a.jsonl", "p"]
    works(*options, "--resume")
    whole = open("a.jsonl").read()
    equal(len(whole.splitlines()), 5)
    done = works(*options, "--resume")
    check("0 pictures, 0 objects, 5 done before" in done.out, done)
    equal(open("a.jsonl").read(), whole, "there was nothing to do")
    write("a.jsonl", "".join(whole.splitlines(True)[:2]) + whole.splitlines()[2][:9])
    done = works(*options, "--resume")
    check("3 pictures, 6 objects, 2 done before" in done.out, done)
    equal(open("a.jsonl").read(), whole)
    write("a.jsonl", "old")
    write("a.jsonl.part", "".join(whole.splitlines(True)[1:]))
    works(*options, "--resume")
    equal(sorted(open("a.jsonl").read().splitlines()), sorted(whole.splitlines()), "what is missing comes last")
    png("p/5.png")
    works(*options, "p/1.png", "--resume")
    equal([json.loads(line)["file"] for line in open("a.jsonl")][5:], ["p/5.png", "p/1.png"], "a line counts for one")
    works(*options)
    equal(len(open("a.jsonl").readlines()), 6, "without --resume it is a new run")
    os.symlink("deep/real.jsonl", "link.jsonl")
    os.mkdir("deep")
    write("deep/real.jsonl", whole)
    works(*net, "-q", "--no-image", "--jsonl", "link.jsonl", "p", "--resume")
    equal((os.path.islink("link.jsonl"), len(open("deep/real.jsonl").readlines())), (True, 6))


@test
def names_of_a_resumed_run_never_collide():
    net = detector()
    for name in ("a.bmp", "a.jpg", "a.png", "b.png", "\u00e9\n\"\\.jpg", "\u00e9\n\"\\.png"):
        png("p/" + name)
    for end in (b"jpg", b"png"):
        png(os.fsdecode(b"p/bad\xff." + end))
    write("p/b.bmp", "a failure has a name, too")

    def outputs(folder, jsonl, *more):
        return run(*net, "-q", "-o", folder, "--labelme", folder, "--yolo", folder, "--jsonl", jsonl, *more, "p")

    def everything(folder):
        return {name: open(os.path.join(folder, name), "rb").read() for name in files_under(folder)}
    outputs("whole", "whole.jsonl")
    lines = open("whole.jsonl").read().splitlines(True)
    equal(len(files_under("whole")), 3 * 8)
    for done in range(len(lines)):
        shutil.rmtree("out", True)
        write("a.jsonl", "".join(lines[:done]))
        outputs("out", "a.jsonl", "--resume")
        found, whole = everything("out"), everything("whole")
        check(found and all(whole[name] == found[name] for name in found), done, sorted(found))
        equal(open("a.jsonl").read(), "".join(lines))


@test
def pictures_that_come_later_replace_nothing():
    net = detector()
    png("p/a.png", 40, 30)
    options = [*net, "-q", "--no-image", "--labelme", "out", "--jsonl", "a.jsonl", "--resume", "p"]
    works(*options)
    png("p/a.bmp", 80, 60)
    works(*options)
    png("p/a.jpg", 120, 90)
    works(*options)
    found = {name: json.load(open("out/" + name))["imagePath"] for name in files_under("out")}
    equal(found, {"a.json": "../p/a.png", "a-2.json": "../p/a.bmp", "a-3.json": "../p/a.jpg"})


@test
def a_picture_without_its_files_is_worked_on_again():
    net = detector()
    for name in "abc":
        png(f"p/{name}.png")
    options = [*net, "-q", "-o", "out", "--yolo", "out", "--jsonl", "a.jsonl", "p"]
    for taken in ("out/a.png/x", "out/c.txt/x"):
        write(taken, "in the way")
    done = run(*options)
    equal((done.code, [json.loads(line)["file"] for line in open("a.jsonl")]), (1, ["p/b.png"]), done)
    equal(len(run(*options[:-3], "--jsonl", "-", "p").out.splitlines()), 3, "whoever waits for lines gets them all")
    shutil.rmtree("out/a.png")
    shutil.rmtree("out/c.txt")
    works(*options, "--resume")
    equal(files_under("out"), [f"{name}.{end}" for name in "abc" for end in ("png", "txt")])
    equal(sorted(json.loads(line)["file"] for line in open("a.jsonl")), ["p/a.png", "p/b.png", "p/c.png"])


@test
def fail_fast_goes_on_to_the_next_failure():
    net = detector()
    for name in "abdef":
        png(f"p/{name}.png")
    write("p/c.png", "broken")
    options = [*net, "-q", "--threads", "1", "--no-image", "--fail-fast", "--jsonl", "a.jsonl", "p"]
    equal([run(*options).code, line_count("a.jsonl")], [1, 3])
    equal([run(*options, "--resume").code, line_count("a.jsonl")], [1, 6])


@test
def a_run_that_cannot_begin_leaves_the_lines():
    net = detector()
    png("p/a.png")
    works(*net, "-q", "--no-image", "--jsonl", "a.jsonl", "p")
    before = open("a.jsonl").read()
    for option in (["--font", "none.ttf"], ["--yolo", "p/a.png/x"]):
        done = run(*net, "-q", "--jsonl", "a.jsonl", "--resume", "-o", "out", *option, "p")
        equal((done.code, open("a.jsonl").read(), os.path.exists("a.jsonl.part")), (1, before, False), done)


@test
def what_cannot_be_resumed():
    net = detector()
    png("a.png")
    fails(2, "--resume continues a run from its file of JSON lines: name it with --jsonl FILE", *net, "--resume", "a.png")
    fails(2, "--resume continues a run from its file", *net, "--resume", "--jsonl", "-", "a.png")
    for option in ("--json", "--csv"):
        fails(2, f"{option} cannot be continued by --resume", *net, "--resume", "--jsonl", "a.jsonl", option, "b", "a.png")
    fails(2, "--resume: /dev/null is no file that can be continued", *net, "-q", "--resume", "--jsonl", "/dev/null", "a.png")
    for text in ("hello\n", '{"file":"a.png"}\n{"path":"b.png"}\n', '{"file":"\\x"}\n', '{"file":"a\0"}\n', "\n"):
        write("bad.jsonl", text)
        fails(2, "bad.jsonl is none that 'detect --jsonl' writes", *net, "-q", "--resume", "--jsonl", "bad.jsonl", "a.png")
        equal(open("bad.jsonl").read(), text)


@test
def signals_find_the_main_thread_after_threads_packed_weights():
    """OpenMP's threads live on; a signal that one of them gets must not end the program."""
    layer = "[convolutional]\nfilters=1100\nsize=1\nactivation=linear\n"
    write("large.cfg", "[net]\nwidth=8\nheight=8\nchannels=3\n" + layer + layer +
          "[convolutional]\nfilters=8\nsize=1\nactivation=linear\n[yolo]\nclasses=3\nnum=1\nanchors=4,4\n")
    count = 3 * 1100 + 1100 + 1100 * 1100 + 1100 + 1100 * 8 + 8
    write("large.weights", struct.pack("<iii", 0, 2, 5) + bytes(8 + 4 * count))
    for i in range(3000):
        ppm(f"p/{i}.ppm", 4, 4)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        child = start("--cfg", "large.cfg", "--weights", "large.weights", "-q", "--threads", "2", "--no-image", "--json", "a.json",
                      "--jsonl", "a.jsonl", "p")
        wait_for(lambda: line_count("a.jsonl.part") > 2, child)
        child.send_signal(number)
        _, err = child.communicate(timeout=60)
        equal(child.returncode, code, err)
        check(b"what is written is valid" in err, err)
        equal(len(json.load(open("a.json"))["images"]), line_count("a.jsonl"))


@test
def lines_of_one_name_count_one_by_one():
    net = detector()
    png("a.png")
    line = '{"file":"a.png"}\n'
    write("a.jsonl", line * 50000)
    write("list", "a.png\n" * 50002)
    works(*net, "-q", "--no-image", "--resume", "--jsonl", "a.jsonl", "@list")
    equal(line_count("a.jsonl"), 50002)


@test
def signals_end_a_run_in_order():
    net = pictures(400)
    for number, code, word in ((signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")):
        for threads in "1", "2":
            child = start(*net, "-q", "--threads", threads, "-o", "out", "--json", "a.json", "--jsonl", "a.jsonl", "--csv", "a.csv",
                          "p/?.ppm", "p/1?.ppm", "-r", "p")
            wait_for(lambda: line_count("a.jsonl.part") > 2, child)
            child.send_signal(number)
            _, err = child.communicate(timeout=60)
            equal(child.returncode, code, err)
            check(err.decode().splitlines()[-1].startswith(f"detect: {word} after "), err)
            results = json.load(open("a.json"))["images"]
            equal(results, [json.loads(line) for line in open("a.jsonl")])
            check(2 < len(results) < 415, len(results))
            equal(len(open("a.csv").readlines()), 1 + sum(len(r.get("detections", [])) for r in results))
            check(not [name for name in files_under(".") if ".part" in name], files_under("."))
            for name in ("a.json", "a.jsonl", "a.csv"):
                os.remove(name)


@test
def signals_end_the_wait_for_stdin():
    png("a.png")
    child = start(*detector(), "--no-image", "--json", "a.json", "--jsonl", "-", "-", stdin=subprocess.PIPE)
    child.stdin.write(b"a.png\n")
    child.stdin.flush()
    check(child.stdout.readline())
    child.send_signal(signal.SIGTERM)
    equal(child.wait(30), 143)
    equal(len(json.load(open("a.json"))["images"]), 1)


@test
def the_second_signal_ends_at_once():
    os.mkfifo("pipe.png")  # a picture that never comes
    child = start(*detector(), "--no-image", "pipe.png")
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    equal(child.poll(), None, "the first waits for the picture")
    child.send_signal(signal.SIGINT)
    equal(child.wait(30), -signal.SIGINT)


@test
def an_interrupted_run_is_resumed():
    net = pictures(300)
    equal(run(*net, "-q", "--no-image", "--jsonl", "whole.jsonl", "p").code, 1)
    child = start(*net, "-q", "--no-image", "--jsonl", "a.jsonl", "p")
    wait_for(lambda: line_count("a.jsonl.part") > 5, child)
    child.send_signal(signal.SIGINT)
    child.communicate()
    equal(child.returncode, 130)
    check(line_count("a.jsonl") < 300)
    run(*net, "-q", "--no-image", "--jsonl", "a.jsonl", "p", "--resume")
    equal(open("a.jsonl").read(), open("whole.jsonl").read())


@test
def fail_fast():
    net = detector()
    for i in range(50):
        png(f"p/{i}.png")
    write("p/7.png", "rubbish")
    for threads in "1", "2":
        done = run(*net, "-q", "--threads", threads, "--fail-fast", "-o", "out", "--json", "a.json", "p")
        equal((done.code, done.err.count("\n")), (1, 1), done)
        results = json.load(open("a.json"))["images"]
        equal([r["file"] for r in results], [f"p/{i}.png" for i in range(8)])
        check("error" in results[7] and not any("error" in r for r in results[:7]))
    png("p/7.png")
    works(*net, "-q", "--fail-fast", "-o", "out", "--json", "a.json", "p")


@test
def a_closed_pipe_ends_the_run():
    net = detector()
    png("a.png")
    write("list", "a.png\n" * 5000)
    for arguments in ([], ["--jsonl", "-"], ["--json", "-"], ["--csv", "-"]):
        child = start(*net, "--no-image", *arguments, "@list")
        child.stdout.readline()
        child.stdout.close()
        err = child.stderr.read().decode()
        equal((child.wait(60), err), (1, "detect: stdout cannot be written: Broken pipe\n"))
    child = start(*net, "--no-image", "--jsonl", "a.jsonl", "--csv", "-", "@list")
    child.stdout.readline()
    child.stdout.close()
    child.stderr.read()
    equal(child.wait(60), 1)
    check([json.loads(line) for line in open("a.jsonl")], "the other file is valid")


@test
def a_full_disk_ends_the_run():
    net = detector()
    png("a.png")
    write("list", "a.png\n" * 5000)
    for option in ("--json", "--jsonl", "--csv"):
        done = run(*net, "-q", "--no-image", option, "/dev/full", "@list")
        equal((done.code, done.err), (1, "detect: /dev/full cannot be written: No space left on device\n"))
    done = run(*net, "-q", "--no-image", "--json", "/dev/full", "--jsonl", "a.jsonl", "@list")
    equal(done.code, 1)
    check(0 < line_count("a.jsonl") < 5000 and all(json.loads(line) for line in open("a.jsonl")))


@test
def a_full_disk_is_resumed():
    if writes_files_of_its_own():
        raise Skip("this build writes files of its own")
    net = pictures(100)
    equal(run(*net, "-q", "--no-image", "--jsonl", "whole.jsonl", "p").code, 1)
    size = os.path.getsize("whole.jsonl") // 2

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    done = run(*net, "-q", "--no-image", "--jsonl", "a.jsonl", "p", preexec_fn=limit)
    equal(done.code, 1, done)
    check("a.jsonl.part, and --resume goes on from there" in done.err, done)
    check(not os.path.exists("a.jsonl") and open("a.jsonl.part").read().endswith("}\n"))
    run(*net, "-q", "--no-image", "--jsonl", "a.jsonl", "--resume", "p")
    equal(open("a.jsonl").read(), open("whole.jsonl").read())


@test
def a_disk_that_is_full():
    os.mkdir("disk")
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", "disk"], capture_output=True).returncode:
        raise Skip("no small file system can be mounted")
    try:
        net = detector()
        png("a.png", 400, 300)
        done = run(*net, "-q", "-o", "disk/out", "--jsonl", "disk/a.jsonl", *["a.png"] * 300)
        equal(done.code, 1, done.err[-500:])
        check("No space left on device" in done.err, done)
        for name in files_under("disk"):
            check(name.startswith("out/") and name.endswith(".png") or name.startswith("a.jsonl"), name)
            if name.startswith("a.jsonl"):
                check(all(json.loads(line) for line in open("disk/" + name)), name)
        for options in (["-o", "disk/out"], ["--no-image", "--crops", "disk/out"]):
            shutil.rmtree("disk/out")
            done = run(*net, "-q", *options, "--jsonl", "b.jsonl", *["a.png"] * 300)
            equal(done.code, 1, done.err[-500:])
            check(0 < len(done.err.splitlines()) < 6, "it goes on:", done)
            reported = len(open("b.jsonl").readlines())
            check(reported < 300)
            subprocess.run(["mount", "-o", "remount,size=64m", "disk"], check=True)
            works(*net, "-q", *options, "--jsonl", "b.jsonl", "--resume", *["a.png"] * 300)
            equal((len(open("b.jsonl").readlines()), len(files_under("disk/out"))), (300, 300 if "-o" in options else 600))
            shutil.rmtree("disk/out")
            os.mkdir("disk/out")
            subprocess.run(["mount", "-o", "remount,size=64k", "disk"], check=True)
    finally:
        subprocess.run(["umount", "disk"], check=True)


main()
