"""Settings: what wins over what, and what is said when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from linernotes.app.config import Settings, load
from linernotes.app.config.schema import Schema, read_schema
from linernotes.domain.errors import Invalid
from linernotes.domain.secret import Secret


class RadioSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A façade of an imaginary kind."""

    station: Annotated[str, Meta(description="Name on the air.")] = "one"
    password: Annotated[Secret, Meta(description="What the transmitter asks for.")] = Secret("")
    power: Annotated[int | None, Meta(description="In watts.")] = None
    folder: Annotated[Path, Meta(description="Where jingles lie.")] = Path("jingles")
    hours: Annotated[Mapping[str, Annotated[int, Meta(ge=0)]], Meta(description="Programmes, in hours.")] = {}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema({"radio": RadioSettings}, {})


def write(folder: Path, text: str) -> Path:
    path = folder / "linernotes.yaml"
    path.write_text(text, "utf-8")
    return path


def mistakes(**sources: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        load(**{"env": {}, **sources})  # type: ignore[arg-type]
    return caught.value.message.splitlines()[1:]


def test_nothing_needs_to_be_set(tmp_path: Path, schema: Schema) -> None:
    loaded = load(env={"XDG_DATA_HOME": "/data"}, cwd=tmp_path, schema=schema)
    assert loaded.settings == Settings(data_dir=Path("/data/linernotes"), facades={"radio": RadioSettings()})
    assert loaded.origins == {}
    assert loaded.file is None


def test_the_data_folder_is_in_the_home_folder_without_xdg(tmp_path: Path, schema: Schema) -> None:
    loaded = load(env={}, cwd=tmp_path, schema=schema)
    assert loaded.settings.data_dir == Path.home() / ".local/share/linernotes"


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path, schema: Schema) -> None:
    write(tmp_path, "server:\n  port: 1001\n  host: file\n  workers: 4\nradio:\n  station: file\n")
    env = {"LINERNOTES_SERVER__PORT": "1002", "LINERNOTES_SERVER__HOST": "env"}
    loaded = load(env=env, cwd=tmp_path, schema=schema, flags={"server.port": 1003, "server.workers": None})
    server = loaded.settings.server
    assert (server.port, server.host, server.workers) == (1003, "env", 4)
    assert loaded.settings.facades["radio"].station == "file"
    assert loaded.origins == {
        "server.port": "flag",
        "server.host": "LINERNOTES_SERVER__HOST",
        "server.workers": "linernotes.yaml:4",
        "radio.station": "linernotes.yaml:6",
    }


