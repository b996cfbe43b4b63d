"""Files of sound are found again after what happens to files: other formats, less quality, another volume, a cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linernotes.fingerprint.extract import extract
from linernotes.fingerprint.values import WORD_SECONDS, Words
from linernotes.usecases.identify.values import Query
from tests.fingerprint import sounds
from tests.usecases.identify.matching_world import World

SECONDS = 45


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("songs")


@pytest.fixture(scope="module")
def songs(folder: Path) -> dict[int, Words]:
    """Two songs of three quarters of a minute."""
    return {seed: words_of(folder, sounds.melody(SECONDS, seed=seed), f"{seed}.wav") for seed in (1, 2)}


@pytest.fixture
def world(songs: dict[int, Words]) -> World:
    world = World(index="full")
    for seed, words in songs.items():
        world.add(seed, words, duration=SECONDS)
    return world


def words_of(folder: Path, samples: sounds.Samples, name: str) -> Words:
    """Return the words of samples as a file of the name holds them."""
    return extract(sounds.write(folder / name, samples)).words


@pytest.mark.parametrize(
    ("name", "least"), [("1.flac", 0.99), ("1.mp3", 0.95), ("1.opus", 0.9), ("quiet.wav", 0.95), ("noise.wav", 0.85)]
)
def test_a_file_is_found_again(folder, world, name, least):
    samples = sounds.melody(SECONDS, seed=1)
    if name == "quiet.wav":
        samples = samples * np.float32(0.2)
    if name == "noise.wav":
        samples += np.random.default_rng(3).normal(0, 0.01, samples.shape).astype(np.float32)
    [(found, score)] = world.found(words_of(folder, samples, name), duration=SECONDS)
    assert found == 1
    assert least <= score <= 1


def test_a_cut_at_the_beginning_does_no_harm_and_another_song_is_not_found(folder, world):
    cut = sounds.melody(SECONDS, seed=2)[:, 3 * sounds.RATE :]
    assert [found for found, _ in world.found(words_of(folder, cut, "cut.wav"), duration=SECONDS - 3)] == [2]
    other = words_of(folder, sounds.melody(SECONDS, seed=3), "3.wav")
    assert world.found(other, duration=SECONDS) == []
    assert world.found(other[100:180], clip=True) == []


def test_an_excerpt_of_a_file_is_found_where_it_was_cut_out(folder, world):
    start = 21
    part = sounds.melody(SECONDS, seed=2)[:, start * sounds.RATE :][:, : 10 * sounds.RATE]
    [[match]] = world.match(Query(words_of(folder, part, "part.mp3"), 10, clip=True))
    assert match.track.id == 2
    assert match.offset == pytest.approx(start, abs=2 * WORD_SECONDS)
