"""The balances of a mission's accounts once more, by SQL alone, from payments, refunds, disputes, tills, deposits: it
reads no line of the ledger but the reversals, and shares no code with it."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_BALANCES = text(
    """
    WITH moved (account, currency, amount) AS (
        SELECT CASE method WHEN 'card' THEN 'card' WHEN 'transfer' THEN 'bank' ELSE 'cash:' || opened_by END,
               coalesce(received_currency, currency), coalesce(received_amount, amount)
        FROM attempt WHERE state = 'succeeded'
      UNION ALL
        SELECT 'suspense', a.received_currency, -a.received_amount
        FROM attempt a JOIN fee_order o ON o.reference = a."order"
        WHERE a.state = 'succeeded' AND a.held IS NOT NULL AND NOT (a.held = 'part' AND o.state = 'paid')
      UNION ALL
        SELECT 'suspense', r.currency, r.amount FROM refund r JOIN attempt a ON a.reference = r.attempt
        WHERE a.held IS NOT NULL
      UNION ALL
        SELECT 'bank', currency, amount FROM refund WHERE line IS NOT NULL
      UNION ALL
        SELECT 'refunds', currency, -amount FROM refund WHERE state NOT IN ('paid', 'charged_back')
      UNION ALL
        SELECT CASE method WHEN 'card' THEN 'card' WHEN 'transfer' THEN 'bank' ELSE 'cash:' || paid_by END,
               currency, -amount
        FROM refund WHERE state = 'paid'
      UNION ALL
        SELECT 'card', currency, -amount FROM dispute WHERE state <> 'won'
      UNION ALL
        SELECT 'disputes', currency, amount FROM dispute WHERE state = 'open'
      UNION ALL
        SELECT 'dispute_losses', d.currency, d.amount - coalesce(
            (SELECT sum(r.amount) FROM refund r WHERE r.attempt = d.attempt AND r.state = 'charged_back'), 0)
        FROM dispute d JOIN attempt a ON a.reference = d.attempt JOIN fee_order o ON o.reference = a."order"
        WHERE d.state = 'lost' AND (o.state <> 'charged_back' OR a.held IS NOT NULL)
      UNION ALL
        SELECT 'dispute_losses', a.currency, sum(r.amount) - a.amount
        FROM attempt a JOIN refund r ON r.attempt = a.reference WHERE a.held IS NULL
        GROUP BY a.reference, a.amount, a.currency HAVING bool_or(r.part = 'whole')
      UNION ALL
        SELECT 'cash:' || officer, currency, float_amount FROM till
      UNION ALL
        SELECT 'safe', currency, -float_amount FROM till
      UNION ALL
        SELECT 'safe', currency, counted_amount FROM till WHERE state = 'closed'
      UNION ALL
        SELECT 'cash:' || officer, currency, -expected_amount FROM till WHERE state = 'closed'
      UNION ALL
        SELECT 'till_variance', currency, -variance FROM till WHERE state = 'closed'
      UNION ALL
        SELECT 'safe', currency, -amount FROM deposit
      UNION ALL
        SELECT 'deposits', currency, amount FROM deposit
    )
    SELECT account, currency, sum(amount) FROM moved GROUP BY account, currency HAVING sum(amount) <> 0
    """
)


def balances(session: Session) -> dict[tuple[str, str], int]:
    """By account and currency, debit positive; accounts of beneficiaries and of conversions are not among them."""
    return {(account, currency): int(amount) for account, currency, amount in session.execute(_BALANCES)}
