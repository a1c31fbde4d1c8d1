import pytest

from edge.device import make_tracker
from edge.errors import UserError
from edge.service.settings import Settings, TrackingSettings, VerdictSettings


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0, -0.1])
def test_an_error_rate_that_no_test_can_have_is_refused(rate):
    with pytest.raises(UserError, match=r"miss_rate under \[verdict\] must be between 0 and 0.5"):
        make_tracker(Settings(verdict=VerdictSettings(miss_rate=rate)), threshold=0.5)


def test_a_span_of_nothing_is_refused():
    with pytest.raises(UserError, match=r"correlation_seconds under \[verdict\] must be above 0"):
        make_tracker(Settings(verdict=VerdictSettings(correlation_seconds=0.0)), threshold=0.5)


def test_no_looks_at_all_are_refused():
    with pytest.raises(UserError, match=r"looks_per_frame under \[tracking\] must be above 0, not 0"):
        make_tracker(Settings(tracking=TrackingSettings(looks_per_frame=0)), threshold=0.5)
