"""The loss: anchors that can reach an object compete for it (SimOTA), winners learn box, objectness and class.

An output cell of a yolo head reaches half a cell beyond its own (scale_x_y 2), and its box can be a few times larger or
smaller than its anchor. So an object has at most 2 x 2 cells x anchors of similar size as candidates, a few dozens, and
the competition costs next to nothing even with 400 objects.
"""
import torch
import torch.nn.functional as functional

LARGEST_RATIO = 3.5             # an anchor within this factor of the object's width and height may learn it
MOST_WINNERS = 6
LIES_IN = .5                    # share of a prediction within something difficult, as in COCO's crowds
WEIGHTS = {"box": 3.0, "objectness": 1.0, "class": 2.0}
POSITIVE_WEIGHTS = (1.0, 1.2, 2.5)      # product, price tag, gap: what is rare is not found at a score of its own


def ciou(a, b, eps=1e-7):
    """(IoU, complete IoU) of corner boxes [n][4], row by row."""
    wide = (torch.minimum(a[:, 2], b[:, 2]) - torch.maximum(a[:, 0], b[:, 0])).clamp(0)
    high = (torch.minimum(a[:, 3], b[:, 3]) - torch.maximum(a[:, 1], b[:, 1])).clamp(0)
    aw, ah = a[:, 2] - a[:, 0], a[:, 3] - a[:, 1]
    bw, bh = b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]
    shared = wide * high
    iou = shared / (aw * ah + bw * bh - shared + eps)
    cw = torch.maximum(a[:, 2], b[:, 2]) - torch.minimum(a[:, 0], b[:, 0])
    ch = torch.maximum(a[:, 3], b[:, 3]) - torch.minimum(a[:, 1], b[:, 1])
    distance = ((a[:, 0] + a[:, 2] - b[:, 0] - b[:, 2]) ** 2 + (a[:, 1] + a[:, 3] - b[:, 1] - b[:, 3]) ** 2) / 4
    shape = (4 / 9.8696044) * (torch.atan(bw / (bh + eps)) - torch.atan(aw / (ah + eps))) ** 2
    with torch.no_grad():
        alpha = shape / (1 - iou + shape + eps)
    return iou, iou - distance / (cw ** 2 + ch ** 2 + eps) - alpha * shape


def candidates(maps, heads, targets):
    """(flat prediction index within all of the batch, target index) of every anchor that may learn a target."""
    predictions, owners, start = [], [], 0
    total = sum(m.shape[2] * m.shape[3] * len(h["anchors"]) for m, h in zip(maps, heads))
    centre = (targets[:, 2:4] + targets[:, 4:6]) / 2
    size = (targets[:, 4:6] - targets[:, 2:4]).clamp(1)
    for value, head in zip(maps, heads):
        rows, columns = value.shape[2:]
        anchors = head["anchors"].to(targets.device)
        ratio = size[:, None] / anchors[None]
        fits = torch.maximum(ratio, 1 / ratio).amax(2) < LARGEST_RATIO                      # [targets][anchors]
        cell = centre / head["stride"]
        base = (cell - .5).floor().long()                       # the first of the two cells that reach the centre
        for dy in (0, 1):
            for dx in (0, 1):
                x, y = base[:, 0] + dx, base[:, 1] + dy
                inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
                target, anchor = torch.nonzero(fits & inside[:, None], as_tuple=True)
                index = start + (anchor * rows + y[target]) * columns + x[target]
                predictions.append(index + targets[target, 0].long() * total)
                owners.append(target)
        start += rows * columns * len(anchors)
    return torch.cat(predictions), torch.cat(owners), total