def test_every_mistake_of_every_source_is_told_at_once_with_its_place(tmp_path: Path, schema: Schema) -> None:
    file = write(
        tmp_path,
        "server:\n  port: 70000\n  hots: x\n  port: 1\n  workers:\nlog: 5\nradio: {power: loud}\nimport:\n"
        "  derived: maybe\nlog.level: info\n",
    )
    env = {
        "LINERNOTES_SERVER__PORTT": "1",
        "LINERNOTES_LOG__FORMAT": "xml",
        "LINERNOTES_RADIO__STATION_FILE": str(tmp_path / "absent"),
        "LINERNOTES_SERVER__PORT_FILE": "x",
    }
    assert mistakes(config_file=file, env=env, schema=schema, flags={"cache.response_bytes": -1}) == [
        'linernotes.yaml:2: server.port: "70000" is not a whole number from 1 to 65535',
        "linernotes.yaml:3: server.hots: no such setting; did you mean server.host?",
        "linernotes.yaml:4: server.port: already set in line 2",
        "linernotes.yaml:5: server.workers: null is not a whole number of 1 or more",
        "linernotes.yaml:6: log: a section, its settings stand indented below it",
        'linernotes.yaml:7: radio.power: "loud" is not a whole number or nothing',
        'linernotes.yaml:9: import.derived: "maybe" is not true or false',
        "linernotes.yaml:10: log.level: a name has no dots; indent it below its section",
        'LINERNOTES_LOG__FORMAT: log.format: "xml" is not one of auto, console, json',
        f"LINERNOTES_RADIO__STATION_FILE: cannot read {tmp_path / 'absent'}: No such file or directory",
        "LINERNOTES_SERVER__PORTT: no such setting; did you mean LINERNOTES_SERVER__PORT?",
        "LINERNOTES_SERVER__PORT_FILE: only text can come from a file; set LINERNOTES_SERVER__PORT",
        "flag: cache.response_bytes: -1 is not a whole number of 0 or more",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("server: [", "1: not YAML: expected the node content, but found '<stream end>'"),
        ("a: &x 1\nb: *x\n", "2: not YAML: aliases (*name) are not supported here"),
        ("- a\n", "1: not a mapping of names to values"),
        ("just text", "1: not a mapping of names to values"),
        ("? [a]\n: 1\n", "1: a name must be plain text"),
        ("log: " + "[" * 50 + "]" * 50, "1: not YAML: nested too deeply"),
        ("a: 1\n---\nb: 2\n", "2: not YAML: but found another document"),
        ("log:\n\tlevel: info\n", "2: not YAML: found character '\\t' that cannot start any token"),
        ("radio:\n  station: {a: b}\n", '2: radio.station: {"a": "b"} is not text'),
        ("radio:\n  station: [a, b]\n", '2: radio.station: ["a", "b"] is not text'),
        ("server:\n  trusted_proxies: [[a]]\n", '2: server.trusted_proxies: {"…": "…"} is not a list, each text'),
        ("log:\nbell: \a\n", "2: not YAML: a control character"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, schema: Schema, text: str, message: str) -> None:
    found = mistakes(config_file=write(tmp_path, text), schema=schema)
    assert found == [f"linernotes.yaml:{message}"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SERVER__PRT", "SERVER__PORT"),
        ("SERVR__PORT", "SERVER__PORT"),
        ("SERVER__POR_", "SERVER__PORT"),
        ("SERVER_PORT", "SERVER__PORT"),
        ("SERVER__COLOUR", ""),
    ],
)
def test_a_misspelt_name_is_recognised_only_when_it_is_close(schema: Schema, name: str, meant: str) -> None:
    (message,) = mistakes(env={f"LINERNOTES_{name}": "1"}, schema=schema)
    assert message == f"LINERNOTES_{name}: no such setting" + (f"; did you mean LINERNOTES_{meant}?" if meant else "")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "server:\n", "---\n", "\ufeffserver:\n  port: 8080\n"])
def test_an_empty_file_or_section_sets_nothing_new(tmp_path: Path, schema: Schema, text: str) -> None:
    assert load(config_file=write(tmp_path, text), env={}, schema=schema).settings.server.port == 8080


def test_a_huge_file_is_refused_unread(tmp_path: Path, schema: Schema) -> None:
    file = write(tmp_path, "#" * (1 << 20) + "\n")
    with pytest.raises(Invalid, match="larger than 1 MiB"):
        load(config_file=file, env={}, schema=schema)


def test_a_file_in_another_encoding_says_at_which_line(tmp_path: Path, schema: Schema) -> None:
    file = tmp_path / "linernotes.yaml"
    file.write_bytes("log:\n  level: info # größer\n".encode("latin-1"))
    with pytest.raises(Invalid, match=r"linernotes\.yaml:2: not UTF-8"):
        load(config_file=file, env={}, schema=schema)


