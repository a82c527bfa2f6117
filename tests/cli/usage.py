"""The command line itself: options with good and bad values, help, messages, exit codes."""
import os
import re
import subprocess

from harness import DETECT, check, detector, equal, fails, main, png, run, test, works

COMMANDS = ["info", "trace", "bench", "classify", "eval", "kernels"]


@test
def no_arguments():
    fails(2, "no picture was given")


@test
def help_fits_a_screen():
    for command in [[]] + [[c] for c in COMMANDS]:
        for flag in ("--help", "-h"):
            lines = works(*command, flag).out.splitlines()
            check(len(lines) <= 40, command, len(lines))
            for line in lines:
                check(len(line) <= 79, command, line)
            check(lines[0].startswith("Usage: detect"), lines[0])


@test
def help_names_every_option_of_the_issue():
    text = works("--help").out
    for option in ("--cfg --weights --names --model --size --resize --threshold --nms --nms-iou --agnostic --max --classes "
                   "--skip-classes -o --no-image --json --jsonl --csv --threads --kernels -q -v --version --help --counts --rows "
                   "--zone --zones --draw-counts --tile --overlap").split():
        check(re.search(rf"(?<![\w-]){option}(?![\w-])", text), option)
    for command in COMMANDS:
        check(re.search(rf"^  {command} ", text, re.M), command)


@test
def help_all_explains_what_help_only_names():
    short, long = works("--help").out, works("--help-all").out
    more = re.search(r"^More:((?:\s+--[\w-]+)+)", short, re.M).group(1).split()
    check(more, short)
    for option in more:
        check(re.search(rf"^  (-., )?{option}( |$)", long, re.M), option, long)
    for line in long.splitlines():
        check(len(line) <= 79, line)


@test
def version():
    check(re.fullmatch(r"detect \d+\.\d+\S*\n", works("--version").out), works("--version"))


@test
def help_beats_missing_pictures_but_not_wrong_options():
    works("trace", "--help")
    fails(2, "there is no option --hlep; did you mean --help?", "--help", "--hlep")


@test
def values_out_of_range():
    number = {"--threshold": "0 to 1", "--crop-padding": "0 to 10", "--nms-iou": "0 to 1", "--line-width": "0.5 to 1000", "--font-scale": "0.1 to 100"}
    for option, span in number.items():
        for value in ("abc", "", "-1", "1001", "nan", "inf", "0.5x", " 0.5", "0,5"):
            fails(2, f"{option} must be a number from {span}, not '{value}'", option, value, "x.png")
    for option in ("--threads", "--max", "--max-pixels", "--top", "--report-size"):
        for value in ("abc", "", "-1", "1.5", "0x10", "99999999999999999999999", "+3", " 3", "3 "):
            fails(2, f"{option} must be a whole number from ", option, value, "x.png")
    fails(2, "--threads must be a whole number from 1 to 1024, not '0'", "--threads", "0", "x.png")
    fails(2, "--runs must be a whole number", "bench", "--runs", "0")
    for value in ("0", "416x", "x416", "0x32", "32x0", "32x-1", "32x32x3", "32 x 32", "70000x32", "axb"):
        fails(2, f"--size must be a width and a height from 1 to 65536, such as 416x320 or 416, not '{value}'", "--size", value, "x.png")


@test
def unknown_choices():
    fails(2, "--resize must be one of auto, stretch, letterbox, crop, not 'squeeze'", "--resize", "squeeze", "x.png")
    fails(2, "--nms must be one of auto, none, default, greedy, diou, corners, soft, not 'hard'", "--nms=hard", "x.png")


@test
def empty_texts():
    for option in ("--cfg", "--weights", "--names", "--model", "--data", "--json", "--jsonl", "--csv", "-o", "--font", "--kernels",
                   "--counts", "--report", "--coco", "--coco-dataset", "--yolo", "--voc", "--labelme", "--crops", "--hide"):
        fails(2, "must not be empty", option, "", "x.png")


@test
def unknown_options():
    fails(2, "there is no option --treshold; did you mean --threshold?", "--treshold", "0.3", "x.png")
    fails(2, "there is no option --skip-class; did you mean --skip-classes?", "--skip-class=1", "x.png")
    fails(2, "there is no option --xyzzy; --help lists them", "--xyzzy", "x.png")
    fails(2, "there is no option --thresh; did you mean --threshold?", "--thresh", "0.3", "x.png")     # begun
    fails(2, "there is no option --conf; did you mean --threshold?", "--conf", "0.3", "x.png")         # another program's
    fails(2, "there is no option --iou; did you mean --nms-iou?", "--iou=0.5", "x.png")
    for option in ("--device", "--source", "--s"):                                                     # nothing like it
        fails(2, f"there is no option {option}; --help lists them", option, "x", "x.png")
    fails(2, "there is no option -z in '-qz'", "-qz", "x.png")
    fails(2, r"there is no option --a\x1B[31m", "--a\x1b[31m", "x.png")


@test
def options_of_other_commands():
    fails(2, "--runs is an option of 'detect bench', not of 'detect'", "--runs", "3", "x.png")
    fails(2, "--csv is an option of 'detect', not of 'detect info'", "info", "--csv", "x")
    fails(2, "--no-image is an option of 'detect', not of 'detect classify'", "classify", "--no-image", "x")


