"""A commitment hides a value until its salt opens it; vectors hold the bytes."""

from __future__ import annotations

import pytest

from vrmprotocol import commitment
from vrmprotocol.errors import LocalError

SALT = bytes(range(32))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_salt_of_another_length_is_ours_to_mend(length: int) -> None:
    with pytest.raises(LocalError) as caught:
        commitment.commit(bytes(length), "name", "Anna")
    assert caught.value.code == "commitment.salt"
    # What came from elsewhere with such a salt opens nothing, and raises nothing.
    assert not commitment.opens(commitment.commit(SALT, "name", "Anna"), bytes(length), "name", "A")


@pytest.mark.parametrize(
    ("salt", "name", "value"), [(bytes(32), "name", "Anna"), (SALT, "email", "Anna"),
                                (SALT, "name", "anna"), (SALT, "name", None)],
)  # fmt: skip
def test_only_salt_name_and_value_together_open_it(
    salt: bytes, name: str, value: str | None
) -> None:
    made = commitment.commit(SALT, "name", "Anna")
    assert commitment.opens(made, SALT, "name", "Anna")
    assert not commitment.opens(made, salt, name, value)
