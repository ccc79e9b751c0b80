"""Sample papers, plainly fictional: the snapshots that the templates are tested and looked at with."""

from datetime import UTC, date, datetime
from typing import Any

from shared.documents.model import KINDS, Document

ISSUED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def both(arabic: str, latin: str) -> dict[str, str]:
    """A pair as snapshots hold it."""
    return {"ar": arabic, "en": latin}


PERSON = {
    "given": both("رشا", "Rasha"),
    "family": both("الحسين", "Alhussein"),
    "father": both("عبد الرحمن", "Abdulrahman"),
    "mother": both("فاطمة", "Fatima"),
    "mother_family": both("اللاذقاني", "Alladhiqani"),
    "birth_place": both("دمشق، الميدان", "Damascus, Midan"),
    "national_number": "01020304050",
    "born": "1990-01-15",
}
EXTRACT: dict[str, Any] = {
    "holder": both("رشا عبد الرحمن الحسين", "Rasha Abdulrahman Alhussein"),
    "person": PERSON | {"sex": "F", "marital_status": "married", "alive": True},
    "entry": {
        "governorate": both("دمشق", "Damascus"),
        "office": both("الميدان", "Midan"),
        "place": both("الحارة الشرقية", "Eastern Quarter"),
        "number": "1274",
    },
    "annotations": [
        {
            "kind": "marriage",
            "on": "2015-06-03",
            "number": "482",
            "text": both(
                "نُقل قيدها إلى الصالحية 311 لزواجها من سامر خالد الحلبي",
                "Entry moved to Salihiyya 311 on marriage to Samer Khaled Alhalabi",
            ),
        },
        {
            "kind": "correction",
            "on": "2019-11-20",
            "number": None,
            "text": both("صُحّح اسم الأم بقرار محكمة الصلح المدنية", "Mother’s name corrected by magistrate court"),
        },
    ],
    "remarks": None,
    "purpose": "residence",
    "registrar": {"name": both("نبيل محمود الشامي", "Nabil Mahmoud Alshami"), "office": both("الميدان", "Midan")},
    "zone": "Asia/Riyadh",
}
DISCHARGE: dict[str, Any] = {
    "holder": both("سامر خالد الحلبي", "Samer Khaled Alhalabi"),
    "person": PERSON
    | {
        "given": both("سامر", "Samer"),
        "family": both("الحلبي", "Alhalabi"),
        "father": both("خالد", "Khaled"),
        "mother": both("مريم الشامي", ""),
        "mother_family": both("", ""),
        "birth_place": both("", ""),
        "national_number": "02040506070",
        "born": "1994-03-09",
    },
    "service": {"class_year": 1994, "branch": both("شعبة تجنيد حلب", "Aleppo"), "recruitment_number": "H-20145"},
    "decision": {"number": "RUH-7K3MQ-9XFPA-D", "on": "2026-11-20", "law": "LD 31/2020"},
    "tier": "three_years",
    "working": [
        {"code": "stay", "law": "LD 30/2007", "params": {"from": "2019-02-01", "until": "2023-07-14", "days": 1625}},
        {"code": "stay", "law": "LD 30/2007", "params": {"from": "2023-09-02", "until": "2026-11-20", "days": 1176}},
        {"code": "year_tolerated", "law": "LD 30/2007", "params": {"year": 2023, "days": 49, "limit": 90}},
        {"code": "counted", "law": "LD 31/2020", "params": {"from": "2023-09-02", "until": "2026-11-20", "years": 3}},
        {"code": "tier_next", "law": "LD 31/2020", "params": {"years": 4, "on": "2027-09-02"}},
    ],
    "amount": {"amount": 800_000, "currency": "USD"},
    "receipt": {"number": "RUH-RC-2026-000117", "on": "2026-11-20"},
    "zone": "Asia/Damascus",
}
MISSED: dict[str, Any] = DISCHARGE | {
    "person": DISCHARGE["person"] | {"born": "1981-04-11"},
    "service": DISCHARGE["service"] | {"class_year": 1981},
    "decision": DISCHARGE["decision"] | {"law": "Law 33/2014"},
    "tier": "missed_service",
    "working": [
        {"code": "passed_age", "law": "LD 30/2007", "params": {"on": "2023-04-11", "age": 42}},
        {"code": "missed_base", "law": "Law 33/2014", "params": {"amount": {"amount": 800_000, "currency": "USD"}}},
        {"code": "payable_until", "law": "Law 35/2017", "params": {"on": "2023-07-11", "months": 3}},
        {
            "code": "late_addition",
            "law": "Law 33/2014 as reported",
            "params": {
                "years": 3,
                "rate": {"amount": 20_000, "currency": "USD"},
                "amount": {"amount": 60_000, "currency": "USD"},
                "most": {"amount": 200_000, "currency": "USD"},
            },
        },
        {"code": "amount", "law": "Law 33/2014", "params": {"amount": {"amount": 860_000, "currency": "USD"}}},
    ],
    "amount": {"amount": 860_000, "currency": "USD"},
}
RESERVE: dict[str, Any] = DISCHARGE | {
    "decision": DISCHARGE["decision"] | {"law": "LD 20/2024"},
    "tier": "reserve_age",
    "working": [
        *DISCHARGE["working"][:4],
        {
            "code": "reserve_abroad",
            "law": "LD 31/2020 art. 26-e",
            "params": {"years": 3, "amount": {"amount": 500_000, "currency": "USD"}},
        },
        {
            "code": "reserve_age",
            "law": "LD 20/2024",
            "params": {
                "age": 38,
                "months": 2,
                "less": {"amount": 40_000, "currency": "USD"},
                "amount": {"amount": 440_000, "currency": "USD"},
            },
        },
        {"code": "amount", "law": "LD 20/2024", "params": {"amount": {"amount": 440_000, "currency": "USD"}}},
    ],
    "amount": {"amount": 440_000, "currency": "USD"},
}
DEFERRAL: dict[str, Any] = {name: DISCHARGE[name] for name in ("holder", "person", "service", "zone")} | {
    "decision": DISCHARGE["decision"] | {"law": "LD 30/2007"},
    "deferral": {"from": "2027-01-10", "until": "2028-01-09", "previous_until": "2027-01-09", "search_lifted": True},
    "working": [
        {"code": "deferral_before", "law": "LD 30/2007", "params": {"from": "2026-01-10", "until": "2027-01-09"}},
        {"code": "filed_in_time", "law": "LD 30/2007", "params": {"on": "2026-11-18", "until": "2027-01-09"}},
        *DISCHARGE["working"][:3],
        {
            "code": "margin",
            "law": "Beirut embassy notices",
            "params": {"year": 2026, "days": 41, "advised": 27, "margin": 14},
        },
        {"code": "minimum_stay_unknown", "law": "LD 30/2007", "params": {}},
        {"code": "deferral_granted", "law": "LD 30/2007", "params": {"from": "2027-01-10", "until": "2028-01-09"}},
    ],
}
RECEIPT: dict[str, Any] = {
    "holder": both("سامر خالد الحلبي", "Samer Khaled Alhalabi"),
    "beneficiary": both("رشا عبد الرحمن الحسين", "Rasha Abdulrahman Alhussein"),
    "application": "RUH-7K3MQ-9XFPA-D",
    "payment": "RUH-P4M2T-8WQXC-7",
    "transaction": "passport-renewal",
    "method": "cash",
    "paid_at": "2026-11-21T09:12:40+00:00",
    "lines": [
        {
            "line": "passport_value",
            "beneficiary": "immigration_and_passports",
            "tariff": {"amount": 20_000, "currency": "USD"},
            "collected": {"amount": 75_000, "currency": "SAR"},
        },
        {
            "line": "document_from_syria",
            "beneficiary": "civil_affairs",
            "tariff": {"amount": 5_000, "currency": "USD"},
            "collected": {"amount": 18_750, "currency": "SAR"},
        },
    ],
    "rate": {"value": "3.75", "from": "USD", "to": "SAR", "source": "peg", "on": "2026-11-20"},
    "total": {"amount": 93_750, "currency": "SAR"},
    "cashier": both("هدى الحموي", "Huda Alhamwi"),
    "zone": "Asia/Riyadh",
}
TURN: dict[str, Any] = {
    "holder": both("رشا عبد الرحمن الحسين", "Rasha Abdulrahman Alhussein"),
    "application": "RUH-7K3MQ-9XFPA-D",
    "transaction": "embassy-queue-riyadh",
    "service": "passport",
    "starts_at": "2026-11-24T06:30:00+00:00",
    "day": "2026-11-24",
    "weekday": both("الثلاثاء", "Tuesday"),
    "time": "09:30",
    "arrive": "09:15",
    "window": "1",
    "document_end": "4567",
    "bring": ["this_slip", "old_passport_shown", "identity_card", "residence_permit", "photos"],
    "address": both("الحي الدبلوماسي، الرياض", "Diplomatic Quarter, Riyadh"),
    "zone": "Asia/Riyadh",
}
SLIP: dict[str, Any] = {
    "holder": both("رشا عبد الرحمن الحسين", "Rasha Abdulrahman Alhussein"),
    "application": "RUH-7K3MQ-9XFPA-D",
    "transaction": "passport-renewal",
    "ready_on": "2026-11-21",
    "keep_until": "2027-02-21",
    "bring": ["this_slip", "identity_card", "old_passport"],
    "hours": [{"days": both("الأحد إلى الخميس", "Sunday to Thursday"), "from": "09:00", "to": "13:00"}],
    "address": both("الحي الدبلوماسي، الرياض", "Diplomatic Quarter, Riyadh"),
    "zone": "Asia/Riyadh",
}
FATHER = PERSON | {
    "given": both("عبد الرحمن", "Abdulrahman"),
    "father": both("محمد نور", "Mohammad Nour"),
    "mother": both("زهية", "Zahia"),
    "mother_family": both("الشامي", "Alshami"),
    "national_number": "01020304011",
    "born": "1958-11-02",
    "sex": "M",
    "marital_status": "widowed",
    "alive": True,
    "name": both("عبد الرحمن محمد نور الحسين", "Abdulrahman Mohammad Nour Alhussein"),
    "entry": EXTRACT["entry"],
}
MOTHER = FATHER | {
    "given": both("فاطمة", "Fatima"),
    "family": both("اللاذقاني", "Alladhiqani"),
    "father": both("خالد", "Khaled"),
    "national_number": "01020304022",
    "born": "1963-04-27",
    "sex": "F",
    "marital_status": "married",
    "alive": False,
    "name": both("فاطمة خالد اللاذقاني", "Fatima Khaled Alladhiqani"),
}
EVENT = {
    "on": "1990-01-15",
    "place": both("دمشق، الميدان", "Damascus, Midan"),
    "number": "1990/231",
    "registered_on": "1990-02-03",
    "office": both("الميدان", "Midan"),
}
ASKED: dict[str, Any] = {name: EXTRACT[name] for name in ("holder", "entry", "remarks", "purpose", "registrar", "zone")}
ASKED |= {
    "annotations": EXTRACT["annotations"],
    "applicant": {"name": both("سامر خالد الحلبي", "Samer Khaled Alhalabi"), "sex": "M", "kinship": "spouse"},
}
BIRTH: dict[str, Any] = ASKED | {
    "person": EXTRACT["person"],
    "annotations": [],
    "father": FATHER,
    "mother": MOTHER,
    "event": EVENT,
}
DEATH: dict[str, Any] = ASKED | {
    "holder": MOTHER["name"],
    "person": MOTHER,
    "annotations": [],
    "applicant": {"name": EXTRACT["holder"], "sex": "F", "kinship": "descendant"},
    "event": EVENT
    | {
        "on": "2021-02-14",
        "number": "2021/88",
        "registered_on": "2021-02-20",
        "cause": both("توقف القلب", "Cardiac arrest"),
        "reporter": "son",
    },
}
HUSBAND = FATHER | {"born": "1988-08-30", "national_number": "01020304033", "marital_status": "married"}
HUSBAND |= {"given": both("سامر", "Samer"), "family": both("الحلبي", "Alhalabi"), "father": both("خالد", "Khaled")}
HUSBAND |= {"name": both("سامر خالد الحلبي", "Samer Khaled Alhalabi")}
WIFE = EXTRACT["person"] | {"name": EXTRACT["holder"], "entry": EXTRACT["entry"]}
COURT = both("المحكمة الشرعية في الميدان", "Sharia Court of Midan")
WEDDING: dict[str, Any] = EVENT | {
    "on": "2015-06-03",
    "place": COURT,
    "number": "2015/482",
    "registered_on": "2015-06-20",
    "husband": HUSBAND,
    "wife": WIFE,
    "contract": "117",
    "hijri": None,
    "divorced_on": None,
}
MARRIAGE: dict[str, Any] = ASKED | {"person": EXTRACT["person"], "annotations": ASKED["annotations"][:1]}
MARRIAGE |= {"marriages": [WEDDING]}
PARTING = WEDDING | {
    "on": "2021-03-09",
    "number": "2021/31",
    "type": "khul",
    "decision": "204",
    "married_on": "2015-06-03",
}
DIVORCE: dict[str, Any] = MARRIAGE | {"divorces": [PARTING], "applicant": DEATH["applicant"] | {"kinship": "self"}}


