"""Applications and accounts. A key's digest is all that is kept of it."""

from __future__ import annotations

from typing import Any

import msgspec

from linernotes.domain.errors import Conflict
from linernotes.domain.identification import Account, Application
from linernotes.stores.sql.identification.sessions import Session, Sessions, Turn
from linernotes.stores.sql.identification.values import HIGHEST, check_number, check_text
from linernotes.stores.sql.texts import check_key, storable

_APPLICATION = "name, version, account, active, email, website, created"
_ACCOUNT = "name, mbuser, anonymous, application, application_version, address, submission_count, created"
APPLICATION = f"SELECT id, {_APPLICATION} FROM acoustid_application WHERE digest = ?"
APPLICATIONS = f"SELECT id, {_APPLICATION} FROM acoustid_application ORDER BY id"
ADD_APPLICATION = (
    f"INSERT INTO acoustid_application (digest, {_APPLICATION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
SET_ACTIVE = "UPDATE acoustid_application SET active = ? WHERE id = ?"
SET_ACTIVE_OF = "UPDATE acoustid_application SET active = ? WHERE id = ? AND account = ?"
SET_APPLICATION_KEY = "UPDATE acoustid_application SET digest = ? WHERE id = ?"
ACCOUNT = f"SELECT id, {_ACCOUNT} FROM acoustid_account WHERE digest = ?"
ACCOUNT_OF = f"SELECT id, {_ACCOUNT} FROM acoustid_account WHERE folded = ?"
ACCOUNTS = f"SELECT id, {_ACCOUNT} FROM acoustid_account ORDER BY id"
ADD_ACCOUNT = (
    f"INSERT INTO acoustid_account (digest, folded, {_ACCOUNT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
SET_ACCOUNT_KEY = "UPDATE acoustid_account SET digest = ? WHERE id = ?"


class SqlClients:
    """Who asks and who submits. May be used from several threads."""

    def __init__(self, *, sessions: Sessions) -> None:
        """Keep them in this database."""
        self._sessions = sessions

    def application(self, digest: bytes) -> Application | None:
        rows = self._sessions.read(lambda session: session.ask(APPLICATION, (digest,)))
        return _application(rows[0]) if rows else None

    def applications(self) -> list[Application]:
        return [_application(row) for row in self._sessions.read(lambda session: session.ask(APPLICATIONS))]

    def add_application(self, new: Application, digest: bytes) -> Application:
        row = (
            digest,
            check_text(new.name),
            check_text(new.version),
            _number(new.account),
            new.active,
            check_text(new.email),
            check_text(new.website),
            new.created_at,
        )
        with self._sessions.writing(Turn.CLIENTS) as session:
            if session.ask(APPLICATION, (digest,)):
                raise Conflict("there is an application with this key already")
            [id_] = session.insert_all(ADD_APPLICATION, [row])
        return msgspec.structs.replace(new, id=id_)

    def set_active(self, application: int, *, active: bool, account: int | None = None) -> bool:
        of = () if account is None else (account,)
        if not all(0 < number <= HIGHEST for number in (application, *of)):
            return False
        with self._sessions.writing(Turn.CLIENTS) as session:
            return session.tell(SET_ACTIVE_OF if of else SET_ACTIVE, (active, application, *of)) == 1

    def set_application_key(self, application: int, digest: bytes) -> bool:
        return self._set_key(application, digest, look=APPLICATION, change=SET_APPLICATION_KEY)

    def account(self, digest: bytes) -> Account | None:
        rows = self._sessions.read(lambda session: session.ask(ACCOUNT, (digest,)))
        return _account(rows[0]) if rows else None

    def account_of(self, user: str) -> Account | None:
        folded = storable(user.casefold())
        if folded is None:
            return None
        rows = self._sessions.read(lambda session: session.ask(ACCOUNT_OF, (folded,)))
        return _account(rows[0]) if rows else None

    def accounts(self) -> list[Account]:
        return [_account(row) for row in self._sessions.read(lambda session: session.ask(ACCOUNTS))]

    def add_account(self, new: Account, digest: bytes) -> Account:
        folded = None if new.user is None else check_key(new.user.casefold())
        row = (
            digest,
            folded,
            check_text(new.name),
            new.user,
            new.anonymous,
            _number(new.application),
            check_text(new.application_version),
            check_text(new.address),
            _number(new.submissions),
            new.created_at,
        )
        with self._sessions.writing(Turn.CLIENTS) as session:
            if session.ask(ACCOUNT, (digest,)):
                raise Conflict("there is an account with this key already")
            if folded is not None and session.ask(ACCOUNT_OF, (folded,)):
                raise Conflict(f"the user {new.user} has an account already")
            [id_] = session.insert_all(ADD_ACCOUNT, [row])
        return msgspec.structs.replace(new, id=id_)

    def set_account_key(self, account: int, digest: bytes) -> bool:
        return self._set_key(account, digest, look=ACCOUNT, change=SET_ACCOUNT_KEY)

    def _set_key(self, id_: int, digest: bytes, *, look: str, change: str) -> bool:
        if not 0 < id_ <= HIGHEST:
            return False
        with self._sessions.writing(Turn.CLIENTS) as session:
            _check_free(session, look, digest, id_)
            return session.tell(change, (digest, id_)) == 1


def _check_free(session: Session, look: str, digest: bytes, id_: int) -> None:
    if any(row[0] != id_ for row in session.ask(look, (digest,))):
        raise Conflict("somebody else has this key already")


def _number(value: int | None) -> int | None:
    return None if value is None else check_number(value, 0, HIGHEST, "a number")


def _application(row: tuple[Any, ...]) -> Application:
    id_, name, version, account, active, email, website, created = row
    return Application(
        id=id_,
        name=name,
        version=version,
        account=account,
        active=bool(active),
        email=email,
        website=website,
        created_at=created,
    )


def _account(row: tuple[Any, ...]) -> Account:
    id_, name, user, anonymous, application, application_version, address, submissions, created = row
    return Account(
        id=id_,
        name=name,
        user=user,
        anonymous=bool(anonymous),
        application=application,
        application_version=application_version,
        address=address,
        submissions=submissions,
        created_at=created,
    )
