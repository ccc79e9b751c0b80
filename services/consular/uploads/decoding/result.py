"""What decoding yields: files, or the fault that the person is told."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

LENGTH = struct.Struct("!I")


class Fault(Exception):
    """The file is refused; `code` is one of `rules.FAULTS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class File:
    """A file made of an upload: `served` to those who may read it, or the `thumbnail` of a page. Size in pixels."""

    role: str
    page: int
    type: str
    content: bytes
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Decoded:
    """An upload's kind, its pages, and the files made of it."""

    kind: str
    pages: int
    files: Sequence[File]


def pack(answer: Decoded | Fault) -> bytes:
    """The answer of a decoding process as bytes."""
    if isinstance(answer, Fault):
        head = json.dumps({"fault": answer.code}).encode()
        return LENGTH.pack(len(head)) + head
    described = [[file.role, file.page, file.type, len(file.content), file.width, file.height] for file in answer.files]
    head = json.dumps({"kind": answer.kind, "pages": answer.pages, "files": described}).encode()
    return b"".join((LENGTH.pack(len(head)), head, *(file.content for file in answer.files)))


def unpack(data: bytes) -> Decoded:
    """The answer out of bytes that a decoding process wrote. Raises Fault, and ValueError for an unusable answer."""
    if len(data) < LENGTH.size:
        raise ValueError("no answer")
    (length,) = LENGTH.unpack_from(data)
    head = json.loads(data[LENGTH.size : LENGTH.size + length])
    if fault := head.get("fault"):
        raise Fault(str(fault))
    position, files = LENGTH.size + length, []
    for role, page, kind, size, width, height in head["files"]:
        files.append(File(role, page, kind, data[position : position + size], width, height))
        position += size
    if position != len(data):
        raise ValueError("the answer has another length than it says")
    return Decoded(head["kind"], head["pages"], files)
