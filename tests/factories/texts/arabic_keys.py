"""What a reader of codes types where the Arabic keyboard layout is chosen: capitals, by their keys with shift."""

_LATIN = "QWERTYUIOPASDFGHJKL:ZXCVBNM?"
_ARABIC = "َ ً ُ ٌ لإ إ ‘ ÷ × ؛ ِ ٍ ] [ لأ أ ـ ، / : ~ ْ } { لآ آ ’ ؟".split()
KEYS = dict(zip(_LATIN, _ARABIC, strict=True))


def on_arabic_keys(text: str) -> str:
    """The text as it arrives."""
    return "".join(KEYS.get(sign, sign) for sign in text)
