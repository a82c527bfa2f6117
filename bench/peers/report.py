"""The race's results as tables."""
import statistics

from peers.race import TOLERANCE


def peers_of(result):
    """Those that count: a peer whose numbers are wrong is no faster than anybody."""
    return [e for e in result["engines"][1:] if e["difference"] <= TOLERANCE]


def fastest_peer(result):
    return min(peers_of(result), key=lambda engine: engine["median_ms"], default=None)


def ratio(result, engine):
    """How many times as fast as the fastest peer."""
    fastest = fastest_peer(result)
    return fastest["median_ms"] / engine["median_ms"] if fastest else float("nan")


def ratio_by_turn(result, engine):
    """The same, of turns that followed one another: what slows the machine down for a while cancels out."""
    fastest = fastest_peer(result)
    if not fastest:
        return float("nan")
    return statistics.median(a / b for a, b in zip(fastest["turn_medians_ms"], engine["turn_medians_ms"]))


def print_result(result):
    """One network with one number of threads, an engine a row."""
    threads = result["threads"]
    print(f"\n{result['network']} {result['width']}x{result['height']}, {result['gflops']:.2f} GFLOPs, {threads} "
          f"thread{'s' if threads > 1 else ''}")
    print(f"  {'engine':22} {'median ms':>9}  {'10..90 %':>17} {'runs':>5} {'speed':>6} {'by turn':>7} {'GFLOP/s':>8} "
          f"{'memory MB':>9} {'load ms':>8}  difference")
    for e in result["engines"]:
        spread = f"{e['p10_ms']:.2f}..{e['p90_ms']:.2f}"
        agrees = "" if e is result["engines"][0] else f"{e['difference']:.1e}"
        wrong = "" if e["difference"] <= TOLERANCE else " WRONG"
        print(f"  {e['engine']:22} {e['median_ms']:9.2f}  {spread:>17} {e['runs']:5} {ratio(result, e):6.2f} "
              f"{ratio_by_turn(result, e):7.2f} "
              f"{result['gflops'] / e['median_ms'] * 1e3:8.1f} {e['peak_bytes'] / 1e6:9.1f} {e['load_ms']:8.0f}  "
              f"{agrees}{wrong}")
    for why in result["failed"].values():
        print(f"  does not run: {why}", flush=True)


def cell(result, name):
    found = [e for e in result["engines"] if e["engine"] == name]
    return f"{found[0]['median_ms']:.1f}" if found and found[0]["difference"] <= TOLERANCE else "-"


def print_table(results, engines):
    """All of it in Markdown: a row a network and number of threads."""
    print(f"\n| network (GFLOPs), median ms | threads | {' | '.join(engines)} | times as fast as the fastest peer |")
    print("|---" * (len(engines) + 3) + "|")
    for result in results:
        cells = " | ".join(cell(result, name) for name in engines)
        print(f"| {result['network']} {result['width']} ({result['gflops']:.2f}) | {result['threads']} | {cells} | "
              f"{ratio(result, result['engines'][0]):.2f} |")
    print(f"\n| peak memory, MB | threads | {' | '.join(engines)} |")
    print("|---" * (len(engines) + 2) + "|")
    for result in results:
        peaks = {e["engine"]: f"{e['peak_bytes'] / 1e6:.0f}" for e in result["engines"]}
        print(f"| {result['network']} {result['width']} | {result['threads']} | "
              f"{' | '.join(peaks.get(name, '-') for name in engines)} |")
    print_scaling(results, engines)


def print_scaling(results, engines):
    """The time with one thread over that with two."""
    of = {(r["network"], r["threads"], e["engine"]): e["median_ms"] for r in results for e in r["engines"]}
    networks = [r["network"] for r in results if r["threads"] == 2 and (r["network"], 1, "detect") in of]
    if not networks:
        return
    print(f"\n| two threads over one | {' | '.join(engines)} |")
    print("|---" * (len(engines) + 1) + "|")
    for network in networks:
        cells = [of.get((network, 1, name), 0) / of.get((network, 2, name), float("inf")) for name in engines]
        print(f"| {network} | {' | '.join(f'{c:.2f}' if c else '-' for c in cells)} |")
