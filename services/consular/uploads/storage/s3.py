"""Blobs as objects of one bucket at an S3-compatible service."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from services.consular.uploads.storage.store import BlobMissing
from shared import deadline
from shared.deadline_http import bind_to_deadline, tls_context
from shared.errors import Unavailable
from shared.logs import log
from shared.settings.uploads import S3Settings

CONNECT_SECONDS, READ_SECONDS = 1.0, 4.0
# One call with its second try, however slowly bytes come: less than a request has.
CALL_SECONDS = 6.0
ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound"})


class S3Store:
    """A bucket; it is created by the operator, not by us."""

    def __init__(self, settings: S3Settings) -> None:
        self.settings = settings

    @cached_property
    def client(self) -> Minio:
        """Of this one service. Safe for threads; the pool opens connections on first use."""
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        retries = urllib3.Retry(total=1, backoff_factor=0.1)
        pool = urllib3.PoolManager(timeout=timeout, maxsize=16, retries=retries, ssl_context=tls_context())
        bind_to_deadline(pool)
        return Minio(
            endpoint=self.settings.endpoint,
            access_key=self.settings.access_key,
            secret_key=self.settings.secret_key,
            region=self.settings.region,
            secure=self.settings.secure,
            http_client=pool,
        )

    def check(self) -> None:
        """Raises Unavailable unless the bucket answers."""
        with _failures(""), deadline.within(CALL_SECONDS):
            if not self.client.bucket_exists(bucket_name=self.settings.bucket):
                raise Unavailable("storage_down")

    def put(self, name: str, content: bytes) -> None:
        """Stores a blob."""
        with _failures(name), deadline.within(CALL_SECONDS):
            self.client.put_object(
                bucket_name=self.settings.bucket, object_name=name, data=io.BytesIO(content), length=len(content)
            )

    def get(self, name: str) -> bytes:
        """The blob."""
        with _failures(name), deadline.within(CALL_SECONDS):
            answer = self.client.get_object(bucket_name=self.settings.bucket, object_name=name)
            try:
                return bytes(answer.read())
            finally:
                answer.close()
                answer.release_conn()

    def delete(self, name: str) -> None:
        """Deletes a blob."""
        with _failures(name), deadline.within(CALL_SECONDS):
            self.client.remove_object(bucket_name=self.settings.bucket, object_name=name)

    def names(self) -> Iterator[str]:
        """The names of all blobs."""
        with _failures(""):
            for item in self.client.list_objects(bucket_name=self.settings.bucket, recursive=True):
                yield str(item.object_name)


@contextmanager
def _failures(name: str) -> Iterator[None]:
    """Turns the client's errors into BlobMissing and Unavailable."""
    try:
        yield
    except S3Error as error:
        if error.code in ABSENT:
            raise BlobMissing(name) from error
        log().error("storage", error=str(error.code))
        raise Unavailable("storage_down") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        log().error("storage", error=type(error).__name__)
        raise Unavailable("storage_down") from error
