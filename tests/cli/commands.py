"""info, trace, bench, classify, kernels."""
import json
import os
import re
import subprocess

from harness import DETECT, check, classifier, detector, equal, fails, main, png, run, shared, test, weights, works


@test
def info():
    net = detector()
    text = works("info", *net).out
    rows = re.findall(r"^ +(\d+)  (\w+) +(\d+x\d+x\d+) ", text, re.M)
    equal(rows, [("0", "avgpool", "1x1x3"), ("1", "convolutional", "1x1x16"), ("2", "yolo", "1x1x16")], text)
    check("64 parameters" in text and "GFLOPs" in text and "arena" in text and "read and checked" in text, text)
    os.remove("net.weights")
    text = works("info", "--cfg", "net.cfg").out
    check("weights: none given" in text, text)
    equal(works("info", "-q", "--cfg", "net.cfg").out, "")


@test
def info_as_json():
    net = detector()
    works("info", *net, "--json", "info.json")
    found = json.load(open("info.json"))
    equal(found, json.loads(works("info", *net, "--json", "-").out))
    equal(found["schema"], "detect-info/1")
    equal([layer["type"] for layer in found["layers"]], ["avgpool", "convolutional", "yolo"])
    equal([layer["inputs"] for layer in found["layers"]], [[-1], [0], [1]])
    equal((found["parameters"], found["has_weights"]), (64, True))
    check(found["arena_bytes"] > 0 and found["flops"] > 0, found)


@test
def info_at_another_size():
    net = detector()
    found = json.loads(works("info", *net, "--size", "96x64", "--json", "-").out)
    equal((found["model"]["width"], found["model"]["height"]), (96, 64))


@test
def trace():
    net = detector()
    png("a.png")
    found = json.loads(works("trace", *net, "a.png").out)
    equal((found["network"], found["image"], found["resize"]),
          ({"width": 32, "height": 32, "channels": 3}, {"width": 40, "height": 30}, "stretch"))
    equal((found["input"]["sample_step"], len(found["input"]["samples"])), (128, 24))
    equal([layer["type"] for layer in found["layers"]], ["avgpool", "convolutional", "yolo"])
    for index, layer in enumerate(found["layers"]):
        equal(list(layer), "index type channels height width mean rms min max sample_step samples".split())
        count = layer["channels"] * layer["height"] * layer["width"]
        equal((layer["index"], layer["sample_step"], len(layer["samples"])), (index, 1, min(24, count)))
        equal(layer["min"], min(layer["samples"]))
        equal(layer["max"], max(layer["samples"]))
        check(abs(layer["mean"] - sum(layer["samples"]) / count) < 1e-6, layer)
    for sample, expected in zip(found["layers"][0]["samples"], (90 / 255, 120 / 255, 150 / 255)):
        check(abs(sample - expected) < 1e-5, found["layers"][0])
    equal([d["class"] for d in found["detections"]], [0, 1])
    first = found["detections"][0]
    check(all(abs(first[key] - 0.5) < 1e-5 for key in ("cx", "cy", "w", "h")), first)


@test
def trace_to_a_file_and_of_a_classifier():
    net = classifier()
    png("a.png")
    equal(works("trace", *net, "--json", "t.json", "a.png").out, "")
    found = json.load(open("t.json"))
    check("detections" not in found and abs(sum(found["layers"][2]["samples"]) - 1) < 1e-5, found)


@test
def trace_says_numbers_that_json_lacks():
    net = detector()
    weights("net.weights", [3e38] * 16)
    png("a.png")
    done = run("trace", *net, "a.png")
    if done.code == 0:
        json.loads(done.out, parse_constant=lambda name: check(False, name))


@test
def trace_of_bad_pictures():
    net = detector()
    fails(1, "missing.png", "trace", *net, "missing.png")


@test
def trace_agrees_with_the_recorded_reference():
    reference = json.load(open(shared("reference", "trained", "yoloface-50k.dog.stretch.json")))
    model = shared("models", "yoloface-50k")
    found = json.loads(works("trace", "--model", model, "--resize", "stretch", shared("images", "dog.png")).out)
    equal(len(found["layers"]), len(reference["layers"]))
    for ours, theirs in zip(found["layers"], reference["layers"]):
        for key in ("index", "type", "channels", "height", "width", "sample_step"):
            equal(ours[key], theirs[key], ours)
        for key in ("mean", "rms", "min", "max"):
            check(abs(ours[key] - theirs[key]) <= 1e-3 * theirs["rms"], key, ours, theirs)


