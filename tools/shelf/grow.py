"""Makes weights for a cfg that has more residual blocks than the one they were trained for.

    python3 grow.py --from OLD.cfg --weights OLD.weights --to NEW.cfg --inserted 16,26 --out NEW.weights

A block is a 1x1 convolution, a 3x3 one and a shortcut around both; --inserted names the first layer of each in NEW.cfg.
The last batch normalisation of a new block scales by nothing, so the block passes on what it reads and the grown network
computes what the old one did: training goes on from there instead of from nothing (Net2Net, arXiv 1511.05641; the zero
scale: arXiv 1706.02677, section 5.1).
"""
import argparse

import torch

from darknet import Network

BLOCK_KINDS = ["convolutional", "convolutional", "shortcut"]


def grow(old, new, inserted):
    """Copies the weights of `old` into `new`, whose layers inserted[i] .. inserted[i] + 2 are new blocks."""
    blocks = {start + k for start in inserted for k in range(len(BLOCK_KINDS))}
    for start in inserted:
        kinds = [kind for kind, _ in new.sections[start:start + len(BLOCK_KINDS)]]
        if kinds != BLOCK_KINDS:
            raise ValueError(f"layer {start} starts no residual block: {', '.join(kinds)}")
    kept = [layer for index, layer in enumerate(new.layers) if index not in blocks]
    if len(kept) != len(old.layers):
        raise ValueError(f"{len(new.layers)} layers without {len(blocks)} new ones are not the {len(old.layers)} of before")
    for index, (source, target) in enumerate(zip(old.layers, kept)):
        try:
            target.load_state_dict(source.state_dict())
        except RuntimeError as error:
            raise ValueError(f"layer {index} of before: {error}") from error
    with torch.no_grad():
        for start in inserted:
            new.layers[start + 1][1].weight.zero_()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="old", required=True, help="cfg that the weights belong to")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--to", dest="new", required=True, help="cfg with the new blocks")
    parser.add_argument("--inserted", required=True, help="first layer of each new block in it, with commas")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    old, new = Network(arguments.old), Network(arguments.new)
    seen = old.load_weights(arguments.weights)
    grow(old, new, [int(number) for number in arguments.inserted.split(",")])
    new.save_weights(arguments.out, seen)


if __name__ == "__main__":
    main()
