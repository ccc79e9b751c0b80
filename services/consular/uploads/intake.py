"""Takes a file in: judged by its content, written anew, scanned, and put into the store. No transaction is open."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.consular.uploads import blobs, content_rules, rules
from services.consular.uploads.blobs import ORIGINAL, SERVED, THUMBNAIL, StoredFile
from services.consular.uploads.decoding import client
from services.consular.uploads.decoding.result import Decoded, Fault, File
from services.consular.uploads.model import BlobUse
from services.consular.uploads.rules import READABLE, WAITING
from services.consular.uploads.scanner import Scanner, ScannerDown
from services.consular.uploads.storage import open_storage
from services.consular.uploads.storage.sealed import BlobMissing, SealedStore
from shared.database.db import Database
from shared.errors import Invalid, TooLarge, Unavailable, WrongKind
from shared.logs import log
from shared.settings import Settings

ERRORS: dict[int, type[Invalid]] = {413: TooLarge, 415: WrongKind}


@dataclass(frozen=True)
class TakenFile:
    """A file that lies in the store and belongs to nobody yet. `type` and `size` are those of the served file."""

    type: str
    size: int
    sha256: str
    pages: int
    state: str
    files: Sequence[StoredFile]

    @property
    def thumbnails(self) -> int:
        """How many pages have a thumbnail."""
        return sum(file.role == THUMBNAIL for file in self.files)


@dataclass(frozen=True)
class Intake:
    """The store and the scanner of this process."""

    database: Database
    storage: SealedStore
    scanner: Scanner | None

    def take(self, mission: str, data: bytes, field: str) -> TakenFile:
        """Judges and stores a file. Raises Invalid, TooLarge or WrongKind for the field, Unavailable."""
        try:
            return self.store(mission, data, judge(data), self.state_of(data))
        except Fault as fault:
            status = rules.FAULTS.get(fault.code, Invalid.status)
            raise ERRORS.get(status, Invalid)(fault.code, field, None, **rules.fault_limits()) from fault

    def state_of(self, data: bytes) -> str:
        """The state by the scanner's verdict. Raises Fault (file_infected), Unavailable (scanner_down)."""
        if self.scanner is None:
            return READABLE
        try:
            if self.scanner.is_infected(data):
                raise Fault("file_infected")
        except ScannerDown as error:
            if self.scanner.may_wait:
                return WAITING
            raise Unavailable("scanner_down") from error
        return READABLE

    def store(self, mission: str, data: bytes, decoded: Decoded, state: str) -> TakenFile:
        """Puts the original and what was made of it into the store. Raises Unavailable."""
        served = next(file for file in decoded.files if file.role == SERVED)
        original = File(ORIGINAL, 1, decoded.kind, data)
        thumbnails = [file for file in decoded.files if file.role == THUMBNAIL]
        stored = self.put(mission, [[original], [served], thumbnails])
        digest = hashlib.sha256(data).hexdigest()
        return TakenFile(served.type, len(served.content), digest, decoded.pages, state, stored)

    def store_original(self, mission: str, data: bytes) -> list[StoredFile]:
        """Puts a file that cannot be shown into the store, sealed."""
        return self.put(mission, [[File(ORIGINAL, 1, "application/octet-stream", data)]])

    def put(self, mission: str, groups: Sequence[Sequence[File]]) -> list[StoredFile]:
        """Puts each group of files into the store as one blob."""
        contents: dict[str, bytes] = {}
        stored: list[StoredFile] = []
        for group in filter(None, groups):
            content = b"".join(file.content for file in group)
            address, start = self.storage.address(mission, content), 0
            contents[address] = content
            for file in group:
                size = len(file.content)
                stored.append(
                    StoredFile(file.role, file.page, file.type, address, start, size, file.width, file.height)
                )
                start += size
        with self.database.scope(mission) as session:
            blobs.reserve(session, mission, {address: len(content) for address, content in contents.items()})
        for address, content in contents.items():
            self.storage.put(mission, address, content)
        return stored

    def read(self, file: BlobUse) -> bytes:
        """The bytes of a file. Raises Unavailable when the store has lost or changed them."""
        try:
            blob = self.storage.get(file.mission, file.address)
        except BlobMissing as error:
            log().error("storage", error="blob is missing", owner=file.owner, role=file.role)
            raise Unavailable("storage_damaged") from error
        return blob[file.start : file.start + file.size]


def judge(data: bytes, decode: Callable[[bytes], Decoded] = client.decode) -> Decoded:
    """The file written anew. Raises Fault with the reason for which it is refused."""
    if fault := rules.size_fault(data):
        raise Fault(fault)
    if content_rules.EICAR in data:
        raise Fault("file_infected")
    if content_rules.kind_of(data) is None:
        raise Fault("file_type_unknown")
    return decode(data)


def open_intake(settings: Settings, database: Database) -> Intake:
    """The intake of a process. Raises StartRefused."""
    scanner = settings.uploads.scanner
    return Intake(database, open_storage(settings), Scanner(scanner) if scanner else None)
