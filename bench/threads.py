#!/usr/bin/env python3
"""How many times faster several threads are than one: each network runs with one and with N by turns.

    threads.py [--networks A,B@SIDE,...] [--threads 2] [--turns 15] [--detect FILE]

Networks are those that bench/peers.py has converted (build/peers): run that first. The ratio is that of the medians of
all passes; beside it that of the means of the best fifth, which other programs on the machine disturb less.
"""
import argparse
import os
import statistics

from peers import network, race

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def measure(given, prepared):
    """Milliseconds of all passes, [with one thread, with given.threads]."""
    cores = sorted(os.sched_getaffinity(0))
    given.options, given.threshold = [], None
    processes = [race.start_detect(given, prepared, count, set(cores[:count])) for count in (1, given.threads)]
    for process in processes:
        process.passes = max(3, round(2 * race.TURN_MS / statistics.median(process.ask("run 3")[1:])))
    for _ in range(given.turns):
        for process in processes:
            process.times += process.turn()
    for process in processes:
        process.close()
    return [process.times for process in processes]


def best_fifth(times):
    return statistics.mean(sorted(times)[:max(1, len(times) // 5)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--networks", type=lambda text: text.split(","), default=network.DEFAULT, metavar="A,B@SIDE,...")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--detect", default=os.path.join(ROOT, "detect"), metavar="FILE")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "peers"), metavar="DIR")
    given = parser.parse_args()
    given.detect = os.path.abspath(given.detect)
    print(f"{'network':28} {'1 thread':>9} {given.threads:>2} threads  times  times (best fifth)")
    for name in given.networks:
        one, several = measure(given, network.Network(os.path.join(given.folder, name)))
        print(f"{name:28} {statistics.median(one):9.2f} {statistics.median(several):10.2f} "
              f"{statistics.median(one) / statistics.median(several):6.2f} {best_fifth(one) / best_fifth(several):8.2f}",
              flush=True)


if __name__ == "__main__":
    main()
