"""Every architecture from token ids: hidden states, attention and logits are the library's own."""

import pytest
import torch

from explainer.models.architectures import ARCHITECTURES
from explainer.models.block import embed
from explainer.models.encode import through_blocks, word_embeddings
from explainer.models.tokens import Tokens
from tests.tiny import SIZES, adapted, as_encoder_ends, tiny_problem

SHAPES = {
    "small": {},
    "one block, short": {"layers": 1, "tokens": 3},
    "deep, long": {"layers": 6, "tokens": 14, "seed": 1},
    "relu": {"activation": "relu", "seed": 2},
}


def test_every_architecture_is_tried():
    assert SIZES.keys() == ARCHITECTURES.keys()


@pytest.mark.parametrize("architecture", SIZES)
@pytest.mark.parametrize(
    "head",
    [{}, {"classes": 3}, {"tags": 3}, {"reads": True}],
    ids=["masked LM", "classifier", "tagger", "reader"],
)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_from_token_ids_everything_is_as_the_library_computes_it(architecture, head, shape):
    problem = tiny_problem(architecture=architecture, **head, **shape)
    classes = "classes" in head
    tokens = len(problem.x)
    ids = torch.randint(5, 20, (tokens,), generator=torch.Generator().manual_seed(3))
    known = adapted(problem).embedding.segments
    segments = torch.arange(tokens) % (1 if known is None else len(known))
    own = problem.network(
        input_ids=ids[None],
        attention_mask=torch.ones(1, tokens, dtype=torch.long),
        **({} if known is None else {"token_type_ids": segments[None]}),
        output_hidden_states=True,
        output_attentions=True,
    )
    read = adapted(problem).of(Tokens(ids.tolist(), segments.tolist()))
    first, _ = embed(read.embedding, word_embeddings(read, ids.tolist())[None])
    above, states = zip(*through_blocks(read, first), strict=True)
    hidden, attention = (first, *above), [state.attention for state in states]
    logits = read.logits(hidden[-1][0, :1] if classes else hidden[-1][0], None)
    for ours, theirs in (
        *zip((*hidden[:-1], as_encoder_ends(problem, hidden[-1])), own.hidden_states, strict=True),
        *zip(attention, own.attentions, strict=True),
        (logits, _logits(own) if classes else _logits(own)[0]),
    ):
        assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def _logits(own):
    """The library's logits, of a reader those of an answer's start and end side by side."""
    if "start_logits" in own:
        return torch.stack((own.start_logits, own.end_logits), -1)
    return own.logits
