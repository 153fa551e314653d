"""A similarity matrix is whole, or refused with what is wrong."""

import dataclasses
import json
import re

import numpy as np
import pytest

from explainer import ExplainerError, Settings, SimilarityMatrix
from explainer.results.model_info import ModelInfo
from explainer.results.similarity.side import Side

ONE = Side("a b", ("[CLS]", "un", "##do", "[SEP]"), (None, 0, 0, None), (0.1, 0.2, 0.3, 0.4), 5)
TWO = Side("c", ("[CLS]", "c", "[SEP]"), (None, 0, None), (0.0, -0.5, 0.25), 7)
SCORES = np.array([[1.0, 2, 3], [4, 5, -9], [-7, -8, 0.5], [0, 0, 0]])
MATRIX = SimilarityMatrix(
    model=ModelInfo("m", "similarity", 2, 2, 8, "values"),
    settings=Settings(),
    first=ONE,
    second=TWO,
    scores=SCORES,
    cosine=0.5,
    first_to_reference=0.25,
    second_to_reference=-0.125,
    references=0.875,
)


def test_its_numbers_by_hand():
    assert MATRIX.sum == -8.5
    assert MATRIX.explained == 1.25
    assert MATRIX.completeness_gap == -9.75
    assert MATRIX.gap_warning == (
        "The completeness gap is 780 % of what the matrix explains: take more points before you "
        "rely on single numbers."
    )
    assert MATRIX.first_influence == pytest.approx([6.1, 0.2, -14.2, 0.4])
    assert MATRIX.second_influence == pytest.approx([-2, -1.5, -5.25])
    assert MATRIX.strongest(1) == ((2, 1, -8.0),)
    assert [pair.score for pair in MATRIX.strongest(4, special=True)] == [-9, -8, -7, 5]


def test_words_have_the_sum_of_their_pieces():
    words = MATRIX.of_words()
    assert words.first == Side(
        "a b", ("[CLS]", "undo", "[SEP]"), (None, 1, None), (0.1, 0.5, 0.4), 5
    )
    assert words.scores.tolist() == [[1, 2, 3], [-3, -3, -8.5], [0, 0, 0]]
    assert words.of_words().scores.tolist() == words.scores.tolist()
    assert ONE.positions(1) == (1, 2)
    assert TWO.special == {0, 2}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scores": SCORES.T}, "The matrix has 3 × 4 scores: give numbers, 4 × 3 of them"),
        ({"scores": SCORES.tolist()}, "give an array"),
        ({"scores": SCORES * np.nan}, "matrix has numbers that are not finite"),
        ({"cosine": np.inf}, "products of embeddings has numbers that are not finite"),
        ({"settings": None}, "The matrix's settings is None: give a Settings"),
        ({"model": "m"}, "The matrix's model is 'm': give a ModelInfo"),
        ({"first": 3}, "The matrix's first is 3: give a Side"),
    ],
)
def test_parts_that_are_not_of_each_other_are_refused(changes, message):
    with pytest.raises(ExplainerError, match=re.escape(message)):
        dataclasses.replace(MATRIX, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tokens": ("a",)}, "has 1 tokens, words for 3 and products with the reference for 3"),
        ({"to_reference": (0.0, np.nan, 0.0)}, "product with the reference has numbers that are"),
        ({"words": (None, -1, None)}, "The word of a compared token is -1"),
        ({"tokens": ("a", 2, "b")}, "The compared token is 2: give a string"),
        ({"points": 0}, "The number of points is 0"),
        ({"text": None}, "The compared text is None: give a string"),
    ],
)
def test_a_text_that_is_not_whole_is_refused(changes, message):
    with pytest.raises(ExplainerError, match=re.escape(message)):
        dataclasses.replace(TWO, **changes)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("schema",), 2, "The record has the schema 2, but only schema 1 of a similarity matrix"),
        (("kind",), "pattern", "The record's kind 'pattern' is not known"),
        (("scores",), [[1.0]], "The record's scores is no table of 4 × 3 numbers"),
        (("first", "words"), [None], "The record's first.words has 1 entries"),
        (("second", "tokens"), ["a", 3, "b"], "The record's second.tokens[1] is 3"),
        (("second", "points"), "7", "The record's second.points is '7'"),
        (("second", "points"), 10**400, "give a whole number from 1 to 9223372036854775807"),
        (("cosine",), None, "The record's cosine is None"),
        (("settings",), {}, "The record's settings lacks"),
    ],
)
def test_a_damaged_record_is_refused_by_its_place(place, value, message):
    record = json.loads(MATRIX.to_json())
    holder = record
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    with pytest.raises(ExplainerError, match=re.escape(message)):
        SimilarityMatrix.from_dict(record)


def test_what_is_written_is_read_back():
    assert SimilarityMatrix.from_json(MATRIX.to_json(2)).to_dict() == MATRIX.to_dict()
    with pytest.raises(ExplainerError, match="lacks kind"):
        SimilarityMatrix.from_dict({key: 1 for key in MATRIX.to_dict() if key != "kind"})
    assert MATRIX.to_csv().splitlines()[2] == "un,4.0,5.0,-9.0"
