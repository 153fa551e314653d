"""The weights of a model folder: what their files announce, and a copy of them in memory.

A safetensors file is the length of its header in 8 bytes, the header in JSON (name → dtype, shape
and place), and the numbers. It is opened once, measured, and read: nothing of the copy changes
or is lost when the file is written over or cut short afterwards.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
HEADER_BYTES = 10_000_000
"""Far more than a thousand layers take; what claims to be longer is not read."""
MAX_AXES = 8
LFS_POINTER = b"version "
"""How the text begins that Git LFS leaves in a file's place."""


@dataclass(frozen=True)
class Announced:
    """One weight as a header has it: `start` and `end` count bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights copied into memory, and the SHA-256 of the files that they were read from."""

    tensors: dict[str, Tensor]
    sha256: str


def announced(files: Iterable[Path], name: str) -> dict[str, Announced]:
    """Every weight of the model `name` by its name in the files, by their headers alone.

    Raises ExplainerError for a file that is damaged or cut short, or a weight that is there twice.
    """
    found: dict[str, Announced] = {}
    for path in files:
        with _reading(path, name) as file:
            header, _ = _header(file)
        if twice := found.keys() & header.keys():
            raise ExplainerError(
                f"The model {quote(name)} has the weight {quote(min(twice))} in two files: save "
                "it again."
            )
        found |= header
    return found


def read_weights(
    files: Iterable[Path], name: str, wanted: Collection[str] | None = None
) -> Weights:
    """The weights of the model `name` (all, or those `wanted`), copied into memory.

    Raises ExplainerError for a file that is damaged or changes while it is read.
    """
    tensors: dict[str, Tensor] = {}
    digests: list[str] = []
    for path in files:
        digest = sha256()
        with _reading(path, name) as file:
            header, head = _header(file)
            digest.update(head)
            for key, weight in sorted(header.items(), key=lambda item: item[1].start):
                data = torch.empty(weight.end - weight.start, dtype=torch.uint8)
                view: memoryview = data.numpy().data
                if view.nbytes and file.readinto(view) != view.nbytes:
                    raise ValueError("cut short")
                digest.update(view)
                if wanted is None or key in wanted:
                    tensors[key] = data.view(DTYPES[weight.dtype]).reshape(weight.shape)
        digests.append(digest.hexdigest())
    whole = digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()
    return Weights(tensors, whole)


def _header(file: BufferedReader) -> tuple[dict[str, Announced], bytes]:
    """The weights in the order of the header, and the header's bytes; ValueError if senseless."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if start == LFS_POINTER:
        raise _NotWholeError("is only a pointer of Git LFS: fetch the weights with 'git lfs pull'")
    if len(start) < 8 or length > min(HEADER_BYTES, size - 8):
        raise ValueError("no header")
    text = file.read(length)
    listed = json.loads(text)
    if not isinstance(listed, dict):
        raise ValueError("header is no object")
    listed.pop("__metadata__", None)
    header = {key: _weight(entry) for key, entry in listed.items()}
    at = 0
    for weight in sorted(header.values(), key=lambda weight: (weight.start, weight.end)):
        if weight.start != at:
            raise ValueError("weights overlap or leave gaps")
        at = weight.end
    if 8 + length + at != size:
        raise ValueError("header and file differ in length")
    return header, start + text


def _weight(entry: Any) -> Announced:
    dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    if len(shape) > MAX_AXES or not all(type(n) is int and n >= 0 for n in (*shape, start, end)):
        raise ValueError("a size is no whole number")
    if dtype not in DTYPES:
        raise _NotWholeError(
            f"has numbers of the kind {quote(str(dtype))}, but only whole weights (float16 to "
            "float64) can be explained: choose the model it was made from"
        )
    if end - start != math.prod(shape) * DTYPES[dtype].itemsize:
        raise ValueError("shape and length differ")
    return Announced(dtype, tuple(shape), start, end)


class _NotWholeError(Exception):
    """What the file holds instead of whole weights, and what to do."""


@contextmanager
def _reading(path: Path, name: str) -> Iterator[BufferedReader]:
    """A weight file opened; whatever is wrong with it or changes meanwhile, in one sentence."""
    what = f"The weight file {quote(path.name)} of the model {quote(name)}"
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            yield file
            after = os.fstat(file.fileno())
    except _NotWholeError as error:
        raise ExplainerError(f"{what} {error}.") from error
    except OSError as error:
        raise ExplainerError(
            f"{what} cannot be read ({error.strerror}): check that you may read it and that its "
            "disk is there."
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ExplainerError(
            f"{what} is damaged or cut short: save or download it again."
        ) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ExplainerError(f"{what} changed while it was read: load the model again.")
