"""The symbols of formulas and the macros of texts, as tables."""

# --- formulas --------------------------------------------------------------------------------------

SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδφχ⊤′″‴∘",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᵠᵡᵀ′″‴°",
)
SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
RAISED_LETTERS = frozenset(map(chr, SUPERSCRIPTS.values()))
SMALL = RAISED_LETTERS | frozenset(map(chr, SUBSCRIPTS.values()))
RAISED = frozenset("*†‡")  # stand high in the line by themselves

OVERLINE = "\u0305"
# What latex2mathml sets above a letter -> what combines with the letter.
ACCENTS = {
    "^": "\u0302", "¯": "\u0304", "―": OVERLINE, "~": "\u0303", "˙": "\u0307", "¨": "\u0308", "→": "\u20d7",
    "´": "\u0301", "`": "\u0300", "ˇ": "\u030c", "˘": "\u0306", "˚": "\u030a",
}  # fmt: skip
ALPHABETS = {"double-struck": ("DOUBLE-STRUCK",), "script": ("SCRIPT",), "fraktur": ("FRAKTUR", "BLACK-LETTER")}

OPENING, CLOSING = "([{⟨⌊⌈", ")]}⟩⌋⌉"
LARGE = "∑∏∐∫∬∭∮⋂⋃⋀⋁⨁⨂⨀⨄⨆"
LETTERLIKE = "∂∇∞∅∀∃∄¬√∆⊤⊥′″‴℘ℵ⋯…"
RENAMED = {"~": "∼", "∣": "|", "∗": "*", "⟂": "⊥", "⧵": "∖"}
COMPOUNDS = frozenset([":=", "==", "<=", ">=", "!=", "+=", "=>", "−>"])
DIFFERENTIALS = frozenset("∂d∇Δδ")

# --- texts -----------------------------------------------------------------------------------------

COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
LETTERS = {
    "o": "ø", "O": "Ø", "ss": "ß", "SS": "ẞ", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "ng": "ŋ", "NG": "Ŋ", "lq": "‘", "textquoteleft": "‘", "textquotedblleft": "“", "guillemotleft": "«",
}  # fmt: skip
WORDS = {
    "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "dag": "†", "ddag": "‡", "ldots": "…", "dots": "…",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "rq": "’",
    "textquotedblright": "”", "guillemotright": "»", "textellipsis": "…", "arcmin": "′", "arcsec": "″",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<",
    "textgreater": ">", "textbar": "|", "textunderscore": "_", "textdollar": "$", "textdegree": "°", "degree": "°",
    "textregistered": "®", "texttrademark": "™", "textmu": "µ", "texteuro": "€", "euro": "€", "textbullet": "•",
    "quad": " ", "qquad": " ", "newline": " ", "linebreak": " ", "par": "\n\n", "slash": "/", "xspace": "", "item": "•",
}  # fmt: skip
SIGNS = {c: c for c in "%&_$#{}"} | dict.fromkeys(",;: \n\t\\", " ") | dict.fromkeys("!/@-", "")
FONTS = frozenset(
    ["emph", "text", "textit", "textbf", "textsc", "texttt", "textrm", "textsf", "textsl", "textup", "textmd",
     "textnormal", "underline", "uline", "mbox", "hbox", "fbox", "uppercase", "lowercase", "MakeUppercase",
     "mathrm", "mathbf", "mathit", "mathsf", "mathtt", "ensuremath", "ce", "num"]
)  # fmt: skip
SWITCHES = frozenset(
    ["em", "bf", "it", "sc", "tt", "rm", "sf", "sl", "bfseries", "itshape", "scshape", "ttfamily", "rmfamily",
     "sffamily", "upshape", "mdseries", "normalfont", "tiny", "scriptsize", "footnotesize", "small", "normalsize",
     "large", "Large", "LARGE", "huge", "Huge", "noindent", "centering", "protect"]
)  # fmt: skip
