"""A Darknet network as a list of plain operations with folded weights, in Darknet's planar order [channels, height,
width]: what the files of other engines are written from.

What another engine cannot express, or would compute wrongly, raises Unsupported with the cfg's section.
"""
import dataclasses
import re
import struct

import numpy as np

HEADS = ("yolo", "region", "detection", "gaussian_yolo")
WITHOUT_EFFECT = ("dropout", "cost", "contrastive", "empty", "silence")  # at inference
# Each is a method of Builder.
SECTIONS = ("convolutional", "connected", "maxpool", "local_avgpool", "avgpool", "route", "shortcut", "sam",
            "scale_channels", "upsample", "reorg", "reorg3d", "softmax", "crop", "activation")
EPSILON = 1e-5  # of batch normalisation


class Unsupported(Exception):
    pass


@dataclasses.dataclass
class Operation:
    """Reads the values named by `inputs`, writes the value `output` of `shape`, then applies `activation` to it."""
    kind: str
    inputs: list
    output: str
    shape: tuple  # (channels, height, width)
    activation: str = "linear"
    attributes: dict = dataclasses.field(default_factory=dict)
    weights: np.ndarray = None
    bias: np.ndarray = None


@dataclasses.dataclass
class Graph:
    shape: tuple  # of the value "input"
    operations: list
    outputs: list  # (value, shape, index of the layer that computes it): the inputs of the heads


def read_sections(path):
    """[(name in lower case, {key: value})], the first of equal keys, as Darknet reads them."""
    found = []
    for line in open(path, encoding="utf-8", errors="replace"):
        line = re.sub(r"\s", "", line)
        if line[:1] == "[":
            found.append((line.strip("[]").lower(), {}))
        elif line and line[0] not in "#;" and found:
            key, _, value = line.partition("=")
            found[-1][1].setdefault(key, value)
    return found


class Weights:
    def __init__(self, path):
        self.file, self.path = open(path, "rb"), path
        major, minor, _ = struct.unpack("<iii", self.file.read(12))
        self.file.read(8 if major * 10 + minor >= 2 else 4)

    def take(self, *shape):
        count = int(np.prod(shape))
        values = np.fromfile(self.file, "<f4", count)
        if values.size < count:
            raise SystemExit(f"{self.path}: is too short for the cfg")
        return values.reshape(shape)

    def finish(self):
        if self.file.read(1):
            raise SystemExit(f"{self.path}: is too long for the cfg")


