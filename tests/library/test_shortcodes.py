"""Hugo's shortcodes in a body."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.shortcodes import render_shortcodes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ('[x]({{< ref "papers/a.md" >}})', "[x](ref:papers/a.md)"),
        ("[x]({{< relref `a b` >}})", "[x](ref:a%20b)"),
        ('[x]({{% ref path="a.md#part" %}})', "[x](ref:a.md#part)"),
        ("[x]({{< ref papers/a >}})", "[x](ref:papers/a)"),
        ("a {{< note >}}inner{{< /note >}} z", "a inner z"),
        ("a {{% sidenote %}}in **ner**{{% /sidenote %}} z", "a in **ner** z"),
        ("a {{< tweet user=x id=1 />}} z", "a  z"),
        ('{{</* ref "x" */>}}', '{{< ref "x" >}}'),
        ("{{%/* x */%}}", "{{% x %}}"),
        ('{{< figure src="a.png" caption="A \\"fig\\"" >}}', '![](a.png)\n\n*A "fig"*\n'),
        ("{{< highlight go >}}x{{< /highlight >}}", "```gox```"),
        ("never {{< closed", "never {{< closed"),
        ("{{ not a shortcode }}", "{{ not a shortcode }}"),
    ],
)
def test_shortcodes(text: str, expected: str) -> None:
    assert render_shortcodes(text)[0] == expected


def test_refs_are_listed_with_their_places() -> None:
    text = 'one {{< ref "a" >}}\ntwo {{< relref "b.md#c" >}}'
    assert render_shortcodes(text)[1] == (("a", 4), ("b.md#c", text.index("{{< relref")))


@pytest.mark.parametrize("unit", ["{{< ", "{{< x >}}", "{{</*", '{{< x "', "{{%"])
def test_many_shortcodes_take_linear_time(unit: str) -> None:
    start = time.process_time()
    render_shortcodes(unit * 20_000)
    assert time.process_time() - start < 2


@given(st.text(alphabet='{}<>%/* "`=ax\\\n'))
def test_no_text_breaks_the_shortcodes_and_no_word_outside_is_lost(text: str) -> None:
    rendered, _ = render_shortcodes(f"before {text} after")
    assert rendered.startswith("before ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{% comment %}}not {{< x >}} this{{% /comment %}} b", "a  b"),
        ("a {{< comment >}}never closed", "a never closed"),
        ("by {{< param authorName >}}!", "by Ada!"),
        ("by {{< param nobody >}}!", "by !"),
        (
            '{{< button href="https://a.example/(x)" >}}Read *it*{{< /button >}}',
            "[Read *it*](https://a.example/%28x%29)",
        ),
        ('{{< button url="https://a.example/" text="Paper" />}}', "[Paper](https://a.example/)"),
        ('{{< button relref="/x" >}}Here{{< /button >}}', "Here"),
        ('{{< button href="javascript:x" >}}Here{{< /button >}}', "Here"),
    ],
)
def test_shortcodes_that_hide_show_a_field_or_link(text: str, expected: str) -> None:
    assert render_shortcodes(text, {"authorname": "Ada"})[0] == expected
