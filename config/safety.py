"""The owner's block list."""

from pathlib import Path

from bot.domain.blocklist import check_patterns
from bot.domain.errors import InvalidRequest
from config.reading import ConfigError
from config.settings import SafetySettings


def load_blocked(settings: SafetySettings) -> tuple[str, ...]:
    """Every word and pattern of the owner's, each once.

    Raises:
        ConfigError: the file cannot be read, or an entry is none.
    """
    lines = []
    if settings.blocked_file:
        try:
            lines = Path(settings.blocked_file).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                f"safety.blocked_file names {settings.blocked_file}, which cannot be read as text: check the path."
            ) from None
    entries = [line.partition("#")[0].strip() for line in lines]
    patterns = tuple(dict.fromkeys(entry for entry in (*settings.blocked, *entries) if entry))
    try:
        check_patterns(patterns, most=None)
    except InvalidRequest as fault:
        raise ConfigError(f"safety.blocked or safety.blocked_file: {fault}") from None
    return patterns
