from shared.database.migration import run_revisions

run_revisions()
