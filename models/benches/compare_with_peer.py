"""Our decoder beside llama.cpp: same file, same threads, same cores, in turns.

    python3 models/benches/compare_with_peer.py MODEL.gguf [speed] [answers] [together]
        [--threads 2] [--rounds 5] [--answer-rounds 2] [--out FILE.md]

`speed` reads 64, 256 and 512 tokens and writes 64 without guessing; `answers` writes answers to
prompts.jsonl, what the product asked for 40 questions, the peer with its prompt cache and once more
ours without guessing; `together` has 1, 2, 4 and 8 of them written at once, by the peer's server.
Each is done in turns, so many rounds after one that brings the file into memory, and medians are given;
`answers` needs no such round, because its sums run over 40 prompts.

The peer is Python package llama-cpp-python, built from source by eval/peers/install with the
instructions of this machine's family (AVX2, FMA, F16C, BMI2). Both run pinned to the same cores, one
at a time; run it on a quiet machine.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parents[1]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
PEER = CACHE / "xiangyin/eval/peers/venv/bin/python"
PROMPTS = HERE / "prompts.jsonl"
CROWDS = (1, 2, 4, 8)


class Bench:
    """What is run, and on which cores."""

    def __init__(self, given):
        self.model = given.model
        self.threads = given.threads
        self.rounds = given.rounds
        self.answer_rounds = given.answer_rounds
        self.cores = set(sorted(os.sched_getaffinity(0))[: given.threads])
        self.environment = dict(os.environ, RAYON_NUM_THREADS=str(given.threads))
        self.ours = {name: example(name) for name in ("generation_speed", "answer_speed")}

    def start(self, command, **options):
        pin = lambda: os.sched_setaffinity(0, self.cores)
        return subprocess.Popen(
            [str(part) for part in command], text=True, env=self.environment, preexec_fn=pin, **options
        )

    def lines(self, *command):
        process = self.start(command, stdout=subprocess.PIPE)
        printed, _ = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"{command[0]} failed")
        return printed.splitlines()

    def peer(self, *arguments):
        return self.lines(PEER, HERE / "peer.py", *arguments)

    def in_turns(self, name, contenders, rounds, warm=True):
        """What each contender printed in each round; a round to warm up is not kept."""
        kept = {who: [] for who in contenders}
        for number in range(0 if warm else 1, rounds + 1):
            for who, run in contenders.items():
                figures = run()
                if number > 0:
                    kept[who].append(figures)
            print(f"{name}: round {number} of {rounds}", file=sys.stderr)
        return kept

    def speed(self):
        def figures(lines):
            return {name: float(value) for name, value in (line.split("\t") for line in lines if "\t" in line)}

        kept = self.in_turns("speed", {
            "ours": lambda: figures(self.lines(self.ours["generation_speed"], self.model)),
            "peer": lambda: figures(self.peer("speed", self.model, self.threads)),
        }, self.rounds)
        rows = []
        for name in kept["peer"][0]:
            ours, peer = (statistics.median(round_[name] for round_ in kept[who]) for who in ("ours", "peer"))
            rows.append((name if name.startswith("load") else f"{name}, tokens/s", ours, peer, ours / peer))
        return table(("figure", "ours", "peer", "ours / peer"), rows)

    def answers(self):
        ours = self.ours["answer_speed"]
        kept = self.in_turns("answers", {
            "ours": lambda: answers(self.lines(ours, self.model, PROMPTS)),
            "ours, not guessing": lambda: answers(self.lines(ours, self.model, PROMPTS, "--no-guessing")),
            "peer": lambda: answers(self.peer("answers", self.model, self.threads, PROMPTS)),
        }, self.answer_rounds, warm=False)
        same = sum(
            one["text"] == other["text"] for one, other in zip(kept["ours"][0], kept["ours, not guessing"][0])
        )
        rows = []
        for who, rounds in kept.items():
            whole = statistics.median(sum(answer["last_word"] for answer in round_) for round_ in rounds)
            first = [statistics.median(answer["first_word"] for answer in round_) for round_ in rounds]
            rows.append((
                who,
                whole,
                statistics.median(first),
                sum(len(answer["text"]) for answer in rounds[0]),
                sum(answer["written"] for answer in rounds[0]),
            ))
        peer = rows[-1][1]
        rows = [(*row, row[1] / peer) for row in rows]
        head = ("who", "all answers, s", "first word, median s", "characters", "tokens", "time / peer")
        count = len(kept["peer"][0])
        return table(head, rows) + f"\n{count} answers. With and without guessing the same text: {same} of {count}.\n"

    def together(self):
        port = free_port()
        server = [
            PEER, "-m", "llama_cpp.server", "--model", self.model, "--host", "127.0.0.1", "--port", port,
            "--n_ctx", 4096, "--n_batch", 512, "--n_threads", self.threads,
            "--n_threads_batch", self.threads, "--interrupt_requests", False,
        ]
        rows = []
        for count in CROWDS:
            def ours():
                return answers(self.lines(self.ours["answer_speed"], self.model, PROMPTS, "--at-once", count))

            def peer():
                process = self.start(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    address = f"http://127.0.0.1:{port}"
                    wait_for(address, process)
                    return answers(self.peer("together", address, count, PROMPTS))
                finally:
                    process.terminate()
                    process.wait()

            kept = self.in_turns(f"{count} together", {"ours": ours, "peer": peer}, self.answer_rounds)
            for who, rounds in kept.items():
                whole = lambda round_: max(answer["last_word"] for answer in round_)
                rate = lambda round_: sum(len(answer["text"]) for answer in round_) / whole(round_)
                slowest = lambda round_: max(answer["first_word"] for answer in round_)
                rows.append((count, who, *(statistics.median(map(of, rounds)) for of in (rate, slowest, whole))))
        head = ("at once", "who", "characters/s, all together", "slowest first word, s", "all done, s")
        return table(head, rows)


def answers(lines):
    return [json.loads(line) for line in lines if line.startswith("{")]


def table(head, rows):
    text = lambda cell: f"{cell:.2f}" if isinstance(cell, float) else str(cell)
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(text, row)) + " |" for row in rows]) + "\n"


def free_port():
    with socket.socket() as socket_:
        socket_.bind(("127.0.0.1", 0))
        return socket_.getsockname()[1]


def wait_for(address, process):
    while process.poll() is None:
        try:
            urllib.request.urlopen(address + "/v1/models", timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the peer's server ended")


def example(name):
    """The path of an example, built if need be."""
    command = ["cargo", "build", "-p", "models", "--example", name, "--message-format=json"]
    built = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, cwd=REPOSITORY)
    for message in map(json.loads, built.stdout.splitlines()):
        if message.get("executable") and message["target"]["name"] == name:
            return message["executable"]
    raise SystemExit(f"cargo built no {name}")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("parts", nargs="*", default=["speed", "answers", "together"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--answer-rounds", type=int, default=2)
    parser.add_argument("--out", type=pathlib.Path)
    given = parser.parse_args()
    subprocess.run([REPOSITORY / "eval/peers/install"], check=True)
    bench = Bench(given)
    head = (
        "# Our decoder beside llama.cpp\n\n"
        "Made by `models/benches/compare_with_peer.py`, which says what is measured; ARCHITECTURE.md says what\n"
        "bounds it.\n\n"
        f"- date: {time.strftime('%Y-%m-%d')}\n"
        f"- processor: {processor()}, {given.threads} threads\n"
        f"- model: {given.model.name}\n"
        f"- rounds: {given.rounds} of speed, {given.answer_rounds} of answers and together; medians\n"
    )
    report = [head]
    for part in given.parts:
        report.append(f"## {part.capitalize()}\n\n{getattr(bench, part)()}")
        if given.out:
            given.out.write_text("\n".join(report))
    print("\n".join(report))


if __name__ == "__main__":
    main()
