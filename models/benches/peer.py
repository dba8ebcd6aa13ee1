"""llama.cpp, measured as compare_with_peer.py asks; runs in the peers' own environment.

    peer.py speed MODEL THREADS
    peer.py answers MODEL THREADS PROMPTS
    peer.py together ADDRESS COUNT PROMPTS

`speed` prints names and figures; the others print what the example answer_speed prints.
"""

import concurrent.futures
import json
import pathlib
import sys
import time
import urllib.request

LONGEST = 220
CONTEXT = 4096


def load(path, threads):
    from llama_cpp import Llama

    return Llama(
        path, n_ctx=CONTEXT, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False
    )


def speed(path, threads):
    started = time.perf_counter()
    model = load(path, int(threads))
    print(f"load, s\t{time.perf_counter() - started:.2f}")
    model.eval([1000, 1001])
    for count in (64, 256, 512):
        model.reset()
        started = time.perf_counter()
        model.eval([1000 + index % 7919 for index in range(count)])
        print(f"reading {count}\t{count / (time.perf_counter() - started):.2f}")
    model.reset()
    model.eval([1000 + index for index in range(24)])
    started = time.perf_counter()
    for index in range(64):
        model.eval([2000 + index])
    print(f"writing\t{64 / (time.perf_counter() - started):.2f}")


def chats(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


def answers(path, threads, prompts):
    """Greedy answers; what a prompt shares with the one before it is not read again."""
    model = load(path, int(threads))
    prompts = chats(prompts)
    # The instructions, as ours reads them while it loads.
    model.create_chat_completion(prompts[0][:1], temperature=0, max_tokens=1)
    for messages in prompts:
        started = time.perf_counter()
        pieces = model.create_chat_completion(messages, temperature=0, max_tokens=LONGEST, stream=True)
        show(started, (piece["choices"][0]["delta"].get("content") for piece in pieces))


def show(started, pieces):
    first, text, count = None, "", 0
    for piece in pieces:
        if piece:
            first = first or time.perf_counter() - started
            text, count = text + piece, count + 1
    last = time.perf_counter() - started
    line = {"first_word": first or last, "last_word": last, "written": count, "text": text}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def together(address, count, prompts):
    """Asks a server for the first answers at once."""
    started = time.perf_counter()

    def pieces(messages):
        body = {"messages": messages, "temperature": 0, "max_tokens": LONGEST, "stream": True}
        request = urllib.request.Request(
            address + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as reply:
            for line in reply:
                data = line.removeprefix(b"data: ").strip()
                if line.startswith(b"data: ") and data != b"[DONE]":
                    yield json.loads(data)["choices"][0]["delta"].get("content")

    count = int(count)
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda messages: show(started, pieces(messages)), chats(prompts)[:count]))


if __name__ == "__main__":
    {"speed": speed, "answers": answers, "together": together}[sys.argv[1]](*sys.argv[2:])
