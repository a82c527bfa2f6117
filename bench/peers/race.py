"""Engines in processes of their own that run by turns: A B C D A B C D ... All are pinned to the same cores, and who
has to wait is stopped, so that no idle thread of one spins on another's time."""
import json
import os
import select
import signal
import subprocess
import sys

import numpy as np

TURN_MS = 60  # a turn has as many passes as take about this, and one before them that does not count
PATIENCE = 600  # seconds
TOLERANCE = 1e-3  # of an output's root mean square


class EngineFailed(Exception):
    pass


class Process:
    """An engine in a process that answers lines with lines of JSON."""

    def __init__(self, name, command, cores, environment, log):
        self.name, self.passes, self.times, self.turns = name, 1, [], []
        self.log = open(log, "w+", encoding="utf-8", errors="replace")
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                      env=environment, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.ready = self.answer()

    def answer(self):
        line = b""
        if select.select([self.child.stdout], [], [], PATIENCE)[0]:
            line = self.child.stdout.readline()
        if not line:
            self.close()
            self.log.seek(0)
            last = [text for text in self.log.read().strip().splitlines() if text.strip()][-1:]
            raise EngineFailed(f"{self.name}: {last[0] if last else 'no answer'}")
        self.child.send_signal(signal.SIGSTOP)
        return json.loads(line)

    def ask(self, line):
        self.child.send_signal(signal.SIGCONT)
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()
        return self.answer()

    def turn(self):
        """The first pass finds other engines' data in the caches, and does not count."""
        return self.ask(f"run {self.passes + 1}")[1:]

    def peak_bytes(self):
        """The most memory it had at once, less what a worker takes before it has an engine."""
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        return peak * 1024 - self.ready.get("base_bytes", 0)

    def close(self):
        self.child.kill()
        self.child.wait()


def environment_of(threads):
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return {**os.environ, "PYTHONPATH": package, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": "1"}


def start_detect(race, network, threads, cores):
    threshold = str(race.threshold or network.threshold)
    command = [race.detect, "bench", "--by-turns", "--cfg", network.cfg, "--weights", network.weights, "--resize",
               "stretch", "--threads", str(threads), "--threshold", threshold, *race.options, network.picture]
    return Process("detect", command, cores, dict(os.environ), os.path.join(network.folder, "detect.log"))


def start_peer(name, network, threads, cores):
    command = [sys.executable, "-m", "peers.worker", name, network.folder, str(threads)]
    return Process(name, command, cores, environment_of(threads), os.path.join(network.folder, name + ".log"))


def trace(race, network):
    """What detect computes for the network's outputs: {value: layer of `detect trace`}."""
    command = [race.detect, "trace", "--cfg", network.cfg, "--weights", network.weights, "--resize", "stretch",
               *race.options, network.picture]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f"peers: {' '.join(command)} failed")
    found = json.loads(done.stdout)
    check_input(network, found["input"])
    return {value: found["layers"][layer] for value, _, layer in network.outputs}


def check_input(network, traced):
    sampled = network.input.ravel()[::traced["sample_step"]][:len(traced["samples"])]
    if np.abs(sampled - np.array(traced["samples"], "f4")).max() > 1e-6:
        sys.exit(f"peers: {network.name}: detect's input is not the one that the peers get")


def difference(network, expected, process):
    """The greatest difference of a peer's outputs from detect's samples, as a share of the output's rms."""
    path = os.path.join(network.folder, process.name + ".npz")
    process.ask(f"outputs {path}")
    found, worst = np.load(path), 0.0
    for value, shape, _ in network.outputs:
        layer, numbers = expected[value], found[value]
        if numbers.size != int(np.prod(shape)):
            raise EngineFailed(f"{process.name}: output {value} has the shape {numbers.shape}, not {shape}")
        samples = np.array(layer["samples"], "f8")
        sampled = numbers.ravel()[::layer["sample_step"]][:len(samples)].astype("f8")
        errors = np.abs(sampled - samples) / max(layer["rms"], 1e-30)
        rms = np.sqrt(np.mean(numbers.astype("f8") ** 2))
        worst = max(worst, float(np.nan_to_num(errors, nan=np.inf).max()), abs(rms / max(layer["rms"], 1e-30) - 1))
    os.remove(path)
    return worst


def start(race, network, threads, expected):
    """(processes in the order of their turns, {engine: why it does not take part})."""
    cores = set(sorted(os.sched_getaffinity(0))[:threads])
    processes, failed = [start_detect(race, network, threads, cores)], {}
    for name in race.peers:
        try:
            process = start_peer(name, network, threads, cores)
            process.difference = difference(network, expected, process)
            processes.append(process)
        except EngineFailed as failure:
            failed[name] = str(failure)
    return processes, failed


def percentile(times, share):
    return float(np.percentile(times, share))


def summary(process):
    times = process.times
    return {"engine": process.name, "median_ms": percentile(times, 50), "p10_ms": percentile(times, 10),
            "p20_ms": percentile(times, 20), "p90_ms": percentile(times, 90), "min_ms": min(times), "runs": len(times),
            "load_ms": process.ready["load_ms"], "peak_bytes": process.peak_bytes(),
            "difference": getattr(process, "difference", 0.0), "turn_medians_ms": process.turns}


def run(race, network, threads, expected):
    """One network with one number of threads: the summaries of all engines that run it, detect's first."""
    processes, failed = start(race, network, threads, expected)
    try:
        for process in processes:
            process.passes = max(1, round(TURN_MS / max(np.median(process.ask("run 3")[1:]), 1e-3)))
        for _ in range(race.turns):
            for process in processes:
                times = process.turn()
                process.times += times
                process.turns.append(round(float(np.median(times)), 4))
        return [summary(process) for process in processes], failed
    finally:
        for process in processes:
            process.close()
