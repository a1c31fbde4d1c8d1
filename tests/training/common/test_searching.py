from training.common.searching import searched


def test_what_is_searched_is_said_before_the_first_picture(capsys):
    pictures = searched(["a", "b"], "photographs")
    assert next(pictures) == "a"
    assert capsys.readouterr().out == "Searching 2 photographs for faces\n"
    assert list(pictures) == ["b"]


def test_nothing_is_said_of_no_pictures(capsys):
    assert list(searched([], "photographs")) == []
    assert capsys.readouterr().out == ""
