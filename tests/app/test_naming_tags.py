"""Tags: what each format's taggers write is read, and whatever else is in a file stops nobody."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen import apev2, asf, id3, mp4, wave

from linernotes.app.naming import tags
from linernotes.app.naming.reading import Tagged, Unsaid, read_tagged
from linernotes.app.naming.tags import Tags, read_tags
from linernotes.domain.identification import UserMetadata
from linernotes.domain.ids import MBID
from linernotes.fingerprint.batch import Failed
from tests.fingerprint.sounds import melody, write

RECORDING = MBID("5b11f4ce-a62d-471e-81fc-a69a8278c7da")
SAID = UserMetadata(
    track="Træck", artist="One, Two", album="Album", album_artist="Various", track_no=3, disc_no=1, year=2001
)
PLAIN = {
    "title": "Træck",
    "artist": "One, Two",
    "album": "Album",
    "album_artist": "Various",
    "track": "3/12",
    "disc": "1/2",
    "date": "2001-05-03",
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same sound in several formats, without tags."""
    folder = tmp_path_factory.mktemp("sounds")
    for suffix in (".wav", ".flac", ".mp3", ".opus", ".m4a"):
        write(folder / f"sound{suffix}", melody(4, channels=1))
    return folder


def copied(sounds: Path, folder: Path, suffix: str) -> Path:
    path = folder / f"copy{suffix}"
    path.write_bytes((sounds / f"sound{suffix}").read_bytes())
    return path


def id3_frames() -> list[Any]:
    return [
        id3.TIT2(text="Træck"),
        id3.TPE1(text=["One", "Two"]),
        id3.TALB(text="Album"),
        id3.TPE2(text="Various"),
        id3.TRCK(text="3/12"),
        id3.TPOS(text="1/2"),
        id3.TDRC(text="2001-05-03"),
        id3.UFID(owner="http://musicbrainz.org", data=RECORDING.encode()),
        id3.TXXX(desc="MusicBrainz Release Track Id", text="00000000-1111-4111-8111-000000000000"),
        id3.APIC(mime="image/png", data=b"\x89PNG" * 1000),
    ]


def as_mp3(path: Path) -> None:
    frames = id3.ID3()
    for frame in id3_frames():
        frames.add(frame)
    frames.save(path)


def as_mp3_of_old(path: Path) -> None:
    as_mp3(path)
    frames = id3.ID3(path)
    frames.update_to_v23()
    frames.save(path, v2_version=3)


def as_vorbis(path: Path) -> None:
    file = mutagen.File(path)
    assert file is not None
    file["TITLE"], file["ARTIST"], file["ALBUM"], file["ALBUMARTIST"] = "Træck", ["One", "Two"], "Album", "Various"
    file["TRACKNUMBER"], file["DISCNUMBER"], file["DATE"] = "03", "1", "2001"
    file["MUSICBRAINZ_TRACKID"] = RECORDING.upper()
    file.save()


def as_mp4(path: Path) -> None:
    file = mp4.MP4(path)
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"], file["aART"] = "Træck", ["One", "Two"], "Album", "Various"
    file["trkn"], file["disk"], file["\xa9day"] = [(3, 12)], [(1, 2)], "2001-05-03T00:00:00Z"
    file["----:com.apple.iTunes:MusicBrainz Track Id"] = [RECORDING.encode()]
    file.save()


def as_riff(path: Path) -> None:
    file = wave.WAVE(path)
    file.add_tags()
    assert file.tags is not None
    for frame in id3_frames():
        file.tags.add(frame)
    file.save()


@pytest.mark.parametrize(
    ("suffix", "tag"),
    [
        (".mp3", as_mp3),
        (".mp3", as_mp3_of_old),
        (".flac", as_vorbis),
        (".opus", as_vorbis),
        (".m4a", as_mp4),
        (".wav", as_riff),
    ],
)
def test_what_taggers_write_into_each_format_is_read(
    sounds: Path, tmp_path: Path, suffix: str, tag: Callable[[Path], None]
) -> None:
    path = copied(sounds, tmp_path, suffix)
    tag(path)
    found = read_tags(path)
    assert (found.mbid, found.bitrate is not None) == (RECORDING, True)
    # ID3 of old has a slash between artists.
    assert found.said.artist.replace("/", ", ") == SAID.artist
    assert (found.said.track, found.said.album, found.said.album_artist) == ("Træck", "Album", "Various")
    assert (found.said.track_no, found.said.disc_no, found.said.year) == (3, 1, 2001)


