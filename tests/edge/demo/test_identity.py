from edge.demo.scene import DoorwayScene
from edge.runtime.pipeline import load_models, tracking_rules
from edge.settings.schema import Settings
from edge.tracking.tracker import Tracker


def test_each_visitor_has_one_track_and_no_track_changes_hands(portraits):
    """Each leaves in front of the next one, to the side and faster than anyone was expected to."""
    scene, models, owners = DoorwayScene(), load_models(Settings()), {}
    tracker = Tracker(tracking_rules(Settings(), models.classifier.threshold))
    for frame in scene:
        asked, _ = tracker.follow(frame, models.locator.locate(frame.image))
        tracker.judge(asked, models.classifier.score(frame.image, [person.face for person in asked]))
        for track in tracker.tracks:
            visitor = visitor_of(track, scene.whereabouts(frame.seconds))
            if visitor is not None and not track.unseen_seconds:
                owners.setdefault(track.number, set()).add(visitor)
    assert sorted(owners.values(), key=min) == [{0}, {1}, {2}, {3}]


def visitor_of(track, whereabouts):
    """Whose face a box is around; None where two are behind one another, for then it is not known."""
    x, y = track.face.center
    near = [n for n, (at, high) in whereabouts.items() if abs(at - x) + abs(high - y) < 0.45 * track.face.size]
    return near[0] if len(near) == 1 else None
