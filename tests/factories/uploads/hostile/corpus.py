"""All hostile uploads."""

from tests.factories.uploads.hostile import HostileUpload, documents, kinds, pictures


def hostile_uploads() -> list[HostileUpload]:
    """Every one, in an order that stays."""
    sources = (
        kinds.other_kinds,
        kinds.two_kinds,
        kinds.test_files_of_scanners,
        pictures.talkative,
        pictures.unfolding,
        pictures.damaged,
        documents.acting,
        documents.unfolding,
        documents.damaged,
    )
    return [upload for source in sources for upload in source()]
