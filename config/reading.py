"""Where the settings' values come from.

First one wins: the environment (`PENTIMENTO__SECTION__KEY`), `--config FILE` or `pentimento.toml` in the working
directory, `defaults.toml` beside this module.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.addresses import address
from config.settings import Secrets, Settings
from config.tables import allowed, shown

DEFAULTS_FILE = Path(__file__).with_name("defaults.toml")
CONFIG_FILE = Path("pentimento.toml")
ENV_PREFIX = "PENTIMENTO__"
SECRET_NAMES = tuple(name.upper() for name in Secrets.model_fields)

_SECRET = re.compile(r"[!-~]+")


class ConfigError(Exception):
    """The configuration cannot be used; `str(error)` is one sentence: which key, what is wrong, what is allowed."""


def load_settings(config_file: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read, merge and check every setting.

    Args:
        config_file: what `--config` named; None takes `pentimento.toml` of the working directory if there is one.
        environ: usually `os.environ`.

    Raises:
        ConfigError: a file is missing or no TOML, a key is unknown, a value is out of its range.
    """
    _check_hub(environ.get("HF_ENDPOINT", ""))
    written: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key, value, origin in (*_from_file(config_file), *_from_environment(environ)):
        _check_key(key, origin)
        written[key] = value
        origins[key] = origin
    sections: dict[str, Any] = {"secrets": _read_secrets(environ)}
    for key, value in (_flat(parse_toml(DEFAULTS_FILE, "the installation")) | written).items():
        section, _, name = key.rpartition(".")
        (sections.setdefault(section, {}) if section else sections)[name] = value
    try:
        return Settings.model_validate(sections)
    except ValidationError as error:
        raise ConfigError(_sentence(error, origins)) from None


