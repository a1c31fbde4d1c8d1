import importlib
from importlib.metadata import version

import pytest


@pytest.mark.parametrize("program", ["edge", "training", "export"])
def test_every_program_says_its_version(program, capsys):
    with pytest.raises(SystemExit) as stopped:
        importlib.import_module(f"{program}.cli").main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.split()[1] == version("maskwatch")
