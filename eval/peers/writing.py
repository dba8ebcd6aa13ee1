"""The product's writing model, for llama.cpp."""

import os

FILE = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
SEED = 1


def file(models):
    """Path of the model's file."""
    path = models / FILE
    if not path.is_file():
        raise SystemExit(f"there is no {path}; `xiangyin models pull` gets it")
    return str(path)


def settings():
    """What llama.cpp is told beyond a framework's defaults: all processors, and a fixed seed.

    By itself it takes half of the processors.
    """
    threads = len(os.sched_getaffinity(0))
    return {"n_threads": threads, "n_threads_batch": threads, "seed": SEED, "verbose": False}
