"""Errors carry a code for programs and words for people."""

from __future__ import annotations

import pickle

import pytest

from vrmnode import errors
from vrmnode.errors import LockError, NodeError, ServiceError, StorageError


@pytest.mark.parametrize(
    "name", ["StorageError", "KeystoreError", "BackupError", "ConfigError", "LockError"]
)
def test_one_base(name: str) -> None:
    error = getattr(errors, name)("a.code", "some words")
    assert isinstance(error, NodeError)
    assert (error.code, error.message, str(error)) == ("a.code", "some words", "a.code: some words")


def test_a_service_error_has_a_status() -> None:
    assert ServiceError("a", "b").status == 400
    assert ServiceError("a", "b", 404).status == 404
    assert LockError("a", "b").pid is None


def test_they_survive_pickling() -> None:
    copy = pickle.loads(pickle.dumps(StorageError("storage.io", "words")))
    assert (copy.code, copy.message) == ("storage.io", "words")
