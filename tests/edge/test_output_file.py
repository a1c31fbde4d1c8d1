import os
from pathlib import Path

import pytest

from edge.errors import UserError
from edge.output_file import check_output


def refused(path, said, **options):
    with pytest.raises(UserError, match=said):
        check_output(path, what="clip", **options)


def test_a_new_file_in_a_folder_may_be_written_and_is_not_made(tmp_path):
    check_output(tmp_path / "new.mp4", what="clip", endings=(".mp4",))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_takes_force(tmp_path):
    (tmp_path / "old.mp4").touch()
    refused(tmp_path / "old.mp4", "exists: give the clip another name, or replace it with --force")
    check_output(tmp_path / "old.mp4", what="clip", force=True)


def test_a_link_that_points_nowhere_takes_force_too(tmp_path):
    (tmp_path / "link.mp4").symlink_to(tmp_path / "none")
    refused(tmp_path / "link.mp4", "exists")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_an_input_is_never_written_over_by_whatever_name(make, force, tmp_path):
    source, other = tmp_path / "source.mp4", tmp_path / "other.mp4"
    source.write_text("precious")
    make(source, other)
    for path in (source, other, tmp_path / "." / "source.mp4"):
        refused(path, "read by this command", inputs=[source], force=force)
    refused(source, "read by this command", inputs=[other], force=force)


def test_nothing_is_written_among_the_files_of_a_folder_that_is_read(tmp_path):
    refused(tmp_path / "timeline.png", "among the files that are read", inputs=[tmp_path])


def test_a_link_to_a_file_of_a_folder_that_is_read_is_refused(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "1.png").write_text("precious")
    (tmp_path / "1.png").symlink_to(folder / "1.png")
    refused(tmp_path / "1.png", "read by this command", inputs=[folder], force=True)


def test_an_input_that_is_not_there_refuses_nothing(tmp_path):
    check_output(tmp_path / "new.mp4", what="clip", inputs=[tmp_path / "0"])


def test_the_reason_is_given(tmp_path):
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    refused(tmp_path / "nowhere" / "x.mp4", "There is no folder")
    refused(tmp_path / "folder.mp4", "is a folder", force=True)
    refused(tmp_path / "pipe.mp4", "no ordinary file", force=True)
    refused(tmp_path / f"{'x' * 300}.mp4", "File name too long")
    refused(tmp_path / "x.txt", "a name that ends in .mp4, .avi", endings=(".mp4", ".avi"))


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    refused(tmp_path / "x.mp4", "Permission denied")


def test_a_file_system_that_takes_no_files_is_refused():
    refused(Path("/proc/x.mp4"), "cannot be written to /proc/x.mp4")


def test_a_full_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("edge.output_file.LEAST_FREE_BYTES", 1 << 62)
    refused(tmp_path / "x.mp4", "No space left on device.*make room")


def test_an_input_that_cannot_be_read_is_not_taken_for_the_output(tmp_path):
    name = tmp_path / ("x" * 300)
    with pytest.raises(OSError, match="File name too long") as error:
        check_output(tmp_path / "clip.mp4", what="clip", inputs=[name / "clip.mp4"])
    assert not isinstance(error.value, UserError)
