"""The node's errors: a stable `code` for programs, a `message` for people.

    NodeError
    +- ServiceError     what a command or query of the API answers when it fails
    +- StorageError     the database: storage.*
    +- KeystoreError    the identity's file: keystore.*
    +- BackupError      the encrypted backup file: backup.*
    +- ConfigError      config.toml and the environment: config.*
    +- WellKnownError   the file on a vendor's web site: wellknown.*
    +- LockError        a second daemon on one folder: node.already_running

Messages say what was expected, what came and what to do; they never contain secrets. Errors of
the wire protocol are `vrmprotocol.errors`.
"""

from __future__ import annotations


class NodeError(Exception):
    """An error of this node, with a stable `code` such as `storage.corrupt`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ServiceError(NodeError):
    """A command or query that can't be carried out.

    `status` is the HTTP status of the answer: 400 wrong parameters, 404 not found, 409 not
    possible in the present state, 503 not now.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.status = status


class StorageError(NodeError):
    """The database can't do what was asked; the transaction, if any, is rolled back."""


class KeystoreError(NodeError):
    """The keystore can't be read or written."""


class BackupError(NodeError):
    """A backup file can't be written, verified or restored; nothing was replaced."""


class ConfigError(NodeError):
    """config.toml or an environment variable is wrong; the message names file and key."""


class WellKnownError(NodeError):
    """A domain's well-known file can't be fetched, or isn't one."""


class LockError(NodeError):
    """Another node runs in the folder; `pid` is its process, where it is known."""

    def __init__(self, code: str, message: str, pid: int | None = None) -> None:
        super().__init__(code, message)
        self.pid = pid
