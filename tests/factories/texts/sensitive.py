"""Words that no subject, sender or text message says."""

import re

# What neither a subject nor a sender may say to whoever looks over a shoulder.
SENSITIVE = re.compile(
    r"passport|identit|consul|embassy|syria|milit|conscript|visa|divorc|marriage|death|asylum|[0-9]|"
    r"جواز|هوية|قنصل|سفار|سوري|عسكر|خدمة|طلاق|زواج|وفاة|لجوء",
    re.IGNORECASE,
)
