"""The kinds of notices; the words of each are `notice.<kind>` in the translations, in both languages."""

RETURNED, READY, REFUSED, LAPSED, CANCELLED = "returned", "ready", "refused", "lapsed", "cancelled"
COLLECTED, REFUND_DUE, PAYMENT_HELD, EXTENDED = "collected", "refund_due", "payment_held", "extended"
REFUND_PAID, PAYMENT_RECEIVED, PAID_BY_OTHER = "refund_paid", "payment_received", "paid_by_other"
REFUND_RETURNED = "refund_returned"
FEE_WAIVED = "fee_waived"
PAYMENT_VOIDED = "payment_voided"
PAYMENT_DISPUTED, DISPUTE_WON, DISPUTE_LOST = "payment_disputed", "dispute_won", "dispute_lost"
BOOKING_FOUND, BOOKING_LAPSED = "booking_found", "booking_lapsed"
TURN_BOOKED, TURN_MISSED, ATTENDED = "turn_booked", "turn_missed", "attended"
TURN_RELOCATED, TURN_CALLED_OFF = "turn_relocated", "turn_called_off"
ABSENCE_ACCEPTED, ABSENCE_REFUSED = "absence_accepted", "absence_refused"
MANDATE_OFFERED, MANDATE_ACCEPTED, MANDATE_DECLINED = "mandate_offered", "mandate_accepted", "mandate_declined"
MANDATE_ENDED, MANDATE_GOOD, MANDATE_REFUSED = "mandate_ended", "mandate_good", "mandate_refused"
MANDATE_FOR_YOU = "mandate_for_you"
DRAW_GRANTED, DRAW_LOST, SEAT_OFFERED, OFFER_PASSED = "draw_granted", "draw_lost", "seat_offered", "offer_passed"
WAITING_ENDED, TURN_CONFIRM, TURN_FREED = "waiting_ended", "turn_confirm", "turn_freed"
TURN_RENAMED = "turn_renamed"
INQUIRY_ANSWERED, INQUIRY_ESCALATED = "inquiry_answered", "inquiry_escalated"
PROMISE_MISSED = "promise_missed"
DOCUMENT_REVOKED = "document_revoked"
# One for each waiting status; one notice per number of days left.
REMINDERS = ("reminder_draft", "reminder_awaiting_payment", "reminder_returned")

KINDS = frozenset(
    {
        *(
            RETURNED,
            READY,
            REFUSED,
            LAPSED,
            CANCELLED,
            COLLECTED,
            REFUND_DUE,
            REFUND_PAID,
            REFUND_RETURNED,
            PAID_BY_OTHER,
            PAYMENT_HELD,
            EXTENDED,
        ),
        PAYMENT_RECEIVED,
        FEE_WAIVED,
        PAYMENT_VOIDED,
        *(PAYMENT_DISPUTED, DISPUTE_WON, DISPUTE_LOST),
        *(BOOKING_FOUND, BOOKING_LAPSED),
        *(TURN_BOOKED, TURN_MISSED, ATTENDED, TURN_RELOCATED, TURN_CALLED_OFF),
        *(ABSENCE_ACCEPTED, ABSENCE_REFUSED),
        *(MANDATE_OFFERED, MANDATE_ACCEPTED, MANDATE_DECLINED),
        *(MANDATE_ENDED, MANDATE_GOOD, MANDATE_REFUSED, MANDATE_FOR_YOU),
        *(DRAW_GRANTED, DRAW_LOST, SEAT_OFFERED, OFFER_PASSED, WAITING_ENDED, TURN_CONFIRM, TURN_FREED),
        TURN_RENAMED,
        *(INQUIRY_ANSWERED, INQUIRY_ESCALATED, PROMISE_MISSED),
        DOCUMENT_REVOKED,
        *REMINDERS,
    }
)
