import pytest

from edge.board import Board, Throttling, read_throttling


@pytest.fixture
def write(tmp_path):
    """Writes a file of the made-up machine."""

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


@pytest.mark.parametrize(
    ("model", "is_pi"), [("Raspberry Pi 4 Model B Rev 1.4\0", True), ("Radxa ROCK 5B\0", False), ("", False)]
)
def test_a_raspberry_pi_is_known_by_its_device_tree(model, is_pi, write, tmp_path):
    write("proc/device-tree/model", model)
    assert Board(tmp_path).is_raspberry_pi == is_pi


def test_without_a_device_tree_it_is_none(tmp_path):
    assert not Board(tmp_path).is_raspberry_pi


def test_a_board_is_called_what_its_device_tree_says(write, tmp_path):
    write("proc/device-tree/model", "Raspberry Pi Zero 2 W Rev 1.0\0")
    assert Board(tmp_path).name == "Raspberry Pi Zero 2 W Rev 1.0"


def test_a_machine_without_one_is_called_after_its_processor(write, tmp_path):
    write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) N100\n\nmodel name\t: Intel(R) N100\n")
    assert Board(tmp_path).name == "Intel(R) N100"


def test_a_processor_may_have_no_name(write, tmp_path):
    write("proc/cpuinfo", "processor\t: 0\n")
    assert Board(tmp_path).name == "a processor without a name"


@pytest.mark.parametrize(
    ("text", "now", "before"),
    [
        ("0", Throttling(0), Throttling(0)),
        ("0x50005", Throttling.UNDER_VOLTAGE | Throttling.THROTTLED, Throttling.UNDER_VOLTAGE | Throttling.THROTTLED),
        ("80000", Throttling(0), Throttling.TOO_WARM),
    ],
)
def test_the_firmware_s_flags_tell_now_from_before(text, now, before):
    flags = read_throttling(text)
    assert flags & Throttling(0xF) == now
    assert flags.since_boot == before


@pytest.mark.parametrize("text", ["", "none"])
def test_what_is_no_number_has_no_flags(text):
    assert read_throttling(text) is None
