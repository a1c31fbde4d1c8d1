"""Unusual command lines are left as they are or refused, never rewritten into usual ones."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.errors import UserError
from export.flash.card import recognize
from export.flash.cmdline import with_country, with_first_run, with_instance

LINE = "console=tty1 root=PARTUUID=1-02 rootwait"
NOTE = "# before the move: root=/dev/sda2 init=/bin/sh\n"
ADD = (with_first_run, lambda text: with_country(text, "DE"))


@pytest.mark.parametrize("add", ADD)
@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\n\n", f"\n{NOTE}", f"\r\n{NOTE}"])
def test_words_join_the_first_line_and_all_else_stays(add, end):
    changed = add(LINE + end)
    assert changed.startswith(f"{LINE} ")
    assert changed.endswith(end)
    assert changed[: len(changed) - len(end)].count("\n") == 0


@pytest.mark.parametrize("add", ADD)
def test_blanks_are_left_as_they_are(add):
    assert add(f"  a=1\t b=2  \n{NOTE}").startswith("  a=1\t b=2  ")


def test_a_note_that_names_our_words_does_not_count():
    note = "# systemd.run=/boot/firmware/firstrun.sh cfg80211.ieee80211_regdom=DE\n"
    assert with_first_run(f"{LINE}\n{note}") != f"{LINE}\n{note}"
    assert with_country(f"{LINE}\n{note}", "DE").startswith(f"{LINE} cfg80211.ieee80211_regdom=DE\n")


def test_a_country_is_changed_where_it_stands():
    text = f"a cfg80211.ieee80211_regdom=GB\tb\n{NOTE}"
    assert with_country(text, "DE") == f"a cfg80211.ieee80211_regdom=DE\tb\n{NOTE}"


def test_the_name_of_the_card_is_changed_in_the_first_line_alone():
    text = "ds=nocloud;i=one\n# ds=nocloud;i=two\n"
    assert with_instance(text, "x") == "ds=nocloud;i=x\n# ds=nocloud;i=two\n"


@pytest.mark.parametrize("add", ADD)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"\n{LINE}\n", "begins with an empty line"),
        (f"{LINE} -- single\n", 'has parameters after "--"'),
        (f'{LINE} dyndbg="file a.c +p\n', "quotation mark"),
        (f"{LINE} a\0b\n", "no text"),
        (f"{LINE} {'x' * 1500}\n", "more than the kernel is sure to read"),
    ],
)
def test_a_line_to_which_nothing_can_be_added_is_refused(add, text, says):
    with pytest.raises(UserError, match=says):
        add(text)


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\0"), max_size=200), st.sampled_from(ADD))
def test_whatever_is_there_stays_in_front_or_is_refused(text, add):
    assume("systemd.run" not in text and "regdom" not in text)
    try:
        changed = add(text)
    except UserError:
        return
    added = changed[len(text) :] if changed.startswith(text) else None
    kept = [changed[:at] + changed[at + len(changed) - len(text) :] for at in range(len(text) + 1)]
    assert added is not None or text in kept
    assert changed.count("\n") == text.count("\n")


@pytest.mark.parametrize("line", ["cmdline=other.txt", "os_prefix=new/", "  cmdline = mine.txt  # mine"])
def test_a_card_that_boots_with_another_command_line_is_refused(folder, samples, line):
    files = samples.stock("trixie")
    with pytest.raises(UserError, match=r"cmdline\.txt is not in force"):
        recognize(folder(files | {"config.txt": f"{files['config.txt']}{line}\n"}))


@pytest.mark.parametrize("line", ["cmdline=cmdline.txt", "#cmdline=other.txt", "os_prefix="])
def test_a_card_that_names_the_usual_one_is_taken(folder, samples, line):
    files = samples.stock("trixie")
    assert recognize(folder(files | {"config.txt": f"{files['config.txt']}{line}\n"}))


def test_a_card_whose_note_alone_names_a_root_is_no_boot_partition(folder, samples):
    with pytest.raises(UserError, match="names a root file system"):
        recognize(folder(samples.stock("trixie") | {"cmdline.txt": f"console=tty1\n{NOTE}"}))
