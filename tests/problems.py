"""The tiny random networks that every identity is tried on, by name."""

from typing import Any

from explainer.models.architectures import modernbert
from tests.tiny import SIZES

TOKENS = tuple("abcdefgh")
PROBLEMS: dict[str, dict[str, Any]] = {
    "masked LM": {},
    "classifier of three": {"classes": 3},
    "gelu_new": {"activation": "gelu_new"},
    "relu": {"activation": "relu"},
    "silu": {"activation": "silu"},
    "tanh": {"activation": "tanh"},
    "tagger": {"tags": 3},
    "modernbert, tagger": {"architecture": "modernbert", "tags": 3},
    "one block": {"layers": 1},
    "one token": {"tokens": 3, "classes": 2},
    "midpoint": {"rule": "midpoint", "points": 3},
    "gauss-legendre": {"rule": "gauss-legendre", "points": 3},
    **{
        f"{architecture}, {task}": {"architecture": architecture, **options}
        for architecture in SIZES
        if architecture != "bert"
        for task, options in (("masked LM", {}), ("classifier", {"classes": 2}))
    },
    **{
        f"deberta-v2, {name}": {"architecture": "deberta-v2", "switches": switches}
        for name, switches in {
            "content to position": {"pos_att_type": ["c2p"], "share_att_key": False},
            "position to content": {"pos_att_type": "p2c", "share_att_key": False},
            "both, not shared": {"share_att_key": False, "norm_rel_ebd": "none"},
            "distances as they are": {"position_buckets": -1, "max_relative_positions": 3},
            "no distances": {"relative_attention": False, "position_biased_input": True},
            "segments, head of today": {"type_vocab_size": 2, "legacy": False},
        }.items()
    },
    "modernbert, biases": {
        "architecture": "modernbert",
        "switches": dict.fromkeys(modernbert.SWITCHES, True) | {"global_attn_every_n_layers": 1},
    },
}
