"""Structured logs to standard output: routes, codes and times; never a path with a reference, a body or a name."""

import logging
import sys
import traceback
from contextvars import ContextVar
from typing import TextIO, cast

import structlog

FRAMES = 12
request_id: ContextVar[str] = ContextVar("request_id", default="")


def _with_request(_logger: object, _name: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if request_id.get():
        entry["request"] = request_id.get()
    return entry


def _frames_only(_logger: object, _name: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Where it happened, without the error's own words: those may quote a value out of somebody's file."""
    error = entry.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        entry["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-FRAMES:]]
    return entry


class LossyOutput:
    """Standard output, where a line that cannot be written is lost and counted: no request fails for its log."""

    def __init__(self, output: TextIO) -> None:
        self.output, self.lost = output, 0

    def write(self, text: str) -> None:
        """Writes and flushes; says first how many lines were lost before."""
        try:
            if self.lost:
                self.output.write(f'{{"event": "lines_lost", "level": "error", "lines": {self.lost}}}\n')
            self.output.write(text)
            self.output.flush()
            self.lost = 0
        except (OSError, ValueError):
            # A full disk, a pipe without a reader, or an output that was closed.
            self.lost += 1

    def flush(self) -> None:
        """Done with each line."""


def start_logs(service: str, level: int = logging.INFO) -> None:
    """Once per process: one JSON object per line, each with the service's name."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, LossyOutput(sys.stdout))),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)


def log() -> structlog.typing.FilteringBoundLogger:
    """The logger; the event's name first, then ids and codes as keywords."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
