import pytest

from edge.settings.schema import LocatorSettings, TrackingSettings, VerdictSettings


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0, -0.1])
def test_an_error_rate_that_no_test_can_have_is_refused(rate):
    with pytest.raises(ValueError, match='"miss_rate" must be between'):
        VerdictSettings(miss_rate=rate)


def test_a_span_of_nothing_is_refused():
    with pytest.raises(ValueError, match='"correlation_seconds" must be above 0'):
        VerdictSettings(correlation_seconds=0.0)


def test_no_looks_at_all_are_refused():
    with pytest.raises(ValueError, match='"looks_per_frame" must be above 0, not 0'):
        TrackingSettings(looks_per_frame=0)


@pytest.mark.parametrize("score", [0.0, -0.1, 1.1, float("nan")])
def test_a_score_that_no_face_can_have_is_refused(score):
    with pytest.raises(ValueError, match='"min_score" must be above 0 and at most 1'):
        LocatorSettings(min_score=score)


def test_no_faces_at_all_are_refused():
    with pytest.raises(ValueError, match='"max_faces" must be above 0, not 0'):
        LocatorSettings(max_faces=0)