def assign(cost, iou, predictions, owners, target_count):
    """Chooses winners: each target takes its cheapest candidates, as many as their overlap allows; a prediction that
    several targets want goes to the cheapest."""
    order = torch.argsort(cost)
    order = order[torch.argsort(owners[order], stable=True)]    # by target, cheapest first
    owner = owners[order]
    counts = torch.bincount(owner, minlength=target_count)
    first = torch.cumsum(counts, 0) - counts
    rank = torch.arange(len(owner), device=owner.device) - first[owner]
    strength = torch.zeros(target_count, device=iou.device).index_add_(0, owners, iou)
    allowed = strength.floor().clamp(1, MOST_WINNERS)
    chosen = order[rank < allowed[owner]]
    cheapest = torch.argsort(cost[chosen])
    chosen = chosen[cheapest]
    wanted = predictions[chosen]
    by_prediction = torch.argsort(wanted, stable=True)
    wanted, chosen = wanted[by_prediction], chosen[by_prediction]
    keep = torch.ones(len(chosen), dtype=torch.bool, device=chosen.device)
    keep[1:] = wanted[1:] != wanted[:-1]
    return chosen[keep]


@torch.no_grad()
def within(flat, maps, heads, difficult):
    """Indices of the predictions near difficult targets [n][6] that lie in them for the most part."""
    predictions, owners, _ = candidates(maps, heads, difficult)
    box, around = flat[predictions, :4], difficult[owners, 2:6]
    shared = (torch.minimum(box[:, 2:], around[:, 2:]) - torch.maximum(box[:, :2], around[:, :2])).clamp(0).prod(1)
    return predictions[shared > LIES_IN * (box[:, 2:] - box[:, :2]).prod(1)]


def loss(maps, heads, targets, decode):
    """(total, {part: value}) for raw maps and targets [n][6]: sample, class, corners in input pixels. What is difficult,
    of class -1 - class, is not learned; a prediction that lies in it may say what it likes."""
    output = decode([m.float() for m in maps], heads)
    batch = output.shape[0]
    flat = output.reshape(-1, output.shape[-1])
    objectness = flat[:, 4]
    wanted, weights = torch.zeros_like(objectness), torch.ones_like(objectness)
    box_loss = class_loss = flat.sum() * 0
    positives = 0
    is_difficult = targets[:, 1] < 0
    if is_difficult.any():
        weights[within(flat, maps, heads, targets[is_difficult])] = 0
    targets = targets[~is_difficult]
    if len(targets):
        predictions, owners, _ = candidates(maps, heads, targets)
        with torch.no_grad():
            rows = flat[predictions]
            iou, _ = ciou(rows[:, :4], targets[owners, 2:6])
            score = rows[:, 4].sigmoid() * rows[:, 5:].sigmoid().gather(1, targets[owners, 1].long()[:, None])[:, 0]
            cost = -3 * torch.log(iou + 1e-6) - torch.log(score.clamp(1e-6))
            chosen = assign(cost, iou, predictions, owners, len(targets))
        predictions, owners = predictions[chosen], owners[chosen]
        positives = len(chosen)
        if positives:
            rows = flat[predictions]
            iou, complete = ciou(rows[:, :4], targets[owners, 2:6])
            quality = iou.detach().clamp(0)
            box_loss = (1 - complete).mean()
            one_hot = functional.one_hot(targets[owners, 1].long(), flat.shape[1] - 5).float()
            class_loss = functional.binary_cross_entropy_with_logits(rows[:, 5:], one_hot)
            wanted[predictions] = (.1 + .9 * quality).to(wanted.dtype)
            rare = torch.tensor(POSITIVE_WEIGHTS, device=weights.device, dtype=weights.dtype)
            weights[predictions] = rare[targets[owners, 1].long()]
    # plain entropy, every prediction alike: the score then is the expected overlap, and a threshold of 0.25 counts well;
    # with negatives weighed by their score (varifocal) a place with one chance in ten scored 0.33
    entropy = functional.binary_cross_entropy_with_logits(objectness, wanted, weights, reduction="sum")
    objectness_loss = entropy / max(positives, 8 * batch)
    total = WEIGHTS["box"] * box_loss + WEIGHTS["objectness"] * objectness_loss + WEIGHTS["class"] * class_loss
    return total, {"box": float(box_loss.detach()), "objectness": float(objectness_loss.detach()),
                   "class": float(class_loss.detach()), "positives": positives / batch}
