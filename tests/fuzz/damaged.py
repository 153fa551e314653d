"""Folders and their files, damaged: as bytes, as JSON, and as what is no file at all."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Files = dict[str, bytes]
"""A folder: its files by their paths in it."""

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 10**6, 10**9, 2**63, -(2**63), 10**400, 1e308, 1e-300),
    *(0.5, float("nan"), float("inf"), "", "x", "../x", "/etc/passwd", "\x00", "\ud800", "gelu"),
    *("9" * 999, "<script>", [], {}, [[]], [None], [1, 2], {"a": 1}, {"0": "x"}, ["x"] * 3),
    [[[[[[]]]]]],
]
"""Values that a program would not have written there."""
JUNK = [
    *(b"", b"\x00" * 64, b"[" * 50_000, b'{"a":' * 50_000, b"null", b"[]", b"{}", b'"x"', b"NaN"),
    *(b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\x80\x04K\x01.", b"PK\x03\x04", b"1" * 10_000),
    *(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", b"\xff" * 9, b"\n"),
]
"""Contents of no such file."""


def read_files(folder: Path) -> Files:
    """Every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def put(files: Files, folder: Path) -> Path:
    """Make a folder of these files, whatever was there."""
    _cleared(folder)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _cleared(folder: Path) -> None:
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """The way to every value inside nested dicts and lists."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


def changed(record: Any, how: str, where: int, value: Any) -> Any:
    """A record with one place of it deleted, replaced, nested, doubled or renamed."""
    record = deepcopy(record)
    ways = list(places(record)) if isinstance(record, dict | list) else []
    if not ways:
        return value
    *above, last = ways[where % len(ways)]
    holder = record
    for key in above:
        holder = holder[key]
    if how == "delete":
        del holder[last]
    elif how == "nest":
        holder[last] = [holder[last]]
    elif how == "text":
        holder[last] = str(holder[last])
    elif how == "less":
        kept = holder[last]
        holder[last] = kept[:-1] if isinstance(kept, list | str) else not kept
    elif how == "double" and isinstance(holder, list):
        holder.insert(last, deepcopy(holder[last]))
    elif how == "double":
        holder[f"{last}2"] = holder[last]
    else:
        holder[last] = value
    return record


HOW = st.sampled_from(["replace"] * 4 + ["delete", "nest", "text", "less", "double"])
BLOW = st.tuples(HOW, st.integers(0, 10**6), st.sampled_from(ODD))
"""What `changed` takes."""


def changed_json(content: bytes, blow: tuple) -> bytes:
    """A file of JSON with a place of it changed; as it is where it is none."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        return content
    return json.dumps(changed(record, *blow)).encode("utf-8", "surrogatepass")


def changed_lines(content: bytes, line: int, blow: tuple) -> bytes:
    """A file with a line of JSON a record, one of them changed."""
    lines = content.split(b"\n")
    at = line % max(1, len(lines) - 1)
    lines[at] = changed_json(lines[at], blow)
    return b"\n".join(lines)


def changed_bytes(content: bytes, how: str, at: int, junk: bytes) -> bytes:
    """A file cut, overwritten, or with something in it that does not belong there."""
    at = at % (len(content) + 1)
    if how == "cut":
        return content[:at]
    if how == "flip":
        return content[:at] + bytes(b ^ 0xFF for b in content[at : at + 3]) + content[at + 3 :]
    if how == "insert":
        return content[:at] + junk[:99] + content[at:]
    if how == "append":
        return content + junk
    if how == "twice":
        return content + content
    return junk


BYTES = st.tuples(
    st.sampled_from(["cut", "cut", "flip", "flip", "insert", "append", "twice", "instead"]),
    st.integers(0, 10**6) | st.integers(0, 200),
    st.sampled_from(JUNK),
)
"""What `changed_bytes` takes."""
KINDS = ["folder", "dangling", "ring", "other", "outside", "pipe", "device", "gone"]


def put_instead(path: Path, kind: str, other: Path) -> None:
    """Put what is no plain file in a file's place: a folder, a link, a pipe, or nothing."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind != "gone":
        led = {"dangling": "nowhere", "ring": path.name, "outside": "/etc/hostname"}
        path.symlink_to(led.get(kind, "/dev/zero" if kind == "device" else other.name))
