"""Where each transaction is walked to each of its ends, for the test that misses the walk nobody wrote."""

from collections.abc import Mapping

# To the paper in hand; returned by the mission or an authority, mended and sent again; refused by either.
HAPPY, MENDED, REFUSED = "happy", "mended", "refused"

_REGISTER = {
    HAPPY: "test_register_documents.test_the_paper_is_drawn_and_belongs_to_who_asked",
    MENDED: "test_register_documents.test_a_register_that_contradicts_itself_goes_to_a_registrar",
    REFUSED: "test_register_documents.test_what_the_mission_refuses_is_owed_back",
}
_ALLOWANCE = {
    HAPPY: "test_conscription.test_an_allowance_is_assessed_paid_and_settled_on_paper",
    MENDED: "test_conscription.test_a_returned_allowance_is_mended_and_goes_on",
    REFUSED: "test_conscription.test_what_the_directorate_refuses_after_payment_is_owed_back",
}
_DEFERRAL = {
    HAPPY: "test_conscription.test_a_deferral_is_paid_granted_and_renewed_once",
    MENDED: "test_conscription.test_a_returned_deferral_is_mended_and_granted_without_paying_again",
    REFUSED: "test_conscription.test_a_deferral_refused_by_the_directorate_owes_the_bond_back",
}
_MINISTRY = {
    MENDED: "test_letters.test_each_is_returned_mended_and_refused_by_the_mission",
    REFUSED: "test_letters.test_each_is_returned_mended_and_refused_by_the_mission",
}
_PASSPORT = {
    HAPPY: "test_passports.test_a_returned_one_is_mended_and_collected",
    MENDED: "test_passports.test_a_returned_one_is_mended_and_collected",
    REFUSED: "test_passports.test_a_refused_one_is_paid_back_whole",
}
_FIRST = "test_passports.test_a_first_passport_is_granted_once"
_LICENCE = "test_letters.test_a_licence_is_answered_on_paper_and_no_record_is_an_answer"

# Slug -> way -> module and test of this folder.
WALKED: Mapping[str, Mapping[str, str]] = {
    "individual-extract": {
        HAPPY: "test_transactions.test_an_extract_comes_back_as_a_document",
        MENDED: "test_transactions.test_a_returned_application_is_mended_and_goes_on",
        REFUSED: "test_transactions.test_a_refused_application_has_its_fee_marked_as_due_back",
    },
    "family-extract": _REGISTER,
    "marriage-statement": _REGISTER,
    "divorce-statement": _REGISTER,
    "birth-statement": _REGISTER,
    "death-statement": _REGISTER,
    "criminal-record": {HAPPY: "test_letters.test_a_clear_record_comes_over_the_bus", **_MINISTRY},
    "movement-statement": {HAPPY: "test_letters.test_movements_without_a_gap", **_MINISTRY},
    "driving-licence-check": {HAPPY: _LICENCE, **_MINISTRY},
    "visit-facilitation": {HAPPY: "test_letters.test_a_visit_is_approved_and_not_again_within_the_year", **_MINISTRY},
    "passport-renewal": _PASSPORT,
    "passport-renewal-urgent": _PASSPORT,
    "passport-first": {**_PASSPORT, HAPPY: _FIRST, MENDED: _FIRST},
    "passport-first-urgent": {**_PASSPORT, REFUSED: _FIRST},
    "passport-lost": _PASSPORT,
    "passport-damaged": _PASSPORT,
    "embassy-queue-riyadh": {HAPPY: "test_appointments.test_a_turn_is_booked_moved_and_kept"},
    "cash-allowance": _ALLOWANCE,
    "reserve-cash-allowance": _ALLOWANCE,
    "missed-service-allowance": _ALLOWANCE,
    "residence-deferral": _DEFERRAL,
    "residence-deferral-renewal": _DEFERRAL,
}
