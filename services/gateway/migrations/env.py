from shared.migration import run_revisions

run_revisions()
