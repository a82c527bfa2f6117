"""What the program promises on real networks: that they see what is there, and in how much memory."""
import json
import os
import struct
import subprocess

from harness import DETECT, Skip, check, equal, main, shared, test, works


def peak_megabytes(*arguments):
    """The largest resident set of one run of the program, as the kernel counted it."""
    child = subprocess.Popen([DETECT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    equal(child.returncode, 0, arguments)
    return usage.ru_maxrss / 1024


def is_release():
    """Sanitizers, coverage and emulators have memory of their own."""
    return "/release-" in os.path.realpath(DETECT)


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


main()
