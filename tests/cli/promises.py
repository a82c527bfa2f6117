"""What the program promises on real networks: that they see what is there, and in how much memory."""
import json
import os
import struct

from harness import ROOT, Skip, check, equal, is_release, main, peak_megabytes, shared, test, works


@test
def small_networks_need_little_memory():
    if not is_release():
        raise Skip("not a release build")
    model, photo = shared("models/yolo-fastest-1.1-coco"), shared("images/dog.jpg")
    peak = peak_megabytes("--model", model, "--no-image", "-q", photo)
    check(peak < 20, f"yolo-fastest-1.1 took {peak:.1f} MB")
    with open("tiny.weights", "wb") as out:  # zeros of exactly the network's size
        out.write(struct.pack("<iiiQ", 0, 2, 5, 0))
        out.truncate(24251276)
    peak = peak_megabytes("--cfg", shared("cfg/yolov4-tiny.cfg"), "--weights", "tiny.weights", "--no-image", "-q",
                          "--low-memory", photo)
    check(peak < 70, f"yolov4-tiny took {peak:.1f} MB")
    peak = peak_megabytes("--cfg", shared("cfg/yolov4-tiny.cfg"), "--weights", "tiny.weights", "--no-image", "-q", photo)
    check(peak < 146, f"yolov4-tiny took {peak:.1f} MB, more than ncnn")


@test
def relu6_finds_the_person():
    done = works("--model", shared("models/himax-person-160-gray"), "--no-image", "--jsonl", "-",
                 shared("images/person_gray160.png"))
    found = json.loads(done.out)["detections"]
    check(found and found[0]["class"] == "person" and abs(found[0]["score"] - 0.989) < 0.001, done)
    check(all(40 < d["box"]["x"] + d["box"]["width"] / 2 < 70 for d in found), "they are all where the person is", done)


def overlap(a, b):
    """Intersection over union of boxes (left, top, width, height)."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def true_products(path, width, height):
    """The boxes that the renderer wrote beside a sample."""
    rows = [[float(number) for number in line.split()] for line in open(path)]
    return [((x - w / 2) * width, (y - h / 2) * height, w * width, h * height) for kind, x, y, w, h in rows if kind == 0]


@test
def the_default_model_counts_products():
    folder = os.path.join(ROOT, "samples")
    wanted = found = right = 0
    done = works("--model", "shelf", "--no-image", "-q", "--jsonl", "-", folder, cwd=ROOT)
    for result in map(json.loads, done.out.splitlines()):
        left = true_products(result["file"][:-3] + "txt", result["width"], result["height"])
        boxes = [tuple(d["box"].values()) for d in result["detections"] if d["class"] == "product"]
        wanted, found = wanted + len(left), found + len(boxes)
        for box in boxes:
            best = max(left, key=lambda other: overlap(box, other), default=None)
            if best and overlap(box, best) >= 0.5:
                left.remove(best)
                right += 1
    check(wanted > 200 and right > 0.8 * wanted and right > 0.85 * found, wanted, found, right)


main()
