"""Naming sounds over gRPC: fingerprints, files, submissions, and everything that they may be instead."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest

from linernotes.domain.errors import Unavailable
from linernotes.domain.keys import Scope
from linernotes.facades.grpc.calls import Left
from linernotes.facades.grpc.gen import identify_pb2 as pb
from linernotes.facades.grpc.identify_calls import Upload
from linernotes.facades.grpc.services import IDENTIFY
from linernotes.facades.grpc.tests.refused import read, refused
from linernotes.facades.grpc.tests.served import Served, served
from linernotes.facades.grpc.tests.test_access import Guarded
from linernotes.fingerprint.codec import decode, encode
from linernotes.usecases.identify.listening import MOST_BYTES
from tests.contracts import world as w
from tests.fingerprint import sounds
from tests.usecases.identify.naming_world import KNOWN, LIKE_KNOWN, SECONDS, STRANGE, Sounds, gid

KNOWN_TEXT = encode(KNOWN)
INVALID = grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture(scope="module")
def flac(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sounds.write(tmp_path_factory.mktemp("flac") / "sound.flac", sounds.melody(20)).read_bytes()


def lookup(**fields: Any) -> pb.LookupRequest:
    return pb.LookupRequest(**({"fingerprint": KNOWN_TEXT, "duration": SECONDS} | fields))


def parts(data: bytes, size: int = 50_000, **options: Any) -> Iterator[pb.LookupAudioRequest]:
    """Send a file in parts, after its options."""
    yield pb.LookupAudioRequest(options=options)
    for start in range(0, len(data), size):
        yield pb.LookupAudioRequest(data=data[start : start + size])


def test_text_and_words_of_a_fingerprint_are_the_same(ear: Served) -> None:
    by_text = ear.identify.Lookup(lookup(), timeout=30)
    by_words = ear.identify.Lookup(lookup(fingerprint="", words=KNOWN.tolist()), timeout=30)
    assert by_text == by_words
    [found] = by_text.results
    assert (found.track, found.score, found.duration) == (gid(1), 1.0, SECONDS)


def test_durations_may_differ_as_far_as_is_said(ear: Served) -> None:
    def tracks(duration: int, tolerance: int) -> int:
        request = lookup(duration=duration, options={"tolerance": tolerance})
        return len(ear.identify.Lookup(request, timeout=30).results)

    assert [tracks(SECONDS + 7, 0), tracks(SECONDS + 8, 0), tracks(SECONDS + 8, 8), tracks(SECONDS + 30, 30)] == [
        1,
        0,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (lookup(fingerprint=""), "fingerprint"),
        (lookup(words=[1]), "words"),
        (lookup(fingerprint="?"), "fingerprint"),
        (lookup(duration=0), "duration"),
        (lookup(duration=40_000), "duration"),
        (lookup(options={"limit": 11}), "options.limit"),
        (lookup(options={"limit": -1}), "options.limit"),
        (lookup(options={"tolerance": 31}), "options.tolerance"),
        (lookup(options={"include": [77]}), "options.include"),
    ],
    ids=range(9),
)
def test_what_is_wrong_is_named(ear: Served, request_: pb.LookupRequest, field: str) -> None:
    answer = refused(ear.identify.Lookup, request_)
    assert (answer.code, answer.fields) == (INVALID, [field])


def test_a_file_is_heard_and_its_fingerprint_told(flac: bytes) -> None:
    known = Sounds()
    with served(sounds=known) as server:
        told = server.identify.LookupAudio(parts(flac), timeout=60)
        assert (list(told.results), told.duration) == ([], 20)
        said = pb.NewSubmission(fingerprint=told.fingerprint, duration=told.duration, recording_mbid=w.SONG)
        server.identify.Submit(pb.SubmitRequest(submissions=[said]), timeout=30)
        known.bring_in()
        again = server.identify.LookupAudio(parts(flac, options={"limit": 1}), timeout=60)
        assert [one.mbid for found in again.results for one in found.recordings] == [w.SONG]
        # Half of a file, by its duration as somebody knows it.
        half = server.identify.LookupAudio(parts(flac[: len(flac) // 2], duration=27), timeout=60)
        assert (len(half.results), half.duration) == (1, 27)
        late = server.identify.LookupAudio(parts(flac, duration=28), timeout=60)
        assert list(late.results) == []


def test_bare_samples_need_no_file_around_them(ear: Served, tmp_path: Path) -> None:
    wav = sounds.write(tmp_path / "sound.wav", sounds.melody(10, channels=1)).read_bytes()
    said = {"format": "s16le", "sample_rate": 44100, "channels": 1, "duration": 10}
    told = ear.identify.LookupAudio(parts(wav[44:], **said), timeout=60)
    assert decode(told.fingerprint).words.size > 40


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ([], ""),
        ([pb.LookupAudioRequest(options={})], ""),
        ([pb.LookupAudioRequest(data=b"x" * 5000)], ""),
        ([pb.LookupAudioRequest(data=b"x"), pb.LookupAudioRequest(options={})], "options"),
        ([pb.LookupAudioRequest(options={}), pb.LookupAudioRequest(options={})], "options"),
        (
            [pb.LookupAudioRequest(options={"options": {"limit": 99}}), pb.LookupAudioRequest(data=b"x")],
            "options.limit",
        ),
        ([pb.LookupAudioRequest(options={"duration": -1}), pb.LookupAudioRequest(data=b"x")], "options.duration"),
        ([pb.LookupAudioRequest(options={"length": 1}), pb.LookupAudioRequest(data=b"x")], ""),
        ([pb.LookupAudioRequest(options={"format": "hls"}), pb.LookupAudioRequest(data=b"x")], ""),
    ],
    ids=range(9),
)
def test_what_is_no_sound_is_refused(ear: Served, messages: list[pb.LookupAudioRequest], field: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        ear.identify.LookupAudio(iter(messages), timeout=60)
    answer = read(caught.value)
    assert answer.code is INVALID
    assert field == "" or answer.fields == [field]


def test_a_file_has_an_end_before_it_fills_the_memory(ear: Served) -> None:
    def endless() -> Iterator[pb.LookupAudioRequest]:
        while True:
            yield pb.LookupAudioRequest(data=bytes(1_000_000))

    with pytest.raises(grpc.RpcError) as caught:
        ear.identify.LookupAudio(endless(), timeout=60)
    answer = read(caught.value)
    assert (answer.code, answer.fields) == (INVALID, ["data"])
    assert str(MOST_BYTES) in answer.text


def slowly(over: Event) -> Iterator[pb.LookupAudioRequest]:
    """Send a byte, and then nothing until it is over."""
    yield pb.LookupAudioRequest(data=b"x")
    over.wait(60)


def test_files_that_are_being_sent_leave_room_for_other_calls() -> None:
    over = Event()
    with served(threads=8, sounds=Sounds()) as server:
        first = server.identify.LookupAudio.future(slowly(over), timeout=60)
        try:
            codes = []
            for _ in range(300):  # until the first is there
                if first.done():  # gRPC refused it, as it does when it is busy
                    first = server.identify.LookupAudio.future(slowly(over), timeout=60)
                try:
                    server.identify.LookupAudio(iter([]), timeout=30)
                except grpc.RpcError as error:
                    codes.append(error.code())
                    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                        break
                time.sleep(0.1)
            else:
                if set(codes) == {grpc.StatusCode.UNAVAILABLE}:
                    pytest.skip("gRPC refuses all streams of this process (REFUSED_STREAM)")
                pytest.fail(f"the first is not there: {first}, {codes[-3:]}")
            assert server.identify.Lookup(lookup(), timeout=30).results
        finally:
            over.set()
            first.cancel()


class FakeContext:
    """A call whose client never says another word, until it is cut off."""

    def __init__(self) -> None:
        self.over = Event()

    def cancel(self) -> None:
        """Cut it off."""
        self.over.set()

    def requests(self) -> Iterator[bytes]:
        """Wait, and end as gRPC ends them."""
        yield b""
        assert self.over.wait(30)
        raise grpc.RpcError


def test_who_sends_too_slowly_is_cut_off() -> None:
    context: Any = FakeContext()
    upload = Upload(method=None, calls=None, places=None, seconds=0.05)  # type: ignore[arg-type]
    with pytest.raises(Left):
        upload._received(context.requests(), context)


def said(**fields: Any) -> pb.NewSubmission:
    return pb.NewSubmission(
        **({"fingerprint": encode(STRANGE), "duration": SECONDS, "recording_mbid": w.SONG} | fields)
    )


def test_a_submission_is_kept_then_imported_or_refused_with_the_reason() -> None:
    known = Sounds()
    with served(sounds=known) as server:
        tags = pb.UserMetadata(title="Mine", artist="Me", track_number=3, year=1999)
        new = [
            said(),
            said(recording_mbid="", metadata=tags, foreign_id="vendor:7", bitrate=192, file_format="MP3"),
            said(fingerprint="", words=STRANGE[:9].tolist()),
        ]
        kept = server.identify.Submit(pb.SubmitRequest(submissions=new), timeout=30)
        assert [one.state for one in kept.submissions] == [pb.SUBMISSION_STATE_PENDING] * 3
        assert server.identify.Submit(pb.SubmitRequest(submissions=new), timeout=30) == kept
        known.bring_in()
        ids = [one.id for one in kept.submissions]
        told = server.identify.SubmissionStatus(pb.SubmissionStatusRequest(ids=[*ids, 99, -1]), timeout=30)
        states = [pb.SubmissionState.Name(one.state)[17:] for one in told.submissions]
        assert states == ["IMPORTED", "IMPORTED", "REJECTED"]
        assert told.submissions[0].track == told.submissions[1].track != ""
        assert told.submissions[2].reason
        assert list(told.missing) == [99, -1]
        assert server.identify.Lookup(lookup(fingerprint=encode(STRANGE)), timeout=30).results[0].score == 1


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ([], "submissions"),
        ([said()] * 101, "submissions"),
        ([said(), said(fingerprint="?")], "submissions[1].fingerprint"),
        ([said(duration=0)], "submissions[0].duration"),
        ([said(recording_mbid="song")], "submissions[0].recording_mbid"),
        ([said(recording_mbid="")], "submissions[0]"),
        ([said(recording_mbid="", foreign_id="vendor:1")], "submissions[0]"),
        ([said(foreign_id="none")], "submissions[0]"),
        ([said(bitrate=-1)], "submissions[0]"),
    ],
    ids=range(9),
)
def test_a_submission_that_is_wrong_is_refused_with_all_others(
    ear: Served, new: list[pb.NewSubmission], field: str
) -> None:
    answer = refused(ear.identify.Submit, pb.SubmitRequest(submissions=new))
    assert (answer.code, answer.fields) == (INVALID, [field])


def test_numbers_of_submissions_have_a_bound(ear: Served) -> None:
    for ids in ([], range(1, 102)):
        assert refused(ear.identify.SubmissionStatus, pb.SubmissionStatusRequest(ids=ids)).fields == ["ids"]


def test_who_submits_needs_a_key_for_it_and_has_an_account_by_it() -> None:
    guarded, known = Guarded(), Sounds()
    request = pb.SubmitRequest(submissions=[said()])
    with served(access=guarded.access, sounds=known) as server:
        assert refused(server.identify.Submit, request).code is grpc.StatusCode.UNAUTHENTICATED
        answer = refused(server.identify.Submit, request, metadata=guarded.bearer(Scope.READ))
        assert (answer.code, answer.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN")
        assert server.identify.Submit(request, timeout=30, metadata=guarded.bearer(Scope.SUBMIT)).submissions
        assert server.identify.Lookup(lookup(), timeout=30).results
    [account] = known.kept.clients.accounts()
    assert account.name == f"api key {guarded.texts[Scope.SUBMIT].split('_')[1]}"


def test_where_keys_are_needed_no_sound_is_named_without_one() -> None:
    with served(access=Guarded(anonymous_read=False).access, sounds=Sounds()) as server:
        for method, request in (
            (server.identify.Lookup, lookup()),
            (server.identify.LookupAudio, iter([])),
            (server.identify.SubmissionStatus, pb.SubmissionStatusRequest(ids=[1])),
        ):
            assert refused(method, request).code is grpc.StatusCode.UNAUTHENTICATED


def test_without_an_index_there_is_no_answer() -> None:
    known = Sounds()
    known.fault = Unavailable("The index is being read.", retry_after=3)
    with served(sounds=known) as server:
        answer = refused(server.identify.Lookup, lookup())
        assert (answer.code, answer.retry_seconds) == (grpc.StatusCode.UNAVAILABLE, 3)


def test_an_excerpt_needs_an_index_of_whole_tracks() -> None:
    with served(sounds=Sounds()) as server:
        answer = refused(server.identify.Lookup, lookup(options={"clip": True}))
        assert (answer.code, "identification.index" in answer.hint) == (INVALID, True)


def test_a_server_that_identifies_nothing_says_so(server: Served) -> None:
    for method in IDENTIFY.methods:
        request = pb.LookupAudioRequest() if method.client_streaming else None
        asked = iter([request]) if request is not None else getattr(pb, method.input_type.name)()
        answer = refused(getattr(server.identify, method.name), asked)
        assert (answer.code, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "UNIMPLEMENTED")
        assert "identification.enabled" in answer.hint


def test_look_ups_are_counted_with_who_asks_and_by_method() -> None:
    known = Sounds()
    with served(sounds=known) as server:
        server.identify.Lookup(lookup(fingerprint=encode(LIKE_KNOWN)), timeout=30)
        counters, _ = server.server.numbers()
    assert counters["grpc_calls"][("method", "Identify/Lookup"), ("code", "OK")] == 1
    known.counter.flush()
    [(_, _, agent, address)] = known.kept.keeper.data.agents
    assert (agent.startswith("grpc-python/"), address) == (True, "127.0.0.1")