def test_ape_and_windows_names_are_known_too() -> None:
    ape = {"Title": "Træck", "Artist": "One, Two", "Album": "Album", "Album Artist": "Various"}
    ape |= {"Track": "3/12", "Disc": "1", "Year": "2001", "MUSICBRAINZ_TRACKID": RECORDING}
    written = apev2.APEv2()
    for name, value in ape.items():
        written[name] = value
    windows = asf.ASFTags()
    windows["Title"], windows["Author"], windows["WM/AlbumTitle"] = "Træck", ["One", "Two"], "Album"
    windows["WM/AlbumArtist"], windows["WM/TrackNumber"], windows["WM/PartOfSet"] = "Various", "3", "1/2"
    windows["WM/Year"], windows["MusicBrainz/Track Id"] = "2001", RECORDING
    for one in (written, dict(windows.as_dict())):
        assert tags.said_by(dict(tags.flat(one))) == Tags(mbid=RECORDING, said=SAID)


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".opus", ".m4a", ".wav"])
def test_the_decoder_reads_tags_too_where_nothing_else_can(tmp_path: Path, suffix: str) -> None:
    mbid = {"MUSICBRAINZ_TRACKID": str(RECORDING)} if suffix in {".flac", ".opus"} else {}
    path = write(tmp_path / f"a{suffix}", melody(4, channels=1), tags=PLAIN | mbid)
    found, bits = tags.by_ffmpeg(path)
    said = tags.said_by(found)
    assert (said.said.track, said.said.artist, said.said.track_no, said.said.year) == ("Træck", "One, Two", 3, 2001)
    assert (said.mbid, bits > 0) == (RECORDING if mbid else None, True)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("title", "  a\x00b\tc\n ", {"track": "a b c"}),
        ("title", "x" * 1001, {}),
        ("title", " \t ", {}),
        ("title", "क्\u200dष", {"track": "क्\u200dष"}),
        ("track", "A3", {}),
        ("track", "0", {}),
        ("track", "-1", {}),
        ("track", "10001", {}),
        ("track", "9" * 400, {}),
        ("track", "7 / 9", {"track_no": 7}),
        ("date", "2001", {"year": 2001}),
        ("date", "0000", {}),
        ("date", "20010503", {}),
        ("date", "3 May 2001", {}),
        ("date", "2001-13-99", {"year": 2001}),
        ("musicbrainz_trackid", "none", {}),
        ("musicbrainz_trackid", "00000000-0000-0000-0000-000000000000", {}),
    ],
)
def test_a_tag_that_makes_no_sense_is_left_out(name: str, text: str, expected: dict[str, Any]) -> None:
    assert tags.said_by({name: [text]}) == Tags(said=UserMetadata(**expected))


def test_of_several_ids_the_first_that_is_one_counts() -> None:
    assert tags.said_by({"musicbrainz_trackid": ["?", f"x; {RECORDING}/{RECORDING}"]}).mbid == RECORDING


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".m4a", ".opus", ".wav"])
def test_damaged_tags_never_stop_a_file(sounds: Path, tmp_path: Path, suffix: str) -> None:
    path = copied(sounds, tmp_path, suffix)
    {".mp3": as_mp3, ".m4a": as_mp4, ".wav": as_riff}.get(suffix, as_vorbis)(path)
    whole = path.read_bytes()
    for place in range(0, min(len(whole), 4000), 37):
        damaged = bytearray(whole)
        damaged[place : place + 8] = b"\xff" * len(damaged[place : place + 8])
        assert isinstance(read_tags(io.BytesIO(bytes(damaged))), Tags)
    for size in (0, 1, 10, 100, 1000):
        assert isinstance(read_tags(io.BytesIO(whole[:size])), Tags)


def test_a_file_is_read_with_its_tags_and_what_says_nothing_is_told_apart_from_what_fails(
    sounds: Path, tmp_path: Path
) -> None:
    path = copied(sounds, tmp_path, ".flac")
    assert isinstance(read_tagged(path, 120), Unsaid)
    as_vorbis(path)
    found = read_tagged(path, 120)
    assert isinstance(found, Tagged)
    assert (found.tags.mbid, found.words.size > 0, round(found.duration)) == (RECORDING, True, 4)
    (tmp_path / "broken.mp3").write_bytes(b"ID3" + bytes(100))
    for wrong in (tmp_path / "broken.mp3", tmp_path / "absent.mp3", tmp_path):
        failed = read_tagged(wrong, 120)
        assert type(failed) is Failed
