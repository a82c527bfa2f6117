"""Trains a network of a cfg on rendered shelves and writes Darknet weights.

    python3 train.py --run RUN --minutes 60                 from nothing, or on from RUN/checkpoint.pt
    python3 train.py --run RUN --minutes 60 --renderers 4   with four processes that draw pictures

RUN holds the cache of pictures, checkpoint.pt (weights, their moving average, optimiser, step), shelf.weights (the
average, for `detect`) and log.txt. The schedule is a cosine over --steps or --minutes, whichever is used up first, since
the end of the cosine is worth most and a shared machine does not say how many steps an hour holds; a run that is cut off
and started again goes on where it was. A graphics card is used where torch finds one.
"""
import argparse
import copy
import math
import multiprocessing
import os
import queue
import threading
import time

import numpy as np
import torch

from darknet import Network, decode
from loss import loss
from samples import Cache, fill_cache

HERE = os.path.dirname(os.path.abspath(__file__))


class Average:
    """The moving average of the weights, which is what gets written: it measures better than any one step."""

    def __init__(self, network, decay):
        self.network, self.decay, self.updates = copy.deepcopy(network).eval(), decay, 0

    @torch.no_grad()
    def update(self, network):
        self.updates += 1
        decay = self.decay * (1 - math.exp(-self.updates / 300))
        source = network.state_dict()
        for name, value in self.network.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(source[name], 1 - decay)
            else:
                value.copy_(source[name])


def optimiser_for(network, rate, decay):
    """AdamW; norms and biases are not decayed."""
    plain = [p for p in network.parameters() if p.ndim > 1]
    bare = [p for p in network.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": plain, "weight_decay": decay}, {"params": bare, "weight_decay": 0}], lr=rate)


def rate_at(step, share, rate, warmup):
    """Linear warm-up, then a cosine down to 1 % of the rate; `share` of the schedule is done."""
    return rate * min(1.0, (step + 1) / warmup) * (.01 + .99 * (1 + math.cos(math.pi * min(1.0, share))) / 2)


def feed(cache, arguments, start, ready):
    """Prepares batches ahead, in a thread: decoding and resizing run outside the interpreter lock."""
    sizes = [int(s) for s in arguments.sizes.split(",")]
    step = start
    while True:
        if step % 100 == 0:
            cache.refresh()
        size = sizes[step % len(sizes)]
        count = max(1, round(arguments.batch * (sizes[0] / size) ** 2))
        ready.put(cache.batch(count, size, arguments.seed * 1000003 + step))
        step += 1


def save(run, network, average, optimiser, step, seen, minutes, arguments):
    """Checkpoint and weights, each replaced in one move so that a cut leaves the old one."""
    path = os.path.join(run, "checkpoint.pt")
    torch.save({"network": network.state_dict(), "average": average.network.state_dict(), "updates": average.updates,
                "optimiser": optimiser.state_dict(), "step": step, "seen": seen, "minutes": minutes, "arguments": vars(arguments)}, path + ".new")
    os.replace(path + ".new", path)
    weights = os.path.join(run, "shelf.weights")
    average.network.save_weights(weights + ".new", seen)
    os.replace(weights + ".new", weights)


def train(arguments):
    """The loop."""
    torch.manual_seed(arguments.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu":
        torch.set_num_threads(arguments.threads)
    cache_folder = arguments.cache or os.path.join(arguments.run, "cache")
    os.makedirs(arguments.run, exist_ok=True)
    workers = [multiprocessing.Process(target=fill_cache, daemon=True, args=(
        cache_folder, arguments.seed, arguments.capacity, worker, arguments.renderers, arguments.scale))
        for worker in range(arguments.renderers)]
    for worker in workers:
        worker.start()
    cache = Cache(cache_folder, arguments.capacity)
    while cache.refresh() < arguments.first:
        time.sleep(2)
    network = Network(arguments.cfg).to(device).to(memory_format=torch.channels_last)
    optimiser = optimiser_for(network, arguments.rate, arguments.decay)
    average = Average(network, arguments.average)
    step = seen = spent = 0
    checkpoint = os.path.join(arguments.run, "checkpoint.pt")
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint, map_location=device, weights_only=False)
        network.load_state_dict(saved["network"])
        average.network.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        average.updates, step, seen, spent = saved["updates"], saved["step"], saved["seen"], saved.get("minutes", 0)
    elif arguments.weights:
        network.load_weights(arguments.weights)
        average = Average(network, arguments.average)
    ready = queue.Queue(4)
    threading.Thread(target=feed, args=(cache, arguments, step, ready), daemon=True).start()
    saved_at = time.time()
    started = saved_at - spent * 60
    sums, waited, log_seen = {}, 0.0, seen
    log = open(os.path.join(arguments.run, "log.txt"), "a", buffering=1)
    network.train()
    forward = torch.compile(network, dynamic=False) if arguments.compile else network
    while step < arguments.steps and time.time() - started < arguments.minutes * 60:
        before = time.time()
        pictures, boxes = ready.get()
        waited += time.time() - before
        inputs = torch.from_numpy(pictures[..., ::-1].copy()).to(device).permute(0, 3, 1, 2).float().div_(255)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        for group in optimiser.param_groups:
            share = max(step / arguments.steps, (before - started) / 60 / arguments.minutes)
            group["lr"] = rate_at(step, share, arguments.rate, arguments.warmup)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            maps = forward(inputs)
        total, parts = loss(maps, network.heads, torch.from_numpy(boxes).to(device), decode)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        average.update(network)
        step, seen = step + 1, seen + len(pictures)
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value
        if step % arguments.report == 0:
            now = time.time()
            log.write(f"step {step} minutes {(now - started) / 60:.1f} seen {seen} cache {len(cache.available)} "
                      + " ".join(f"{name} {value / arguments.report:.4f}" for name, value in sums.items())
                      + f" waited {waited:.0f}s\n")
            sums, waited = {}, 0.0
        if time.time() - saved_at > arguments.save_every * 60:
            save(arguments.run, network, average, optimiser, step, seen, (time.time() - started) / 60, arguments)
            saved_at = time.time()
    save(arguments.run, network, average, optimiser, step, seen, (time.time() - started) / 60, arguments)
    for worker in workers:
        worker.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True, help="folder of this run")
    parser.add_argument("--cfg", default=os.path.join(HERE, "..", "..", "configs", "shelf.cfg"))
    parser.add_argument("--weights", help="start from these weights instead of random ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20000, help="length of the schedule")
    parser.add_argument("--minutes", type=float, default=1e9, help="length of the schedule in time")
    parser.add_argument("--batch", type=int, default=16, help="samples a step at the first of --sizes")
    parser.add_argument("--sizes", default="416,512,352", help="input sizes taken in turn")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--warmup", type=int, default=300, help="steps of rising rate")
    parser.add_argument("--decay", type=float, default=.02)
    parser.add_argument("--average", type=float, default=.998, help="decay of the moving average")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--renderers", type=int, default=1, help="processes that draw pictures; 0 uses the cache as it is")
    parser.add_argument("--cache", help="folder of the picture cache (default RUN/cache)")
    parser.add_argument("--capacity", type=int, default=12000, help="pictures in the cache")
    parser.add_argument("--first", type=int, default=200, help="pictures to wait for before the first step")
    parser.add_argument("--scale", type=float, default=1.35, help="size of rendered pictures")
    parser.add_argument("--compile", action="store_true",
                        help="compile the network for each of --sizes: a third faster after two minutes a size")
    parser.add_argument("--save-every", type=float, default=3, help="minutes between checkpoints")
    parser.add_argument("--report", type=int, default=50, help="steps between log lines")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
