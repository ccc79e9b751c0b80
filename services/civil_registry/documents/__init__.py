"""The documents of the civil registry, and the snapshot each one is drawn from.

`issue(..., kind="individual-extract", data=...)` takes exactly:

    holder      {"ar", "en"}            the printed name: given, father's and family name
    person      given, family, father, mother, mother_family, birth_place: each {"ar", "en"}
                national_number: eleven digits; sex: "M" | "F"; born: as much of "YYYY-MM-DD" as is known
                marital_status: single | married | divorced | widowed, or None where it is not to be shown
                alive: bool; died_on: day | None
    entry       governorate, office, place: each {"ar", "en"}; number: str
    annotations [{"kind", "on": "YYYY-MM-DD", "number": str | None, "text": {"ar", "en"}}], may be empty
                kind: marriage | divorce | birth_of_child | death | correction | transfer | other
    remarks     {"ar", "en"} | None
    purpose     residence | study | work | marriage | passport | court | bank | other
    registrar   {"name": {"ar", "en"}, "office": {"ar", "en"}}
    zone        IANA zone of the mission (the day of issue is a day there)

    applicant   as below, where a relative applied for the holder

The others share holder, entry, annotations, remarks, purpose, registrar and zone with it, and have besides:

    applicant   {"name": {"ar", "en"}, "sex": "M" | "F", "kinship"}: who applied, and their kinship to the holder
                kinship: self | spouse | sibling | parent | grandparent | child | grandchild, and beyond two
                generations ascendant | descendant
    person      as above, of the holder; marital_status is never None

A party is a person with "name": {"ar", "en"} (given, father's and family name) and "entry", which keeps them now.
An event is {"on", "place": {"ar", "en"}, "number", "registered_on", "office": {"ar", "en"}}.

    birth-statement     father, mother: party | None where the register knows no more than a name; event
    death-statement     event, and in it cause: {"ar", "en"} | None,
                        reporter: son | daughter | spouse | parent | sibling | headman | hospital | None
    marriage-statement  marriages, oldest first: each an event (place is the court) and husband, wife: party,
                        contract: number | None, hijri: the contract's Hijri date as registered | None,
                        divorced_on: "YYYY-MM-DD" | None
    divorce-statement   divorces, oldest first: each an event (place is the court) and husband, wife: party,
                        type: revocable | irrevocable | khul | judicial | None, decision: number | None,
                        married_on: "YYYY-MM-DD"
    family-extract      head: row | None; others: rows of whoever is neither head nor in a block
                        blocks: [{"spouse": row | None, "married_on", "divorced_on": day | None, "children": rows}]
                        a row is a person with "name": {"ar", "en"}, "relation": head | wife | son | daughter | member,
                        "moved_to": the entry that keeps them now, where it is another | None
                        annotations: of everybody on the entry, each with "name" besides; no person

An "en" that is not known is "": the Arabic stands in its place. Religion has no field.
"""
