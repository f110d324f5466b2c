"""`daemon`: a fake node that answers in `tmp_path`; `vrm`: the command, in this process."""

import json

import pytest
from click.testing import CliRunner

from tests.cli.daemon import running_daemon
from vrmnode.cli.root import vrm as command


@pytest.fixture
def daemon(tmp_path):
    with running_daemon(tmp_path) as daemon:
        yield daemon


class Vrm:
    """Runs `vrm` with arguments, in the folder of the test."""

    def __init__(self, data_dir):
        self.data_dir = data_dir

    def __call__(self, *args, code=0, stdin=None):
        runner = CliRunner()
        result = runner.invoke(
            command, ["--data", str(self.data_dir), *map(str, args)], input=stdin, prog_name="vrm"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *args, **options):
        return json.loads(self(*args, "--json", **options).stdout)

    def error(self, *args, code):
        result = self(*args, "--json", code=code)
        error = json.loads(result.stderr.strip().splitlines()[-1])["error"]
        assert error["exit_code"] == code
        return error


@pytest.fixture
def vrm(tmp_path, monkeypatch):
    monkeypatch.delenv("VRM_DATA", raising=False)
    for variable in ("VRM_LANGUAGE", "VRM_LOCALE", "LC_ALL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv("VRM_PASSPHRASE_FILE", raising=False)
    return Vrm(tmp_path)
