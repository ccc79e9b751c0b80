"""Replays a draw from its published files alone: `python -m services.consular.appointments.lottery.replay FOLDER`.

Prints the list and ends with 0 where it is the published one bit for bit; says what differs and ends with 1 otherwise.
"""

import sys
from pathlib import Path

from services.consular.appointments.lottery.rules.files import (
    ANNOUNCEMENT,
    BEACON,
    ENTRIES,
    RESULT,
    FileFault,
    seed_of,
    write_result,
)


def replay(folder: Path) -> str:
    """The list that follows from the files. Raises FileFault where it is not the published one, OSError without a
    file."""
    announcement, entries, published = (
        (folder / name).read_bytes().decode() for name in (ANNOUNCEMENT, ENTRIES, RESULT)
    )
    result = write_result(announcement, entries, (folder / BEACON).read_bytes(), seed_of(published))
    if result != published:
        raise FileFault("result: another list follows from the files")
    return result


def main(arguments: list[str]) -> int:
    """The exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: replay FOLDER\n")
        return 2
    try:
        sys.stdout.write(replay(Path(arguments[0])))
    except (FileFault, OSError, UnicodeDecodeError) as fault:
        sys.stderr.write(f"not the published draw: {fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
