import pytest

pytestmark = pytest.mark.systemd


def test_it_watches_from_a_root_that_nothing_can_be_written_to(boot):
    with boot("--read-only") as board:
        board.wait_until(lambda: board.watching)
        assert "Read-only file system" in board("sh", "-c", "touch /var/lib/maskwatch/file 2>&1", check=False)