def row(relation: str, one: dict[str, Any], given: dict[str, str] | None = None, **changed: Any) -> dict[str, Any]:
    """Somebody in a family extract."""
    there = {"relation": relation, "name": one.get("name") or given, "died_on": None, "moved_to": None, **changed}
    return one | ({"given": given} if given else {}) | there


FIRST = MOTHER | {"alive": True, "marital_status": "divorced"}
SALIHIYYA = EXTRACT["entry"] | {"office": both("الصالحية", "Salihiyya"), "number": "311"}
FAMILY: dict[str, Any] = ASKED | {
    "applicant": DEATH["applicant"],
    "annotations": [note | {"name": EXTRACT["holder"]} for note in EXTRACT["annotations"]],
    "head": row("head", FATHER, died_on="2024-01-19"),
    "blocks": [
        {
            "spouse": row("wife", FIRST, moved_to=SALIHIYYA),
            "married_on": "1984-05-02",
            "divorced_on": "1996-10-14",
            "children": [
                row("daughter", EXTRACT["person"], both("رشا", "Rasha"), marital_status="divorced"),
                row("son", HUSBAND, both("عبد السلام", "Abdulsalam"), died_on="2013-07-08", marital_status="single"),
            ],
        },
        {
            "spouse": row("wife", WIFE, both("سلمى", "Salma"), marital_status="widowed"),
            "married_on": "1998-03-11",
            "divorced_on": None,
            "children": [row("son", HUSBAND, both("يزن", "Yazan"), moved_to=SALIHIYYA, marital_status="single")],
        },
    ],
    "others": [row("member", MOTHER, died_on="2001-12-30", marital_status="widowed")],
}
WHO = {
    "name": EXTRACT["holder"],
    "father": both("عبد الرحمن", "Abdulrahman"),
    "mother": both("فاطمة اللاذقاني", "Fatima Alladhiqani"),
    "born": "1990-01-15",
    "national_number": "01020304050",
}
LETTER: dict[str, Any] = {
    "holder": EXTRACT["holder"],
    "authority": "immigration",
    "ask": "movements",
    "application": "RUH-7K3MQ-9XFPA-D",
    "transaction": "movement-statement",
    "person": WHO,
    "answers": [
        {"question": "passport_number", "value": "N012345678", "kind": "text"},
        {"question": "period_from", "value": "2018-01-01", "kind": "date"},
        {"question": "period_until", "value": "2020-12-31", "kind": "date"},
    ],
    "reply_by": "2026-11-26",
    "zone": "Asia/Riyadh",
}
REMINDER: dict[str, Any] = {
    "holder": EXTRACT["holder"],
    "authority": "immigration",
    "ask": "movements",
    "step": "first",
    "letter": "RUH-IM-2026-0042",
    "sent_on": "2026-11-10",
    "reply_by": "2026-11-15",
    "zone": "Asia/Riyadh",
}
ANSWERED: dict[str, Any] = {
    "holder": EXTRACT["holder"],
    "person": WHO,
    "application": "RUH-7K3MQ-9XFPA-D",
    "transaction": "criminal-record",
    "authority": "criminal_security",
    "letter": "RUH-CS-2026-0042",
    "reply": {"number": "4711/ص", "dated": "2026-11-20"},
    "finding": "convicted",
    "details": {},
    "entries": [
        {
            "court": "محكمة بداية الجزاء بدمشق",
            "number": "214/2009",
            "on": "2010-03-02",
            "offence": "مخالفة بناء",
            "sentence": "غرامة مالية",
        }
    ],
    "remark": "",
    "purpose": "work",
    "zone": "Asia/Riyadh",
}
STATEMENT: dict[str, Any] = ANSWERED | {
    "transaction": "movement-statement",
    "authority": "immigration",
    "letter": "RUH-IM-2026-0042",
    "finding": "partial",
    "remark": "سجلات منفذ باب الهوى غير متوفرة",
    "period": {"from": "2018-01-01", "until": "2019-12-31"},
    "entries": [
        {"on": "2018-07-01", "way": "out", "point": "نصيب", "passport": "N012345678"},
        {"on": "2019-01-09", "way": "out", "point": "مطار دمشق", "passport": "N012345678"},
        {"on": "2019-08-02", "way": "in", "point": "مطار دمشق", "passport": "N012345678"},
    ],
    "inside": [{"year": 2018, "days": 182}, {"year": 2019, "days": 153}],
    "gaps": [1],
}
VERIFIED: dict[str, Any] = ANSWERED | {
    "transaction": "driving-licence-check",
    "authority": "traffic",
    "letter": "RUH-TR-2026-0007",
    "finding": "valid",
    "entries": [],
    "purpose": None,
    "details": {
        "licence_number": "771203",
        "licence_category": "B",
        "first_issued_on": "2011-06-01",
        "expires_on": "2031-05-31",
    },
}
APPROVAL: dict[str, Any] = ANSWERED | {
    "transaction": "visit-facilitation",
    "authority": "foreign_affairs",
    "letter": "RUH-FA-2026-0003",
    "finding": "approved",
    "entries": [],
    "details": {"approval_reference": "V-2026-1187", "approved_on": "2026-11-20"},
    "usable_until": "2027-05-19",
    "stay_days": 90,
}
PAGE: dict[str, Any] = {
    "holder": both("رشا عبد الرحمن الحسين", "Rasha Abdulrahman Alhussein"),
    "names": {
        "given": both("رشا", "Rasha"),
        "father": both("عبد الرحمن", "Abdulrahman"),
        "family": both("الحسين", "Alhussein"),
        "mother": both("فاطمة اللاذقاني", "Fatima Alladhiqani"),
    },
    "number": "N010203045",
    "national_number": "01001234567",
    "sex": "F",
    "born": "1990-01-15",
    "valid_from": "2026-01-15",
    "valid_until": "2032-01-14",
    "mrz": ["P<SYRALHUSSEIN<<RASHA<<<<<<<<<<<<<<<<<<<<<<<", "0102030457SYR9001158F320114101001234567<<<92"],
    "zone": "Asia/Riyadh",
}
SAMPLES: dict[str, dict[str, Any]] = {
    "individual-extract": EXTRACT,
    "family-extract": FAMILY,
    "birth-statement": BIRTH,
    "death-statement": DEATH,
    "marriage-statement": MARRIAGE,
    "divorce-statement": DIVORCE,
    "cash-allowance-discharge": DISCHARGE,
    "missed-service-clearance": MISSED,
    "reserve-allowance-exemption": RESERVE,
    "residence-deferral": DEFERRAL,
    "receipt": RECEIPT,
    "passport-slip": SLIP,
    "ministry-letter": LETTER,
    "ministry-reminder": REMINDER,
    "criminal-record": ANSWERED,
    "movement-statement": STATEMENT,
    "driving-licence-check": VERIFIED,
    "visit-approval": APPROVAL,
    "turn-slip": TURN,
    "passport-page": PAGE,
}
CODES = {
    "individual-extract": "RUH-R7K3M-Q9XFP-AD4CW-T2N-8",
    "family-extract": "RUH-R7K3M-Q9XFP-AD4CW-T2N-8",
    "birth-statement": "RUH-R7K3M-Q9XFP-AD4CW-T2N-8",
    "death-statement": "RUH-R7K3M-Q9XFP-AD4CW-T2N-8",
    "marriage-statement": "RUH-R7K3M-Q9XFP-AD4CW-T2N-8",
    "divorce-statement": "RUH-R7K3M-Q9XFP-AD4CW-T2N-8",
    "cash-allowance-discharge": "RUH-M7K3M-Q9XFP-AD4CW-T2N-8",
    "missed-service-clearance": "RUH-M7K3M-Q9XFP-AD4CW-T2N-8",
    "reserve-allowance-exemption": "RUH-M7K3M-Q9XFP-AD4CW-T2N-8",
    "residence-deferral": "RUH-M7K3M-Q9XFP-AD4CW-T2N-8",
    "receipt": "RUH-C7K3M-Q9XFP-AD4CW-T2N-8",
    "turn-slip": "RUH-C9K3M-Q9XFP-AD4CW-T2N-4",
    "passport-slip": "RUH-C9K3M-Q9XFP-AD4CW-T2N-4",
    "passport-page": "RUH-C9K3M-Q9XFP-AD4CW-T2N-4",
}


def document(kind: str, specimen: bool = True, **changed: Any) -> Document:
    """An issued paper that no database has seen."""
    printed = {"public_url": "https://mahjar.example", "specimen": specimen}
    return Document(
        code=CODES.get(kind, CODES["receipt"]),
        number=f"RUH-{KINDS[kind].letters}-2026-000123",
        kind=kind,
        mission="RUH",
        about="RUH-7K3MQ-9XFPA-D",
        data={**SAMPLES[kind], **changed, "print": printed},
        issued_at=ISSUED,
        expires_on=date(2027, 2, 21) if KINDS[kind].mark == "R" else None,
        status="valid",
    )
