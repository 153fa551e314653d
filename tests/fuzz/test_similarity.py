"""Generated cases of two texts that are compared: a right result or one sentence."""

import json
import xml.etree.ElementTree as ET
from copy import deepcopy

import pytest
from hypothesis import strategies as st

from explainer import (
    SimilarityMatrix,
    SimilarityPaths,
    similarity_matrix,
    similarity_paths,
)
from explainer.figures import (
    similarity_graph,
    similarity_paths_svg,
    similarity_summary,
    similarity_svg,
)
from tests.damage import ANYTHING, cases, outcome
from tests.fuzz.asking import FEW, Quiet, arguments
from tests.fuzz.test_records import BLOW, damage

TEXTS = st.sampled_from(["the unhappiest farmer .", "old", "a , b"])
RECORD_WAYS = st.lists(BLOW, min_size=1, max_size=2)


@cases(
    text=TEXTS | ANYTHING,
    pair=TEXTS | ANYTHING,
    asked=arguments(
        {"settings": st.just(FEW), "memory": st.sampled_from(["1 GB", "60 KB", 10**6, None])}
    ),
    whose=st.sampled_from(["model"] * 9 + ["other"]),
    other=ANYTHING,
)
def test_similarity_matrix(encoder, text, pair, asked, whose, other):
    model = encoder.it if whose == "model" else other
    found = outcome(lambda: similarity_matrix(model, text, pair, **{"settings": FEW, **asked}))
    if found is not None:
        assert SimilarityMatrix.from_json(found.to_json()).to_dict() == found.to_dict()
        assert abs(found.of_words().sum - found.sum) < 1e-9


CHOSEN = st.sampled_from(["farmer", "old", "a", 0, 1, (1, 2), [2]])


@cases(
    texts=st.tuples(TEXTS | ANYTHING, TEXTS),
    chosen=st.tuples(CHOSEN | ANYTHING, CHOSEN | ANYTHING),
    asked=arguments({"settings": st.just(FEW), "memory": st.sampled_from(["1 GB", None])}),
    whose=st.sampled_from(["model"] * 9 + ["other"]),
    other=ANYTHING,
)
def test_similarity_paths(encoder, texts, chosen, asked, whose, other):
    model = encoder.it if whose == "model" else other
    how = {"settings": FEW, **asked}
    found = outcome(lambda: similarity_paths(model, *texts, *chosen, **how))
    if found is not None:
        assert SimilarityPaths.from_json(found.to_json()).to_dict() == found.to_dict()


@pytest.fixture(scope="module")
def paths(encoder):
    found = similarity_paths(encoder.it, "old .", "old", 1, 1, settings=FEW)
    return Quiet(json.loads(found.to_json()))


@cases(blows=RECORD_WAYS)
def test_damaged_paths(paths, blows):
    damaged = deepcopy(paths.it)
    for blow in blows:
        damage(damaged, *blow)
    found = outcome(lambda: SimilarityPaths.from_dict(damaged))
    if found is not None:
        ET.fromstring(similarity_paths_svg(found))
        assert SimilarityPaths.from_json(found.to_json()).to_dict() == found.to_dict()


@pytest.fixture(scope="module")
def record(encoder):
    found = similarity_matrix(encoder.it, "the unhappiest .", "old", settings=FEW)
    return Quiet(json.loads(found.to_json()))


@cases(blows=RECORD_WAYS, count=st.integers(1, 9) | ANYTHING, special=st.booleans())
def test_a_damaged_matrix(record, blows, count, special):
    damaged = deepcopy(record.it)
    for blow in blows:
        damage(damaged, *blow)
    found = outcome(lambda: SimilarityMatrix.from_dict(damaged))
    if found is not None:
        assert SimilarityMatrix.from_json(found.to_json()).to_dict() == found.to_dict()
        assert found.of_words().to_csv()
        for kind in ("matrix", "links"):
            ET.fromstring(similarity_svg(found, kind=kind))
        outcome(lambda: found.strongest(count, special=special))


OPTIONS = {
    "kind": st.sampled_from(["matrix", "links"]),
    **dict.fromkeys(("merge_pieces", "hide_special", "dark"), st.booleans()),
    "links": st.integers(1, 30),
    "selected": st.none() | st.tuples(st.integers(0, 6), st.integers(0, 3)),
    "width": st.floats(240, 2000),
    "colour": st.nothing(),
}


@cases(options=arguments(OPTIONS), graph=st.sampled_from(range(30)), other=ANYTHING)
def test_figures_of_two_texts(record, options, graph, other):
    matrix = SimilarityMatrix.from_dict(record.it)
    drawn = outcome(lambda: similarity_svg(matrix, **options))
    if drawn is not None:
        ET.fromstring(drawn)
    if graph == 0:
        found = outcome(lambda: similarity_graph(matrix, **options))
        assert (found is None) == (drawn is None)
    said = outcome(lambda: similarity_summary(matrix, **options))
    assert (said is None) == (drawn is None)
    assert outcome(lambda: similarity_svg(other)) is None


@cases(value=ANYTHING)
def test_records_that_are_none(value):
    assert outcome(lambda: SimilarityMatrix.from_dict(value)) is None
    assert outcome(lambda: SimilarityMatrix.from_json(value)) is None
    assert outcome(lambda: SimilarityPaths.from_dict(value)) is None
    assert outcome(lambda: SimilarityPaths(value, value, value, value)) is None
