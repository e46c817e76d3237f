"""Math as text: what is simple reads well, what is not stays code, and nothing is ever lost."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.papers.formulas import readable_math


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        # letters, fonts and accents
        (r"\alpha", "α"),
        ("N", "N"),
        (r"R \in \mathbb{R}", "R ∈ ℝ"),
        (r"\mathbb E", "𝔼"),
        (r"{\cal N} = 4", "𝒩 = 4"),
        (r"\mathcal{L}(\theta)", "ℒ(θ)"),
        (r"\mathfrak{g}", "𝔤"),
        (r"\mathbf{W}\boldsymbol{x} + \bm b", "Wx + b"),
        (r"\hat{x}", "x̂"),
        (r"\bar{y}", "ȳ"),
        (r"\widetilde{Y}", "Ỹ"),
        (r"\tilde{O}(\sqrt{T})", "Õ(√T)"),
        (r"\varepsilon\text{-greedy}", "ε-greedy"),
        (r"\overline{\rm MS}", "M̅S̅"),
        (r"\mathrm{Bi}_2\mathrm{Se}_3", "Bi₂Se₃"),
        (r"\textsc{Max-Cut}", "Max-Cut"),
        (r"5\,\AA", "5 Å"),
        # scripts
        ("x_1^2", "x₁²"),
        ("x^{n+1}", "xⁿ⁺¹"),
        ("d_{model}", "d_model"),
        (r"\mathbf{x}_{\mathrm{out}} y", "x_out y"),
        (r"\theta_{A,i}^*", "θ*_(A,i)"),
        ("K^0_S", "K⁰_S"),
        (r"V^\top", "Vᵀ"),
        (r"\mathbb{R}^{n\times d}", "ℝ^(n×d)"),
        (r"e^{i\pi}+1=0", "e^(iπ) + 1 = 0"),
        ("2^{2^n}", "2^(2ⁿ)"),
        ("a_{i_j}", "a_(iⱼ)"),
        ("W_{b}x", "W_b x"),
        (r"K^{(*)}\ell + W^{[l]}x", "K^(*)ℓ + W^[l]x"),
        ("x^{(a)(b)}", "x⁽ᵃ⁾⁽ᵇ⁾"),
        ("x^{(C)(C)}", "x^((C)(C))"),
        (r"a^\dag a", "a† a"),
        ("f''", "f″"),
        (r"45^\circ", "45°"),
        (r"^{13}\mathrm{CO}", "¹³CO"),
        # fractions and roots
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{1}{2\sigma^2}", "1/(2σ²)"),
        (r"\frac{\partial L}{\partial w}", "∂L/∂w"),
        (r"c/\frac{a}{b}", "c/(a/b)"),
        (r"\frac\lambda 2 F_i", "(λ/2) Fᵢ"),
        (r"\left( \frac{a}{b} \right)^2", "(a/b)²"),
        (r"P(A|B)=\frac{P(B|A)P(A)}{P(B)}", "P(A|B) = P(B|A)P(A)/P(B)"),
        (r"e^{-\frac{x^2}{2}}", "e^(−x²/2)"),
        (r"\sqrt{d}k", "√d k"),
        (r"\sqrt{x^2} - \sqrt{x}^2", "√(x²) − (√x)²"),
        (r"\frac{x}{\|x\|_2} + \frac{1}{|x|}", "x/‖x‖₂ + 1/|x|"),
        (r"\sqrt[3]{a+b}", "³√(a + b)"),
        # operators and functions
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\frac{1}{n}\sum_i x_i", "(1/n) ∑ᵢ xᵢ"),
        (r"\mathcal{O}(n \log n)", "𝒪(n log n)"),
        (r"\operatorname{softmax}(QK^T/\sqrt{d_k})V", "softmax(QKᵀ/√dₖ)V"),
        (r"\operatorname*{arg\,max}_\theta \log p_\theta(x|z)", "arg max_θ log p_θ(x|z)"),
        (r"\lim_{n\to\infty}", "lim_(n→∞)"),
        (r"\log^2 n", "log² n"),
        (r"\mathop{\rm Tr} A", "Tr A"),
        # signs and spaces
        (r"3 \times 10^{-3}", "3 × 10⁻³"),
        (r"10\times", "10×"),
        (r"\sim 5", "∼5"),
        (r"\geq 95.4\%", "≥95.4%"),
        ("x = -1", "x = −1"),
        ("=-0.5", "=−0.5"),
        (r"\approx -3", "≈−3"),
        (r"A \hookrightarrow B", "A ↪ B"),
        (r"G\backslash X", "G ∖ X"),
        (r"|{\uparrow}\rangle", "|↑⟩"),
        (r"1\arcsec", "1″"),
        (r"\nicefrac{1}{2} M_\sun", "(1/2) M_⊙"),
        (r"x \not= y \not\in A", "x ≠ y ∉ A"),
        (r"\{0,1,\ldots,n\}", "{0, 1, …, n}"),
        (r"\{x \mid x > 0\}", "{x | x > 0}"),
        (r"\big\|Ax-b\big\|_2^2", "‖Ax − b‖₂²"),
        (r"1{,}000\,\text{tokens}", "1,000 tokens"),
        (r"f: A\to B", "f: A → B"),
        (r"p\!\left(x\right)", "p(x)"),
        ("3:1", "3:1"),
        ("x := y", "x := y"),
        ("x<-1", "x < −1"),
        (r"P\left[Y' = 1 | A = 0\right]; y \in \\\{0, 1\\\}", "P[Y′ = 1 | A = 0]; y ∈ {0, 1}"),
        (r"\left | x \right | + p(x|z)", "|x| + p(x|z)"),
        (r"\text{if } x > 0", "if x > 0"),
        ("α+β", "α + β"),
    ],
)  # fmt: skip
def test_simple_math_is_text(tex: str, text: str) -> None:
    assert readable_math(tex) == text


@pytest.mark.parametrize(
    "tex",
    [
        "",
        r"\begin{matrix}a & b\\c & d\end{matrix}",
        r"a &= b",
        r"a \\ b",
        r"\binom{n}{k}",
        r"\unknown{x}",
        r"\underbrace{a + b}_{c}",
        r"\overset{!}{=}",
        r"\phantom{x}y",
        r"\cancel{x}",
        r"\color{red}{x}",
        "50% of",
        "x^{a_{b_{c_{d}}}}",
        r"{\{x",
        "x}",
        "x^2^2",
        "x_1^2_3",
        r"\frac{a}",
        r"\left( x",
        r"\def\a{x}\a",
        "x + " * 200 + "x",
    ],
)
def test_what_is_not_simple_is_left_to_be_shown_as_code(tex: str) -> None:
    assert readable_math(tex) is None


PIECES = st.sampled_from(
    ["a", "x", "K", "7", "0.5", " ", "+", "-", "=", "<", ",", "/", "(", ")", "|", "{", "}", "_", "^", "&", "%", "'", "*", "é", "あ", "~", "\\\\",
     "\\", "\\alpha", "\\frac", "\\sqrt", "\\sum", "\\hat", "\\mathbb", "\\mathrm", "\\text", "\\left", "\\right", "\\in", "\\log", "\\{", "\\}",
     "\\mathcal{L}", "\\frac{a}{b}", "^{n+1}", "_{model}", "\\unknown", "\\begin{x}", "\\end{x}", "\\,", "\\!", "\\not", "\\color", "\\over", "\\binom",
     "\\verb", "\\href", "\\mathbf", "\\operatorname{f}", "\\limits", "\\prime", "[", "]", "1,000", "\\bar{x}", "\\stackrel", "\\newcommand"]
)  # fmt: skip
TEX = st.lists(PIECES, max_size=15).map("".join) | st.text(max_size=30)


def letters(text: str) -> list[str]:
    return sorted(c for c in unicodedata.normalize("NFKD", text) if c.isalnum())


@settings(max_examples=500)
@given(TEX)
@example(r"\sqrt[n]{x}")
@example(r"\hspace{1em}x")
@example(r"\genfrac{}{}{0pt}{}{a}{b}")
def test_no_letter_or_digit_is_ever_lost(tex: str) -> None:
    text = readable_math(tex)
    if text is None:
        return
    assert text == " ".join(text.split())
    assert "\\" not in text
    shown = letters(text)
    for letter in letters(re.sub(r"\\(?:[A-Za-z]+|.)", "", tex, flags=re.DOTALL)):
        assert letter in shown
        shown.remove(letter)


@pytest.mark.parametrize(
    "unit", ["{", "}", "$", "\\", "^", "_", "x^", "x_{", "\\frac", "\\sqrt{", "\\left(", "a", "&", "\\hat", "\\text{"]
)
def test_hostile_math_costs_little(unit: str) -> None:
    start = time.process_time()
    for size in (390, 100_000):
        readable_math(unit * (size // len(unit)))
    assert time.process_time() - start < 0.5
