"""The statements that messages pass through in batches, written out: there is nothing to build or compile.

A run is what one sender says about one application, from `first` to `last` without a gap. The places of several runs
are the arrays of `senders`, `abouts`, `firsts` and `lasts`.
"""

from sqlalchemy import text

# Messages seen for the first time. An attempt is counted for each whose turn it is, after those of this batch that come
# before it. Gives those.
REGISTER = text(
    """
    WITH received AS (
        SELECT * FROM unnest(
            CAST(:messages AS uuid[]), CAST(:senders AS text[]), CAST(:abouts AS text[]),
            CAST(:sequences AS integer[]), CAST(:types AS text[]), CAST(:raws AS bytea[]), CAST(:waits AS interval[])
        ) AS received (message, sender, about, sequence, type, raw, wait)
    ), unknown AS (
        SELECT received.*, coalesce(place.applied, 0) AS applied
        FROM received LEFT JOIN inbox_place AS place
            ON place.consumer = :consumer AND place.sender = received.sender AND place.about = received.about
        WHERE NOT EXISTS (
            SELECT FROM inbox WHERE inbox.consumer = :consumer AND inbox.message = received.message
        )
    ), counted AS (
        SELECT *, sequence <= applied AS is_old, sequence - applied = dense_rank() OVER (
            PARTITION BY sender, about, sequence <= applied ORDER BY sequence
        ) AND sequence > applied AS is_next
        FROM unknown
    ), registered AS (
        INSERT INTO inbox (consumer, message, sender, about, sequence, type, state, raw, attempts, next_attempt)
        SELECT
            :consumer, message, sender, about, sequence, type,
            CASE WHEN is_old THEN 'ignored' ELSE 'open' END, CASE WHEN NOT is_old THEN raw END,
            CASE WHEN is_next THEN 1 ELSE 0 END, CASE WHEN is_next THEN now() + wait ELSE now() END
        FROM counted ORDER BY message
        ON CONFLICT DO NOTHING
        RETURNING message, attempts
    )
    SELECT CAST(message AS text) FROM registered WHERE attempts = 1
    """
)

# One that is truly signed and cannot be read. Gives a row unless it is known.
REGISTER_PARKED = text(
    """
    INSERT INTO inbox (consumer, message, sender, about, sequence, type, state, attempts, next_attempt)
    VALUES (:consumer, CAST(:message AS uuid), :sender, :about, :sequence, :type, 'parked', 0, now())
    ON CONFLICT DO NOTHING
    RETURNING attempts
    """
)

# Takes the places of runs in the order, as far as they are free, and notes their messages as applied. Gives the runs
# that are taken, each with the messages that have been waiting for it. The row of a place is locked by whoever takes
# it: a rival waits here, then finds the place taken.
TAKE = text(
    """
    WITH run AS (
        SELECT * FROM unnest(
            CAST(:senders AS text[]), CAST(:abouts AS text[]), CAST(:firsts AS integer[]), CAST(:lasts AS integer[])
        ) AS run (sender, about, first, last)
    ), continued AS (
        UPDATE inbox_place SET applied = run.last FROM run
        WHERE inbox_place.consumer = :consumer AND inbox_place.sender = run.sender AND inbox_place.about = run.about
            AND inbox_place.applied = run.first - 1
        RETURNING run.sender, run.about, run.last
    ), begun AS (
        INSERT INTO inbox_place (consumer, sender, about, applied)
        SELECT :consumer, sender, about, last FROM run WHERE first = 1 ORDER BY sender, about
        ON CONFLICT DO NOTHING
        RETURNING sender, about, applied AS last
    ), taken AS (
        SELECT * FROM continued UNION ALL SELECT * FROM begun
    ), noted AS (
        UPDATE inbox SET
            state = CASE WHEN state = 'open' THEN 'applied' ELSE state END, applied = now(), raw = NULL
        FROM taken
        WHERE inbox.consumer = :consumer AND inbox.message = ANY(CAST(:messages AS uuid[]))
            AND inbox.sender = taken.sender AND inbox.about = taken.about AND inbox.applied IS NULL
    )
    SELECT sender, about, ARRAY(
        SELECT CAST(follower.message AS text) FROM inbox AS follower
        WHERE follower.consumer = :consumer AND follower.sender = taken.sender AND follower.about = taken.about
            AND follower.sequence = taken.last + 1
            AND follower.state IN ('open', 'discarded') AND follower.applied IS NULL
    ) FROM taken
    """
)

# Gives up the end of a run that was not reached, in the transaction that took it: those messages are due again.
GIVE_UP = text(
    """
    WITH place AS (
        UPDATE inbox_place SET applied = :reached
        WHERE consumer = :consumer AND sender = :sender AND about = :about
    ), unreached AS (
        SELECT * FROM unnest(CAST(:messages AS uuid[]), CAST(:raws AS bytea[])) AS unreached (message, raw)
    )
    UPDATE inbox SET state = 'open', applied = NULL, raw = unreached.raw, attempts = attempts - 1, next_attempt = now()
    FROM unreached WHERE inbox.consumer = :consumer AND inbox.message = unreached.message
    """
)

# An attempt that was counted and not made. What others have applied meanwhile is ignored; the rest is due at once, and
# whoever applies the one before goes on with it.
RELEASE = text(
    """
    WITH counted AS (
        SELECT message, sequence <= coalesce(place.applied, 0) AS is_old
        FROM inbox LEFT JOIN inbox_place AS place USING (consumer, sender, about)
        WHERE consumer = :consumer AND message = ANY(CAST(:messages AS uuid[]))
    )
    UPDATE inbox SET
        state = CASE WHEN is_old THEN 'ignored' ELSE state END, applied = CASE WHEN is_old THEN now() END,
        raw = CASE WHEN NOT is_old THEN raw END, attempts = attempts - 1, next_attempt = now()
    FROM counted
    WHERE inbox.consumer = :consumer AND inbox.message = counted.message
        AND inbox.state IN ('open', 'discarded') AND inbox.applied IS NULL
    """
)
