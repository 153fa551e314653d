"""What fixtures need: tiny random models with a small vocabulary, a browser and its server."""

import tests.executed  # noqa: F401  # before anything of the engine

# isort: split

import contextlib
import functools
from pathlib import Path

import pytest
import torch
from jaxtyping import config
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertTokenizer,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForMaskedLM,
)

from explainer.models.model import Model
from explainer.models.registry import load_model
from tests.browser import page as browser
from tests.forking import Module

torch.set_num_threads(1)  # on tensors as small as these, threads mostly wait for each other

OUTSIDE = (
    *("app", "browser", "cli", "evaluation", "figures", "models", "question", "results", "tasks"),
    *("fuzz", "test_config_fields", "test_long_texts"),
)
"""Tests of what stands around the engine: there its shapes would be executed many thousand times,
for half of the time, and every one of them has been by the engine's own tests."""


LONGEST = ("browser", "fuzz", "app", "test_wheel", "cli")
"""What takes the most time, by folder or file, so that none of it is begun as the last."""


def part_of(module) -> str:
    """The folder of `tests` in which a module lies, or its own name."""
    return module.__name__.split(".")[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The longest first; those that want a server that nobody has been at before their kind."""
    order = {part: place for place, part in enumerate(LONGEST)}
    items.sort(
        key=lambda item: (
            order.get(part_of(item.module), len(order)),
            "new_address" not in item.fixturenames,
        )
    )


SHAPED: set[str] = set()
"""The test functions of which a case has been run with the engine's shapes executed."""


@pytest.fixture(autouse=True)
def shapes(request):
    """Execute the engine's shapes in the first case of each of its test functions.

    Further cases call the same functions with other numbers, in half of the time without.
    """
    test = f"{request.module.__name__}.{request.node.originalname}"
    seen = part_of(request.module) in OUTSIDE or test in SHAPED
    SHAPED.add(test)
    config.update("jaxtyping_disable", seen)


WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", "farmer", "farmers"),
    *("assistant", "assistants", "that", "love", "loves", "is", "are", "old", "bad", "good"),
    *(".", ",", "'", "don", "t", "un", "##happi", "##est", "##s"),
]
LABELS = ("negative", "neutral", "positive")
TAGS = ("O", "B-PER", "B-LOC")


def tiny_config(**changes) -> BertConfig:
    """3 layers, 2 heads, width 12, up to 32 tokens; `changes` override."""
    sizes = {
        "vocab_size": len(WORDS),
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "hidden_size": 12,
        "intermediate_size": 24,
        "max_position_embeddings": 32,
    }
    return BertConfig(**{**sizes, **changes})


def save_tiny(folder: Path, network_class: type, config: BertConfig, seed: int = 0) -> Path:
    """Save a random float64 network of `config`, biases and LayerNorms random too, in `folder`."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = network_class(config).double()
        for name, weight in network.named_parameters():
            centre = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            torch.nn.init.normal_(weight, mean=centre, std=0.3)
    network.save_pretrained(folder)
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    BertTokenizer(vocab=vocabulary, do_lower_case=True).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_masked_lm_dir(tmp_path_factory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "tiny-lm", BertForMaskedLM, tiny_config())


@pytest.fixture(scope="session")
def tiny_classifier_dir(tmp_path_factory) -> Path:
    config = tiny_config(id2label=dict(enumerate(LABELS)))
    folder = tmp_path_factory.mktemp("models") / "tiny-classifier"
    return save_tiny(folder, BertForSequenceClassification, config)


@pytest.fixture(scope="session")
def tiny_tagger_dir(tmp_path_factory) -> Path:
    config = tiny_config(id2label=dict(enumerate(TAGS)))
    folder = tmp_path_factory.mktemp("models") / "tiny-tagger"
    return save_tiny(folder, BertForTokenClassification, config)


@pytest.fixture(scope="session")
def tiny_tagger(tiny_tagger_dir) -> Model:
    return load_model(str(tiny_tagger_dir), dtype="float64")


@pytest.fixture(scope="session")
def tiny_reader_dir(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-reader"
    return save_tiny(folder, BertForQuestionAnswering, tiny_config())


@pytest.fixture(scope="session")
def tiny_reader(tiny_reader_dir) -> Model:
    return load_model(str(tiny_reader_dir), dtype="float64")


@pytest.fixture(scope="session")
def tiny_masked_lm(tiny_masked_lm_dir) -> Model:
    return load_model(str(tiny_masked_lm_dir), dtype="float64")


@pytest.fixture(scope="session")
def tiny_classifier(tiny_classifier_dir) -> Model:
    return load_model(str(tiny_classifier_dir), dtype="float64")


def byte_level_tokenizer() -> PreTrainedTokenizerFast:
    """A small tokenizer as RoBERTa has it: byte-level BPE, the mask swallowing the space before."""
    texts = ["the farmers that the assistant loves are old .", "the farmer is good .", "café"] * 9
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=[*specials, AddedToken("<mask>", lstrip=True)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator([*texts, *(f" {text}" for text in texts)], trainer)
    backend.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    names = ("cls", "pad", "sep", "unk")
    tokens = {f"{name}_token": token for name, token in zip(names, specials, strict=True)}
    mask = AddedToken("<mask>", lstrip=True)
    return PreTrainedTokenizerFast(tokenizer_object=backend, mask_token=mask, **tokens)


@pytest.fixture(scope="session")
def tiny_roberta_dir(tmp_path_factory) -> Path:
    tokenizer = byte_level_tokenizer()
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=2,
        num_attention_heads=2,
        hidden_size=12,
        intermediate_size=24,
        max_position_embeddings=34,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny-roberta"
    RobertaForMaskedLM(config).double().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def chromium():
    """A running browser; skips, and says why, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = browser.found_browser()
    if found is None:
        pytest.skip(f"NO BROWSER TEST WAS RUN: none of {', '.join(browser.BROWSERS)} is installed")
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=found, args=list(browser.QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def shared_server():
    """The server that browser tests share, as it starts when the first of them asks for it.

    It refuses nothing for the time that it would take: what is cancelled would take minutes.
    """
    with contextlib.ExitStack() as open_until_the_end:
        patient = browser.server(begin=Module, EXPLAINER_SECONDS="100000")
        yield functools.cache(lambda: open_until_the_end.enter_context(patient))


@pytest.fixture(scope="session")
def address(shared_server):
    """The address of a server that all browser tests share."""
    return shared_server()


@pytest.fixture
def new_address(shared_server):
    """The address of a server that nobody has been at: the shared one before its first visitor."""
    if shared_server.cache_info().currsize:
        with browser.server(begin=Module) as running:
            yield running
    else:
        yield shared_server()


@pytest.fixture
def tab(chromium):
    """A new tab that fails the test on an error in the page."""
    with browser.opened(chromium) as page:
        yield page
