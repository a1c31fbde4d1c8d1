import pytest

from edge.camera.sources import open_camera
from edge.errors import UserError
from edge.settings.schema import CameraSettings


@pytest.mark.parametrize("source", ["/dev/video97", "97"])
def test_a_camera_that_is_not_there_is_refused(source):
    with pytest.raises(UserError, match="There is no camera /dev/video97"):
        open_camera(CameraSettings(source=source))


def test_a_device_that_is_no_camera_is_refused():
    with pytest.raises(UserError, match="gives no pictures"):
        open_camera(CameraSettings(source="/dev/null"))