def origins(config_file: Path | None, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Of each key that is not as `defaults.toml` has it, the file or variable that says so."""
    return {key: origin for key, _, origin in (*_from_file(config_file), *_from_environment(environ))}


def known_keys() -> tuple[str, ...]:
    """Every key, dotted, in the order of the file."""
    return tuple(_schemas())


def _schemas() -> dict[str, dict[str, Any]]:
    """Each key with the JSON schema of its values."""
    schema = Settings.model_json_schema()
    keys: dict[str, dict[str, Any]] = {}
    for name, field in schema["properties"].items():
        section = schema["$defs"][field["$ref"].rpartition("/")[2]]["properties"] if "$ref" in field else None
        if section is None:
            keys[name] = field
        elif name != "secrets":
            keys |= {f"{name}.{key}": values for key, values in section.items()}
    return keys


def parse_toml(file: Path, named_by: str) -> dict[str, Any]:
    """A TOML file's tables; a byte order mark, as Windows' editors write it, is none of its text.

    Args:
        file: the file.
        named_by: what to look at if it is missing.

    Raises:
        ConfigError: it is missing, unreadable or no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {file}: check {named_by}.") from None
    except IsADirectoryError:
        raise ConfigError(
            f"The configuration file {file} is a folder: name a file. Docker makes a folder where the file to be "
            "mounted is missing: remove it and put the file there."
        ) from None
    except PermissionError:
        raise ConfigError(
            f"The configuration file {file} cannot be read by this user: change its owner or its mode."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The configuration file {file} cannot be read ({error.strerror}): name a file on a disk that works."
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The configuration file {file} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8."
        ) from None
    except (ValueError, RecursionError) as error:  # tomllib's own, of numbers too long to be read
        raise ConfigError(
            f"The configuration file {file} is not valid TOML: {error}; a line is key = value, and texts stand in "
            "quotation marks."
        ) from None


def _flat(tree: Mapping[str, Any]) -> dict[str, Any]:
    """{"queue": {"max_jobs": 5}} as {"queue.max_jobs": 5}; deeper tables stay values."""
    keys: dict[str, Any] = {}
    for name, value in tree.items():
        keys |= {f"{name}.{key}": entry for key, entry in value.items()} if isinstance(value, dict) else {name: value}
    return keys


def _from_file(file: Path | None) -> Iterator[tuple[str, Any, str]]:
    if file is not None:
        chosen, named_by = file, "the path given with --config"
    elif os.path.lexists(CONFIG_FILE):  # a folder too, which Docker makes where the file to be mounted is missing
        chosen, named_by = CONFIG_FILE, "where that link leads"
    else:
        return
    for key, value in _flat(parse_toml(chosen, named_by)).items():
        yield key, value, str(chosen)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for variable, text in environ.items():
        if variable.upper().startswith(ENV_PREFIX):
            yield variable.upper().removeprefix(ENV_PREFIX).lower().replace("__", "."), text.strip(), variable


def near_misses(environ: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each variable that looks like one of our settings but is not."""
    stray = [variable for variable in environ if _looks_like_ours(variable.upper())]
    known = sorted(ENV_PREFIX + key.upper().replace(".", "__") for key in known_keys()) if stray else []
    for variable in stray:
        nearest = difflib.get_close_matches(variable.upper(), known, n=1, cutoff=0.8)
        meant = f"did you mean {nearest[0]}?" if nearest else f"settings begin with {ENV_PREFIX}."
        yield f"The variable {variable} is not a setting and is ignored: {meant}"
    for variable in environ:
        if variable.startswith(("DISCORD_", "SLACK_")) and variable.removesuffix("_FILE") not in SECRET_NAMES:
            nearest = difflib.get_close_matches(variable, SECRET_NAMES, n=1, cutoff=0.8)
            if nearest and not environ.keys() & {nearest[0], f"{nearest[0]}_FILE"}:
                yield f"The variable {variable} is not read: did you mean {nearest[0]}?"


def _looks_like_ours(variable: str) -> bool:
    return variable.startswith("PENTIMENTO_") and not variable.startswith((ENV_PREFIX, "PENTIMENTO_TEST_"))


def _check_key(key: str, origin: str) -> None:
    known = known_keys()
    if key in known:
        return
    if any(word in key.lower() for word in ("token", "secret")):
        raise ConfigError(f"{key} (from {origin}) is not a setting: secrets come as {', '.join(SECRET_NAMES)}.")
    section, _, name = key.rpartition(".")
    same_name = [other for other in known if other.rpartition(".")[2] == name]
    same_section = [other for other in known if section and other.startswith(f"{section}.")]
    nearest = difflib.get_close_matches(key, same_name or same_section or known, n=1, cutoff=0)
    raise ConfigError(f"{key} (from {origin}) is not a setting: did you mean {nearest[0]}?")


def _check_hub(endpoint: str) -> None:
    """Refuse an address of the model hub by which its client would end in a traceback, or as if the hub was down."""
    try:
        address(endpoint)
    except ValueError:
        raise ConfigError(
            f"HF_ENDPOINT is {shown(endpoint)}, which is no address: write one such as https://huggingface.co, or "
            "unset it."
        ) from None


def _read_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    secrets: dict[str, str] = {}
    for name in SECRET_NAMES:
        value = environ.get(name, "").strip()
        file = environ.get(f"{name}_FILE", "").strip()
        if value and file:
            raise ConfigError(f"Both {name} and {name}_FILE are set: unset one of them.")
        if file:
            try:
                value = Path(file).read_text(encoding="utf-8-sig").strip()
            except (OSError, UnicodeDecodeError) as refused:
                why = refused.strerror if isinstance(refused, OSError) else "it is not UTF-8 text"
                raise ConfigError(
                    f"{name}_FILE names {file}, which cannot be read ({why}): put the token there alone."
                ) from None
            if not value:
                raise ConfigError(f"{name}_FILE names {file}, which is empty: put the token there alone.")
        if value:
            _check_secret(value, f"{name}_FILE" if file else name)
            secrets[name.lower()] = value
    return secrets


def _check_secret(value: str, origin: str) -> None:
    """Refuse what no platform hands out; the sentence never has the value."""
    if not _SECRET.fullmatch(value):
        raise ConfigError(
            f"{origin} holds a space, a line break or another character that no token has: put the token there alone."
        )


def _sentence(error: ValidationError, origins: Mapping[str, str]) -> str:
    """The first thing that is wrong: key, value, where it stands, what is allowed."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"][:2] if isinstance(part, str))
    if not key:
        return f"{first['ctx']['error']}."
    origin = f" (from {origins[key]})" if key in origins else ""
    return f"{key} is {shown(first['input'])}{origin}; it must be {allowed(_schemas()[key])}."
