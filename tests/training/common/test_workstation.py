import pytest

EPOCH = ("--batch-size", "16", "--epochs", "1")


@pytest.fixture
def refusal_without(start_python):
    """What `maskwatch-train` says where a package is not installed."""

    def refusal(package, arguments):
        code = (
            f"import sys; sys.modules[{package!r}] = None; from training.cli import main; sys.exit(main({arguments}))"
        )
        process = start_python("-c", code)
        _, err = process.communicate(timeout=300)
        assert process.returncode == 2, err
        return err

    return refusal


@pytest.mark.parametrize("package", ["tensorflow", "PIL", "rich"])
def test_a_missing_package_is_answered_with_how_to_install_it(refusal_without, classifier_command, tmp_path, package):
    err = refusal_without(package, classifier_command(tmp_path / "run", *EPOCH))
    assert "which this line of the README installs: python3 -m venv" in err
    assert err.count("\n") == 1


def test_the_locator_needs_tensorflow_too(refusal_without, draw_scenes, tmp_path):
    for split in ("train", "val"):
        draw_scenes(tmp_path / "scenes", split)
    err = refusal_without("tensorflow", ["locator", str(tmp_path / "scenes"), "--out", str(tmp_path / "run")])
    assert err.startswith("maskwatch-train: TensorFlow is not installed")
    assert err.count("\n") == 1


def test_a_missing_backend_is_answered_with_how_to_install_it(
    refusal_without, classifier_command, tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    err = refusal_without("jax", classifier_command(tmp_path / "run", *EPOCH))
    assert err == "maskwatch-train: JAX is not installed: install it with pip install jax, or unset KERAS_BACKEND.\n"


def test_an_unknown_backend_is_refused(refusal, classifier_command, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    sentence = refusal(classifier_command(tmp_path / "run", *EPOCH))
    assert "make it one of tensorflow, jax, torch" in sentence
