"""What strangers may send on purpose: texts, numbers and paths that break what believes them."""

from hypothesis import strategies as st

SPECIAL = [
    *("[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[mask]", "<mask>", "</s>", "##s", "[MASK"),
    *("\x00", "\x01", "\x1b[31m", "\x7f", "\x85", "\r\n", "\t", "\v", "\ufffe", "\ufeff", "\ufffd"),
    *("\u202e", "\u2066", "\u200f", "\u200d", "\u00ad", "\u0301" * 9, "\u2028", "\u00a0", "\u3000"),
    *("\ud800", "\udfff", "\U0001f468\u200d\U0001f469", "\U000e0041", "\U0010ffff", "ﬁ", "İ", "ß"),
    *("漢字", "नमस्ते", "عربي", "한국어", "Ω≈ç", "e\u0301", "Å", "ￎ"),
]
"""Spellings of tokens, characters without a picture of their own, and those of several units."""
MARKUP = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</svg><svg>", "&lt;&#0;&amp"),
    *("]]>", "<!--", "$$x^2$$", ":red[x]", "![x](http://x)", "`", "'''", '"""', "\\", "{x}", "%s"),
    *("{{7*7}}", "${x}", "'; DROP TABLE", "__import__('os')", "%(x)s", "#", "://", "\\N{DIGIT}"),
]
NUMBERS = [
    *("nan", "inf", "-inf", "1e999", "1e-999", "-0", "0", "1", "2", "-1", "0x10", "1_0", "٣", "²"),
    *("9" * 30, "9" * 5000, "1.5", ".5", "5.", "1,5", "+1", " 1", "1 ", "1e1", "999999999", "2.0"),
]
PATHS = [
    *("..", "../..", "../../etc/passwd", "/etc/passwd", "/dev/null", "/dev/zero", "~", "~root"),
    *("file:///etc/passwd", "\\\\host\\share", "C:\\x", ".", "/", "a/" * 200, "x" * 300, "con"),
]
"""No test writes to one of these, but each may be asked to read one."""

RUDE = st.sampled_from([*SPECIAL, *MARKUP, *NUMBERS, *PATHS])
VALUES = RUDE | st.text(max_size=12) | st.lists(RUDE, max_size=4).map("".join)
"""A value of a link, a setting or a command line."""

WORDS = ["the", "farmers", "farmer", "are", "is", "old", ".", "unhappiest", "loves", "good", "not"]
"""Words that the tiny models know, whole or in pieces."""


def texts(*likely: str, most: int = 8) -> st.SearchStrategy[str]:
    """Texts of known words and the `likely` ones, among which anything may stand."""
    part = st.sampled_from([*WORDS, *likely, *likely]) | st.sampled_from(WORDS) | RUDE
    part |= st.text(max_size=4)
    joint = st.sampled_from([" ", " ", " ", "", "\n", "\u00a0"])
    return st.lists(st.tuples(part, joint), max_size=most).map(
        lambda parts: "".join(word + space for word, space in parts)
    )
