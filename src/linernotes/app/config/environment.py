"""Reads the environment variables: LINERNOTES_SERVER__PORT sets server.port.

For every text setting there is a second variable with `_FILE` at its end, which names a file that holds the value.
An empty variable counts as not set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from linernotes.app.config.schema import PREFIX, Setting

CONFIG = PREFIX + "CONFIG"
LONGEST = 64 * 1024
# What Kubernetes and old container links put into every container beside a service that is called linernotes.
FOREIGN = re.compile(PREFIX + r"(SERVICE_(HOST|PORT)|PORT)(_[A-Z0-9]+)*")


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that is set: either the text for ``setting_variable`` or a mistake."""

    variable: str
    setting_variable: str = ""
    text: str = ""
    mistake: str = ""
    unknown: bool = False


def read_environment(env: Mapping[str, str], known: Mapping[str, Setting]) -> Iterator[Variable]:
    """Yield our variables in the order of their names; ``known`` maps variable names to settings."""
    for name in sorted(env):
        if not name.startswith(PREFIX) or name == CONFIG or not env[name]:
            continue
        base = name.removesuffix("_FILE")
        if name in known:
            yield Variable(variable=name, setting_variable=name, text=env[name])
        elif base != name and base in known:
            yield _from_file(name, env, known[base])
        elif not FOREIGN.fullmatch(name):
            yield Variable(variable=name, mistake="no such setting", unknown=True)


def _from_file(name: str, env: Mapping[str, str], setting: Setting) -> Variable:
    if not setting.is_text:
        return Variable(variable=name, mistake=f"only text can come from a file; set {setting.variable}")
    if env.get(setting.variable):
        return Variable(variable=name, mistake=f"{setting.variable} is set too; keep one of them")
    try:
        with Path(env[name]).open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "not UTF-8"
        return Variable(variable=name, mistake=f"cannot read {env[name]}: {reason}")
    if len(text) > LONGEST:
        return Variable(variable=name, mistake=f"{env[name]} is too long to be a value")
    return Variable(variable=name, setting_variable=setting.variable, text=text.rstrip("\r\n"))
