"""The documents, questions and clips that a peer is given."""

import csv
import json


def documents(path):
    """Lines {"id", "title", "text"}."""
    return _lines(path, ("id", "title", "text"))


def questions(path):
    """Lines {"id", "question"}."""
    return _lines(path, ("id", "question"))


def clips(path):
    """A table with a head and the columns `id` and `path`; paths are relative to the table's folder."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = []
    for number, row in enumerate(rows, start=2):
        if not row.get("id") or not row.get("path"):
            raise SystemExit(f"{path}, line {number}: a clip needs `id` and `path`")
        sound = path.parent / row["path"]
        if not sound.is_file():
            raise SystemExit(f"{path}, line {number}: there is no {sound}")
        found.append({"id": row["id"], "path": sound})
    return found


def _lines(path, fields):
    found = []
    seen = set()
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                one = json.loads(line)
            except json.JSONDecodeError as error:
                raise SystemExit(f"{path}, line {number}: no JSON: {error}") from None
            for field in fields:
                if not isinstance(one.get(field), str):
                    raise SystemExit(f"{path}, line {number}: `{field}` must be a string")
            if one["id"] in seen:
                raise SystemExit(f"{path}, line {number}: the id {one['id']} stands twice")
            seen.add(one["id"])
            found.append(one)
    return found
