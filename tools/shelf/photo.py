"""What a phone does to a scene: light, colour, blur, noise, resolution, sharpening, JPEG."""
import cv2
import numpy as np


def motion_kernel(length, angle):
    """A line of `length` pixels at `angle` radians."""
    size = int(length) | 1
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    step = (np.cos(angle) * middle, np.sin(angle) * middle)
    cv2.line(kernel, (round(middle - step[0]), round(middle - step[1])),
             (round(middle + step[0]), round(middle + step[1])), 1, 1)
    return kernel / kernel.sum()


def light(picture, generator):
    """Exposure, white balance, vignetting, uneven lamps, contrast and saturation; float32 0..1 in and out."""
    height, width = picture.shape[:2]
    small = cv2.resize(generator.normal(0, 1, (3, 4)).astype(np.float32), (32, 32), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[-1:1:32j, -1:1:32j].astype(np.float32)
    field = 1 + small * generator.uniform(0, .14) - (x * x + y * y) * generator.uniform(0, .3) ** 1.5
    field *= np.exp(generator.normal(0, .22))
    balance = np.exp(generator.normal(0, .07, 3)).astype(np.float32)
    balance += np.array([-.04, 0, .05], np.float32) * generator.normal(0, 1.2)
    field = cv2.resize(field.astype(np.float32), (width, height))[..., None] * balance
    picture = picture * field
    if generator.random() < .15:                                    # haze: lens dirt, glass, stray light
        picture = picture * (1 - .18) + .18 * generator.random()
    gamma = np.exp(generator.normal(0, .22))
    picture = np.clip(picture, 0, 1.3, out=picture)
    if generator.random() < .7:
        picture = cv2.pow(picture, float(gamma))
    grey = picture.mean(2, keepdims=True)
    saturation = np.float32(np.clip(generator.normal(1.1, .25), .15, 1.8))
    picture = grey + (picture - grey) * saturation
    contrast = np.float32(np.clip(generator.normal(1.18, .22), .6, 1.8))
    middle = np.float32(generator.uniform(.35, .5))
    return (picture - middle) * contrast + middle


def develop(picture, generator):
    """The photo of a drawn scene: uint8 BGR in and out, same size."""
    height, width = picture.shape[:2]
    short = min(height, width)
    image = light(picture.astype(np.float32) / 255, generator)
    if generator.random() < .25:                                    # bloom around lamps and white tags
        bright = cv2.GaussianBlur(np.maximum(image - .8, 0), (0, 0), short * .015)
        image += bright * generator.uniform(.3, 1.2)
    choice = generator.random()
    if choice < .35:
        image = cv2.GaussianBlur(image, (0, 0), generator.uniform(.3, 1.2) ** 1.3 * max(1, short / 640))
    elif choice < .45:
        image = cv2.filter2D(image, -1, motion_kernel(generator.uniform(2, 7) * short / 640, generator.uniform(0, 3.14)))
    if generator.random() < .25:                                    # a small original, enlarged
        scale = generator.uniform(.4, .9)
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if generator.random() < .6:
        level = np.float32(abs(generator.normal(0, .018)))
        noise = generator.standard_normal((height, width, 3), np.float32)
        if generator.random() < .5:
            noise = cv2.GaussianBlur(noise, (0, 0), .7) * 1.8
        image = image + noise * level * (1.3 - np.clip(image, 0, 1))
    if generator.random() < .06:                                    # hot pixels
        count = int(generator.integers(10, 200))
        image[generator.integers(0, height, count), generator.integers(0, width, count)] = generator.uniform(.6, 1)
    if generator.random() < .35:
        image = image + (image - cv2.GaussianBlur(image, (0, 0), 1.2)) * np.float32(generator.uniform(.2, 1.3))
    result = (np.clip(image, 0, 1) * 255).astype(np.uint8)
    if generator.random() < .75:
        quality = int(generator.uniform(25, 95))
        result = cv2.imdecode(cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return result
