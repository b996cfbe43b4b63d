"""Songs of a sample belong to its recordings: what their tags say is in the dump that the same options write."""

from __future__ import annotations

from pathlib import Path, PurePath

import av
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linernotes.domain.errors import Conflict, Invalid, Unavailable
from linernotes.dumps.sample.audio.filing import file_all, safe, tags_of
from linernotes.dumps.sample.audio.flac import write_flac
from linernotes.dumps.sample.audio.songs import Song, choose_songs
from linernotes.dumps.sample.audio.synthesis import RATE
from linernotes.dumps.sample.audio.writing import Planned, plan_songs, refuse_existing, write_songs
from linernotes.dumps.sample.generate import Wanted, write_sample
from linernotes.ports.progress import NoProgress
from tests.dumps.sample_reader import parse, raw_tables
from tests.fingerprint.sounds import melody

Rows = dict[str, dict[str | None, dict[str, str | None]]]
WANTED = Wanted(scale=0.0003, seed=5)
SHORT = 5.0


def vorbis_comments(path: Path) -> dict[str, list[str]]:
    """Read a FLAC file's comments as its format describes them: blocks of type and length, then sized texts."""
    data = path.read_bytes()
    assert data[:4] == b"fLaC"
    at = 4
    while data[at] & 0x7F != 4:
        at += 4 + int.from_bytes(data[at + 1 : at + 4])
    at += 4

    def text() -> str:
        nonlocal at
        size = int.from_bytes(data[at : at + 4], "little")
        at += 4 + size
        return data[at - size : at].decode()

    text()
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    found: dict[str, list[str]] = {}
    for name, _, value in (text().partition("=") for _ in range(count)):
        found.setdefault(name.upper(), []).append(value)
    return found


@pytest.fixture(scope="module", params=[0, 1], ids=["as first made", "after edits"])
def wanted(request: pytest.FixtureRequest) -> Wanted:
    return msgspec.structs.replace(WANTED, evolve=request.param)


