"""Published ports: passes connections on from an address of the machine to one of a container.

Executed as a file in the network namespace that stands for the machine. Each line of its input is HOST PORT HOST PORT;
the end of its input ends it.
"""

import asyncio
import contextlib
import sys


async def main() -> None:
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        host, port, target, target_port = line.decode().split()
        await asyncio.start_server(forward(target, int(target_port)), host, int(port))
        print("listens", flush=True)


def forward(host: str, port: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            answers, questions = await asyncio.open_connection(host, port)
            await asyncio.gather(copy(reader, questions), copy(answers, writer))
        writer.close()

    return accept


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(1 << 16):
            target.write(data)
            await target.drain()
        target.write_eof()


asyncio.run(main())
