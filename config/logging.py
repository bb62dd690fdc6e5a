"""Logging: one line per event on stderr, for people or for machines, with every secret struck out.

Our own events (structlog) and those of the libraries (stdlib logging) take one way out, and the last step on it
redacts the finished line. So nothing can slip by in an exception's text, a URL or a nested value.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, ProcessorReturnValue, WrappedLogger

from config.settings import LogSettings, Secrets

REDACTED = "[redacted]"

_SECRETS = re.compile(
    r"""
      \b(?:xox[a-z]\.)?xox[a-z]-[\w-]+                              # Slack: bot, user, refresh, configuration tokens
    | \bxapp-[\w-]+                                                 # Slack: app-level token
    | (?<=https://hooks\.slack\.com/)[^\s"'<>\\]+                   # Slack: response_url, a write capability
    | (?<=[?&]ticket=)[^\s&"'<>\\]+                                 # Slack: Socket Mode's address
    | (?<=/signin/)[\w-]{16,}                                       # our pages: a member's link, which signs in once
    | (?<=[?&]token=)[^\s&"'<>\\]+                                  # the playground: its start token
    | (?<![\w-])[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}                # Discord: bot token
    | (?<=\bBot\ )[\w.-]{16,}                                       # Discord: the Authorization header
    | (?i:(?<=\bbearer\ ))[\w.~+/-]{16,}                            # Slack, hub: the Authorization header
    | (?<=://)[^\s/?#"'<>\\]+(?=@)                                   # an address: a proxy's name and password
    | \bhf_[A-Za-z0-9]{16,}                                         # Hugging Face token
    """,
    re.VERBOSE,
)
# Behind an id of any length a look-behind cannot reach, so these keep their first group.
_SECRETS_BEHIND = re.compile(
    r"""(/webhooks/\d+/|/interactions/\d+/|response_url['"]?\s*[:=]\s*['"]?)[^\s/?"'<>\\,}][^\s?"'<>\\,}]*"""
)
_PEOPLES_WORDS = frozenset({"prompt", "negative_prompt", "payload", "content"})


def redact(text: str) -> str:
    """`text` without tokens of chats, webhooks and interactions, response URLs and links that sign in."""
    return _SECRETS.sub(REDACTED, _SECRETS_BEHIND.sub(rf"\g<1>{REDACTED}", text))


def setup_logging(log: LogSettings, secrets: Secrets, stream: TextIO | None = None) -> None:
    """Send all logging of this process to `stream` (stderr), with the values of `secrets` struck out as well.

    Calling it again replaces the set-up.
    """
    stream = sys.stderr if stream is None else stream
    level = logging.getLevelNamesMapping()[log.level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _without_peoples_words,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    values = [secret.get_secret_value() for _, secret in secrets if secret is not None]
    handler = logging.StreamHandler(stream)
    handler.addFilter(_is_news)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(
                    as_json=log.format == "json" or (log.format == "auto" and not stream.isatty()), to=stream
                ),
                _redactor(values),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line says something.

    asyncio warns of a child "unknown" to it if it closes the child's pipes in the moment in which that ends: it then
    asks twice how it ended, and the second answer is that there is no such child.
    """
    return not (record.name == "asyncio" and record.getMessage().startswith("Unknown child process pid"))


def _renderers(*, as_json: bool, to: TextIO) -> list[Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # A plain traceback: rich's would print local variables, prompts and tokens among them.
    return [structlog.dev.ConsoleRenderer(colors=to.isatty(), exception_formatter=structlog.dev.plain_traceback)]


def _without_peoples_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Prompts are their writers' business: only a debug line may carry them."""
    if event.get("level") != "debug":
        for key in _PEOPLES_WORDS & event.keys():
            event[key] = REDACTED
    return event


def _redactor(values: Iterable[str]) -> Callable[[WrappedLogger, str, ProcessorReturnValue], str]:
    known = tuple(values)

    def struck_out(_logger: WrappedLogger, _method: str, line: ProcessorReturnValue) -> str:
        text = str(line)
        for value in known:
            text = text.replace(value, REDACTED)
        return redact(text)

    return struck_out
