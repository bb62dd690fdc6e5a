"""What the owner set, as plain values."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    """Where Slack is and how it knows us.

    Attributes:
        api_url: base of the Web API.
        mode: "socket" needs `app_token`, "http" needs `signing_secret`.
        bot_token: of the one workspace; empty if workspaces install themselves by OAuth.
        refresh_token: belongs to a `bot_token` that rotates; needs `client_id` and `client_secret`.
        client_id, client_secret: switch the OAuth installation on.
    """

    api_url: str = "https://slack.com/api/"
    mode: Literal["socket", "http"] = "socket"
    http_host: str = "127.0.0.1"
    http_port: int = 3000
    bot_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)

    @property
    def oauth(self) -> bool:
        """Workspaces install the app themselves."""
        return bool(self.client_id and self.client_secret)
