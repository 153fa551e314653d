"""Generated links: right choices or a note, and a link of them that says the same."""

import contextlib
from urllib.parse import parse_qs, quote_plus, urlencode

import pytest
from hypothesis import strategies as st

from explainer.app.compare import choices as compare_choices
from explainer.app.compute.request import request_for
from explainer.app.corpus import choices as corpus_choices
from explainer.app.evaluate import choices as evaluate_choices
from explainer.app.explore.inspector.own_route import read_draft
from explainer.app.method import lesson
from explainer.app.state import choices
from explainer.app.state.explored import explored_from_query
from explainer.app.state.place import read_place, written_place
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.saving.snippet import pair_snippet, snippet
from explainer.base.errors import ExplainerError
from explainer.figures import View
from explainer.models import registry
from tests.damage import cases, outcome
from tests.fuzz.hostile import VALUES, texts
from tests.ui import opened

SECOND = {*choices.READERS, *compare_choices.OWN.values(), "apart"}
PAGES = {
    "explore": (explored_from_query, {*choices.READERS, choices.LEFT_OUT}),
    "compare": (compare_choices.pair_from_query, SECOND),
    "evaluate": (
        evaluate_choices.inquiry_from_query,
        {*choices.READERS, *evaluate_choices.READERS},
    ),
    "corpus": (
        corpus_choices.survey_from_query,
        {*corpus_choices.ASKED, *corpus_choices.READERS},
    ),
    "method": (lesson.from_query, {*lesson.READERS, *lesson.ASKED, "own"}),
}
"""Each page's reader of its link, and the parameters that it knows."""
LIKELY = [
    *("", "1", "2", "7", "40", "are", "is\nare", "yes", "no", "2,3", "1,2,2,skip", "1,2,3,any"),
    *("embedding", "attention", "riemann", "adaptive", "0.01", "zero", "both", "matrix", "6-3"),
    *("keep", "step", "components", "sva-obj", "run:x", "task", "protocols", "words", "staged"),
    *("the [MASK] are [MASK] .", "the farmers [MASK] old .", "agreement", "agreement#mean"),
    *("agreement", "right", "own sentences", "13", "alti", "a" * 1990, "a" * 2001),
]
VALUE = st.sampled_from(LIKELY) | VALUES | texts("[MASK]", "<mask>")


def links(known) -> st.SearchStrategy:
    """Parameters of a link, of which each may be there several times, or be nobody's."""
    name = st.sampled_from(sorted(known)) | st.sampled_from(["", "x", "__class__", "embed"])
    return st.lists(st.tuples(name, VALUE), max_size=5)


ANY_PAGE = st.one_of([st.tuples(st.just(page), links(known)) for page, (_, known) in PAGES.items()])


def arrived(parameters) -> dict[str, str]:
    """What the server makes of a link's parameters: of several of one name the last."""
    raw = "&".join(
        f"{quote_plus(name)}={quote_plus(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in parameters
    )
    found = parse_qs(raw, keep_blank_values=True)
    return {name: values[-1] for name, values in found.items()}


@cases(1.0, 4.0, drawn=ANY_PAGE)
def test_links(drawn):
    page, parameters = drawn
    read, query = PAGES[page][0], arrived(parameters)
    found, notes = read(query)
    assert len(notes) <= len(query) + 2
    for note in notes:
        assert "\n" not in note
        assert len(note) < 600
        assert note.isprintable() or not note.isascii()
        plain(note).encode()
    link = found.to_query()
    assert all(type(part) is str for pair in link.items() for part in pair)
    assert parse_qs(urlencode(link), keep_blank_values=True).keys() == link.keys()
    again, more = read(link)
    if found.fits_link:  # a text that is left out is asked for, and an example stands there
        assert again == found
        assert again.to_query() == link
    assert set(more) <= {choices.WAS_LEFT_OUT}


@cases(0.2, 1.0, parameters=links(SECOND), task=st.sampled_from(["masked-lm", "classification"]))
def test_a_script_of_a_link_is_python(parameters, task):
    pair, _ = compare_choices.pair_from_query(arrived(parameters))
    requests = []
    for side in (pair.first, pair.second):
        request = outcome(lambda side=side: request_for(side, task))
        if request is None:
            return
        requests.append(request)
    view = View(level=pair.first.level, minimum_share=pair.first.share / 100)
    for script in (snippet(requests[0], view), pair_snippet(*requests, view)):
        compile(script, "script", "exec")


PLACES = VALUES | st.text(alphabet="0123456789,;anyskip-", max_size=14)


@cases(path=PLACES)
def test_places_and_ways(path):
    with contextlib.suppress(ValueError):
        assert len(read_draft(path, 2).nodes) == 2
    with contextlib.suppress(ValueError):
        assert read_place(written_place(read_place(path))) == read_place(path)


@pytest.fixture(scope="module")
def shown(tiny_masked_lm_dir):
    """The folder of the model that pages under generated links ask."""
    return str(tiny_masked_lm_dir)


@cases(0.01, 0.15, drawn=ANY_PAGE)
def test_pages(shown, drawn):
    page, parameters = drawn
    query = {name: value for name, value in arrived(parameters).items() if name != "embed"}

    def refused(_, **__):
        raise ExplainerError("The Hub is not asked here.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "download", refused)
        opened(query.pop("model", shown), None if page == "explore" else page, **query)
