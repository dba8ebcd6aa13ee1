#!/usr/bin/env python3
"""Runs a peer of Xiangyin over the same documents, questions and models, or over the same clips.

    python3 eval/peers/run.py PEER --task retrieve|answer --documents D.jsonl --questions Q.jsonl
                              --models DIR --out O.jsonl [--limit N]
    python3 eval/peers/run.py faster-whisper --task recognise --clips C.tsv --out O.jsonl [--limit N]

`eval/peers/install` comes first; README.md tells what the files hold and how each peer is set up.
A run that was cut off goes on where it stopped: what O.jsonl already answers is not asked again.
"""

import argparse
import os
import pathlib
import sys
import time

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
HOME = CACHE / "xiangyin" / "eval" / "peers"
ENVIRONMENT = HOME / "venv"

PEERS = {
    "bm25": ("bm25", {"retrieve"}),
    "llamaindex": ("llama_index_peer", {"retrieve", "answer"}),
    "haystack": ("haystack_peer", {"retrieve", "answer"}),
    "faster-whisper": ("faster_whisper_peer", {"recognise"}),
}

# Nothing that a peer would send or fetch leaves this machine.
OFFLINE = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LLAMA_INDEX_CACHE_DIR": str(HOME / "llama_index"),
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait do not keep a processor busy that another program needs.
    "OMP_WAIT_POLICY": "PASSIVE",
}


def main():
    given = arguments()
    use_environment()
    os.environ.update(OFFLINE)
    module, tasks = PEERS[given.peer]
    if given.task not in tasks:
        raise SystemExit(f"{given.peer} cannot {given.task}; it can {', '.join(sorted(tasks))}")
    needed = ["clips"] if given.task == "recognise" else ["documents", "questions", "models"]
    for name in needed:
        if getattr(given, name) is None:
            raise SystemExit(f"--task {given.task} needs --{name}")

    import files
    from results import Results

    if given.task == "recognise":
        asked = files.clips(given.clips)
    else:
        asked = files.questions(given.questions)
    if given.limit is not None:
        asked = asked[: given.limit]
    results = Results(given.out, given.peer, given.task)
    open_ones = [one for one in asked if one["id"] not in results.done]
    if not open_ones and results.summary is not None:
        print(f"{given.out} is complete: {len(asked)} of {len(asked)}", file=sys.stderr)
        return

    started = time.perf_counter()
    peer = __import__(module).Peer(given.task, given.models)
    load_seconds = time.perf_counter() - started
    index_seconds = 0.0
    if given.task != "recognise":
        documents = files.documents(given.documents)
        print(f"{given.peer} takes in {len(documents)} documents", file=sys.stderr)
        started = time.perf_counter()
        peer.index(documents)
        index_seconds = time.perf_counter() - started + peer.seconds_saved
    results.start()
    for number, one in enumerate(open_ones, start=1):
        started = time.perf_counter()
        found = peer.ask(one)
        seconds = time.perf_counter() - started
        results.add({"id": one["id"], **found, "seconds": round(seconds, 4)})
        print(f"\r{given.peer} {number}/{len(open_ones)}, {seconds:.2f} s ", end="", file=sys.stderr)
    print(file=sys.stderr)
    results.finish(peer.packages, load_seconds, index_seconds)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("--task", required=True, choices=["retrieve", "answer", "recognise"])
    parser.add_argument("--documents", type=pathlib.Path)
    parser.add_argument("--questions", type=pathlib.Path)
    parser.add_argument("--clips", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path, help="folder of the product's model files")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--limit", type=int, help="only the first so many questions or clips")
    return parser.parse_args()


def use_environment():
    """Goes on in the peers' own environment, whichever interpreter was called."""
    python = ENVIRONMENT / "bin" / "python"
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        return
    if not (HOME / "ready").exists():
        raise SystemExit(f"the peers are not installed in {HOME}: run {pathlib.Path(__file__).parent / 'install'}")
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


if __name__ == "__main__":
    main()