@test
def bench_layers():
    net = detector()
    text = works("bench", *net, "--runs", "3", "--layers").out
    check("this machine: " in text and "all layers: " in text, text)
    equal(re.findall(r"^ +(\d+)  (\w+) ", text, re.M), [("0", "avgpool"), ("1", "convolutional"), ("2", "yolo")], text)
    found = json.loads(works("bench", *net, "--runs", "2", "--layers", "--json", "-").out)
    check(found["machine"]["flops_per_s"] > 1e8 and found["machine"]["bytes_per_s"] > 1e8, found)
    equal([layer["type"] for layer in found["layers"]], ["avgpool", "convolutional", "yolo"])
    for layer in found["layers"]:
        check(0 <= layer["min_ms"] <= layer["median_ms"] and layer["bytes"] > 0, layer)
    check("layers" not in json.loads(works("bench", *net, "--runs", "1", "--json", "-").out))
    works("bench", *net, "--runs", "1", "--threshold", "1")


def late_network(name):
    """Two of its layers before the head, and the head, are late: it has 40 classes."""
    with open(name, "w") as file:
        file.write("[net]\nwidth=32\nheight=32\nchannels=3\n"
                   "[convolutional]\nfilters=8\nsize=3\npad=1\nactivation=leaky\n"
                   "[convolutional]\nfilters=8\nsize=1\nactivation=linear\n"
                   "[convolutional]\nfilters=90\nsize=1\nactivation=linear\n"
                   "[yolo]\nmask=0,1\nnum=2\nanchors=4,4,9,9\nclasses=40\n")


@test
def late_layers_are_shown():
    late_network("late.cfg")
    late = [False, True, True, True]
    text = works("info", "--cfg", "late.cfg").out
    equal([line.endswith(" late") for line in text.splitlines()[1:5]], late, text)
    found = json.loads(works("info", "--cfg", "late.cfg", "--json", "-").out)
    equal([layer["late"] for layer in found["layers"]], late)
    text = works("bench", "--cfg", "late.cfg", "--layers", "--runs", "2").out
    check("; reading boxes: " in text, text)
    equal([line.endswith(" late") for line in re.findall(r"^ +\d+  .*", text, re.M)], late, text)
    found = json.loads(works("bench", "--cfg", "late.cfg", "--layers", "--runs", "2", "--json", "-").out)
    check(found["boxes_ms"] > 0, found)


@test
def bench_has_a_threshold():
    """Without weights each box has the objectness 0.5: below it all of them are computed, above it none."""
    late_network("late.cfg")
    for threshold in "0.4", "0.6":
        works("bench", "--cfg", "late.cfg", "--runs", "2", "--threshold", threshold)
    fails(2, "one --threshold for all classes", "bench", "--cfg", "late.cfg", "--threshold", "3=0.4")


@test
def bench_tune():
    with open("conv.cfg", "w") as file:
        file.write("[net]\nwidth=32\nheight=32\nchannels=3\n[convolutional]\nfilters=16\nsize=3\npad=1\nactivation=leaky\n"
                   "[maxpool]\nsize=2\nstride=2\n"
                   "[convolutional]\nfilters=16\nsize=3\npad=1\nactivation=leaky\n"
                   "[convolutional]\nfilters=8\nsize=1\nactivation=linear\n")
    found = json.loads(works("bench", "--cfg", "conv.cfg", "--tune", "--json", "-", "--threads", "1").out)
    equal([layer["index"] for layer in found["layers"]], [0, 2, 3], "convolutions only")
    expected = [{"winograd", "gemm direct", "gemm im2col"}] * 2 + [{"gemm 1x1", "gemm direct", "gemm im2col"}]
    for layer, ways in zip(found["layers"], expected):
        equal(set(layer["ms"]), ways)
        equal(layer["chosen_ms"], layer["ms"][layer["chosen"]], layer)
        equal(layer["missed"], layer["chosen_ms"] > 1.05 * min(layer["ms"].values()), layer)
    best = sum(min(layer["ms"].values()) if layer["missed"] else layer["chosen_ms"] for layer in found["layers"])
    check(0 < best <= found["fastest_ms"] + 1e-4 <= found["chosen_ms"] + 2e-4, found)
    text = works("bench", "--cfg", "conv.cfg", "--tune", "--threads", "1").out
    check(re.search(r"^    2  16x16x16 .*\*", text, re.M) and "by the fastest way of each" in text, text)
    for option, value in (("--layers", ()), ("--runs", ("3",)), ("--by-turns", ()), ("--algorithm", ("winograd",))):
        fails(2, f"--tune takes no {option}", "bench", "--cfg", "conv.cfg", "--tune", option, *value)


