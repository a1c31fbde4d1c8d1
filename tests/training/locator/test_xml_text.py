"""Annotations in any encoding that Python knows: what was written is read, or one sentence says why not."""

from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.common.pictures import UnusableError
from training.locator.voc import read_annotation
from training.locator.xml_text import decode_xml

LETTERS = {
    "GB2312": "戴口罩未",
    "gbk": "戴口罩鎔",
    "gb18030": "戴口罩𠮷",
    "Big5": "戴口罩無",
    "Shift_JIS": "マスク有ア",
    "EUC-JP": "マスク有",
    "iso-2022-jp": "マスク有",
    "euc-kr": "마스크착용",
    "windows-1251": "маскЖ",
    "koi8-r": "маскЖ",
    "windows-1252": "éü€ß",
    "ISO-8859-1": "éüß",
    "ISO-8859-15": "éü€ß",
    "utf-8": "é口ж𠮷",
    "utf-16": "é口ж𠮷",
    "utf-16-le": "é口ж𠮷",
    "utf-16-be": "é口ж𠮷",
    "utf-32": "é口ж𠮷",
}
"""Encodings, and some letters of each besides ASCII."""


def declaring(encoding, text, quote='"'):
    return f"<?xml version='1.0' encoding={quote}{encoding}{quote} standalone='yes'?><annotation>{text}</annotation>"


@pytest.mark.parametrize("encoding", LETTERS)
@given(data=st.data())
def test_a_text_is_read_in_the_encoding_that_it_declares(encoding, data):
    text = data.draw(st.text("face " + LETTERS[encoding]))
    xml = declaring(encoding, text, quote=data.draw(st.sampled_from("'\"")))
    assert decode_xml(xml.encode(encoding)) == xml


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("declared", ["utf-8", "GB2312", "iso-8859-1", "utf-99"])
def test_a_byte_order_mark_counts_more_than_a_declaration(mark, declared):
    xml = declaring(declared, "戴口罩")
    assert decode_xml(xml.encode(mark)) == xml


@pytest.mark.parametrize(
    ("declared", "written", "letter"),
    [("gb2312", "gbk", "鎔"), ("shift_jis", "cp932", "①"), ("euc-kr", "cp949", "뷁"), ("big5", "cp950", "碁")],
)
def test_the_larger_encodings_of_windows_are_read_under_the_names_of_the_smaller(declared, written, letter):
    xml = declaring(declared, letter)
    assert decode_xml(xml.encode(written)) == xml


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE", "utf-8", "us-ascii"])
def test_a_declaration_that_cannot_be_right_does_not_count(declared):
    xml = declaring(declared, "maské")
    assert decode_xml(xml.encode("utf-8")) == decode_xml(xml.encode("cp1252")) == xml


@pytest.mark.parametrize("declared", ["utf-99", "hex", "rot13", "x-none"])
def test_an_unknown_encoding_is_refused_by_its_name(declared):
    with pytest.raises(UnusableError, match=f"^declares the encoding {declared}, which is unknown: save it as UTF-8$"):
        decode_xml(declaring(declared, "face").encode())


def test_bytes_that_are_not_in_the_declared_encoding_are_refused():
    with pytest.raises(UnusableError, match="not text in gb2312 or gb18030"):
        decode_xml(declaring("GB2312", "").encode() + b"\xff\xff")


@given(st.sampled_from(sorted(aliases)) | st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,20}", fullmatch=True), st.binary())
def test_an_annotation_with_any_declaration_is_read_or_refused(tmp_path_factory, declared, content):
    path = tmp_path_factory.getbasetemp() / "any.xml"
    path.write_bytes(declaring(declared, "").encode() + content)
    try:
        assert len(read_annotation(path).boxes) == 0
    except UnusableError as error:
        sentence = str(error)
        assert sentence.isprintable()
