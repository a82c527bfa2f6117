#!/usr/bin/env python3
"""How fast detect is beside other engines: every network of a list, converted to what each peer reads, run by turns.

    peers.py [--networks A,B@SIDE,...] [--threads 1,2] [--runs TURNS] [--peers A,B,...] [--json FILE]

Needs the packages of bench/peers/requirements.txt: `make bench-peers` puts them under build/. For development only.
Networks are cfg files, or names in the folder of test data that DETECT_SHARED names. The outputs of every peer are
compared with detect's; one that differs is marked and does not count. detect's time ends when it has the boxes of a photo,
the others' with their last layer: they leave boxes to the caller. Run it on a machine that does nothing else.
"""
import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys

from peers import engines, network, race, report
from peers.graph import Unsupported

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def listed(text):
    return [part for part in text.split(",") if part]


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--networks", type=listed, default=network.DEFAULT, metavar="A,B@SIDE,...",
                        help=f"those to run ({','.join(network.DEFAULT)})")
    parser.add_argument("--threads", type=listed, default=["1", "2"], metavar="N,M", help="numbers of threads (1,2)")
    parser.add_argument("--runs", type=int, default=12, metavar="TURNS", help="turns that every engine has (12)")
    parser.add_argument("--peers", type=listed, default=engines.DEFAULT, metavar="A,B",
                        help=f"of {','.join(engines.ENGINES)} (the first four)")
    parser.add_argument("--detect", default=os.path.join(ROOT, "detect"), metavar="FILE", help="the program (./detect)")
    parser.add_argument("--options", type=str.split, default=[], metavar="TEXT",
                        help="more options of detect: --options='--kernels avx2'")
    parser.add_argument("--threshold", metavar="T",
                        help="of detect's boxes (0.25, or what suits random weights); lower: more of the heads is computed")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "peers"), metavar="DIR",
                        help="where converted networks are kept (build/peers)")
    parser.add_argument("--json", metavar="FILE", help="all figures")
    given = parser.parse_args()
    unknown = [name for name in given.peers if name not in engines.ENGINES]
    if unknown:
        parser.error(f"there is no peer {unknown[0]}: choose of {', '.join(engines.ENGINES)}")
    if not all(n.isdigit() and 1 <= int(n) <= len(os.sched_getaffinity(0)) for n in given.threads):
        parser.error(f"--threads: this process may use 1..{len(os.sched_getaffinity(0))} cores")
    given.turns, given.detect = max(given.runs, 1), os.path.abspath(given.detect)
    return given


def machine():
    """What the figures depend on."""
    model = ""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")
    versions = {name: importlib.metadata.version(name) for name in engines.PACKAGES}
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "system": platform.platform(),
            "load_average": os.getloadavg(), "versions": versions}


def about(given, prepared):
    command = [given.detect, "info", "--cfg", prepared.cfg, "--json", "-", "-q", *given.options]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def compare(given, name):
    """Yields a result for each number of threads."""
    try:
        prepared = network.prepare(name, given.folder, os.environ.get("DETECT_SHARED"), given.detect)
    except Unsupported as what:
        print(f"\n{name}: no peer has {what}", flush=True)
        return
    info = about(given, prepared)
    expected = race.trace(given, prepared)
    for threads in map(int, given.threads):
        found, failed = race.run(given, prepared, threads, expected)
        yield {"network": prepared.name, "threads": threads, "gflops": info["flops"] / 1e9,
               "width": info["model"]["width"], "height": info["model"]["height"], "kernels": info["kernels"],
               "engines": found, "failed": failed}


def main():
    given = read_arguments()
    here = machine()
    packages = ", ".join(f"{name} {version}" for name, version in here["versions"].items())
    print(f"{here['cpu']}, {here['cores']} cores, load {here['load_average'][0]:.1f}; {packages}", flush=True)
    results = []
    for name in given.networks:
        for result in compare(given, name):
            results.append(result)
            report.print_result(result)
    report.print_table(results, ["detect", *given.peers])
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({"schema": "detect-peers/1", "machine": here, "load_average_after": os.getloadavg(),
                       "results": results}, file, indent=1)
    wrong = [e["engine"] for r in results for e in r["engines"] if e["difference"] > race.TOLERANCE]
    sys.exit(1 if wrong or not results else 0)


if __name__ == "__main__":
    main()
