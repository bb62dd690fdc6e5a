"""The owner's settings: which keys there are and what they may hold.

`config/reading.py` says where their values come from. `defaults.toml` beside this module is the only place that holds
defaults and the reasons for them; the classes here hold types and ranges.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    model_validator,
)

from config.addresses import address, host, host_and_port, network, origin
from config.tables import Table


def _split(text: object) -> object:
    """A list as people write it in an environment variable: "a.example, b.example"."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:  # nobody's home
        raise ValueError(str(error)) from None


def _expanded_text(path: str) -> str:
    return str(_expanded(Path(path))) if path else ""


def _said(path: object) -> object:
    """What is empty by mistake, e.g. a variable that is not set, would be the folder that we were started in."""
    if isinstance(path, str) and not path.strip():
        raise ValueError("empty")
    return path


Port = Annotated[int, Field(ge=1, le=65535)]
Url = Annotated[
    str,
    Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$", description="an address such as https://chat.example/api"),
    AfterValidator(address),
]
Host = Annotated[
    str,
    Field(pattern=r"^[^\s/:]+$|^[0-9a-fA-F:]+$", description="a host name or IP address"),
    AfterValidator(host),
]
TomlFile = Annotated[str, AfterValidator(_expanded_text), Field(description="the path of a TOML file, or empty")]
DownloadHost = Annotated[str, Field(pattern=r"^([a-z0-9._-]+|[0-9a-f:]+)$")]


def _devices(text: object) -> object:
    """How many devices, or which, as people write it in an environment variable: "4", "cuda:0, cuda:1"."""
    if not isinstance(text, str) or text == "auto":
        return text
    return int(text) if text.isdecimal() else _split(text)


_DEVICE = r"^(auto|cpu|mps|(cuda|xpu)(:\d{1,3})?)$"


class ModelSettings(Table):
    """Which model runs, and on what."""

    id: Annotated[str, Field(min_length=1, description="a model name, hub id or folder")]
    device: Annotated[
        str, Field(pattern=_DEVICE, description='"auto", "cpu", "mps", "cuda", "cuda:N", "xpu" or "xpu:N"')
    ]
    dtype: Literal["auto", "float32", "float16", "bfloat16"]
    memory: Literal["auto", "full", "low"]
    revision: Annotated[str, Field(pattern=r"^\S*$", description="a branch, tag or commit, without spaces")]


class ModelsSettings(Table):
    """Which other models members may choose, and how much memory they share."""

    file: TomlFile
    folder: Annotated[str, Field(max_length=1000, description="a folder, or empty"), AfterValidator(_expanded_text)]
    offered: Annotated[tuple[str, ...], BeforeValidator(_split), Field(description="a list of names")]
    memory_gb: Annotated[float, Field(ge=0, le=10_000)]


class EngineSettings(Table):
    """On how many devices, and which, pictures are made.

    Attributes:
        kind: "local" is this machine; "ray" the machines of a Ray cluster.
    """

    kind: Literal["local", "ray"]
    devices: Annotated[
        Literal["auto"]
        | Annotated[int, Field(ge=1, le=64)]
        | Annotated[tuple[Annotated[str, Field(pattern=_DEVICE)], ...], Field(min_length=1, max_length=64)],
        BeforeValidator(_devices),
        Field(description='"auto", a whole number from 1 to 64, or a list of devices such as ["cuda:0", "cuda:1"]'),
    ]


class RaySettings(Table):
    """Where the Ray cluster is."""

    address: Annotated[
        str,
        Field(
            pattern=r"^([^\s/:]+:[0-9]{1,5})?$",
            description="HOST:PORT of the cluster's head, the port from 1 to 65535; or empty",
        ),
        AfterValidator(host_and_port),
    ]


MapModel = Annotated[str, Field(pattern=r"^\S*$", description="a hub id or folder without spaces, or empty")]


class ControlSettings(Table):
    """What draws the control maps that need a model."""

    depth_model: MapModel
    pose_model: MapModel
    person_model: MapModel


class StyleSettings(Table):
    """Which style presets there are."""

    file: TomlFile


class ChainSettings(Table):
    """What a pass after a pass does."""

    guard: bool


class AdviceSettings(Table):
    """Whether members get advice."""

    enabled: bool


class DiscordSettings(Table):
    """Where Discord is, and what it shows us."""

    api_url: Url
    message_content: bool


class SlackSettings(Table):
    """Where Slack is, and how its events reach us."""

    api_url: Url
    mode: Literal["socket", "http"]
    http_host: Host
    http_port: Port


class DownloadSettings(Table):
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


