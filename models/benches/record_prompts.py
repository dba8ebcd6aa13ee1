"""Writes down what the product asks its writer: models/benches/prompts.jsonl.

    python3 models/benches/record_prompts.py XIANGYIN [--count 40]

XIANGYIN is the program. It is started on an empty data folder with the starter pack, its writer on a
server that this script is: the server notes each request and refuses it, so that the next question
follows at once. Most questions are answered word for word; those of eval/data that reach the writer are
kept.
"""

import argparse
import http.server
import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

REPOSITORY = pathlib.Path(__file__).parents[2]
STARTING_SECONDS = 600


class Recorder(http.server.BaseHTTPRequestHandler):
    """Notes requests and refuses them."""

    noted = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.noted.append(json.loads(body)["messages"])
        self.send_error(503)

    def log_message(self, *_):
        pass


def ask(base, path, body, token=None):
    """The reply, read to its end, to a JSON body that is posted."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.read()
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{path}: {error.code} {error.read().decode()}") from error


def asked():
    """What residents ask in the evaluation's data, one message each."""
    for name in ("answers", "answers_held_out", "turns_fresh", "turns_held_out", "dialect_questions"):
        for line in (REPOSITORY / f"eval/data/{name}.jsonl").read_text().splitlines():
            if line and not line.startswith("//"):
                case = json.loads(line)
                first = case["turns"][0] if "turns" in case else case["standard"]
                # Some cases begin with several messages in a row.
                if isinstance(first, str):
                    yield first


def free_port():
    with socket.socket() as socket_:
        socket_.bind(("127.0.0.1", 0))
        return socket_.getsockname()[1]


def wait_until_ready(base, process):
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit("the program ended; run it by hand to see why")
        try:
            urllib.request.urlopen(base + "/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the program did not start")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=40)
    given = parser.parse_args()
    questions = list(asked())
    recorder = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=recorder.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = {
            "data_dir": folder,
            "http.listen": f"127.0.0.1:{port}",
            "http.messages_per_minute": 6000,
            "models.servers.writing.address": f"http://127.0.0.1:{recorder.server_port}/v1",
            "models.hearing": "none",
            "models.speaking": "none",
        }
        flags = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
        base = f"http://127.0.0.1:{port}"
        process = subprocess.Popen([given.program, "serve", *flags], stdout=subprocess.DEVNULL)
        try:
            wait_until_ready(base, process)
            for question in questions:
                opened = json.loads(ask(base, "/api/conversations", {"community": "demo", "channel": "web"}))
                turn = {"text": question, "client_id": str(uuid.uuid4())}
                ask(base, f"/api/conversations/{opened['id']}/turns", turn, opened["token"])
                if len(Recorder.noted) >= given.count:
                    break
        finally:
            process.terminate()
            process.wait()
    lines = [json.dumps(messages, ensure_ascii=False) for messages in Recorder.noted[: given.count]]
    (pathlib.Path(__file__).parent / "prompts.jsonl").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} prompts")


if __name__ == "__main__":
    main()
