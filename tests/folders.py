"""Model folders to be broken, and the sentence that refuses them."""

import errno
import json
import os
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from explainer.base.errors import ExplainerError
from explainer.models.registry import load_model


def set_json(path: Path, **changes) -> None:
    """Change fields of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def set_config(folder: Path, **changes) -> None:
    set_json(folder / "config.json", **changes)


def drop_config(folder: Path, *fields) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in config.items() if key not in fields}))


def set_weights(folder: Path, change) -> None:
    """Replace the weights by what `change` makes of them."""
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors", metadata={"format": "pt"})


def refusal(name, **options) -> str:
    """The sentence that refuses a model: one line that ends."""
    with pytest.raises(ExplainerError) as refused:
        load_model(str(name), **options)
    line = str(refused.value)
    assert line.isprintable()
    assert line.endswith(".")
    assert len(line) < 500
    return line


def close(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nobody look into a folder, as another user's; the one who may do all could even then."""
    look = Path.stat

    def stat(self: Path, **how: bool) -> os.stat_result:
        if folder in self.parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return look(self, **how)

    monkeypatch.setattr(Path, "stat", stat)
