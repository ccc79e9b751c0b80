"""Why officers return or refuse something. Texts are `reason.<code>`; the pages offer what the service accepts."""

# What an applicant can put right.
RETURN_REASONS = ("paper_unreadable", "paper_missing", "answer_wrong", "photo_unsuitable")

# Why one marked paper or answer has to be put right.
PAPER, ANSWER = "paper", "answer"
MARK_REASONS = {
    PAPER: (
        "paper_unreadable",
        "paper_missing",
        "paper_incomplete",
        "paper_wrong",
        "paper_expired",
        "photo_unsuitable",
    ),
    ANSWER: ("answer_wrong", "answer_incomplete", "answer_unclear"),
}
# With these a further file is added; with any other one the new file stands in the place of those marked.
ADDING_REASONS = frozenset({"paper_missing", "paper_incomplete"})
# The reason of a return whose papers and answers are marked one by one.
MARKED = "marked"

REFUSE_REASONS = ("not_entitled", "identity_doubt", "forged_paper", "duplicate_application")
# Reasons that only apply where a question was answered, by the question's name.
REFUSE_REASONS_BY_QUESTION = {"renewal_reason": "early_renewal_declined", "damage": "signs_of_tampering"}
ALL_REFUSE_REASONS = (*REFUSE_REASONS, *REFUSE_REASONS_BY_QUESTION.values())

# What a refusal is quoted by, in letters and at the counter. A code is never given to another reason.
REFUSAL_CODES = {
    "not_entitled": "R-01",
    "identity_doubt": "R-02",
    "forged_paper": "R-03",
    "duplicate_application": "R-04",
    "early_renewal_declined": "R-05",
    "signs_of_tampering": "R-06",
}

# Why a booklet is written off. Texts are `field.spoil_reason.choice.<code>`.
SPOIL_REASONS = ("misprint", "damaged", "wrong_data", "missing")

# Of the deed of a mandate.
DEED_REFUSE_REASONS = (
    "paper_unreadable",
    "paper_not_attested",
    "principal_differs",
    "agent_differs",
    "scope_unclear",
)