class Options:
    """The options of one section, read as C's atoi and atof do: what follows a number is ignored."""

    def __init__(self, section, values):
        self.section, self.values = section, values

    def number(self, key, default=0.0):
        match = re.match(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", self.values.get(key, ""))
        return float(match.group()) if match else default

    def integer(self, key, default=0):
        return int(self.number(key, default))

    def text(self, key, default):
        return self.values.get(key, default)

    def integers(self, key):
        return [int(n) for n in re.findall(r"-?\d+", self.values.get(key, "").split("#")[0])]

    def refuse(self, *keys):
        """These would change the result in a way no peer knows."""
        for key in keys:
            if self.number(key):
                raise Unsupported(f"[{self.section}] {key}={self.values[key]}")


class Builder:
    def __init__(self, weights):
        self.weights, self.operations, self.outputs = weights, [], []
        self.values, self.shapes, self.kernels = [], [], []  # each layer's output, shape, and (weights, bias) or None
        self.value, self.shape, self.index = "input", None, 0

    def layer(self, number):
        """The value and the shape of another layer's output, by a number of the cfg."""
        number = number if number >= 0 else self.index + number
        if self.values[number] is None:
            raise Unsupported(f"a layer that reads the head {number}")
        return self.values[number], self.shapes[number]

    def add(self, kind, inputs, shape, suffix="", **fields):
        """Appends an operation and returns its output, which is the layer's unless the layer goes on."""
        output = f"layer{self.index}{suffix}"
        known = {"activation", "weights", "bias"}
        named = {key: fields.pop(key) for key in known & fields.keys()}
        self.operations.append(Operation(kind, inputs, output, tuple(shape), attributes=fields, **named))
        self.value, self.shape = output, tuple(shape)
        return output

    def normalised(self, weights, bias, batch):
        """Batch normalisation folded into the weights, in double."""
        if batch is None:
            return weights, bias
        scales, means, variances = (b.astype("f8") for b in batch)
        factor = scales / np.sqrt(variances + EPSILON)
        wide = factor.reshape(-1, *[1] * (weights.ndim - 1))
        return (weights * wide).astype("f4"), (bias - means * factor).astype("f4")

    # ---- One method for each of SECTIONS ----

    def convolutional(self, o):
        o.refuse("xnor", "binary", "bin_output", "antialiasing", "flipped")
        channels, height, width = self.shape
        filters, groups, size = o.integer("filters", 1), o.integer("groups", 1), o.integer("size", 1)
        stride = o.integer("stride", 1)
        across, down = o.integer("stride_x", stride), o.integer("stride_y", stride)
        dilation = o.integer("dilation", 1) if size > 1 else 1
        padding = (size // 2 if o.integer("pad") else o.integer("padding")) * dilation
        reach = dilation * (size - 1) + 1
        shape = (filters, (height + 2 * padding - reach) // down + 1, (width + 2 * padding - reach) // across + 1)
        if "share_index" in o.values:
            share = o.integer("share_index")
            weights, bias = self.kernels[share if share >= 0 else self.index + share]
        else:
            bias = self.weights.take(filters)
            batch = self.weights.take(3, filters) if o.integer("batch_normalize") else None
            weights, bias = self.normalised(self.weights.take(filters, channels // groups, size, size), bias, batch)
        self.kernel = weights, bias
        self.add("convolution", [self.value], shape, weights=weights, bias=bias, size=size, stride=(down, across),
                 padding=padding, dilation=dilation, groups=groups, activation=o.text("activation", "logistic"))

    def connected(self, o):
        inputs, outputs = int(np.prod(self.shape)), o.integer("output", 1)
        bias, weights = self.weights.take(outputs), self.weights.take(outputs, inputs)
        batch = self.weights.take(3, outputs) if o.integer("batch_normalize") else None
        weights, bias = self.normalised(weights, bias, batch)
        self.add("connected", [self.value], (outputs, 1, 1), weights=weights, bias=bias,
                 activation=o.text("activation", "logistic"))

    def pool(self, o, kind):
        o.refuse("maxpool_depth", "antialiasing")
        channels, height, width = self.shape
        stride = o.integer("stride", 1)
        across, down = o.integer("stride_x", stride), o.integer("stride_y", stride)
        size = o.integer("size", stride)
        padding = o.integer("padding", size - 1)  # of both sides together; the greater half comes after
        shape = (channels, (height + padding - size) // down + 1, (width + padding - size) // across + 1)
        self.add(kind, [self.value], shape, size=size, stride=(down, across), before=padding // 2,
                 after=padding - padding // 2)

    def maxpool(self, o):
        self.pool(o, "maximum")

    def local_avgpool(self, o):
        self.pool(o, "average")

    def avgpool(self, _):
        self.add("global_average", [self.value], (self.shape[0], 1, 1))

    def route(self, o):
        groups, group = o.integer("groups", 1), o.integer("group_id")
        parts, channels = [], 0
        for n, number in enumerate(o.integers("layers")):
            value, shape = self.layer(number)
            if groups > 1:
                count = shape[0] // groups
                value = self.add("slice", [value], (count, *shape[1:]), f"_part{n}", first=group * count)
            parts.append(value)
            channels += shape[0] // groups
        self.value, self.shape = parts[0], (channels, *shape[1:])
        if len(parts) > 1:
            self.add("concatenate", parts, self.shape)

    def shortcut(self, o):
        if o.text("weights_type", "none") != "none":
            raise Unsupported("[shortcut] weights_type")
        sources = [self.layer(number) for number in o.integers("from")]
        if any(shape[1:] != self.shape[1:] for _, shape in sources):
            raise Unsupported("[shortcut] of maps of different sizes")
        for n, (value, shape) in enumerate(sources):
            last = n + 1 == len(sources)
            kind = o.text("activation", "linear") if last else "linear"
            self.add_channels(value, shape[0], "" if last else f"_sum{n}", kind)

    def add_channels(self, value, channels, suffix, activation):
        """The layer's value plus another, as many channels as both have; the others stay."""
        own, total = self.value, self.shape[0]
        shared = (min(channels, total), *self.shape[1:])
        if channels > total:
            value = self.add("slice", [value], shared, suffix + "_other", first=0)
        if channels >= total:
            self.add("add", [own, value], shared, suffix, activation=activation)
            return
        first = self.add("slice", [own], shared, suffix + "_first", first=0)
        rest = self.add("slice", [own], (total - channels, *shared[1:]), suffix + "_rest", first=channels)
        summed = self.add("add", [first, value], shared, suffix + "_shared")
        self.add("concatenate", [summed, rest], (total, *shared[1:]), suffix, activation=activation)

    def sam(self, o):
        value, shape = self.layer(o.integer("from"))
        self.add("multiply", [self.value, value], shape, activation=o.text("activation", "linear"))

    def scale_channels(self, o):
        o.refuse("scale_wh")
        value, shape = self.layer(o.integer("from"))
        self.add("multiply", [value, self.value], shape, activation=o.text("activation", "linear"))

    def upsample(self, o):
        stride = o.integer("stride", 2)
        if stride < 1 or o.number("scale", 1) != 1:
            raise Unsupported("[upsample] with a negative stride or a scale")
        channels, height, width = self.shape
        self.add("upsample", [self.value], (channels, height * stride, width * stride), stride=stride)

    def reorg3d(self, o):
        o.refuse("reverse")
        channels, height, width = self.shape
        s = o.integer("stride", 1)
        self.add("space_to_depth", [self.value], (channels * s * s, height // s, width // s), stride=s)

    def reorg(self, o):
        """YOLOv2's shuffle: space to depth of the same numbers read as a map with s x s times the pixels."""
        o.refuse("reverse", "flatten", "extra")
        channels, height, width = self.shape
        s = o.integer("stride", 1)
        self.add("reshape", [self.value], (channels // (s * s), height * s, width * s), "_wide")
        self.add("space_to_depth", [self.value], (channels, height, width), "_deep", stride=s)
        self.add("reshape", [self.value], (channels * s * s, height // s, width // s))

    def softmax(self, o):
        if o.integer("groups", 1) != 1 or o.number("temperature", 1) != 1 or "tree" in o.values or o.integer("spatial"):
            raise Unsupported("[softmax] with groups, a temperature, a tree or spatial")
        self.add("softmax", [self.value], self.shape)

    def crop(self, o):
        channels, height, width = self.shape
        rows, columns = o.integer("crop_height", 1), o.integer("crop_width", 1)
        self.add("window", [self.value], (channels, rows, columns), "_window", top=(height - rows) // 2,
                 left=(width - columns) // 2)
        if not o.integer("noadjust"):
            self.add("affine", [self.value], self.shape, scale=2.0, shift=-1.0)

    def activation(self, o):
        self.add("copy", [self.value], self.shape, activation=o.text("activation", "linear"))

    def head(self):
        if self.index == 0 or self.values[-1] is None:
            raise Unsupported("a head with nothing before it")
        self.outputs.append((self.value, self.shape, self.index - 1))
        self.value = None


ALIASES = {"conv": "convolutional", "conn": "connected", "max": "maxpool", "avg": "avgpool", "soft": "softmax",
           "local_avg": "local_avgpool"}


def read_graph(cfg_path, weights_path):
    (_, net), *layers = read_sections(cfg_path)
    net = Options("net", net)
    builder = Builder(Weights(weights_path))
    builder.shape = shape = (net.integer("channels", 3), net.integer("height"), net.integer("width"))
    for builder.index, (name, values) in enumerate(layers):
        name = ALIASES.get(name, name)
        builder.kernel = None
        if name in HEADS:
            builder.head()
        elif name in SECTIONS:
            if builder.value is None and name != "route":
                raise Unsupported(f"[{name}] that reads a head")
            getattr(builder, name)(Options(name, values))
        elif name not in WITHOUT_EFFECT:
            raise Unsupported(f"[{name}]")
        builder.values.append(builder.value)
        builder.shapes.append(builder.shape)
        builder.kernels.append(builder.kernel)
    builder.weights.finish()
    if not builder.outputs:
        builder.outputs.append((builder.value, builder.shape, len(layers) - 1))
    return Graph(shape, builder.operations, builder.outputs)
