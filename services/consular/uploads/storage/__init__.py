"""Where the bytes of uploads lie: sealed, named by their content, on this machine's disk or at an S3 service."""

from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.s3 import S3Store
from services.consular.uploads.storage.sealed import SealedStore
from services.consular.uploads.storage.store import BlobStore
from shared.settings import Settings


def open_storage(settings: Settings) -> SealedStore:
    """The store that the settings name. Raises StartRefused for a folder in which nothing can be written."""
    uploads = settings.uploads
    store: BlobStore = S3Store(uploads.s3) if uploads.s3 else DiskStore(uploads.folder)
    return SealedStore(store, uploads.keys)