def test_a_named_file_must_exist(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(Invalid, match="cannot read the settings file"):
        load(env={"LINERNOTES_CONFIG": str(tmp_path / "absent.yaml")}, schema=schema)


def test_the_file_is_looked_for_here_and_then_in_the_data_folder(tmp_path: Path, schema: Schema) -> None:
    data = tmp_path / "data"
    data.mkdir()
    write(data, "server: {port: 1}\n")
    env = {"LINERNOTES_DATA_DIR": str(data)}
    assert load(env=env, cwd=tmp_path, schema=schema).settings.server.port == 1
    write(tmp_path, "server: {port: 2}\n")
    assert load(env=env, cwd=tmp_path, schema=schema).settings.server.port == 2


def test_values_keep_the_spelling_of_the_file(tmp_path: Path, schema: Schema) -> None:
    file = write(tmp_path, 'radio:\n  station: 010\n  folder: yes\nserver:\n  trusted_proxies: [1.5, "::1"]\n')
    settings = load(config_file=file, env={}, schema=schema).settings
    assert settings.facades["radio"].station == "010"
    assert settings.facades["radio"].folder == Path("yes")
    assert settings.server.trusted_proxies == ("1.5", "::1")


@pytest.mark.parametrize("text", ["10.0.0.1, 10.0.0.2", '["10.0.0.1", "10.0.0.2"]', "10.0.0.1,10.0.0.2,"])
def test_a_list_in_the_environment_is_separated_by_commas_or_json(schema: Schema, text: str) -> None:
    settings = load(env={"LINERNOTES_SERVER__TRUSTED_PROXIES": text}, schema=schema).settings
    assert settings.server.trusted_proxies == ("10.0.0.1", "10.0.0.2")


def test_a_mapping_stands_in_the_file_as_one_and_in_the_environment_as_json(tmp_path: Path, schema: Schema) -> None:
    write(tmp_path, "radio:\n  hours: {news: 1, 'talk show': 3}\n")
    assert load(env={}, cwd=tmp_path, schema=schema).settings.facades["radio"].hours == {"news": 1, "talk show": 3}
    env = {"LINERNOTES_RADIO__HOURS": '{"news": 2}'}
    assert load(env=env, cwd=tmp_path, schema=schema).settings.facades["radio"].hours == {"news": 2}


def test_what_is_no_mapping_is_refused_with_what_is_expected(schema: Schema) -> None:
    assert mistakes(env={"LINERNOTES_RADIO__HOURS": "three"}, schema=schema) == [
        'LINERNOTES_RADIO__HOURS: radio.hours: "three" is not names with a value each, a whole number of 0 or more'
    ]


@pytest.mark.parametrize(("word", "meant"), [("yes", True), ("ON", True), ("1", True), ("no", False), ("False", False)])
def test_a_switch_may_be_said_in_several_words(schema: Schema, word: str, *, meant: bool) -> None:
    assert load(env={"LINERNOTES_IMPORT__DERIVED": word}, schema=schema).settings.import_.derived is meant


def test_an_empty_variable_counts_as_not_set(schema: Schema) -> None:
    assert load(env={"LINERNOTES_SERVER__PORT": ""}, schema=schema).origins == {}


def test_variables_that_kubernetes_adds_for_a_service_of_our_name_are_left_alone(schema: Schema) -> None:
    env = {
        "LINERNOTES_SERVICE_HOST": "10.0.0.1",
        "LINERNOTES_SERVICE_PORT_HTTP": "80",
        "LINERNOTES_PORT": "tcp://10.0.0.1:80",
        "LINERNOTES_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    assert load(env=env, schema=schema).origins == {}


def test_a_secret_comes_from_a_file_without_its_line_end_and_is_never_shown(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    loaded = load(env={"LINERNOTES_RADIO__PASSWORD_FILE": str(tmp_path / "password")}, cwd=tmp_path, schema=schema)
    assert loaded.settings.facades["radio"].password.reveal() == "hunter2"
    assert loaded.origins == {"radio.password": "LINERNOTES_RADIO__PASSWORD_FILE"}
    assert "hunter2" not in repr(loaded)


def test_a_wrong_secret_is_not_repeated_in_the_message(tmp_path: Path, schema: Schema) -> None:
    file = write(tmp_path, "radio:\n  password: [hunter2]\n")
    assert mistakes(config_file=file, schema=schema) == [
        "linernotes.yaml:2: radio.password: the value is not text",
    ]


def test_a_variable_and_its_file_together_are_a_mistake(schema: Schema) -> None:
    env = {"LINERNOTES_RADIO__STATION": "a", "LINERNOTES_RADIO__STATION_FILE": "b"}
    assert mistakes(env=env, schema=schema) == [
        "LINERNOTES_RADIO__STATION_FILE: LINERNOTES_RADIO__STATION is set too; keep one of them"
    ]


@given(st.text(max_size=200))
def test_no_text_makes_reading_fail_in_another_way_than_invalid(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(text, "utf-8", errors="replace")
    try:
        loaded = load(config_file=file, env={}, schema=read_schema({}, {}))
    except Invalid as error:
        message = error.message
    else:
        message = f"any.yaml was read: {loaded.settings.server.port}"
    assert "any.yaml" in message


@given(st.sampled_from(sorted(read_schema({}, {}).settings())), st.text(max_size=30))
def test_any_text_for_any_setting_is_taken_or_refused_with_its_variable(name: str, text: str) -> None:
    row = read_schema({}, {}).settings()[name]
    try:
        loaded = load(env={row.variable: text}, schema=read_schema({}, {}))
    except Invalid as error:
        source = error.message
    else:
        source = loaded.origins.get(name, row.variable)
    assert row.variable in source
