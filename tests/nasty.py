"""Text that means something to YAML, TOML, JSON, markdown, HTML, Hugo or Jekyll."""

from hypothesis import strategies as st

PIECES = (
    "+++", "---", "...", "{{< x >}}", "{{% y %}}", "{{</* z */>}}", "<!--more-->", "<!-- c -->", "-->", "<script>alert(1)</script>",
    "[a](http://x.example)", "![i](j)", "[r]", "[^1]", "# h", "## h", "#", "\n", "\n\n", "\r\n", "\t", "`", "``", "```", "~~~",
    "~", "*", "**b**", "_", "__b__", "a_b", "$", "$x^2$", "$a<b$", "$$", "\\", "\\(x\\)", "&amp;", "&", "&#35;", "<b>", "<",
    ">", "1. ", "1)", "- ", "+ ", "> ", "|", "a|b", "|-|-|", ":", ": ", "Link: https://arxiv.org/abs/2401.00001", "Authors: ",
    "https://x.example/a_b", "www.x.example", "<https://a.example>", "'", '"', "'''", '"""', "{#id}", "{.c}", "=", "===", "é",
    "漢字", "😀", "👩\u200d🔬", "\u202e", "\u2028", "\x00", "\x7f", "\x85", "\ud800", "\ufeff", "\ufffe", "word", "yes", "null",
    "1984", "2024-01-02", "@everyone", "{{", "}}", "{%", "%}", "{", "}", " ", " ", "title = 1", "draft: false", "[paper]", "!",
)  # fmt: skip


def nasty_texts() -> st.SearchStrategy[str]:
    """Give texts of such pieces, of any characters, and of 4,000 characters."""
    pieces = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=14).map("".join)
    long = pieces.map(lambda text: (text or "x") * 4_000).map(lambda text: text[:4_000])
    return pieces | st.text(max_size=60) | long
