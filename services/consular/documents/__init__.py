"""The documents that the mission issues, and the snapshot each is drawn from.

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
    instalment  {"price", "before", "remaining"}, each {"amount", "currency"} | None where one payment is the whole
    total       {"amount", "currency"}
    cashier     {"ar", "en"} | None     only for cash
    zone        IANA zone of the mission

`issue(..., kind="payout-slip", data=...)`, of a refund paid in cash, takes exactly:

    holder, beneficiary, application, payment, transaction, paid_at, total, cashier, zone as a receipt does
    refund      its reference

`issue(..., kind="deposit-slip", data=...)`, of cash taken to the bank, takes exactly:

    holder      {"ar", "en"}            the mission
    deposit     its reference
    pieces      [{"value", "count"}]    coins and notes, values in minor units
    made_at     instant, ISO 8601 with offset
    total, cashier, zone as a receipt does

`issue(..., kind="passport-slip", data=...)` takes exactly:

    holder      {"ar", "en"}
    application reference; transaction slug
    ready_on, keep_until                "YYYY-MM-DD" (keep_until may be None)
    bring       codes out of: this_slip, identity_card, old_passport, mandate, guardian_card, receipt
    hours       [{"days": {"ar", "en"}, "from": "09:00", "to": "13:00"}]; empty where the mission has set none
    address     {"ar", "en"}            "" where none is known: the line is left out
    zone        IANA zone of the mission

`issue(..., kind="turn-slip", data=...)` takes exactly:

    holder      {"ar", "en"}
    application reference; transaction slug
    service     texts `turn.service.<service>`
    starts_at   instant, ISO 8601 with offset
    day         "YYYY-MM-DD" at the mission; weekday {"ar", "en"}; time, arrive "HH:MM" by the mission's clock
    window      number of the window
    document_end  the last signs of the identity document the appointment is bound to
    bring       codes, texts `bring.<code>`
    photos      {"count", "width_mm", "height_mm"} by the mission's rule of that day, or None; where `bring` has photos
    address     {"ar", "en"}            "" where none is known: the line is left out
    zone        IANA zone of the mission

`issue(..., kind="ministry-letter", data=...)` takes exactly:

    holder      {"ar", "en"}
    authority, ask                      codes of services/consular/ministries/rules/matters.py
    application reference; transaction slug
    person      of name, father, mother, birth_place, entry {"ar", "en"}, born, national_number what the authority needs
    answers     [{"question", "value", "kind"}], kind: choice | date | text
    reply_by    "YYYY-MM-DD"
    zone        IANA zone of the mission

`kind="ministry-reminder"`: holder, authority, ask, step (first | second), letter (its number), sent_on, reply_by, zone.

`criminal-record`, `movement-statement`, `driving-licence-check` and `visit-approval` take:

    holder, person (whole), application, transaction, authority, zone
    letter      our letter's number
    reply       {"number", "dated"}
    finding     code; text `document.<kind>.<finding>`
    details     {name: text}; entries [{...}] by the finding; remark, may be ""
    purpose     code or None (record, licence)
    period {"from", "until"}, inside [{"year", "days"}], gaps [line],   (movements)
    of crossings in entries: point_en, "" where the post is not known;
    counting [code]: how days of crossings were counted, text `working.border_days.<code>`
    usable_until, stay_days                                            (visit)

A document that the mission issues itself, by the field `issues` of its catalogue entry, takes:

    holder      {"ar", "en"}            the applicant, or whom two of the answers name
    application reference; transaction slug
    person      of name, father, mother {"ar", "en"}, born, national_number those that the entry declares
    answers     [{"question", "value", "kind"}], those that the entry declares, as in a letter
    zone        IANA zone of the mission

Without a template of its kind it is drawn by `mission-document.html`; text `document.<kind>.statement`.

`issue(..., kind="passport-page", data=...)`, the specimen of a passport's data page, takes exactly:

    holder      {"ar", "en"}
    names       {"given", "father", "family", "mother"}, each {"ar", "en"}
    number, national_number             as printed
    sex         M | F
    born, valid_from, valid_until       "YYYY-MM-DD"
    birth_place {"ar", "en", "declared": whether the applicant declared it, as the register has none}
    mrz         the two machine-readable lines
    zone        IANA zone of the mission

`issue(..., kind="pending-proof", data=...)`, which names no service and no reference, takes exactly:

    holder      {"ar", "en"}
    since       "YYYY-MM-DD"            the day on which the application was submitted
    zone        IANA zone of the mission

An unknown "en" is "": the Arabic text replaces it.
"""
