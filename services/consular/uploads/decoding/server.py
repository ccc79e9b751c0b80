"""The process that decodes uploads: it loads the libraries once, and forks a confined process for each file.

It is started with an empty environment, holds no key and no connection, and ends when its starter does.
"""

import io
import os
import signal
import socket
import sys
import zipfile

import pikepdf

from services.consular.uploads import content_rules, rules
from services.consular.uploads.decoding import confinement, images, pdf, pdf_pages
from services.consular.uploads.decoding.result import LENGTH, Decoded, Fault, pack

DECODE, DRAW_PAGE = b"D", b"P"
BLOCK = 1 << 16


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    images.prepare()
    _load_all()
    confinement.drop_network()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        child = os.fork()
        if child == 0:
            control.close()
            _serve(descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(LENGTH.pack(child))


def _load_all() -> None:
    """Decodes a file of each kind, so that nothing has to be loaded once files can no longer be opened."""
    blank = pikepdf.new()
    blank.add_blank_page(page_size=(72, 72))
    content = io.BytesIO()
    blank.save(content)
    pdf.decode(content.getvalue())
    pdf_pages.draw_page(pdf_pages.rasterise(content.getvalue()), 1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", b"")
    for damaged in (content.getvalue()[:200], b"%PDF-1.4 %%EOF", b"%PDF-1.4" + packed.getvalue()):
        _answer(DECODE + b"\0\0" + damaged)


def _serve(descriptor: int) -> None:
    """Answers one request and ends. Whatever goes wrong, nothing but this process ends."""
    status = 1
    try:
        confinement.confine()
        answer = _answer(_read_all(descriptor))
        view = memoryview(answer)
        while view:
            view = view[os.write(descriptor, view[:BLOCK]) :]
        status = 0
    finally:
        os._exit(status)


def _read_all(descriptor: int) -> bytes:
    received = bytearray()
    while block := os.read(descriptor, BLOCK):
        received += block
    return bytes(received)


def _answer(request: bytes) -> bytes:
    """The packed answer to a request: one letter, two bytes of a page's number, the file."""
    verb, number, data = request[:1], int.from_bytes(request[1:3], "big"), request[3:]
    try:
        if verb == DRAW_PAGE:
            return pack(Decoded(rules.PDF, 1, [pdf_pages.draw_page(data, number)]))
        return pack(_decode(data))
    except Fault as fault:
        return pack(fault)
    except (MemoryError, RecursionError):
        return pack(Fault("file_too_complex"))
    except Exception:
        # A library's error about this file, whichever it is.
        return pack(Fault("file_unreadable"))


def _decode(data: bytes) -> Decoded:
    if content_rules.EICAR in data:
        raise Fault("file_infected")
    known = content_rules.kind_of(data)
    if known is None:
        raise Fault("file_type_unknown")
    kind, offset = known
    try:
        if content_rules.is_two_kinds(kind, data, offset):
            raise Fault("file_two_kinds")
    except content_rules.UnreadableFile as error:
        raise Fault("file_unreadable") from error
    if kind == rules.PDF:
        pages, files = pdf.decode(data[offset:])
        return Decoded(kind, pages, files)
    return Decoded(kind, 1, images.decode(data[offset:], kind))


if __name__ == "__main__":
    main()