@test
def bench_by_turns():
    net = detector()

    def turns(text):
        return subprocess.run([DETECT, "bench", *net, "--by-turns"], input=text, capture_output=True, text=True, timeout=60)
    done = turns("run 1\nrun 3\n")
    equal((done.returncode, done.stderr), (0, ""))
    ready, *times = map(json.loads, done.stdout.splitlines())
    check(ready["load_ms"] > 0, ready)
    equal([len(turn) for turn in times], [1, 3])
    check(all(ms > 0 for turn in times for ms in turn), times)
    equal(turns("").returncode, 0)
    for wrong in ("walk 3\n", "run 0\n", "run 1000001\n", "run\n"):
        done = turns(wrong)
        equal((done.returncode, len(done.stderr.splitlines())), (2, 1), wrong)
        check("lines such as 'run 5'" in done.stderr, done.stderr)
    fails(2, "--by-turns takes no --runs", "bench", *net, "--by-turns", "--runs", "3")
    fails(2, "--by-turns takes no --layers", "bench", *net, "--by-turns", "--layers")


@test
def bench():
    net = detector()
    png("a.png")
    text = works("bench", *net, "--runs", "3").out
    check("of 3 runs" in text and "GFLOP/s" in text and "peak memory" in text, text)
    for more in ([], ["a.png"]):
        works("bench", *net, "--runs", "4", "--threads", "1", "--json", "bench.json", *more)
        found = json.load(open("bench.json"))
        check(0 < found["min_ms"] <= found["median_ms"] and found["min_ms"] <= found["mean_ms"], found)
        check(found["gflops_per_s"] > 0 and found["peak_rss_bytes"] > 1e5, found)
        equal((found["runs"], found["threads"], found["width"], found["has_weights"]), (4, 1, 32, True))
    equal(json.loads(works("bench", *net, "--runs", "1", "--json", "-").out)["runs"], 1)
    equal(works("bench", *net, "--runs", "1", "-q").out, "")
    fails(1, "missing.png", "bench", *net, "missing.png")
    os.remove("net.weights")
    check("all weights zero" in works("bench", "--cfg", "net.cfg", "--runs", "1").out)


@test
def algorithms():
    net = detector()
    png("a.png")
    chosen = {l["algorithm"] for l in json.loads(works("info", *net, "--json", "-").out)["layers"]}
    check(chosen <= {"", "winograd", "depthwise", "gemm direct", "gemm 1x1", "gemm im2col"}, chosen)
    for name in ("winograd", "gemm im2col"):
        layers = json.loads(works("info", *net, "--algorithm", name, "--json", "-").out)["layers"]
        check({l["algorithm"] for l in layers if l["type"] == "convolutional"} <= {name, "gemm 1x1"}, layers)
        works(*net, "--algorithm", name, "--no-image", "a.png")
    layers = json.loads(works("info", *net, "--low-memory", "--json", "-").out)["layers"]
    check("winograd" not in {l["algorithm"] for l in layers}, layers)


@test
def classify_wants_a_classifier():
    net = detector()
    png("a.png")
    fails(2, "finds objects", "classify", *net, "a.png")


@test
def classify_real_digits():
    folder = shared("images", "mnist")
    done = works("classify", "--model", shared("models", "mnist-lenet-classifier"), "--jsonl", "-", "--top", "1", folder)
    results = [json.loads(line) for line in done.out.splitlines()]
    right = sum(re.search(r"_c(\d+)", r["file"]).group(1) == str(r["classes"][0]["class_id"]) for r in results)
    check(results and right >= 0.95 * len(results), right, len(results))


@test
def classify_real_dog():
    """The names are ImageNet's 21842, of which the network has the first 1000: a warning."""
    done = run("classify", "--model", shared("models", "tiny-darknet-imagenet"), shared("images", "dog.jpg"))
    check(done.code == 0 and "malamute" in done.out and "21842 names" in done.err, done)


@test
def kernels():
    text = works("kernels").out
    rows = [line.split(maxsplit=1) for line in text.splitlines()]
    check("portable" in [r[0] for r in rows], text)
    equal([r[1] for r in rows].count("used"), 1, text)
    check({r[1] for r in rows} <= {"used", "usable", "not on this processor"}, text)
    usable = [r[0] for r in rows if r[1] in ("used", "usable")]
    for name in usable:
        text = works("kernels", "--kernels", name).out
        check(re.search(rf"^{name} +used$", text, re.M), text)
    fails(2, "there are none called 'mmx'", "kernels", "--kernels", "mmx")
    net = detector()
    png("a.png")
    results = {works(*net, "--kernels", name, "--no-image", "--jsonl", "-", "a.png").out for name in usable}
    equal(len(results), 1, results)


main()