@test
def missing_values():
    fails(2, "--json needs a value: FILE", "x.png", "--json")
    fails(2, "--json needs a value: FILE", "--json", "--csv", "out.csv", "x.png")
    fails(2, "--output needs a value: DIR", "x.png", "-o")
    fails(2, "--no-image takes no value", "--no-image=yes", "x.png")


@test
def operands():
    fails(2, "'detect info' takes no picture, but 'x' was given", "info", "x")
    fails(2, "no picture was given; 'detect trace --help' shows how", "trace")
    fails(2, "'detect trace' takes one picture, not 2", "trace", "a", "b")
    fails(2, "'detect bench' takes one picture, not 2", "bench", "a", "b")
    fails(2, "'detect kernels' takes no picture", "kernels", "x")


@test
def good_values():
    net = detector()
    png("a.png")
    base = [*net, "--no-image", "a.png"]
    for more in (["--threshold", "0"], ["--threshold=1"], ["--threshold", "1e-3"], ["--nms-iou", "0"], ["--nms-iou=1"],
                 ["--max", "0"], ["--max=1"], ["--size", "64x32"], ["--size=32X64"], ["--size", "64"], ["--threads", "1"], ["--threads=3"],
                 ["--resize", "auto"], ["--resize=stretch"], ["--resize", "letterbox"], ["--agnostic"], ["--no-clip"],
                 ["--max-pixels", "1200"], ["--no-orientation"], ["--lenient"], ["--top", "3"], ["--line-width", "2"],
                 ["--font-scale", "1.5"], ["--no-labels", "--no-scores"], ["--kernels", "portable"]):
        works(*base, *more)
    for kind in "auto none default greedy diou corners soft greedynms diounms cornersnms".split():
        works(*base, "--nms", kind)


@test
def options_anywhere_and_combined():
    net = detector()
    png("a.png")
    png("-q")
    check("a.png" in works("a.png", *net, "--no-image").out)
    equal(works(*net, "a.png", "-q").out, "")
    works(*net, "-qoout", "a.png")
    check(os.path.exists("out/a.png"))
    works(*net, "-q", "-o=out2", "a.png")
    check(os.path.exists("=out2/a.png"), "the letter's value begins right behind it")
    check("-q, 40x30" in works(*net, "--no-image", "--", "-q").out)


@test
def the_last_of_an_option_counts():
    net = detector()
    png("a.png")
    check("0.97" in works(*net, "--no-image", "--threshold", "0.99", "--threshold", "0.5", "a.png").out)


@test
def a_file_named_like_a_command():
    net = detector()
    png("info")
    check("info, 40x30" in works(*net, "--no-image", "./info").out)
    check("info, 40x30" in works(*net, "--no-image", "info").out, "only the first argument is a command")


@test
def quiet_says_nothing_but_errors():
    net = detector(names=("cat", "dog"))  # the network has three classes: a warning
    png("a.png")
    done = run(*net, "--no-image", "a.png")
    check(done.code == 0 and "warning" in done.err, done)
    done = works(*net, "--no-image", "-q", "a.png")
    equal(done.out, "")
    fails(1, "missing.png", *net, "-q", "--no-image", "a.png", "missing.png")


@test
def verbose_says_what_is_used():
    net = detector()
    png("a.png")
    done = run(*net, "-v", "--no-image", "--kernels", "portable", "--threads", "2", "--size", "64x32", "a.png")
    equal(done.code, 0, done)
    for word in ("net.cfg", "net.weights", "net.names", "64x32x3", "resize stretch", "nms", "kernels portable", "2 threads"):
        check(word in done.err, word, done)


@test
def kernels_that_are_not_there():
    net = detector()
    fails(2, "--algorithm: there is none called 'winogrd'; did you mean winograd?", *net, "--algorithm", "winogrd", "x.png")
    fails(2, "'detect info' names those in use", *net, "--algorithm", "zzzzzzzzzz", "x.png")
    fails(2, "--kernels: there are none called 'portabel'; did you mean portable?", *net, "--kernels", "portabel", "x.png")


@test
def closed_and_full_stdout():
    net = detector()
    png("a.png")
    for arguments in (["--help"], ["--version"], ["kernels"], ["info", *net], [*net, "--no-image", "a.png"],
                      [*net, "--no-image", "--jsonl", "-", "a.png"], [*net, "--no-image", "--json", "-", "a.png"],
                      [*net, "--no-image", "--csv", "-", "a.png"], ["trace", *net, "a.png"],
                      ["bench", *net, "--runs", "1", "--json", "-"]):
        with open("/dev/full", "wb") as full:
            done = run(*arguments, stdout=full)
        equal(done.code, 1, arguments, done)
        equal(done.err, "detect: stdout cannot be written: No space left on device\n", arguments)
        read, write = os.pipe()
        os.close(read)
        done = run(*arguments, stdout=write)
        os.close(write)
        equal((done.code, done.err), (1, "detect: stdout cannot be written: Broken pipe\n"), arguments)
        done = subprocess.run(["sh", "-c", 'exec "$0" "$@" >&-', DETECT, *arguments], stderr=subprocess.PIPE)
        equal(done.returncode, 1, arguments, done.stderr)


@test
def closed_stdout_does_not_end_up_in_a_file():
    net = detector()
    png("a.png")
    subprocess.run(["sh", "-c", 'exec "$0" "$@" >&- 2>&-', DETECT, *net, "--no-image", "--csv", "a.csv", "a.png", "missing.png"])
    if os.path.exists("a.csv"):
        check(open("a.csv").read().startswith("file,width,height"), open("a.csv").read())


main()