class LimitSettings(Table):
    """How much one member may ask for."""

    pending_per_user: Annotated[int, Field(ge=1, le=10_000)]
    waiting_per_user: Annotated[int, Field(ge=1, le=10_000)]
    per_user_per_day: Annotated[int, Field(ge=0, le=1_000_000)]
    per_request: Annotated[int, Field(ge=1, le=32)]
    kept_per_user: Annotated[int, Field(ge=0, le=100_000)]
    max_pixels: Annotated[int, Field(ge=65_536, le=500_000_000)]
    decodes: Annotated[int, Field(ge=0, le=256)]


class QueueSettings(Table):
    """How much may wait."""

    max_jobs: Annotated[int, Field(ge=1, le=100_000)]
    max_minutes: Annotated[float, Field(ge=0, le=100_000)]
    notify_seconds: Annotated[float, Field(ge=0, le=86_400)]


Days = Annotated[float, Field(gt=0, le=36_500)]


class RetentionSettings(Table):
    """How long things are kept."""

    pictures_days: Days
    jobs_days: Days
    inbox_days: Annotated[float, Field(ge=1, le=36_500)]


UnsafePolicy = Literal["refuse", "spoiler", "deliver"]


class SafetySettings(Table):
    """Which words and pictures are not wanted, and what becomes of the pictures.

    Attributes:
        blocked: words and patterns, see `bot.domain.blocklist`.
    """

    blocked: Annotated[tuple[str, ...], BeforeValidator(_split), Field(description="a list of words and patterns")]
    blocked_file: Annotated[
        str, AfterValidator(_expanded_text), Field(description="the path of a text file, or empty")
    ]
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
    unsafe: UnsafePolicy
    unsafe_age_restricted: UnsafePolicy


class MetricsSettings(Table):
    """Where health and numbers are served."""

    port: Annotated[int, Field(ge=0, le=65535)]
    host: Host


class WebSettings(Table):
    """Where the members' pages are served."""

    port: Annotated[int, Field(ge=0, le=65535)]
    host: Host
    public_url: Annotated[
        str,
        Field(
            pattern=r"^(https://[^/\s?#@%\\]+)?$", description="https:// and a host name, without a path; or empty"
        ),
        AfterValidator(origin),
    ]
    trusted_proxies: Annotated[
        tuple[Annotated[str, AfterValidator(network)], ...],
        BeforeValidator(_split),
        Field(description="a list of IP addresses or networks, such as 10.0.0.0/8"),
    ]


class TracingSettings(Table):
    """Where OpenTelemetry traces go."""

    endpoint: Annotated[
        str,
        Field(
            pattern=r"^(https?://\S+)?$", description="an address such as http://127.0.0.1:4318/v1/traces, or empty"
        ),
        AfterValidator(address),
    ]


class ShutdownSettings(Table):
    """How patient a stop is."""

    grace_seconds: Annotated[float, Field(ge=0, le=3600)]


class OutputSettings(Table):
    """What leaves with a picture."""

    embed_recipe: bool


class LogSettings(Table):
    """How much is logged, and in which shape."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "console", "json"]


class Secrets(Table):
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
    web_operator_token: SecretStr | None = None

    def plain(self, name: str) -> str:
        """A secret as it is; empty if it is not set."""
        secret: SecretStr | None = getattr(self, name)
        return "" if secret is None else secret.get_secret_value()


class GreetingSettings(Table):
    """How places that the bot joins are met."""

    enabled: bool


class Settings(Table):
    """Everything the owner decides. Made by `config.reading.load_settings`."""

    data_dir: Annotated[Path, BeforeValidator(_said), AfterValidator(_expanded), Field(description="a folder")]
    model: ModelSettings
    models: ModelsSettings
    engine: EngineSettings
    ray: RaySettings
    control: ControlSettings
    styles: StyleSettings
    chains: ChainSettings
    advice: AdviceSettings
    greeting: GreetingSettings
    discord: DiscordSettings
    slack: SlackSettings
    downloads: DownloadSettings
    limits: LimitSettings
    queue: QueueSettings
    retention: RetentionSettings
    safety: SafetySettings
    metrics: MetricsSettings
    web: WebSettings
    shutdown: ShutdownSettings
    output: OutputSettings
    log: LogSettings
    tracing: TracingSettings
    secrets: Secrets

    @model_validator(mode="after")
    def _pictures_go_before_their_jobs(self) -> Self:
        if self.retention.jobs_days < self.retention.pictures_days:
            raise ValueError(
                f"retention.jobs_days is {self.retention.jobs_days:g}; it must be at least retention.pictures_days, "
                f"{self.retention.pictures_days:g}, because a job takes its pictures with it"
            )
        return self

    @model_validator(mode="after")
    def _a_cluster_has_an_address(self) -> Self:
        if self.engine.kind == "ray" and not self.ray.address:
            raise ValueError('engine.kind is "ray"; set ray.address to HOST:PORT of the cluster\'s head')
        return self
