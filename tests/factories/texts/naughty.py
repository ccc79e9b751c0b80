"""Texts that programs stumble over: some five hundred as public lists have them, and over a hundred of our own scripts."""

from collections.abc import Sequence
from itertools import product

# What begins an element, an attribute, a template, a formula, a statement or a path somewhere.
_MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "'><i>x</i>", "</title><b>x"),
    *("<a href='javascript:alert(1)'>x</a>", "<iframe src=//evil.example>", "<style>*{display:none}</style>", "<!--", "-->"),
    *("]]>", "<![CDATA[x]]>", "&lt;b&gt;", "&#60;b&#62;", "&amp;amp;", "<b", "b>", "<>", "</textarea><u>x</u>", "<math><mi>x"),
    *("{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{0}", "{name}", "{}", "%s%s%s", "%(name)s", "%n%x%d", "{{config}}"),
)
_CODE = (
    *("' OR '1'='1", "1; DROP TABLE account;--", "'; SELECT pg_sleep(1);--", "\\'", '"', "''", "`id`", "$(id)", "| id", "; id", "&& id"),
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1", "=HYPERLINK(\"//evil.example\")", "%0d%0aX-Bad: 1"),
    *("../../etc/passwd", "..\\..\\windows", "/etc/passwd", "file:///etc/passwd", "C:\\CON", "NUL", "aux.txt", "//evil.example", "~root"),
    *("true", "false", "null", "None", "undefined", "NaN", "Infinity", "-Infinity", "nil", "TRUE", "constructor", "__proto__", "toString"),
    *("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "*", "?", "[a-z]", "(a+)+$", "^$"),
)
_NUMBERS = (
    *("0", "-0", "00", "1.00", "1e309", "-1e309", "0x0", "0xffffffff", "9" * 40, "1/0", "1,000.00", "1 000,00", "1'000.00", "01000"),
    *("２", "¹²³", "½", "Ⅷ", "①", "１２３４", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३", "๑๒๓", "2147483648", "-9223372036854775809", "1_000"),
)
_LETTERS = (
    *("Ω≈ç√∫˜µ≤≥÷", "åß∂ƒ©˙∆˚¬…æ", "œ∑´®†¥¨ˆøπ“‘", "¡™£¢∞§¶•ªº–≠", "⁰⁴⁵₀₁₂", "田中さんにあげて下さい", "社會科學院語學研究所", "울란바토르", "ﾟ･✿ヾ"),
    *("😍", "👩🏽", "👨‍👩‍👧‍👦", "🇸🇾🇩🇪", "🏳️‍🌈", "❤️", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "ɐnbᴉlɐ ɐuƃɐɯ", "𝕿𝖍𝖊", "Ⓣⓗⓔ", "İıSſK", "ǅ", "ß", "ŉ", "ﬀ", "Å", "Å", "é", "e\u0301"),
    *("\u00ad", "\u034f", "\u115f", "\u1160", "\u17b4", "\u2028x", "\u2029x", "\ufeffx", "\ufffd", "\ufffe", "\U000e0041", "\U0010fffd", "\u00a0"),
    *("\x01", "\x08", "\x0b", "\x1b[31mred", "\x7f", "\x85", "\r\nBcc: x@evil.example", "a\tb", "a\nb", " lead", "trail ", "  ", "\x00", "a\x00b"),
    *("a" * 1000, "ا" * 1000, "😍" * 300, "a b " * 200, "x@example.org", "x@[127.0.0.1]", "\"quoted\"@example.org", "mailto:x", "http://a:b@c/"),
)
_SPICE = ("", " ", "'", "\"", "<", "&", "\\", "%", "=", "😍")
PUBLIC: Sequence[str] = tuple(
    dict.fromkeys(f"{text}{spice}" for spice, text in product(_SPICE, (*_MARKUP, *_CODE, *_NUMBERS, *_LETTERS)))
)[:500]

_NAMES = ("محمد", "فاطمة الزهراء", "عبد الرحمن", "لؤي", "آمنة", "رؤى", "ملاك", "إسراء", "ضحى", "نور الدين")
_BIDI = ("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c")
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff")
_PRESENTATION = ("ﻣﺤﻤﺪ", "ﻻ", "ﷺ", "ﷲ", "ﺁﻣﻨﺔ", "ﭐﻟﻠﻪ", "ﺳﻮﺭﻳﺎ", "ﻷ", "ﹰ", "ﱠ")
_MARKS = ("مُحَمَّد", "فَاطِمَةُ", "ٱلرَّحْمٰن", "كِتَابٌ", "شَيْءٍ", "إِسْرَاءُ", "ٰ", "ٓ", "مٓ", "وّ")
_DIGITS = ("٠٩٣٣", "۰۹۳۳", "٣٫١٤", "١٬٠٠٠", "۱۲/۳", "١٤٤٧/٦/١", "0٩3", "٪٥", "٣،٧٥", "۴۵۶")
OWN: Sequence[str] = tuple(
    dict.fromkeys(
        (
            *_PRESENTATION,
            *_MARKS,
            *_DIGITS,
            *(name.replace("م", "مـــ").replace("ا", "ـا") for name in _NAMES),
            *(f"{name}{mark}ABC" for name, mark in product(_NAMES[:3], _BIDI)),
            *(f"ABC{mark}{name}" for name, mark in product(_NAMES[3:6], _BIDI)),
            *(f"{name[:2]}{mark}{name[2:]}" for name, mark in product(_NAMES[:2], _ZERO_WIDTH)),
        )
    )
)
EVERY: Sequence[str] = (*PUBLIC, *OWN)
