"""What a peer found, a line each, kept as it comes."""

import importlib.metadata
import json
import pathlib


class Results:
    """Results in a file; those of an earlier run of the same peer and task are kept."""

    def __init__(self, path, peer, task):
        self.peer = peer
        self.task = task
        self.path = path
        self.summary = None
        self.kept = []
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    one = json.loads(line)
                except json.JSONDecodeError:
                    # The run was cut off while it wrote this line.
                    continue
                if one.get("summary"):
                    if (one["peer"], one["task"]) != (peer, task):
                        raise SystemExit(f"{path} holds results of {one['peer']}, {one['task']}: name another file")
                    self.summary = one
                else:
                    self.kept.append(one)
        self.done = {one["id"] for one in self.kept}
        self.file = None

    def start(self):
        """Opens the file for more results; the summary comes again at the end."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        with open(part, "w", encoding="utf-8") as file:
            for one in self.kept:
                print(json.dumps(one, ensure_ascii=False), file=file)
        part.replace(self.path)
        self.file = open(self.path, "a", encoding="utf-8")

    def add(self, one):
        """Keeps one more result."""
        self._write(one)

    def finish(self, packages, load_seconds, index_seconds):
        """Closes with what the whole run cost."""
        self._write(
            {
                "summary": True,
                "peer": self.peer,
                "task": self.task,
                "versions": {name: importlib.metadata.version(name) for name in packages},
                "load_seconds": round(load_seconds, 3),
                "index_seconds": round(index_seconds, 3),
                "peak_memory_bytes": peak_memory(),
            }
        )
        self.file.close()

    def _write(self, one):
        print(json.dumps(one, ensure_ascii=False), file=self.file, flush=True)


def peak_memory():
    """The most memory of this process in bytes; getrusage would count that of whoever started it too."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
