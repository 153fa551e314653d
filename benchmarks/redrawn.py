"""A built-in model with every weight drawn anew, as a control: what a test finds without training.

Run `python -m benchmarks.redrawn agreement FOLDER`, then give FOLDER as `--model`. Every tensor is
drawn from a normal distribution with its own mean and standard deviation, so that the network's
numbers stay as large as they were and only what was learnt is gone.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from explainer.base.assets import MODELS
from explainer.evaluation.protocols.sanity.redrawn import drawn_like

WEIGHTS = "model.safetensors"
SEED = 0


def main() -> None:
    """Parse the command line and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a built-in model")
    parser.add_argument("folder", type=Path, help="where the other one goes")
    options = parser.parse_args()
    source = MODELS / options.model
    shutil.copytree(source, options.folder, dirs_exist_ok=True)
    save_file(redrawn(load_file(source / WEIGHTS)), options.folder / WEIGHTS)


def redrawn(tensors: dict[str, Tensor], seed: int = SEED) -> dict[str, Tensor]:
    """Each tensor of as many numbers of its mean and standard deviation, the same for a seed."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name in sorted(tensors):
        drawn = drawn_like(tensors[name].float(), generator)
        found[name] = drawn.to(tensors[name].dtype)
    return found


if __name__ == "__main__":
    main()
