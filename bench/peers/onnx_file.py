"""A graph as an ONNX file: what onnxruntime, OpenVINO and OpenCV read."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

from peers.graph import Unsupported

OPSET = 18  # the first with Mish

# activation: [(operator, whether it also reads the number before the activation, attributes)]
ACTIVATIONS = {
    "linear": [],
    "leaky": [("LeakyRelu", False, {"alpha": 0.1})],
    "relu": [("Relu", False, {})],
    "logistic": [("Sigmoid", False, {})],
    "swish": [("Sigmoid", False, {}), ("Mul", True, {})],
    "mish": [("Mish", False, {})],
    "tanh": [("Tanh", False, {})],
    "relu6": [("Clip", False, {})],
}


class Writer:
    def __init__(self):
        self.nodes, self.constants = [], {}

    def constant(self, name, values):
        self.constants[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))

    def trained(self, op):
        return [self.constant(f"{op.output}_weights", op.weights), self.constant(f"{op.output}_bias", op.bias)]

    def operation(self, op):
        """The operation's nodes, then those of its activation; the last writes op.output."""
        chain = ACTIVATIONS.get(op.activation)
        if chain is None:
            raise Unsupported(f"the activation {op.activation}")
        before = f"{op.output}_sum" if chain else op.output
        getattr(self, op.kind)(op, before)
        value = before
        for n, (operator, reads_sum, attributes) in enumerate(chain):
            inputs = [before, value] if reads_sum else [value]
            if operator == "Clip":
                inputs += [self.constant("zero", np.float32(0)), self.constant("six", np.float32(6))]
            value = op.output if n + 1 == len(chain) else f"{op.output}_{operator}"
            self.node(operator, inputs, value, **attributes)

    # ---- One method for each kind of operation ----

    def convolution(self, op, output):
        a = op.attributes
        self.node("Conv", op.inputs + self.trained(op), output, kernel_shape=[a["size"]] * 2, strides=a["stride"],
                  pads=[a["padding"]] * 4, dilations=[a["dilation"]] * 2, group=a["groups"])

    def connected(self, op, output):
        flat = f"{op.output}_flat"
        self.node("Flatten", op.inputs, flat, axis=1)
        self.node("Gemm", [flat] + self.trained(op), f"{op.output}_row", transB=1)
        self.reshaped(f"{op.output}_row", op, output)

    def reshaped(self, value, op, output):
        self.node("Reshape", [value, self.constant(f"{op.output}_shape", np.array([1, *op.shape]))], output)

    def pool(self, op, output, operator, **more):
        a = op.attributes
        self.node(operator, op.inputs, output, kernel_shape=[a["size"]] * 2, strides=a["stride"],
                  pads=[a["before"]] * 2 + [a["after"]] * 2, **more)

    def maximum(self, op, output):
        self.pool(op, output, "MaxPool")

    def average(self, op, output):
        self.pool(op, output, "AveragePool", count_include_pad=0)

    def global_average(self, op, output):
        self.node("GlobalAveragePool", op.inputs, output)

    def sliced(self, op, output, axes, begins, ends):
        numbers = [self.constant(f"{op.output}_{name}", np.array(values))
                   for name, values in (("begins", begins), ("ends", ends), ("axes", axes))]
        self.node("Slice", op.inputs + numbers, output)

    def slice(self, op, output):
        first = op.attributes["first"]
        self.sliced(op, output, [1], [first], [first + op.shape[0]])

    def window(self, op, output):
        top, left = op.attributes["top"], op.attributes["left"]
        self.sliced(op, output, [2, 3], [top, left], [top + op.shape[1], left + op.shape[2]])

    def affine(self, op, output):
        scale, shift = (self.constant(f"{op.output}_{key}", np.float32(op.attributes[key]))
                        for key in ("scale", "shift"))
        self.node("Mul", op.inputs + [scale], f"{op.output}_scaled")
        self.node("Add", [f"{op.output}_scaled", shift], output)

    def concatenate(self, op, output):
        self.node("Concat", op.inputs, output, axis=1)

    def add(self, op, output):
        self.node("Add", op.inputs, output)

    def multiply(self, op, output):
        self.node("Mul", op.inputs, output)

    def upsample(self, op, output):
        scales = self.constant(f"{op.output}_scales", np.array([1, 1] + [op.attributes["stride"]] * 2, "f4"))
        self.node("Resize", [op.inputs[0], "", scales], output, mode="nearest",
                  coordinate_transformation_mode="asymmetric", nearest_mode="floor")

    def space_to_depth(self, op, output):
        self.node("SpaceToDepth", op.inputs, output, blocksize=op.attributes["stride"])

    def reshape(self, op, output):
        self.reshaped(op.inputs[0], op, output)

    def softmax(self, op, output):
        self.node("Flatten", op.inputs, f"{op.output}_flat", axis=1)
        self.node("Softmax", [f"{op.output}_flat"], f"{op.output}_row", axis=1)
        self.reshaped(f"{op.output}_row", op, output)

    def copy(self, op, output):
        self.node("Identity", op.inputs, output)


def write_onnx(graph, path):
    writer = Writer()
    for op in graph.operations:
        writer.operation(op)
    described = [helper.make_tensor_value_info(value, TensorProto.FLOAT, [1, *shape])
                 for value, shape, _ in [("input", graph.shape, None), *graph.outputs]]
    body = helper.make_graph(writer.nodes, "network", described[:1], described[1:], list(writer.constants.values()))
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    save(model, path)
