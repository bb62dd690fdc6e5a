"""The owner's settings: which keys there are, what they may hold, and where their values come from.

Values come, first one wins, from the environment (`PENTIMENTO__SECTION__KEY`), from `--config FILE` or
`pentimento.toml` in the working directory, and from `defaults.toml` beside this module. That file is the only place
that holds defaults and the reasons for them; the classes here hold types and ranges.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

DEFAULTS_FILE = Path(__file__).with_name("defaults.toml")
CONFIG_FILE = Path("pentimento.toml")
ENV_PREFIX = "PENTIMENTO__"
SECRET_NAMES = (
    "DISCORD_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_REFRESH_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)


class ConfigError(Exception):
    """The configuration cannot be used; `str(error)` is one sentence: which key, what is wrong, what is allowed."""


def _split(text: object) -> object:
    """A list as people write it in an environment variable: "a.example, b.example"."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


Port = Annotated[int, Field(ge=1, le=65535)]
Url = Annotated[
    str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$", description="an address such as https://chat.example/api")
]
Host = Annotated[str, Field(pattern=r"^[^\s/:]+$|^[0-9a-fA-F:]+$", description="a host name or IP address")]
DownloadHost = Annotated[str, Field(pattern=r"^([a-z0-9._-]+|[0-9a-f:]+)$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModelSettings(_Section):
    """Which model runs, and on what."""

    id: Annotated[str, Field(min_length=1, description="a model name, hub id or folder")]
    device: Annotated[
        str,
        Field(pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$", description='"auto", "cpu", "mps", "cuda" or "cuda:N"'),
    ]
    dtype: Literal["auto", "float32", "float16", "bfloat16"]
    revision: Annotated[str, Field(pattern=r"^\S*$", description="a branch, tag or commit, without spaces")]


class ModelsSettings(_Section):
    """Which other models members may choose, and how much memory they share."""

    file: Annotated[str, Field(description="the path of a TOML file, or empty")]
    offered: Annotated[tuple[str, ...], BeforeValidator(_split), Field(description="a list of names")]
    memory_gb: Annotated[float, Field(ge=0, le=10_000)]


MapModel = Annotated[str, Field(pattern=r"^\S*$", description="a hub id or folder without spaces, or empty")]


class ControlSettings(_Section):
    """What draws the control maps that need a model."""

    depth_model: MapModel
    pose_model: MapModel
    person_model: MapModel


class StyleSettings(_Section):
    """Which style presets there are."""

    file: Annotated[str, Field(description="the path of a TOML file, or empty")]


class ChainSettings(_Section):
    """What a pass after a pass does."""

    guard: bool


class AdviceSettings(_Section):
    """Whether members get advice."""

    enabled: bool


class DiscordSettings(_Section):
    """Where Discord is."""

    api_url: Url


class SlackSettings(_Section):
    """Where Slack is, and how its events reach us."""

    api_url: Url
    mode: Literal["socket", "http"]
    http_host: Host
    http_port: Port


class DownloadSettings(_Section):
    """Where pictures may come from.

    Attributes:
        allowed_hosts: exact names as in a URL's host part, in lower case, without port.
    """

    allowed_hosts: Annotated[
        tuple[DownloadHost, ...],
        BeforeValidator(_split),
        Field(min_length=1, description="a list of host names without scheme, port or path"),
    ]
    max_bytes: Annotated[int, Field(ge=1024, le=1 << 30)]


class LimitSettings(_Section):
    """How much one member may ask for."""

    pending_per_user: Annotated[int, Field(ge=1, le=10_000)]
    per_user_per_day: Annotated[int, Field(ge=0, le=1_000_000)]
    max_pixels: Annotated[int, Field(ge=65_536, le=500_000_000)]


class QueueSettings(_Section):
    """How much may wait."""

    max_jobs: Annotated[int, Field(ge=1, le=100_000)]


Days = Annotated[float, Field(gt=0, le=36_500)]


class RetentionSettings(_Section):
    """How long things are kept."""

    pictures_days: Days
    jobs_days: Days
    inbox_days: Annotated[float, Field(ge=1, le=36_500)]


Wanted = Literal["refuse", "spoiler", "deliver"]


class SafetySettings(_Section):
    """Which words and pictures are not wanted, and what becomes of the pictures.

    Attributes:
        blocked: words and patterns, see `bot.domain.blocklist`.
    """

    blocked: Annotated[tuple[str, ...], BeforeValidator(_split), Field(description="a list of words and patterns")]
    blocked_file: Annotated[str, Field(description="the path of a text file, or empty")]
    classifier: Annotated[str, Field(description="a hub id or folder of an image classifier, or empty")]
    revision: Annotated[str, Field(pattern=r"^\S*$", description="a branch, tag or commit, without spaces")]
    device: Annotated[
        str,
        Field(pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$", description='"auto", "cpu", "mps", "cuda" or "cuda:N"'),
    ]
    unsafe_labels: Annotated[
        tuple[str, ...], BeforeValidator(_split), Field(description="a list of the classifier's labels")
    ]
    threshold: Annotated[float, Field(gt=0, le=1)]
    seconds: Annotated[float, Field(ge=1, le=600)]
    unsafe: Wanted
    unsafe_age_restricted: Wanted


class MetricsSettings(_Section):
    """Where health and numbers are served."""

    port: Annotated[int, Field(ge=0, le=65535)]
    host: Host


class ShutdownSettings(_Section):
    """How patient a stop is."""

    grace_seconds: Annotated[float, Field(ge=0, le=3600)]


class OutputSettings(_Section):
    """What leaves with a picture."""

    embed_recipe: bool


class LogSettings(_Section):
    """How much is logged, and in which shape."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "console", "json"]


class Secrets(_Section):
    """Tokens, each from the environment variable of its name, or from the file that `<NAME>_FILE` names.

    None means not set. Printing shows stars.
    """

    discord_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_refresh_token: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None

    def plain(self, name: str) -> str:
        """A secret as it is; empty where it is not set."""
        secret: SecretStr | None = getattr(self, name)
        return "" if secret is None else secret.get_secret_value()


class Settings(_Section):
    """Everything the owner decides. Made by `load_settings`."""

    data_dir: Annotated[Path, AfterValidator(_expanded), Field(description="a folder")]
    model: ModelSettings
    models: ModelsSettings
    control: ControlSettings
    styles: StyleSettings
    chains: ChainSettings
    advice: AdviceSettings
    discord: DiscordSettings
    slack: SlackSettings
    downloads: DownloadSettings
    limits: LimitSettings
    queue: QueueSettings
    retention: RetentionSettings
    safety: SafetySettings
    metrics: MetricsSettings
    shutdown: ShutdownSettings
    output: OutputSettings
    log: LogSettings
    secrets: Secrets

    @model_validator(mode="after")
    def _pictures_go_before_their_jobs(self) -> Self:
        if self.retention.jobs_days < self.retention.pictures_days:
            raise ValueError(
                f"retention.jobs_days is {self.retention.jobs_days:g}; it must be at least retention.pictures_days, "
                f"{self.retention.pictures_days:g}, because a job takes its pictures with it"
            )
        return self


def load_settings(config_file: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read, merge and check every setting.

    Args:
        config_file: what `--config` named; None takes `pentimento.toml` of the working directory where there is one.
        environ: usually `os.environ`.

    Raises:
        ConfigError: a file is missing or no TOML, a key is unknown, a value is out of its range.
    """
    written: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key, value, origin in (*_from_file(config_file), *_from_environment(environ)):
        _check_key(key, origin)
        written[key] = value
        origins[key] = origin
    sections: dict[str, Any] = {"secrets": _read_secrets(environ)}
    for key, value in (_flat(parse_toml(DEFAULTS_FILE)) | written).items():
        section, _, name = key.rpartition(".")
        (sections.setdefault(section, {}) if section else sections)[name] = value
    try:
        return Settings.model_validate(sections)
    except ValidationError as error:
        raise ConfigError(_sentence(error, origins)) from None


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


def parse_toml(file: Path) -> dict[str, Any]:
    """A TOML file's tables.

    Raises:
        ConfigError: it is missing, unreadable or no TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {file}: check the path given with --config.") from None
    except OSError as error:
        raise ConfigError(f"The configuration file {file} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {file} is not valid TOML: {error}.") from None


def _flat(tree: Mapping[str, Any]) -> dict[str, Any]:
    """{"queue": {"max_jobs": 5}} as {"queue.max_jobs": 5}; deeper tables stay values."""
    keys: dict[str, Any] = {}
    for name, value in tree.items():
        keys |= {f"{name}.{key}": entry for key, entry in value.items()} if isinstance(value, dict) else {name: value}
    return keys


def _from_file(file: Path | None) -> Iterator[tuple[str, Any, str]]:
    chosen = CONFIG_FILE if file is None and CONFIG_FILE.is_file() else file
    if chosen is not None:
        for key, value in _flat(parse_toml(chosen)).items():
            yield key, value, str(chosen)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for variable, text in environ.items():
        if variable.upper().startswith(ENV_PREFIX):
            yield variable.upper().removeprefix(ENV_PREFIX).lower().replace("__", "."), text.strip(), variable


def _check_key(key: str, origin: str) -> None:
    known = known_keys()
    if key in known:
        return
    if any(word in key for word in ("token", "secret")):
        raise ConfigError(f"{key} (from {origin}) is no setting: secrets come as {', '.join(SECRET_NAMES)}.")
    section, _, name = key.rpartition(".")
    same_name = [other for other in known if other.rpartition(".")[2] == name]
    same_section = [other for other in known if section and other.startswith(f"{section}.")]
    nearest = difflib.get_close_matches(key, same_name or same_section or known, n=1, cutoff=0)
    raise ConfigError(f"{key} (from {origin}) is no setting: did you mean {nearest[0]}?")


def _read_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    secrets: dict[str, str] = {}
    for name in SECRET_NAMES:
        value = environ.get(name, "").strip()
        file = environ.get(f"{name}_FILE", "").strip()
        if value and file:
            raise ConfigError(f"Both {name} and {name}_FILE are set: unset one of them.")
        if file:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise ConfigError(f"{name}_FILE names {file}, which cannot be read as text.") from None
        if value:
            secrets[name.lower()] = value
    return secrets


def _sentence(error: ValidationError, origins: Mapping[str, str]) -> str:
    """The first thing that is wrong: key, value, where it stands, what is allowed."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"][:2] if isinstance(part, str))
    if not key:
        return f"{first['ctx']['error']}."
    origin = f" (from {origins[key]})" if key in origins else ""
    return f"{key} is {first['input']!r}{origin}; it must be {_allowed(_schemas()[key])}."


def _allowed(schema: Mapping[str, Any]) -> str:
    """What a key may hold, in words: "a whole number from 1 to 100000"."""
    if "description" in schema:
        return str(schema["description"])
    if "enum" in schema:
        return "one of " + ", ".join(f'"{word}"' for word in schema["enum"])
    match schema["type"]:
        case "boolean":
            return "true or false"
        case "integer":
            number = "a whole number"
        case _:
            number = "a number"
    low = f"above {schema['exclusiveMinimum']:g}" if "exclusiveMinimum" in schema else f"from {schema['minimum']}"
    return f"{number} {low} to {schema['maximum']}"
