import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.papers.markup import plain_line, plain_paragraphs

MML = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Plain", "Plain"),
        ("Growth of <i>E. coli</i> in <scp>h</scp>alls", "Growth of E. coli in halls"),
        ("H<sub>2</sub>O and <sup>13</sup>C, x<sup>n-1</sup>", "H₂O and ¹³C, xⁿ⁻¹"),
        ("PM\n  <jats:sub>2.5</jats:sub>\n  in", "PM2.5 in"),
        ("F<sub>total</sub>, Tea<sup>®</sup>", "F_total, Tea®"),
        ("Tea &amp; milk, p &lt; 0.05, &#x3b1; &amp;amp; &#946;", "Tea & milk, p < 0.05, α & β"),
        ("&lt;i&gt;In vivo&lt;/i&gt; tea", "In vivo tea"),
        ("a < b, c<3, AT&T, R&D;", "a < b, c<3, AT&T, R&D;"),
        (f"<mml:math {MML}><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math> teapots", "x² teapots"),
        ("<math><mfenced><mi>x</mi> <mi>y</mi></mfenced></math> teapots", "xy teapots"),
        ("<math><msub><mi>x</mi></msub></math> teapots", "x teapots"),
        ("<math><mrow>not <mi>x</mi></mrow></math> teapots", "notx teapots"),
        ("<math>" + "<mrow>" * 30 + "<msup><mi>x</mi><mn>2</mn></msup></math>", "x2"),
        (r"<math><semantics><mi>α</mi><annotation encoding='application/x-tex'>\alpha</annotation></semantics></math>", r"$\alpha$"),
        ("<tex-math><![CDATA[$$x^2$$]]></tex-math>", "$x^2$"),
        ("<!-- no --><i>open <b>tags</i>", "open tags"),
    ],
)  # fmt: skip
def test_a_title_becomes_plain(markup: str, text: str) -> None:
    assert plain_line(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<jats:title>Abstract</jats:title><jats:p>We\n pour.</jats:p><jats:p>It spills.</jats:p>", "We pour.\n\nIt spills."),
        ("<jats:p><jats:title>SUMMARY:</jats:title>We pour.</jats:p>", "We pour."),
        ("<jats:sec><jats:title>Methods.</jats:title><jats:p>We pour.</jats:p></jats:sec>", "Methods: We pour."),
        ("One.<br/>Two.<jats:list><jats:list-item><jats:p>Three</jats:p></jats:list-item></jats:list>", "One.\n\nTwo.\n\nThree"),
        (
            r"<jats:p>So <jats:alternatives><jats:tex-math>\documentclass{a}\begin{document}$$x_i$$\end{document}</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math></jats:alternatives>.</jats:p>",
            "So $x_i$.",
        ),
        ("<p>Abstract</p><p>We pour.</p>", "We pour."),
        ("<h3>Abstract</h3><p>Abstract</p>", "Abstract"),
        ("<jats:title>Only a heading</jats:title>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_an_abstract_becomes_paragraphs(markup: str, text: str) -> None:
    assert plain_paragraphs(markup) == text


_PIECES = [
    "<",
    ">",
    "</",
    "<p>",
    "</p>",
    "<sub>",
    "</sub>",
    "<sup>",
    "</sup>",
    "<title>",
    "</title>",
    "<math>",
    "</math>",
    "<mml:mi>",
    "</mml:mi>",
    "<msup>",
    "</msup>",
    "<mrow>",
    "</mrow>",
    "<mfrac>",
    "</mfrac>",
    "<mo>",
    "</mo>",
    "<munderover>",
    "<msqrt>",
    "<mroot>",
    "<alternatives>",
    "</alternatives>",
    "<tex-math>",
    "</tex-math>",
    "<br/>",
    "x",
    "2",
    "−",
    "∑",
    "&lt;",
    "&#0;",
    "&#xD800;",
    "&amp;",
    "<![CDATA[",
    "]]>",
    "<annotation>",
    "\\begin{document}",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([*_PIECES, " ", "\n", "é\x00", "\U0001d465"]), max_size=40).map("".join))
def test_any_markup_can_be_read(markup: str) -> None:
    assert "\n" not in plain_line(markup)
    plain_paragraphs(markup).encode()


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "<a:", "<aa ", "a", "&", "&lt;", "<p>", "<sub>", "<title>", "<math>", "<mrow>", "<math><msub></msub></math>",
     "<tex-math>\\begin{document}", "<![CDATA[", "\n  ", "</sub>", "<alternatives><tex-math>"],
)  # fmt: skip
def test_reading_takes_no_longer_than_the_text(piece: str) -> None:
    markup = (piece * 20_000)[:20_000]
    started = time.perf_counter()
    plain_paragraphs("<sub><math>" + markup)
    assert time.perf_counter() - started < 0.5
