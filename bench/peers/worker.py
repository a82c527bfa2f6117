"""A process that holds one peer with one network:  python -m peers.worker ENGINE FOLDER THREADS

It answers each line of stdin with a line of JSON: "run N" with the milliseconds of N passes, "outputs FILE" after
saving what the last pass put out. The first line it writes says that it is ready, and what memory it took before.
"""
import gc
import json
import os
import sys
import time

import numpy as np

from peers.engines import ENGINES
from peers.network import Network


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def run(engine, count):
    times = []
    for _ in range(int(count)):
        begin = time.perf_counter()
        engine.run()
        times.append(round(1e3 * (time.perf_counter() - begin), 5))
    return times


def save(engine, path):
    np.savez(path, **engine.outputs())
    return path


COMMANDS = {"run": run, "outputs": save}


def main(name, folder, threads):
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries write what they like
    network = Network(folder)
    kind, settings = ENGINES[name]
    base = resident_bytes()
    begin = time.perf_counter()
    engine = kind(network, int(threads), **settings)
    engine.run()
    gc.collect()
    gc.disable()
    answer = {"base_bytes": base, "load_ms": round(1e3 * (time.perf_counter() - begin), 3)}
    while True:
        print(json.dumps(answer), file=answers, flush=True)
        line = sys.stdin.readline()
        if not line:
            os._exit(0)  # some libraries crash when they tidy up
        command, argument = line.split(maxsplit=1)
        answer = COMMANDS[command](engine, argument.strip())


if __name__ == "__main__":
    main(*sys.argv[1:])
