"""Bytes -> text, also where a file is not UTF-8. Pure.

Hugo takes every file for UTF-8. Old files are not always: what they were written in is guessed from how common the
characters are that come out, and whoever reads the file is told. A file that is UTF-8 but for a few broken bytes
stays UTF-8.
"""

import codecs
import re
from collections.abc import Callable

BROKEN = "UTF-8"  # what `decode` calls a file that is UTF-8 with broken bytes

_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x80-\xff]")
_SAMPLE = 4_000  # characters
_SAMPLE_BYTES = 64 * 1024
_SURE = 0.93  # the share of common characters from which on a guess is believed


def decode(data: bytes) -> tuple[str, str | None]:
    """Decode a file and unify its line ends; the second value names the encoding when it is not (clean) UTF-8."""
    encoding = None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, encoding = _decode_other(data)
    else:
        if b"\x00" in data:
            text, encoding = _decode_wide(data) or (text, BROKEN)
        elif b"\x1b$" in data:
            text, encoding = _decode_escaped(data, text)
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")  # as CommonMark does
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, encoding


def _decode_escaped(data: bytes, text: str) -> tuple[str, str | None]:
    try:
        return data.decode("iso2022_jp"), "ISO-2022-JP"
    except UnicodeDecodeError:
        return text, None


def _decode_wide(data: bytes) -> tuple[str, str] | None:
    """Decode what has two or four bytes for each character, by its byte-order mark or by where its zeros stand."""
    for mark, name in ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32")):
        if data.startswith(mark):
            return data.decode("utf-32", "replace"), name
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), "UTF-16"
    even, odd = data[::2].count(0), data[1::2].count(0)
    most, fewest = max(even, odd), min(even, odd)
    # A character like \u4e00 has its zero on the other side; a few zeros in plain text make no UTF-16.
    if most * 50 < len(data) or fewest * 4 > most or (most * 4 < len(data) and not _BINARY.search(data)):
        return None
    try:
        return data.decode("utf-16-le" if odd > even else "utf-16-be"), "UTF-16"
    except UnicodeDecodeError:
        return None


def _decode_other(data: bytes) -> tuple[str, str]:
    if wide := _decode_wide(data):
        return wide
    text = data.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if sum(character > "\x7f" for character in text) - broken >= broken:
        return text, BROKEN
    sample = data[:_SAMPLE_BYTES]
    rates = [(_rate(sample, *candidate), order, candidate[0]) for order, candidate in enumerate(_CANDIDATES)]
    best, _, name = max(rates)
    if best >= _SURE:
        return data.decode(name, "replace"), _NAMES[name]
    if cyrillic := _cyrillic(data):
        return data.decode(cyrillic, "replace"), _NAMES[cyrillic]
    return data.decode("cp1252", "replace"), "Windows-1252"


def _rate(data: bytes, encoding: str, is_common: Callable[[str], bool], is_needed: Callable[[str], bool]) -> float:
    """Give the share of common characters among those that are not ASCII; 0 without the ones that are needed."""
    sample = [character for character in data.decode(encoding, "replace") if character > "\x7f"][:_SAMPLE]
    if len(sample) < 2 or sum(map(is_needed, sample)) * 8 < len(sample):
        return 0.0
    return sum(map(is_common, sample)) / len(sample)


def _in_rows(encoding: str, *rows: tuple[int, int]) -> Callable[[str], bool]:
    """Tell for a character whether its first byte in an encoding lies in the rows of the common ones."""

    def is_common(character: str) -> bool:
        lead = character.encode(encoding, "ignore")[:1]
        return bool(lead) and any(first <= lead[0] <= last for first, last in rows)

    return is_common


def _is_kana(character: str) -> bool:
    return "\u3041" <= character <= "\u30ff"


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


# Each standard has its punctuation and its common characters in rows of their own: the first level of GB 2312, Big5
# and JIS X 0208, and the syllables of KS X 1001.
_SIMPLIFIED = _in_rows("gb2312", (0xA1, 0xA3), (0xB0, 0xD7))
_TRADITIONAL = _in_rows("big5", (0xA1, 0xC6))
_JAPANESE = _in_rows("shift_jis", (0x81, 0x83), (0x88, 0x98))
_CANDIDATES: tuple[tuple[str, Callable[[str], bool], Callable[[str], bool]], ...] = (
    ("gb18030", lambda character: _SIMPLIFIED(character) or _TRADITIONAL(character), _is_han),
    ("big5hkscs", _TRADITIONAL, _is_han),
    ("cp932", _JAPANESE, _is_kana),
    ("euc_jp", _JAPANESE, _is_kana),
    # The last one wins a tie: Korean read as Chinese looks well too, but not the other way round.
    ("cp949", _in_rows("euc_kr", (0xA1, 0xA3), (0xB0, 0xC8)), _is_hangul),
)
_NAMES = {
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
}


def _cyrillic(data: bytes) -> str:
    """Tell whether the bytes beyond ASCII are words and not accents, and in which of two encodings."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    high = b"".join(runs)
    if len(high) < 4 * len(runs) or sum(byte >= 0xC0 for byte in high) < 0.95 * len(high):
        return ""
    return "cp1251" if sum(byte >= 0xE0 for byte in high) * 2 > len(high) else "koi8-r"
