"""What a device that types meant when the Arabic keyboard layout was chosen: readers of codes press Latin keys."""

import re
from collections.abc import Iterator, Mapping

# The keys of the Arabic (101) layout in the order of the Latin ones, without and with the shift key.
_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,./"
_PLAIN = "ض ص ث ق ف غ ع ه خ ح ج د ش س ي ب ل ا ت ن م ك ط ئ ء ؤ ر لا ى ة و ز ظ".split()
_SHIFTED_KEYS = "QWERTYUIOPASDFGHJKL:ZXCVBNM?"
_SHIFTED = "َ ً ُ ٌ لإ إ ‘ ÷ × ؛ ِ ٍ ] [ لأ أ ـ ، / : ~ ْ } { لآ آ ’ ؟".split()
# Some devices send capitals, some small letters; the two letters of one key are read before each of them alone.
_READINGS: tuple[Mapping[str, str], ...] = (
    dict(zip(_SHIFTED, _SHIFTED_KEYS, strict=True)) | dict(zip(_PLAIN, _KEYS, strict=True)),
    dict(zip(_PLAIN, _KEYS, strict=True)),
)


def latin_readings(text: str) -> Iterator[str]:
    """The text as Latin keys would have written it; nothing where it has no sign of the Arabic layout."""
    for reading in _READINGS:
        signs = re.compile("|".join(map(re.escape, sorted(reading, key=len, reverse=True))))
        latin = signs.sub(lambda sign, reading=reading: reading[sign[0]], text)  # type: ignore[misc]
        if latin != text:
            yield latin
