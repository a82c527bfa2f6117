"""What a run works on: folders, patterns, lists, stdin, in what order, and what is passed by."""
import json
import os
import select
import subprocess

from harness import DETECT, check, detector, equal, files_under, main, png, run, test, works, write


def found(done):
    return [json.loads(line)["file"] for line in done.bytes.splitlines()]


def listed(*arguments, **options):
    """The files of a run that finds nothing wrong, in order."""
    return found(works(*detector(), "--no-image", "--jsonl", "-", *arguments, **options))


def piped(data, *arguments):
    return subprocess.run([DETECT, *detector(), "--no-image", "--jsonl", "-", *arguments], input=data, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def tree():
    for name in ("p/a10.png", "p/a2.png", "p/b/c/2.png", "p/b/c/10.png", "p/b/1.png", "p/.hidden/x.png", "p/z.png"):
        png(name)
    write("p/b/notes.txt", "hello")
    write("p/README", "hello")


ALL = ["p/a2.png", "p/a10.png", "p/b/1.png", "p/b/c/2.png", "p/b/c/10.png", "p/z.png"]


@test
def folders_in_natural_order():
    tree()
    equal(listed("p"), ["p/a2.png", "p/a10.png", "p/z.png"])
    equal(listed("-r", "p"), ALL)
    equal(listed("p", "--recursive"), ALL)
    equal(listed("p/z.png", "-r", "p/b", "p/a2.png"), ["p/z.png", "p/b/1.png", "p/b/c/2.png", "p/b/c/10.png", "p/a2.png"])


@test
def what_is_no_picture_is_counted():
    tree()
    png("p/b/content-decides")
    os.mkfifo("p/b/pipe.png")
    done = works(*detector(), "--no-image", "-r", "p")
    check("7 pictures, 14 objects, 3 files that are no picture skipped" in done.out, done)
    done = run(*detector(), "--no-image", "-rv", "p")
    check("skipped 3 files" in done.err, done)
    png("one/a.png")
    write("one/b.tiff", "hello")
    check("1 file that is no picture skipped" in works(*detector(), "--no-image", "one").out)


@test
def lists_of_other_systems():
    tree()
    for text, option in ((b"\xef\xbb\xbfp/z.png\r\np/a2.png\r\n", []), (b"\xef\xbb\xbfp/z.png\0p/a2.png", ["-0"])):
        lines = piped(text, *option, "-").stdout.splitlines()
        equal([json.loads(line)["file"] for line in lines], ["p/z.png", "p/a2.png"])


@test
def links_in_circles_end():
    tree()
    os.symlink("..", "p/b/up")
    os.symlink("../../p", "p/b/c/home")
    os.symlink(".", "p/self")
    os.symlink("nowhere", "p/b/broken")
    equal(listed("-r", "p"), ALL)
    equal(listed("p/**/*.png"), ["p/a2.png", "p/a10.png", "p/z.png", "p/b/1.png", "p/b/c/2.png", "p/b/c/10.png"])
    equal(listed("p/**"), ALL)
    png("elsewhere/e.png")
    os.symlink("../elsewhere", "p/y")
    check("p/y/e.png" in listed("-r", "p"), "a link to another folder is followed")


@test
def broken_links_are_pictures_that_fail():
    png("p/a.png")
    os.symlink("nowhere", "p/b.png")
    done = run(*detector(), "--no-image", "--jsonl", "-", "p")
    equal((done.code, found(done)), (1, ["p/a.png", "p/b.png"]), done)
    check("p/b.png: cannot be opened: No such file or directory" in done.err, done)


@test
def folders_that_cannot_be_read():
    tree()
    os.chmod("p/b", 0)
    done = run(*detector(), "--no-image", "--jsonl", "-", "-r", "p")
    os.chmod("p/b", 0o755)
    if os.geteuid():
        check("p/b: Permission denied" in done.err, done)
        equal((done.code, found(done)), (1, ["p/a2.png", "p/a10.png", "p/b", "p/z.png"]))


@test
def patterns():
    tree()
    equal(listed("p/*.png"), ["p/a2.png", "p/a10.png", "p/z.png"])
    equal(listed("p/a?.png"), ["p/a2.png"])
    equal(listed("p/[!a]*"), ["p/b/1.png", "p/z.png"])
    equal(listed("./p/b/*/*.png"), ["./p/b/c/2.png", "./p/b/c/10.png"])
    equal(listed("*/b/c/[0-9].png"), ["p/b/c/2.png"])
    equal(listed("p/**/[12].png"), ["p/b/1.png", "p/b/c/2.png"])
    equal(listed("**/c/*"), ["p/b/c/2.png", "p/b/c/10.png"])
    equal(listed("p/.h*/*"), ["p/.hidden/x.png"])
    equal(listed(os.path.abspath("p") + "/*.png"), [os.path.abspath(name) for name in ("p/a2.png", "p/a10.png", "p/z.png")])
    done = run(*detector(), "--no-image", "--jsonl", "-", "p/*.jpg", "q/*", "p/a2.png")
    equal((done.code, found(done)), (1, ["p/*.jpg", "q/*", "p/a2.png"]))
    check("p/*.jpg: no picture matches" in done.err and "q/*: no picture matches" in done.err, done)


@test
def files_may_be_called_like_patterns_and_lists():
    for name in ("[1].png", "*.png", "@a.png", "-", "what?.png"):
        png(name)
    equal(listed("[1].png", "*.png", "@a.png", "what?.png", "./-"), ["[1].png", "*.png", "@a.png", "what?.png", "./-"])
    png("d [x]/1.png")
    equal(listed("d \\[x]/*.png"), ["d [x]/1.png"])


@test
def lists():
    tree()
    write("list.txt", "p/z.png\n\np/b\r\n p\np/a2.png")
    done = run(*detector(), "--no-image", "--jsonl", "-", "@list.txt", "p/a10.png")
    equal(found(done), ["p/z.png", "p/b/1.png", " p", "p/a2.png", "p/a10.png"])
    equal(done.code, 1)
    png("new\nline.png")
    write("list.0", "new\nline.png\0p/a2.png\0\0p/z.png\0")
    equal(listed("-0", "@list.0"), ["new\nline.png", "p/a2.png", "p/z.png"])
    equal(listed("--null", "@list.0"), ["new\nline.png", "p/a2.png", "p/z.png"])
    write("empty", "")
    for arguments, message in ((["@empty"], "empty: the list names no pictures"), (["@no.txt"], "no.txt cannot be read: No such"),
                               (["@p"], "p cannot be read: Is a directory")):
        done = run(*detector(), "--no-image", *arguments)
        check(done.code == 1 and message in done.err, done)
    write("long", "x" * 200000 + "\np/z.png\n")
    done = run(*detector(), "--no-image", "--jsonl", "-", "@long")
    equal((done.code, found(done)[1:]), (1, ["p/z.png"]))


@test
def paths_on_stdin():
    tree()
    done = piped(b"p/z.png\np/a2.png", "p/a10.png", "-", "p/b/1.png")
    equal([json.loads(line)["file"] for line in done.stdout.splitlines()], ["p/a10.png", "p/z.png", "p/a2.png", "p/b/1.png"])
    equal((done.returncode, done.stderr), (0, b""))
    done = piped(b"p/z.png\0p/a2.png\0", "-0", "-")
    equal(len(done.stdout.splitlines()), 2)
    done = piped(b"", "-")
    equal((done.returncode, done.stdout, done.stderr), (0, b"", b""))


@test
def a_co_process_answers_each_path():
    png("a.png")
    for threads in "1", "2":
        child = subprocess.Popen([DETECT, *detector(), "--no-image", "--threads", threads, "--jsonl", "-", "-"],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name in ("a.png", "missing.png", "a.png", "a.png"):
            child.stdin.write(name.encode() + b"\n")
            child.stdin.flush()
            check(select.select([child.stdout], [], [], 30)[0], "no answer within 30 s")
            equal(json.loads(child.stdout.readline())["file"], name)
        child.stdin.close()
        equal((child.wait(30), child.stdout.read()), (1, b""))


@test
def names_mirror_the_tree():
    tree()
    works(*detector(), "-q", "-o", "1", "-r", "p")
    equal(files_under("1"), sorted(name[2:] for name in ALL))
    works(*detector(), "-q", "-o", "2", "p/**/*.png")
    equal(files_under("2"), sorted(name[2:] for name in ALL))
    write("list", "p/a2.png\np/a2.png\np/b/../a2.png\n" + os.path.abspath("p/z.png") + "\n")
    works(*detector(), "-q", "-o", "3", "@list")
    equal(files_under("3"), sorted(["p/a2.png", "p/a2-2.png", "p/a2-3.png", os.path.abspath("p/z.png")[1:]]))


@test
def results_are_no_inputs():
    tree()
    for _ in range(2):
        works(*detector(), "-q", "-r", "-o", "p/detections", "p")
        equal(files_under("p/detections"), sorted(name[2:] for name in ALL))
    works(*detector(), "-q", "-o", "again", "p/detections/z.png")
    equal(files_under("again"), ["z.png"], "...unless they are named")
    net = [os.path.abspath(name) if os.path.exists(name) else name for name in detector()]
    whole = ["p/b/c/2.png", "p/b/c/10.png"]
    for pattern, others in (("p/*/**", ["p/b/1.png"]), ("p/*/**/*.png", ["p/b/1.png"]), ("p/**/c/*", [])):
        equal(found(works(*net, "-q", "--jsonl", "-", "-o", "p/detections", pattern)), others + whole, pattern)
    os.chdir("p")
    equal(found(works(*net, "--jsonl", "-", "--no-image", "-r", ".")), ["./" + name[2:] for name in ALL],
          "nor are those of a run before")
    os.chdir("..")


@test
def many_pictures_in_one_folder():
    first = png("p/0.png", 4, 4)
    names = [f"p/{i}.png" for i in range(3000)]
    for name in names[1:]:
        os.link(first, name)
    equal(listed("p"), names)
    write("list", "\n".join(reversed(names)))
    equal(listed("@list"), names[::-1])


main()
