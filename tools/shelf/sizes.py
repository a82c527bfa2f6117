"""How large packages are."""
import math


def size_of(kind, rng):
    """Width, height and depth in centimetres."""
    def between(low, high):
        return math.exp(rng.uniform(math.log(low), math.log(high)))
    if kind == "box":
        shape = rng.random()
        if shape < .45:
            return between(9, 24), between(14, 34), between(4, 9)
        if shape < .75:
            return between(8, 26), between(3, 11), between(6, 14)
        return between(4, 10), between(8, 18), between(3, 7)
    if kind == "carton":
        width = between(6, 10)
        return width, width * between(1.6, 2.9), width
    if kind == "can":
        width = between(5, 10)
        return width, width * rng.choice((between(.4, .7), between(1, 1.5), between(1.7, 2.6))), width
    if kind == "bottle":
        width = between(5, 11)
        return width, width * between(2.2, 4.4), width
    if kind == "jar":
        width = between(5, 11)
        return width, width * between(.9, 2), width
    if kind == "tube":
        width = between(3.5, 7)
        return width, width * between(2, 3.6), width * .6
    if kind == "pouch":
        width = between(8, 20)
        return width, width * between(1, 1.7), width * .3
    if kind == "bag":
        width = between(10, 28)
        return width, width * between(1, 1.6), width * .35
    if kind == "blister":
        width = between(6, 14)
        return width, width * between(1.1, 2.2), 3
    if kind == "tray":
        return between(16, 34), between(12, 28), between(12, 24)
    if kind == "cup":
        width = between(5, 12)
        return width, width * between(.6, 1.4), width
    if kind == "jug":
        width = between(9, 20)
        return width, width * between(1.2, 2), width * .6
    return between(14, 36), between(12, 30), between(12, 20)
