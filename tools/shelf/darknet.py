"""A Darknet network in PyTorch, built from its cfg: the cfg is the one description of the network.

Only the layers that shelf.cfg may use are known: convolutional (groups too), maxpool, route, shortcut, upsample, yolo.
Weights are read and written in Darknet's own order, batch normalisation apart, so that `detect` loads them.
"""
import math

import numpy as np
import torch
from torch import nn
import torch.nn.functional as functional

BATCH_NORM_EPSILON = 1e-5       # as Darknet adds it under the root
HEADER = (0, 2, 5)              # major, minor, revision of the .weights format


def read_cfg(path):
    """[(section, {key: text})]; the first of two equal keys wins, as in Darknet."""
    sections = []
    with open(path) as file:
        for line in file:
            line = "".join(line.split())
            if not line or line[0] in "#;":
                continue
            if line[0] == "[":
                sections.append((line[1:-1], {}))
            else:
                key, _, value = line.partition("=")
                sections[-1][1].setdefault(key, value)
    return sections


def numbers(text):
    """The numbers of a comma separated value."""
    return [float(part) for part in text.split(",") if part]


class Pool(nn.Module):
    """Darknet's maxpool: `size - 1` cells of padding in all, the larger half after."""

    def __init__(self, size, stride):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, value):
        if self.size == self.stride:
            return functional.max_pool2d(value, self.size, self.stride)
        before, total = (self.size - 1) // 2, self.size - 1
        value = functional.pad(value, (before, total - before, before, total - before), value=-math.inf)
        return functional.max_pool2d(value, self.size, self.stride)


