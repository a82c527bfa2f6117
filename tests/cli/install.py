"""make install and uninstall; the manual page and the completions, which are printed from the table of options."""
import os
import re
import shutil
import subprocess

from harness import ROOT, Skip, check, equal, fails, files_under, main, png, run, test, works, write

COMMANDS = ["info", "trace", "bench", "classify", "eval", "kernels"]


def make(*arguments):
    """make for the build that is tested: its settings are what the make above this one was given."""
    environment = dict(os.environ, MAKEFLAGS="", MAKELEVEL="")
    _, found, settings = os.environ.get("MAKEFLAGS", "").partition("-- ")
    settings = re.findall(r"(?:\\.|\S)+", settings) if found else []
    settings = [re.sub(r"\\(.)", r"\1", s) for s in settings if not re.match(r"(TESTS|DETECT_\w+)=", s)]
    done = subprocess.run(["make", "-C", ROOT, *settings, *arguments], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1400)
    equal(done.returncode, 0, done.stdout.decode("utf-8", "replace")[-2000:])


def all_options():
    """Every option of --help-all of every command, with the value it takes."""
    options = {}
    for command in [[]] + [[name] for name in COMMANDS]:
        for name, value in re.findall(r"^  (?:-\w, )?--([\w-]+)(?: ([A-Z]\S*))?", works(*command, "--help-all").out, re.M):
            options[name] = value
    return options


@test
def install_and_uninstall():
    here = os.path.abspath("dest")
    make("install", f"DESTDIR={here}", "PREFIX=/opt/x")
    found = files_under("dest/opt/x")
    for path in ("bin/detect", "include/yolo.h", "lib/libyolo.a", "lib/libyolo.so", "lib/pkgconfig/yolo.pc",
                 "share/man/man1/detect.1", "share/bash-completion/completions/detect", "share/zsh/site-functions/_detect"):
        check(path in found, path, found)
    check("prefix=/opt/x" in open("dest/opt/x/lib/pkgconfig/yolo.pc").read())
    symbols = subprocess.run(["nm", "-g", "--defined-only", "dest/opt/x/lib/libyolo.a"], stdout=subprocess.PIPE, text=True)
    names = [line.split()[2] for line in symbols.stdout.splitlines() if len(line.split()) == 3]
    check(len(names) > 40 and all(name.startswith("yolo_") for name in names if not name.startswith("_")), names)
    for path, arguments in (("man/man1/detect.1", ["--man"]), ("bash-completion/completions/detect", ["--completion", "bash"]),
                            ("zsh/site-functions/_detect", ["--completion", "zsh"])):
        equal(open("dest/opt/x/share/" + path, "rb").read(), works(*arguments).bytes, path)
    make("uninstall", f"DESTDIR={here}", "PREFIX=/opt/x")
    equal(files_under("dest"), [])


@test
def folders_may_be_set():
    here = os.path.abspath("dest")
    folders = [f"DESTDIR={here}", "PREFIX=/usr", "mandir=/m", "bashcompletiondir=/b", "zshcompletiondir=/z", "bindir=/bin"]
    make("install", *folders)
    for path in ("m/man1/detect.1", "b/detect", "z/_detect", "bin/detect", "usr/include/yolo.h"):
        check(os.path.exists(os.path.join("dest", path)), path, files_under("dest"))
    make("uninstall", *folders)
    equal(files_under("dest"), [])


@test
def the_manual_page_knows_every_option():
    page = works("--man").out
    for name, value in all_options().items():
        spelled = "\\fB" + ("--" + name).replace("-", "\\-") + "\\fR" + (" \\fI" + value.replace("-", "\\-") + "\\fR" if value else "")
        check(spelled in page, spelled)
    for command in COMMANDS:
        check(f"\\fBdetect {command}\\fR" in page, command)
    check(not re.search(r"\b20\d\d\b", page), "a date would differ from build to build")


@test
def the_manual_page_is_sound():
    if not shutil.which("man") or not shutil.which("groff"):
        raise Skip("man-db and groff are not installed")
    path = write("detect.1", works("--man").bytes)
    for command in (["groff", "-man", "-Tutf8", "-ww", "-b", path], ["man", "-l", "--warnings", path]):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, MANWIDTH="100", LC_ALL="C.UTF-8"))
        equal((done.returncode, done.stderr), (0, b""), command)
        text = re.sub(rb".\x08", b"", done.stdout)  # bold by overstriking
        check(b"EXIT STATUS" in text, text[-300:])


def complete(*words):
    """What bash offers for the last of the words."""
    write("_detect.bash", works("--completion", "bash").bytes)
    done = subprocess.run(["bash", "-c", 'source ./_detect.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _detect; '
                           'printf "%s\\n" "${COMPREPLY[@]}"', "-", "detect", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    equal((done.returncode, done.stderr), (0, b""), words)
    return sorted(done.stdout.decode().split("\n")[:-1]) if done.stdout.strip() else []


@test
def bash_completes():
    png("photo one.png")
    os.mkdir("photos")
    equal(complete("--resi"), ["--resize"])
    equal(complete("--resize", ""), ["auto", "crop", "letterbox", "stretch"])
    equal(complete("--resize", "=", "l"), ["letterbox"])
    equal(complete("--resize", "="), ["auto", "crop", "letterbox", "stretch"])
    equal(complete("--nms", "di"), ["diou"], "hidden spellings are not offered")
    equal(complete("b"), ["bench"])
    equal(complete("--threshold", ""), [], "nothing is known of a number")
    equal(complete("-o", "pho"), ["photos"], "only folders")
    equal(complete("pho"), ["photo one.png", "photos"])
    equal(complete("--no-image", "pho"), ["photo one.png", "photos"])
    equal(complete("--json", "pho"), ["photo one.png", "photos"])
    offered = complete("--")
    equal(offered, sorted(f"--{name}" for name in re.findall(r"^  (?:-\w, )?--([\w-]+)", works("--help-all").out, re.M)))
    equal(complete("info", "--"), sorted(f"--{name}" for name in re.findall(r"^  (?:-\w, )?--([\w-]+)",
                                                                         works("info", "--help-all").out, re.M)))


@test
def zsh_reads_its_completion():
    zsh = shutil.which("zsh")
    if not zsh:
        raise Skip("zsh is not installed")
    write("functions/_detect", works("--completion", "zsh").bytes)
    for arguments in (["-n", "functions/_detect"],
                      ["-f", "-c", "fpath=($PWD/functions $fpath); autoload -U compinit; compinit -D -u; "
                       "[[ $_comps[detect] == _detect ]] && autoload +X _detect"]):
        done = subprocess.run([zsh, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        equal((done.returncode, done.stderr), (0, b""), arguments)


@test
def wrong_shells():
    fails(2, "--completion must be one of bash, zsh, not 'fish'", "--completion", "fish")
    with open("/dev/full", "wb") as full:
        for arguments in (["--man"], ["--completion", "bash"], ["--completion", "zsh"]):
            done = run(*arguments, stdout=full)
            equal((done.code, done.err), (1, "detect: stdout cannot be written: No space left on device\n"), arguments)


main()
