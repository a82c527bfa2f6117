"""A graph as ncnn's two files, PATH.param and PATH.bin, with activations fused into convolutions as its own optimiser
does. Parameters go by number there: docs/developer-guide/operators.md of ncnn has the names."""
import collections
import struct

import numpy as np

from peers.graph import Unsupported

MAGIC = 7767517

# activation: (what a convolution or an inner product computes at once, or None; the layer that computes it)
ACTIVATIONS = {
    "leaky": ("9=2 -23310=1,0.1", ("ReLU", "0=0.1")),
    "relu": ("9=1", ("ReLU", "")),
    "logistic": ("9=4", ("Sigmoid", "")),
    "mish": ("9=5", ("Mish", "")),
    "relu6": ("9=3 -23310=2,0.0,6.0", ("Clip", "0=0.0 1=6.0")),
    "swish": (None, ("Swish", "")),
    "tanh": (None, ("TanH", "")),
}


class Writer:
    def __init__(self, weights):
        self.weights = weights  # the open .bin file
        self.layers = []  # (type, name, inputs, output, parameters)

    def layer(self, kind, inputs, output, parameters=""):
        self.layers.append((kind, output, list(inputs), output, parameters))

    def store(self, op):
        self.weights.write(struct.pack("<I", 0))  # what follows is float
        self.weights.write(op.weights.astype("<f4").tobytes())
        self.weights.write(op.bias.astype("<f4").tobytes())

    def operation(self, op):
        if op.activation == "linear":
            getattr(self, op.kind)(op, op.output, "")
            return
        if op.activation not in ACTIVATIONS:
            raise Unsupported(f"the activation {op.activation}")
        fused, (kind, parameters) = ACTIVATIONS[op.activation]
        if fused and op.kind in ("convolution", "connected"):
            getattr(self, op.kind)(op, op.output, fused)
            return
        getattr(self, op.kind)(op, f"{op.output}_sum", "")
        self.layer(kind, [f"{op.output}_sum"], op.output, parameters)

    # ---- One method for each kind of operation ----

    def convolution(self, op, output, fused):
        a = op.attributes
        down, across = a["stride"]
        parameters = (f"0={op.shape[0]} 1={a['size']} 2={a['dilation']} 3={across} 13={down} 4={a['padding']} 5=1 "
                      f"6={op.weights.size} {fused}")
        grouped = a["groups"] > 1
        self.layer("ConvolutionDepthWise" if grouped else "Convolution", op.inputs, output,
                   parameters + (f" 7={a['groups']}" if grouped else ""))
        self.store(op)

    def connected(self, op, output, fused):
        self.layer("InnerProduct", op.inputs, f"{output}_row", f"0={op.shape[0]} 1=1 2={op.weights.size} {fused}")
        self.store(op)
        self.reshaped(f"{output}_row", op, output)

    def reshaped(self, value, op, output):
        channels, height, width = op.shape
        self.layer("Reshape", [value], output, f"0={width} 1={height} 2={channels}")

    def pool(self, op, output, kind):
        a = op.attributes
        down, across = a["stride"]
        self.layer("Pooling", op.inputs, output, f"0={kind} 1={a['size']} 2={across} 12={down} 3={a['before']} "
                   f"13={a['before']} 14={a['after']} 15={a['after']} 5=1 6=0")

    def maximum(self, op, output, _):
        self.pool(op, output, 0)

    def average(self, op, output, _):
        self.pool(op, output, 1)

    def global_average(self, op, output, _):
        self.layer("Pooling", op.inputs, f"{output}_row", "0=1 4=1")
        self.reshaped(f"{output}_row", op, output)

    def slice(self, op, output, _):
        channels, height, width = op.shape
        self.layer("Crop", op.inputs, output, f"2={op.attributes['first']} 3={width} 4={height} 5={channels}")

    def window(self, op, output, _):
        channels, height, width = op.shape
        self.layer("Crop", op.inputs, output,
                   f"0={op.attributes['left']} 1={op.attributes['top']} 3={width} 4={height} 5={channels}")

    def affine(self, op, output, _):
        self.layer("BinaryOp", op.inputs, f"{output}_scaled", f"0=2 1=1 2={op.attributes['scale']}")
        self.layer("BinaryOp", [f"{output}_scaled"], output, f"0=0 1=1 2={op.attributes['shift']}")

    def concatenate(self, op, output, _):
        self.layer("Concat", op.inputs, output, "0=0")

    def add(self, op, output, _):
        self.layer("BinaryOp", op.inputs, output, "0=0")

    def multiply(self, op, output, _):
        self.layer("BinaryOp", op.inputs, output, "0=2")

    def upsample(self, op, output, _):
        stride = op.attributes["stride"]
        self.layer("Interp", op.inputs, output, f"0=1 1={stride}.0 2={stride}.0")

    def space_to_depth(self, op, output, _):
        self.layer("Reorg", op.inputs, output, f"0={op.attributes['stride']} 1=1")

    def reshape(self, op, output, _):
        self.reshaped(op.inputs[0], op, output)

    def softmax(self, op, output, _):
        self.layer("Reshape", op.inputs, f"{output}_flat", f"0={int(np.prod(op.shape))}")
        self.layer("Softmax", [f"{output}_flat"], f"{output}_row", "0=0 1=1")
        self.reshaped(f"{output}_row", op, output)

    def copy(self, op, output, _):
        self.layer("Noop", op.inputs, output)


def split_shared(layers):
    """ncnn's values have one reader each: a Split makes copies (of the reference only) for more."""
    readers = collections.Counter(value for layer in layers for value in layer[2])
    names, done = {}, []
    for kind, name, inputs, output, parameters in layers:
        done.append((kind, name, [names[v].pop(0) if v in names else v for v in inputs], [output], parameters))
        if readers[output] > 1:
            names[output] = [f"{output}_copy{n}" for n in range(readers[output])]
            done.append(("Split", f"{output}_split", [output], list(names[output]), ""))
    return done


def write_ncnn(graph, path):
    channels, height, width = graph.shape
    with open(path + ".bin", "wb") as weights:
        writer = Writer(weights)
        writer.layer("Input", [], "input", f"0={width} 1={height} 2={channels}")
        for op in graph.operations:
            writer.operation(op)
    # An output that the network reads, too, is a copy of its own.
    read = {value for layer in writer.layers for value in layer[2]}
    outputs = {}
    for value, _, _ in graph.outputs:
        outputs[value] = f"{value}_out" if value in read else value
        if value in read:
            writer.layer("Noop", [value], outputs[value])
    layers = split_shared(writer.layers)
    with open(path + ".param", "w", encoding="ascii") as file:
        print(MAGIC, file=file)
        print(len(layers), sum(len(layer[3]) for layer in layers), file=file)
        for kind, name, inputs, made, parameters in layers:
            print(kind, name, len(inputs), len(made), *inputs, *made, parameters, file=file)
    return outputs
