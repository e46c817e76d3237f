"""Front matter of three kinds, read without trust."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.frontmatter import MAX_BLOCK, FrontMatterError, parse_document


@pytest.mark.parametrize(
    "block",
    [
        '---\ntitle: "A paper"\ntags: [one, two]\ndraft: false\n---\n',
        '+++\ntitle = "A paper"\ntags = ["one", "two"]\ndraft = false\n+++\n',
        '{"title": "A paper", "tags": ["one", "two"], "draft": false}\n',
        "\n\n---  \nTitle: A paper\nTAGS:\n- one\n- two\ndraft: false\n-----\n",
    ],
)
def test_the_three_formats_say_the_same(block: str) -> None:
    document = parse_document(f"{block}\nThe body.\n")
    assert document.metadata["title"] == "A paper"
    assert document.metadata["tags"] == ["one", "two"]
    assert str(document.metadata["draft"]).lower() == "false"
    assert document.body == "The body."
    assert document.body_line == block.count("\n") + 2


def test_yaml_scalars_stay_text() -> None:
    document = parse_document("---\na: no\nb: 0777\nc: 1:30\nd: 1e3\ne: ~\nf: 'null'\ng:\n---\n")
    assert document.metadata == {"a": "no", "b": "0777", "c": "1:30", "d": "1e3", "e": None, "f": "null", "g": None}


@pytest.mark.parametrize(
    "text", ["no front matter\n\n---\n\ntext", "# A heading", "{{< shortcode >}}\n", "{% raw %}", "--- not alone\n", ""]
)
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    document = parse_document(text)
    assert document.metadata == {}
    assert document.body == text.strip()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\ntitle: x\n", 1, "close it with a line of ---"),
        ("+++\ntitle = 'x'\n", 1, "close it with a line of +++"),
        ("\n\n---\ntitle: x\n", 3, "close it"),
        ("---\ntitle: a: b\n---\n", 2, "cannot be read"),
        ("---\na: 1\ntitle: [x\n---\n", 4, "cannot be read"),
        ("---\ntitle: one\ntags: x\ntitle: two\n---\n", 4, "second time"),
        ("---\na: &anchor [1]\nb: *anchor\n---\n", 2, "anchors"),
        ("---\nb: *anchor\n---\n", 2, "anchors"),
        ("---\na:\n  <<: {b: 1}\n---\n", 3, "merge keys"),
        ("---\n- a\n- b\n---\n", 2, "is a list"),
        ("---\nonly words\n---\n", 2, "is a line of text"),
        ("---\n? [a]\n: b\n---\n", 2, "as a key"),
        ("+++\ntitle = 'x'\ndate = 2020-10-31T1:00:00\n+++\n", 3, "TOML cannot be read"),
        ("+++\ndate = 2020-02-30\n+++\n", 2, "TOML cannot be read"),
        ('{"title": "x",\n "tags": [}\nbody', 2, "JSON"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse_document(text)
    assert caught.value.line == line
    assert words in caught.value.reason


def _bomb(levels: int) -> str:
    return "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, levels))


HOSTILE = {
    "alias bomb": f"---\n{_bomb(9)}---\n",
    "deep YAML": "---\na: " + "[" * 60_000 + "]" * 60_000 + "\n---\n",
    "deep YAML blocks": "---\n" + "".join(" " * n + f"k{n}:\n" for n in range(400)) + "---\n",
    "deep TOML": "+++\na = " + "[" * 60_000 + "]" * 60_000 + "\n+++\n",
    "dotted TOML": "+++\n" + ".".join(["k"] * 4_000) + " = 1\n+++\n",
    "deep JSON": '{"a": ' + "[" * 60_000 + "]" * 60_000 + "}\n",
    "dotted keys": "+++\n" + ".".join(["a"] * 30_000) + " = 1\n+++\n",
    "dotted tables": "+++\n[" + ".".join(["a"] * 30_000) + "]\n+++\n",
    "huge number": "+++\ntitle = 0x" + "f" * 4_000 + "\n+++\n",
    "huge JSON number": '{"title": ' + "9" * 4_000 + "}\n",
    "many values": "---\na: [" + "x," * 40_000 + "]\n---\n",
    "long block": "---\ntitle: " + "x" * (MAX_BLOCK + 10) + "\n---\n",
    "half a surrogate": '{"a": "\\ud800"}\n',
    "control characters": "---\ntitle: a\x00b\n---\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_block_is_refused_quickly(name: str) -> None:
    start = time.process_time()
    with pytest.raises(FrontMatterError) as caught:
        parse_document(HOSTILE[name])
    assert time.process_time() - start < 0.5
    assert caught.value.reason


@pytest.mark.parametrize("fence", ["---\n", "+++\n", "{", '{"a": ', ""])
@given(text=st.text())
def test_nothing_but_its_own_error_comes_out(fence: str, text: str) -> None:
    try:
        parse_document(fence + text)
        parse_document(f"{fence}{text}\n{fence}")
    except FrontMatterError as error:
        assert error.line >= 1