class Network(nn.Module):
    """The layers of a cfg; forward returns the raw maps of the yolo heads in file order."""

    def __init__(self, path):
        super().__init__()
        sections = read_cfg(path)
        self.options = sections[0][1]
        self.width, self.height = int(self.options["width"]), int(self.options["height"])
        self.sections = sections[1:]
        self.layers, self.heads, self.operations = nn.ModuleList(), [], 0
        channels, strides = [], []
        width, stride = 3, 1
        for index, (kind, options) in enumerate(self.sections):
            def option(key, default):
                return int(float(options.get(key, default)))
            layer = nn.Identity()
            if kind == "convolutional":
                filters, size, step = option("filters", 1), option("size", 1), option("stride", 1)
                groups, norm = option("groups", 1), option("batch_normalize", 0)
                layer = nn.Sequential(nn.Conv2d(width, filters, size, step, size // 2 if option("pad", 0) else 0,
                                                groups=groups, bias=not norm))
                if norm:
                    layer.append(nn.BatchNorm2d(filters, eps=BATCH_NORM_EPSILON, momentum=.03))
                activation = options.get("activation", "logistic")
                if activation != "linear":
                    layer.append({"leaky": nn.LeakyReLU(.1, inplace=True), "relu": nn.ReLU(inplace=True)}[activation])
                stride *= step
                cells = (self.width // stride) * (self.height // stride)
                self.operations += 2 * cells * filters * size * size * width // groups
                width = filters
            elif kind == "maxpool":
                layer = Pool(option("size", 1), option("stride", 1))
                stride *= option("stride", 1)
            elif kind == "upsample":
                layer = nn.Upsample(scale_factor=option("stride", 2))
                stride //= option("stride", 2)
            elif kind == "route":
                sources = self.sources(index)
                groups = option("groups", 1)
                width, stride = sum(channels[s] for s in sources) // groups, strides[sources[0]]
            elif kind == "shortcut":
                pass
            elif kind == "yolo":
                anchors = np.array(numbers(options["anchors"])).reshape(-1, 2)
                mask = [int(m) for m in numbers(options["mask"])]
                self.heads.append({"layer": index, "stride": stride, "anchors": torch.tensor(anchors[mask]).float(),
                                   "classes": option("classes", 20), "scale": float(options.get("scale_x_y", 1))})
            else:
                raise ValueError(f"[{kind}] is not known here")
            self.layers.append(layer)
            channels.append(width)
            strides.append(stride)
        self.initialise_heads()

    def sources(self, index):
        """The layers a route reads."""
        return [int(n) if n >= 0 else index + int(n) for n in numbers(self.sections[index][1]["layers"])]

    def initialise_heads(self):
        """Objectness starts rare, so that the first steps are not spent on unlearning."""
        for head in self.heads:
            bias = self.layers[head["layer"] - 1][0].bias.detach().view(len(head["anchors"]), -1)
            bias.zero_()
            bias[:, 4] = -5.0
            bias[:, 5:] = -1.0

    def forward(self, value):
        outputs, maps = [], []
        for index, ((kind, options), layer) in enumerate(zip(self.sections, self.layers)):
            if kind == "route":
                parts = [outputs[s] for s in self.sources(index)]
                value = torch.cat(parts, 1) if len(parts) > 1 else parts[0]
                groups = int(options.get("groups", 1))
                if groups > 1:
                    value = value.chunk(groups, 1)[int(options.get("group_id", 0))]
            elif kind == "shortcut":
                value = value + outputs[index + int(options["from"])]
                if options.get("activation", "linear") == "leaky":
                    value = functional.leaky_relu(value, .1)
            elif kind == "yolo":
                maps.append(value)
            else:
                value = layer(value)
            outputs.append(value)
        return maps

    def convolutions(self):
        """(convolution, batch norm or None) in file order."""
        for (kind, _), layer in zip(self.sections, self.layers):
            if kind == "convolutional":
                norm = layer[1] if len(layer) > 1 and isinstance(layer[1], nn.BatchNorm2d) else None
                yield layer[0], norm

    def parts(self):
        """The tensors of a .weights file in its order."""
        for convolution, norm in self.convolutions():
            if norm is None:
                yield convolution.bias
            else:
                yield from (norm.bias, norm.weight, norm.running_mean, norm.running_var)
            yield convolution.weight

    def save_weights(self, path, seen=0):
        """Writes a Darknet .weights file."""
        with open(path, "wb") as file:
            np.array(HEADER, "<i4").tofile(file)
            np.array([seen], "<u8").tofile(file)
            for part in self.parts():
                part.detach().float().cpu().contiguous().numpy().astype("<f4").tofile(file)

    def load_weights(self, path):
        """Reads a Darknet .weights file; returns `seen`."""
        with open(path, "rb") as file:
            np.fromfile(file, "<i4", 3)
            seen = int(np.fromfile(file, "<u8", 1)[0])
            values = np.fromfile(file, "<f4")
        at = 0
        with torch.no_grad():
            for part in self.parts():
                part.copy_(torch.from_numpy(values[at:at + part.numel()].reshape(part.shape)))
                at += part.numel()
        if at != len(values):
            raise ValueError(f"{path}: {len(values)} weights, the cfg needs {at}")
        return seen


def decode(maps, heads):
    """[batch][n][4 + 1 + classes]: corner boxes in input pixels, then logits; with cell centres and strides."""
    result = []
    for value, head in zip(maps, heads):
        batch, _, rows, columns = value.shape
        count = len(head["anchors"])
        value = value.view(batch, count, -1, rows, columns).permute(0, 1, 3, 4, 2)
        y, x = torch.meshgrid(torch.arange(rows, device=value.device), torch.arange(columns, device=value.device),
                              indexing="ij")
        scale, stride = head["scale"], head["stride"]
        anchors = head["anchors"].to(value.device).view(1, count, 1, 1, 2)
        centre_x = (value[..., 0].sigmoid() * scale - (scale - 1) / 2 + x) * stride
        centre_y = (value[..., 1].sigmoid() * scale - (scale - 1) / 2 + y) * stride
        size = value[..., 2:4].clamp(-6, 5).exp() * anchors
        half_w, half_h = size[..., 0] / 2, size[..., 1] / 2
        box = torch.stack([centre_x - half_w, centre_y - half_h, centre_x + half_w, centre_y + half_h], -1)
        result.append(torch.cat([box, value[..., 4:]], -1).reshape(batch, -1, 4 + value.shape[-1] - 4))
    return torch.cat(result, 1)
