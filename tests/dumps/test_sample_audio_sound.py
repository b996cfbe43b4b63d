"""Songs of a sample are told apart and found again by their fingerprints, as music is."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from linernotes.dumps.sample.audio.composition import compose
from linernotes.dumps.sample.audio.synthesis import RATE, play
from linernotes.fingerprint.extract import extract
from linernotes.fingerprint.match.align import align
from linernotes.fingerprint.match.compare import score
from linernotes.fingerprint.query import extract_query
from linernotes.fingerprint.values import WORD_SECONDS, Words
from tests.fingerprint.sounds import write

SONGS = 12
FIFTEEN_SECONDS = round(15 / WORD_SECONDS)


def song(number: int, *, longest: float = 150) -> NDArray[np.float32]:
    return play(np.random.default_rng(number), 60 + 3 * number, longest=longest)


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> list[Words]:
    path = tmp_path_factory.mktemp("songs") / "song.wav"
    return [extract(write(path, song(number)[None], rate=RATE), length=0).words for number in range(SONGS)]


def test_any_two_songs_are_unlike(prints: list[Words]) -> None:
    assert max(score(one, other) for one, other in combinations(prints, 2)) < 0.4


def test_a_song_has_a_query_of_its_own(prints: list[Words]) -> None:
    queries = [set(extract_query(words).tolist()) for words in prints]
    assert min(map(len, queries)) >= 100
    assert max(len(one & other) for one, other in combinations(queries, 2)) <= 5


@pytest.mark.parametrize("part", [0.2, 0.5, 0.7])
def test_an_excerpt_is_found_where_it_was_cut_out_and_in_no_other_song(part: float, prints: list[Words]) -> None:
    for words in prints:
        start = int(words.size * part)
        clip = words[start : start + FIFTEEN_SECONDS]
        found = align(clip, words)
        assert found is not None
        assert found.offset == start
        assert [other for other in prints if other is not words and align(clip, other)] == []


@pytest.mark.parametrize("suffix", [".mp3", ".opus"])
def test_a_song_that_is_cut_and_packed_is_still_itself(suffix: str, prints: list[Words], tmp_path: Path) -> None:
    cut = song(3)[None, 2 * RATE :]
    words = extract(write(tmp_path / f"song{suffix}", cut, rate=RATE), length=0).words
    assert score(words, prints[3]) > 0.75


def test_a_shorter_song_is_the_beginning_of_the_longer_but_for_its_end() -> None:
    whole, part = song(1), song(1, longest=20)
    same = 17 * RATE
    loudness = np.abs(part[:same]).max() / np.abs(whole[:same]).max()
    assert part.size == 20 * RATE
    assert np.allclose(part[:same], whole[:same] * loudness, atol=1e-4)
    assert np.abs(part[-50:]).max() < 0.01


def test_samples_fit_and_are_centred() -> None:
    samples = song(2)
    assert np.abs(samples).max() == pytest.approx(0.8, abs=0.01)
    assert abs(float(samples.mean())) < 0.01


@pytest.mark.parametrize("seconds", [5.0, 61.0, 900.0])
def test_every_bar_has_melody_chords_bass_and_drums(seconds: float) -> None:
    piece = compose(np.random.default_rng(9), seconds)
    bars = int(seconds / (4 * piece.beat_seconds))
    for rows in (*piece.notes, *piece.strokes):
        assert set(range(bars)) <= set((rows[:, 0] // 4).astype(int).tolist())
    pitches = np.concatenate([notes[:, 2] for notes in piece.notes])
    assert pitches.min() >= 21
    assert pitches.max() <= 108
