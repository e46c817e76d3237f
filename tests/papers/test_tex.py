"""Titles and abstracts with TeX in them: read where it is TeX, left alone where it is not."""

import re
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.papers.tex import readable_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        # accents and letters
        (r"Schr\"{o}dinger, G\"odel, Erd\H{o}s, Poincar\'e and Ko\v{c}", "Schrödinger, Gödel, Erdős, Poincaré and Koč"),
        (r"na\"\i ve, na{\"\i}ve, {\'\i} and \v s", "naïve, naïve, í and š"),
        (r"\O rsted, {\o}re, Stra\ss e, \AA{}ngstr\"om", "Ørsted, øre, Straße, Ångström"),
        (r"Nguy\~{\^e}n, Vi\d{\^{e}}t, {\'{\u a}}, \'{\"u} and \t{oo}", "Nguyễn, Việt, ắ, ǘ and o͡o"),
        # typography
        ("``quoted'' words---and pages 1--10", "“quoted” words—and pages 1–10"),
        ("f'', `code` and ``open", "f'', `code` and ``open"),
        ("Figure~1 of Smith et~al.", "Figure 1 of Smith et al."),
        (r"\textquotedblleft so\textquotedblright{} or \lq so\rq, at 3\arcsec", "“so” or ‘so’, at 3″"),
        (r"one \\ two\ three\,four", "one   two three four"),
        (r"95\% of R\&D costs \$5, a\_b and \#1 of \{x\}", "95% of R&D costs $5, a_b and #1 of {x}"),
        # macros
        (r"\emph{very \textbf{strong}} {\em words}, \textsc{Bert} in C\texttt{++}", "very strong words, Bert in C++"),
        (r"as in~\cite[p.~3]{smith20} and~\ref{fig:a}\label{b}", "as in [smith20] and [fig:a]"),
        (r"see \url{http://e.example/a_b%20~c} or \href{http://e.example/x\_y}{here}", "see http://e.example/a_b%20~c or here (http://e.example/x_y)"),
        (r"\ce{H2O} and \num{1e5}", "H2O and 1e5"),
        (r"words\footnote{and more}", "words (and more)"),
        (r"the 5\textsuperscript{th} of 10\textsuperscript{3}", "the 5ᵗʰ of 10³"),
        (r"\BERT{} and \ourmodel beat \LaTeX; \foo{bar}", "BERT and ourmodel beat LaTeX; foo(bar)"),
        (r"\alpha-helix of \sim 5 \r{A}", "α-helix of ∼ 5 Å"),
        (r"H{\sc i}, C\,{\sc iv} and \textsc{ii}, but {\sc Galform}", "HI, C IV and II, but Galform"),
        # math
        (r"$\alpha$-divergence in $O(n^{1+o(1)})$", "α-divergence in O(n¹⁺ᵒ⁽¹⁾)"),
        (r"H$_2$O, $ x^2 $, \(y_1\), \[z\] and $$E=mc^2$$", "H₂O, x², y₁, z and E = mc²"),
        (r"the $N$th of $\begin{matrix}a\end{matrix}$", r"the Nth of $\begin{matrix}a\end{matrix}$"),
        (r"3$-$5 $\mu$m, (p$=$0.01, r$^2$$>$0.9) and ViT-B$/$16", "3−5 μm, (p=0.01, r²>0.9) and ViT-B/16"),
        (r"[Fe/H]$=-0.5$ and $x=-1$", "[Fe/H]=−0.5 and x = −1"),
        (r"so \begin{equation*} f(x) = \frac{1}{2}\sqrt{x} \end{equation*} holds", "so f(x) = (1/2) √x holds"),
        (r"\begin{align} a &= b \\ &= \foo{c} \end{align} ends", r"\begin{align} a &= b \\ &= \foo{c} \end{align} ends"),
        (r"costs \$5 for $x$ and $50 \leq x$", "costs $5 for x and 50 ≤ x"),
    ],
)  # fmt: skip
def test_tex_is_read(tex: str, text: str) -> None:
    assert readable_text(tex) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "costs $5 and $10",
        "US$ 3 million to $4 million",
        "from $5-$10 or $5M/$6M, but $5 or 10$ more",
        "echo $HOME and $PATH",
        "from $HOME/my_files over there to $PATH",
        "if $x is lost, then y_1 stays, and $ is alone",
        "half a $ and {half a brace and a } more",
        "the set {a, b} of {NLP} models",
        "50% of 100 %",
        "train.py --flag -v, a - b and a-b",
        "https://e.example/~me/a--b_c?x={$y}",
        "~5 and ~/home",
        "x_1 and 10^3",
        "attention is all you need — “indeed”…",
    ],
)
def test_what_is_not_tex_is_left_alone(text: str) -> None:
    assert readable_text(text) == text


@given(st.text(st.characters(exclude_characters="\\$`{}~-'")))
def test_text_without_tex_comes_back_as_it_is(text: str) -> None:
    assert readable_text(text) == text


@given(
    st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([" and ", " to ", ", or ", "-", " for a model, not "])
)
def test_money_is_no_math(low: int, high: int, between: str) -> None:
    text = f"It costs ${low:,}{between}${high:,} a year."
    assert readable_text(text) == text


PIECES = st.sampled_from(
    ["word", "Ünï", "7", " ", "\n", "{", "}", "$", "$$", "\\", "\\(", "\\)", "\\[", "\\]", "``", "''", "--", "---", "~", "%", "_", "^", "*", "\\%",
     "\\\\", "\\emph", "\\em ", "\\\"", "\\'", "\\v", "\\o", "\\alpha", "\\unknown", "\\cite{", "\\url{", "\\href{", "\\begin", "http://e.example/", "x_1"]
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_no_word_is_lost_and_nothing_raises(tex: str) -> None:
    bare = re.sub(r"\\(?:[A-Za-z]+|.)", " ", tex, flags=re.DOTALL)
    lost = Counter(filter(str.isalnum, folded(bare))) - Counter(folded(readable_text(tex)))
    assert not lost


def folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


@pytest.mark.parametrize(
    "unit",
    ["{", "}", "$", "$$", "\\", "\\\\", "^", "{}", "\\(", "\\[", "``", "''", '\\"', "$x", "$x$", "$5 ", "{\\em ", "\\emph{", "\\url{",
     "\\href{}{", "\\cite[", "\\a", "$\\", "\\begin{align}", "\\begin{align}\\end", "-", "--", "~", "a", "http://", "{\\", "\\(x", "$a_{1}$"],
)  # fmt: skip
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    start = time.process_time()
    readable_text(unit * (100_000 // len(unit)))
    assert time.process_time() - start < 1