@pytest.fixture(scope="module")
def dump(wanted: Wanted, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Rows by table and identifier, or number where a table has none."""
    folder = tmp_path_factory.mktemp("dump")
    write_sample(folder, wanted)
    names = ("recording", "track", "release", "release_group", "artist", "artist_credit", "medium")
    texts = raw_tables(folder)
    rows = {name: parse(name, texts[name]) for name in (*names, "artist_credit_name", "release_country")}
    found: Rows = {name: {row["gid"]: row for row in rows[name]} for name in names}
    found["artist_by_id"] = {row["id"]: row for row in rows["artist"]}
    found["credit_by_id"] = {row["id"]: row for row in rows["artist_credit"]}
    found["credit_name"] = {f"{row['artist_credit']}.{row['position']}": row for row in rows["artist_credit_name"]}
    found["event"] = {row["release"]: row for row in reversed(rows["release_country"])}
    return found


def credited(dump: Rows, credit: str | None) -> tuple[str | None, list[str | None]]:
    members = [row for key, row in dump["credit_name"].items() if str(key).startswith(f"{credit}.")]
    members.sort(key=lambda row: int(row["position"] or 0))
    return dump["credit_by_id"][credit]["name"], [dump["artist_by_id"][row["artist"]]["gid"] for row in members]


def test_every_song_is_a_track_of_the_dump(wanted: Wanted, dump: Rows) -> None:
    songs = choose_songs(wanted, 60)
    for song in songs:
        recording, track = dump["recording"][song.recording], dump["track"][song.track]
        release = dump["release"][song.release]
        medium = next(row for row in dump["medium"].values() if row["id"] == track["medium"])
        assert (track["recording"], medium["release"]) == (recording["id"], release["id"])
        assert song.title == recording["name"] == track["name"]
        assert (song.number, song.tracks) == (int(track["position"] or 0), int(medium["track_count"] or 0))
        assert song.length == int(recording["length"] or 0)
        assert song.album == release["name"]
        assert dump["release_group"][song.group]["id"] == release["release_group"]
        assert (song.artist, list(song.artists)) == credited(dump, recording["artist_credit"])
        assert (song.album_artist, list(song.album_artists)) == credited(dump, release["artist_credit"])
    assert len({song.recording for song in songs}) == 60
    assert any(len(song.artists) > 1 for song in songs)


def test_dates_are_as_much_of_the_first_event_as_is_known(wanted: Wanted, dump: Rows) -> None:
    songs = [song for song in choose_songs(wanted, 60) if song.date]
    for song in songs:
        event = dump["event"].get(dump["release"][song.release]["id"])
        if event:
            parts = [int(event[f"date_{part}"] or 0) for part in ("year", "month", "day")]
            assert song.date == "-".join(f"{part:02d}" for part in parts if part)
    assert {len(song.date) for song in songs} >= {4, 10}


def test_more_songs_begin_with_the_same_ones() -> None:
    assert choose_songs(WANTED, 30)[:7] == choose_songs(WANTED, 7)


def test_songs_are_as_long_as_the_catalogue_says_when_there_are_enough_short_ones() -> None:
    planned = plan_songs(Wanted(scale=0.001), 40)
    assert [song.seconds for song in planned] == [song.song.length / 1000 for song in planned]


def test_a_long_recording_is_cut_and_an_unknown_length_is_two_minutes() -> None:
    planned = plan_songs(Wanted(scale=0.0001), 480, longest=130)
    assert {song.seconds for song in planned if song.song.length > 130_000} == {130}
    assert {song.seconds for song in planned if not song.song.length} == {120}


def test_more_songs_than_there_are_is_an_error() -> None:
    with pytest.raises(Invalid, match="fewer than 10000 songs"):
        choose_songs(Wanted(scale=0.0001), 10_000)


def test_tags_are_called_as_taggers_call_them(tmp_path: Path) -> None:
    planned = plan_songs(WANTED, 2, longest=SHORT)
    write_songs(tmp_path, planned)
    for one in planned:
        song = one.song
        comments = vorbis_comments(tmp_path / one.path)
        assert comments == {name: [value] for name, value in tags_of(song).items()}
        assert comments["MUSICBRAINZ_TRACKID"] == [song.recording]
        assert comments["MUSICBRAINZ_ALBUMID"] == [song.release]
        assert comments["MUSICBRAINZ_ARTISTID"] == [";".join(song.artists)]
        assert comments["TRACKNUMBER"] == [str(song.number)]
        assert comments["ALBUMARTIST"] == [song.album_artist]


def test_a_file_is_audio_of_the_length_that_was_planned(tmp_path: Path) -> None:
    (one,) = plan_songs(WANTED, 1, longest=SHORT)
    write_songs(tmp_path, [one])
    with av.open(str(tmp_path / one.path)) as container:
        (stream,) = container.streams
        assert (stream.codec_context.name, stream.codec_context.sample_rate) == ("flac", RATE)
        assert sum(frame.samples for frame in container.decode(audio=0)) == SHORT * RATE


def test_the_same_wish_writes_the_same_bytes_and_other_seeds_other_music(tmp_path: Path) -> None:
    contents = []
    for name, wanted in (("a", WANTED), ("b", WANTED), ("c", Wanted(scale=WANTED.scale, seed=6))):
        planned = plan_songs(wanted, 2, longest=SHORT)
        write_songs(tmp_path / name, planned)
        contents.append([(tmp_path / name / one.path).read_bytes() for one in planned])
    assert contents[0] == contents[1]
    assert contents[0][0] != contents[0][1]
    assert contents[0][0] != contents[2][0]


def test_nothing_is_overwritten_unasked_and_nothing_half_written_is_left(tmp_path: Path) -> None:
    planned = plan_songs(WANTED, 2, longest=SHORT)
    other = tmp_path / planned[1].path
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    with pytest.raises(Conflict) as refused:
        write_songs(tmp_path, planned)
    assert "--force" in refused.value.hint
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [other]
    assert other.read_text() == "mine"
    write_songs(tmp_path, planned, force=True)
    refuse_existing(tmp_path / "elsewhere", planned)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        tmp_path / one.path for one in planned
    )


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (one,) = plan_songs(WANTED, 1, longest=SHORT)
    artist = tmp_path / "file" / PurePath(one.path).parts[0]
    artist.parent.mkdir()
    artist.write_text("mine")
    with pytest.raises(Conflict, match="file where a folder"):
        write_songs(tmp_path / "file", [one])
    (tmp_path / "folder" / one.path).mkdir(parents=True)
    with pytest.raises(Conflict, match="folder where a song"):
        write_songs(tmp_path / "folder", [one], force=True)


def test_an_interrupted_run_leaves_whole_songs_alone(tmp_path: Path) -> None:
    class Impatient(NoProgress):
        def advance(self, phase: str, amount: int) -> None:
            raise KeyboardInterrupt

    planned = plan_songs(WANTED, 3, longest=SHORT)
    with pytest.raises(KeyboardInterrupt):
        write_songs(tmp_path, planned, progress=Impatient())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / planned[0].path]


def test_a_file_that_cannot_be_written_is_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be written"):
        write_flac(tmp_path / "nowhere" / "song.flac", melody(1, channels=1)[0], rate=44100, tags={})


@given(st.text())
def test_any_name_becomes_one_that_every_file_system_takes(name: str) -> None:
    found = safe(name)
    assert 0 < len(found.encode("utf-8", "surrogatepass")) <= 101
    assert PurePath(found).parts == (found,)
    assert not set(found) & set('<>:"/\\|?*\0\n\t')
    assert not found.startswith((".", " "))
    assert not found.endswith((".", " "))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("AC/DC", "AC_DC"), ("..", "_"), ("", "_"), ("CON", "_CON"), ("aux.old", "_aux.old"), ("Wait...", "Wait")],
)
def test_names_change_no_more_than_they_must(name: str, expected: str) -> None:
    assert safe(name) == expected


def test_songs_of_one_name_get_files_of_their_own() -> None:
    (song,) = choose_songs(WANTED, 1)
    louder = msgspec.structs.replace(song, title=song.title.upper())
    paths = [str(path) for path, _ in file_all([song, louder, song])]
    assert len({path.casefold() for path in paths}) == 3
    assert paths[2].endswith(" (3).flac")


def test_a_plan_tells_all_that_a_song_is() -> None:
    (one,) = plan_songs(WANTED, 1)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Planned) == one
    assert isinstance(one.song, Song)
