"""The peers, one class and one row each, with the settings that make them fastest in single precision. An engine loads
a network that network.py prepared, and runs it on the one input. Libraries are imported when an engine is made: no
worker holds more than its own."""
import numpy as np


class OnnxRuntime:
    def __init__(self, network, threads):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(network.onnx, options, providers=["CPUExecutionProvider"])
        self.feed = {"input": network.input[None]}
        self.names = network.output_names

    def run(self):
        self.results = self.session.run(self.names, self.feed)

    def outputs(self):
        return dict(zip(self.names, self.results))


class OpenVino:
    def __init__(self, network, threads):
        import openvino
        core = openvino.Core()
        self.network = core.compile_model(network.onnx, "CPU", {
            "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
        self.request = self.network.create_infer_request()
        self.input = openvino.Tensor(np.ascontiguousarray(network.input[None]), shared_memory=True)
        self.request.set_input_tensor(self.input)
        self.names = network.output_names

    def run(self):
        self.request.infer(share_outputs=True)

    def outputs(self):
        return {name: self.request.get_tensor(name).data for name in self.names}


class OpenCv:
    def __init__(self, network, threads, *, engine="ENGINE_AUTO"):
        import cv2
        cv2.setNumThreads(threads)
        self.net = cv2.dnn.readNetFromONNX(network.onnx, getattr(cv2.dnn, engine))
        self.net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)  # not the one of half precision
        self.input = np.ascontiguousarray(network.input[None])
        self.names = network.output_names

    def run(self):
        self.net.setInput(self.input, "input")
        self.results = self.net.forward(self.names)

    def outputs(self):
        return dict(zip(self.names, self.results))


class Ncnn:
    """Its allocators keep what a run frees for the next one: worth 10 % of yolov4-tiny."""

    def __init__(self, network, threads, **switches):
        import ncnn
        self.ncnn = ncnn
        ncnn.set_omp_dynamic(0)
        ncnn.set_kmp_blocktime(20)
        self.net = ncnn.Net()
        self.allocators = ncnn.PoolAllocator(), ncnn.UnlockedPoolAllocator()
        option = self.net.opt
        option.num_threads = threads
        option.lightmode = True
        option.use_packing_layout = True
        option.workspace_allocator, option.blob_allocator = self.allocators
        for name in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_packed", "bf16_storage"):
            setattr(option, f"use_{name}", False)
        for name, value in switches.items():
            setattr(option, f"use_{name}", value)
        if self.net.load_param(network.ncnn + ".param") or self.net.load_model(network.ncnn + ".bin"):
            raise RuntimeError("ncnn does not take the files written for it")
        self.numbers = np.ascontiguousarray(network.input)  # which the Mat only points to
        self.input = ncnn.Mat(self.numbers)
        self.names, self.values = network.output_names, network.ncnn_outputs

    def run(self):
        with self.net.create_extractor() as extractor:
            extractor.input("input", self.input)
            self.results = [extractor.extract(self.values[name])[1] for name in self.names]

    def outputs(self):
        return {name: np.array(result) for name, result in zip(self.names, self.results)}


# name: (class, its settings); the first four are what is compared with unless one says otherwise.
ENGINES = {
    "ncnn": (Ncnn, {}),
    "onnxruntime": (OnnxRuntime, {}),
    "openvino": (OpenVino, {}),
    "opencv": (OpenCv, {}),
    "opencv-classic": (OpenCv, {"engine": "ENGINE_CLASSIC"}),
    "opencv-new": (OpenCv, {"engine": "ENGINE_NEW"}),
    "ncnn-without-f63": (Ncnn, {"winograd63_convolution": False}),
    "ncnn-without-winograd": (Ncnn, {"winograd_convolution": False}),
    "ncnn-without-sgemm": (Ncnn, {"sgemm_convolution": False}),
}
DEFAULT = ["ncnn", "onnxruntime", "openvino", "opencv"]
PACKAGES = ["ncnn", "onnxruntime", "openvino", "opencv-python-headless"]
