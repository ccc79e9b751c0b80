"""The documents of conscription, and the snapshot each one is drawn from.

Every document extends directorate.html. `issue(..., kind=..., data=...)` takes exactly, for the three documents of a
paid allowance (cash-allowance-discharge, reserve-allowance-exemption, missed-service-clearance):

    holder      {"ar", "en"}            the printed name: given, father's and family name
    person      given, family, father, mother, mother_family, birth_place: each {"ar", "en"}
                national_number: eleven digits; born: as much of "YYYY-MM-DD" as is known
    service     {"class_year": int, "branch": {"ar", "en"}, "recruitment_number": str | None}
    decision    {"number": str, "on": "YYYY-MM-DD", "law": key of the legal source, text `law.<law>`}
    tier        code of the tier the amount was assessed by, text `tier.<tier>`
    working     [{"code", "params": {}, "law"}] as GET /assessments answers; text `working.<code>` with its params;
                of these, texts are ISO days, pairs are amounts, numbers are days unless named years, age or months
    amount      {"amount": minor units, "currency"}
    receipt     {"number": str, "on": "YYYY-MM-DD"}     the payment's receipt or reference
    zone        IANA zone of the mission (the day of issue is a day there)

For residence-deferral, of the above: holder, person, service, decision, working, zone, and

    deferral    {"from", "until": "YYYY-MM-DD", "previous_until": the end of the period it renews or None,
                "search_lifted": whether he was wanted until now}

An "en" that is not known is "": the Arabic stands in its place.
"""
