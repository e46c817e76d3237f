"""Text of files that are not UTF-8. A wrong guess is worse than a warning."""

import random

import pytest

from bot.library.encoding import decode
from bot.library.parse import parse_review

TEXTS = {
    "simplified": "---\ntitle: 注意力机制\n---\n本文提出了一种新的网络结构，它完全基于注意力机制，不使用循环与卷积。\n",
    "few": "---\ntitle: Paper notes 论文\n---\n"
    + "This is mostly English text about attention. " * 20
    + "注意力机制\n",
    "traditional": "---\ntitle: 注意力機制\n---\n本文提出了一種新的網路結構，它完全基於注意力機制，不使用循環與卷積。\n",
    "japanese": "---\ntitle: 注意機構\n---\nこの論文は、注意機構だけに基づくネットワーク構造を提案する。カタカナも。\n",
    "korean": "---\ntitle: 어텐션\n---\n이 논문은 어텐션 메커니즘에만 기반한 새로운 네트워크 구조를 제안한다.\n",
    "russian": "---\ntitle: Внимание\n---\nВ статье предложена архитектура, основанная только на механизме внимания.\n",
    "french": "---\ntitle: L'été à la plage\n---\nCet article propose un réseau fondé sur l’attention – « seul ». ÉTÉ.\n",
    "german": "---\ntitle: Über Größe\n---\nDie Größe wächst schnell; „Aufmerksamkeit“ genügt. ÄÖÜ äöü ß €\n",
    "spanish": "---\ntitle: ¿Qué?\n---\n¡Señor! El año pasado, la atención bastó: mañana también.\n",
    "plain": "---\ntitle: x\n---\nnaïve\n",
}


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("simplified", "gb18030", "GB18030"), ("simplified", "gbk", "GB18030"), ("few", "gbk", "GB18030"),
        ("traditional", "big5", "Big5"), ("traditional", "gb18030", "GB18030"),
        ("japanese", "shift_jis", "Shift-JIS"), ("japanese", "euc_jp", "EUC-JP"), ("japanese", "iso2022_jp", "ISO-2022-JP"),
        ("korean", "euc_kr", "EUC-KR"), ("korean", "cp949", "EUC-KR"),
        ("russian", "cp1251", "Windows-1251"), ("russian", "koi8-r", "KOI8-R"),
        ("french", "cp1252", "Windows-1252"), ("german", "cp1252", "Windows-1252"), ("spanish", "latin-1", "Windows-1252"),
        ("plain", "latin-1", "Windows-1252"),
        *((text, encoding, "UTF-16") for text in TEXTS for encoding in ("utf-16", "utf-16-le", "utf-16-be")),
        ("simplified", "utf-32", "UTF-32"), ("plain", "utf-32", "UTF-32"),
        *((text, encoding, None) for text in TEXTS for encoding in ("utf-8", "utf-8-sig")),
    ],
)  # fmt: skip
def test_what_a_file_is_written_in_is_found_out(text: str, encoding: str, name: str | None) -> None:
    decoded, found = decode(TEXTS[text].encode(encoding))
    assert decoded.lstrip("\ufeff") == TEXTS[text]
    assert found == name


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("broken", [b"\xe9", b"\xff\xfe\x80", b"\xe6\xb3"])
def test_a_few_broken_bytes_leave_a_file_utf_8(text: str, broken: bytes) -> None:
    body = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. "
    data = (TEXTS[text] + body).encode()
    place = len(TEXTS[text].encode()) + 2
    decoded, name = decode(data[:place] + broken + data[place:])
    assert name == "UTF-8"
    assert decoded.replace("\ufffd", "") == TEXTS[text] + body


def test_a_file_that_was_cut_in_a_character_stays_utf_8() -> None:
    decoded, name = decode(TEXTS["simplified"].encode()[:-3])
    assert (decoded[-1], name) == ("\ufffd", "UTF-8")


def test_the_line_of_the_broken_bytes_is_told() -> None:
    result = parse_review("a.md", "---\ntitle: ü\n---\nx\nZwölf\n".encode() + b"a\xe9b\n")
    assert [(problem.line, problem.severity) for problem in result.problems] == [(6, "warning")]
    assert result.review


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_unified_and_other_separators_stay(end: str) -> None:
    data = f"---{end}title: x{end}---{end}a\u2028b\x0cc\x85d{end}".encode()
    assert decode(data) == ("---\ntitle: x\n---\na\u2028b\x0cc\x85d\n", None)


def test_a_zero_byte_becomes_a_sign_and_is_told() -> None:
    assert decode(b"plain \x00 text") == ("plain \ufffd text", "UTF-8")


def test_no_bytes_raise() -> None:
    rng = random.Random(5)
    samples = [text.encode(encoding, "ignore") for text in TEXTS.values() for encoding in ("utf-8", "gbk", "utf-16")]
    for _ in range(400):
        data = bytearray(rng.choice(samples))
        for _ in range(rng.randrange(1, 8)):
            place = rng.randrange(len(data))
            data[place : place + rng.randrange(3)] = rng.randbytes(rng.randrange(4))
        text, _ = decode(bytes(data))
        assert "\x00" not in text
        assert "\r" not in text
