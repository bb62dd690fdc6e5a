"""Where to click on the pages of Discord and Slack for whoever makes an app: `python -m tests.renderings.portals`.

Drawings, not photographs: of each page the name in the list at its left, and the parts that a step needs. The numbers
are those of the steps in docs/discord.md and docs/slack.md.
"""

import html
from dataclasses import dataclass
from pathlib import Path

OUT = Path(__file__).parents[2] / "docs" / "portals"
_WIDE, _LEFT, _LINE, _PAD = 880, 230, 30, 18
_STYLE = """\
text { font: 15px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328 } .page { font-weight: 600 }
.mono { font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace } .quiet { fill: #59636e }
.press { fill: #fff; font-weight: 600 } .number { fill: #fff; font-size: 13px; font-weight: 700 }"""


@dataclass(frozen=True, slots=True)
class Step:
    """One page.

    Attributes:
        page: its name in the list; empty before there is a list.
        parts: what to press ("[Reset Token]"), to switch on ("+Guild Install") or off ("-Presence Intent"), to leave
            empty ("_Interactions Endpoint URL"), or what is seen there.
    """

    number: int
    page: str
    parts: tuple[str, ...]


PORTALS = {
    "discord": (
        "discord.com/developers/applications",
        (
            Step(1, "", ("[New Application]", "a name, and the terms")),
            Step(2, "Installation", ("+User Install", "+Guild Install")),
            Step(3, "Bot", ("[Reset Token]", "the token → DISCORD_TOKEN")),
            Step(4, "Bot", ("-Presence Intent", "-Server Members Intent", "-Message Content Intent")),
            Step(5, "General Information", ("_Interactions Endpoint URL",)),
        ),
    ),
    "slack": (
        "api.slack.com/apps",
        (
            Step(1, "", ("[Create New App]", "From a manifest", "your workspace", "the text of manifest.yaml")),
            Step(
                2,
                "Basic Information",
                ("[Generate Token and Scopes]", "scope connections:write", "xapp-… → SLACK_APP_TOKEN"),
            ),
            Step(3, "Install App", ("[Install to Workspace]", "xoxb-… → SLACK_BOT_TOKEN")),
            Step(4, "Event Subscriptions", ("+Delayed Events",)),
        ),
    ),
}


def drawn(address: str, steps: tuple[Step, ...]) -> str:
    """One chat's pages below each other, as SVG."""
    shapes, top = [], 48
    for step in steps:
        high = len(step.parts) * _LINE + _PAD
        shapes += [
            f'<rect x="16" y="{top}" width="{_WIDE - 32}" height="{high}" rx="8" fill="#fff" stroke="#d1d9e0"/>',
            f'<circle cx="44" cy="{top + high / 2}" r="13" fill="#0969da"/>',
            f'<text class="number" x="44" y="{top + high / 2 + 5}" text-anchor="middle">{step.number}</text>',
            _text(70, top + high / 2 + 5, step.page or "the list of your apps", "page" if step.page else "quiet"),
        ]
        for index, part in enumerate(step.parts):
            shapes += _part(part, top + _PAD / 2 + index * _LINE)
        top += high + 10
    return (
        f'<svg viewBox="0 0 {_WIDE} {top + 6}" xmlns="http://www.w3.org/2000/svg"><style>{_STYLE}</style>\n'
        f'<rect width="{_WIDE}" height="{top + 6}" rx="10" fill="#f6f8fa" stroke="#d1d9e0"/>\n'
        f"{_text(20, 31, address, 'mono')}\n" + "\n".join(shapes) + "\n</svg>\n"
    )


def _part(part: str, top: float) -> list[str]:
    """What stands there, by its sign."""
    kind, middle, words = part[0], top + _LINE / 2, part.strip("[]").lstrip("+-_")
    match kind:
        case "[":
            wide = 9.2 * len(words) + 24
            pressed = f'<rect x="{_LEFT + 40}" y="{top + 2}" width="{wide:g}" height="26" rx="5" fill="#0969da"/>'
            return [pressed, _text(_LEFT + 40 + wide / 2, middle + 5, words, "press", anchor="middle")]
        case "+" | "-":
            on, colour = kind == "+", "#1a7f37" if kind == "+" else "#8c959f"
            rail = f'<rect x="{_LEFT + 40}" y="{top + 6}" width="34" height="18" rx="9" fill="{colour}"/>'
            knob = f'<circle cx="{_LEFT + (65 if on else 49)}" cy="{middle}" r="7" fill="#fff"/>'
            return [
                rail,
                knob,
                _text(_LEFT + 86, middle + 5, words),
                _text(640, middle + 5, "on" if on else "off", "quiet"),
            ]
        case "_":
            box = (
                f'<rect x="{_LEFT + 270}" y="{top + 3}" width="220" height="24" rx="5" fill="#fff" stroke="#8c959f"/>'
            )
            return [_text(_LEFT + 40, middle + 5, words), box, _text(_LEFT + 505, middle + 5, "empty", "quiet")]
        case _:
            return [_text(_LEFT + 40, middle + 5, words, "mono" if "→" in words else "quiet")]


def _text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{html.escape(words)}</text>'


def main() -> None:
    """Write docs/portals/<chat>.svg."""
    OUT.mkdir(exist_ok=True)
    for chat, (address, steps) in PORTALS.items():
        (OUT / f"{chat}.svg").write_text(drawn(address, steps), encoding="utf-8")


if __name__ == "__main__":
    main()
