"""Our decoder beside llama.cpp: same file, same threads, in turns, medians of five rounds.

    python3 models/benches/compare_with_peer.py MODEL.gguf [--threads 2] [--rounds 5]

The first run builds the peer, Python package llama-cpp-python from its source with this processor's
own instructions, in a virtual environment under the cache folder, which takes a quarter of an hour.
Every round starts ours and then the peer, each pinned to the same cores and alone; both read 64,
256 and 512 tokens and write 64 without guessing. Run it on a quiet machine.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import venv

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
PEER = CACHE / "xiangyin" / "peer"

MEASURE = """
import sys, time
from llama_cpp import Llama
path, threads = sys.argv[1], int(sys.argv[2])
started = time.perf_counter()
model = Llama(path, n_ctx=4096, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False)
print(f"load, s\\t{time.perf_counter() - started:.2f}")
model.eval([1000, 1001])
for count in (64, 256, 512):
    model.reset()
    started = time.perf_counter()
    model.eval([1000 + index % 7919 for index in range(count)])
    print(f"reading {count}\\t{count / (time.perf_counter() - started):.2f}")
model.reset()
model.eval([1000 + index for index in range(24)])
started = time.perf_counter()
for index in range(64):
    model.eval([2000 + index])
print(f"writing\\t{64 / (time.perf_counter() - started):.2f}")
"""


def peer_python():
    """The interpreter that has the peer, built on the first call."""
    python = PEER / "bin" / "python"
    ready = PEER / "ready"
    if not ready.exists():
        venv.create(PEER, with_pip=True)
        environment = dict(os.environ, CMAKE_ARGS="-DGGML_NATIVE=ON")
        command = [python, "-m", "pip", "install", "--no-binary", "llama-cpp-python", "llama-cpp-python"]
        subprocess.run(command, check=True, env=environment)
        ready.touch()
    return python


def figures(command, cores, environment):
    """What one run of a program measured, by name."""
    run = subprocess.run(
        command,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    pairs = (line.split("\t") for line in run.stdout.splitlines() if "\t" in line)
    return {name: float(value) for name, value in pairs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    cores = set(sorted(os.sched_getaffinity(0))[: given.threads])
    repository = pathlib.Path(__file__).parents[2]
    build = ["cargo", "build", "-p", "models", "--example", "generation_speed", "--message-format=json"]
    built = subprocess.run(build, check=True, text=True, stdout=subprocess.PIPE, cwd=repository)
    ours = executable(built.stdout)
    peer = peer_python()
    environment = dict(os.environ, RAYON_NUM_THREADS=str(given.threads))
    rounds = {"ours": [], "peer": []}
    for number in range(given.rounds + 1):
        ours_now = figures([ours, given.model, "--short"], cores, environment)
        peer_now = figures([peer, "-c", MEASURE, given.model, str(given.threads)], cores, environment)
        # The first round brings the file into memory.
        if number > 0:
            rounds["ours"].append(ours_now)
            rounds["peer"].append(peer_now)
            print(f"round {number}: ours {ours_now}, peer {peer_now}", file=sys.stderr)
    print("figure\tours\tpeer\tours / peer")
    for name in rounds["peer"][0]:
        ours, peer = (statistics.median(figures[name] for figures in rounds[who]) for who in ("ours", "peer"))
        print(f"{name}\t{ours:.2f}\t{peer:.2f}\t{ours / peer:.2f}")


def executable(messages):
    """The path of the example that cargo built."""
    import json

    for message in map(json.loads, messages.splitlines()):
        if message.get("executable") and message["target"]["name"] == "generation_speed":
            return message["executable"]
    raise SystemExit("cargo built no generation_speed")


if __name__ == "__main__":
    main()
