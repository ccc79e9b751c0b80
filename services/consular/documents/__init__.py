"""What the mission itself hands out, and the snapshot each paper is drawn from.

`issue(..., kind="receipt", data=...)` takes exactly:

    holder      {"ar", "en"}            the payer's printed name
    beneficiary {"ar", "en"} | None     the applicant, when somebody else pays
    application, payment                references
    transaction slug
    method      card | cash | transfer
    paid_at     instant, ISO 8601 with offset
    lines       [{"line", "beneficiary", "tariff": {"amount", "currency"}, "collected": {"amount", "currency"}}]
                texts `fee.<line>` and `beneficiary.<beneficiary>`; amounts in minor units
    rate        {"value": "3.75", "from": "USD", "to": "SAR", "source", "on": "YYYY-MM-DD"} | None (tariff = collected)
                source: peg | mission_table | central_bank | ecb
    total       {"amount", "currency"}
    cashier     {"ar", "en"} | None     only for cash
    zone        IANA zone of the mission

`issue(..., kind="passport-slip", data=...)` takes exactly:

    holder      {"ar", "en"}
    application reference; transaction slug
    ready_on, keep_until                "YYYY-MM-DD" (keep_until may be None)
    bring       codes out of: this_slip, identity_card, old_passport, mandate, guardian_card, receipt
    hours       [{"days": {"ar", "en"}, "from": "09:00", "to": "13:00"}]
    address     {"ar", "en"}
    zone        IANA zone of the mission

An "en" that is not known is "": the Arabic stands in its place.
"""
