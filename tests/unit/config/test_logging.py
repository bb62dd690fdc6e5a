"""What may stand in a log line, and what may not."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from config.logging import REDACTED, redact, setup_logging
from config.settings import LogSettings, Secrets

DISCORD_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4." + "Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs0abcd"
SLACK_TOKENS = [
    "xox" + "b-1234567890-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
    "xox" + "p-1-2-3-abc",
    "xoxe." + "xoxp-1-Mi0yLTk",
    "xapp" + "-1-A0123456789-1234567890123-abcdef0123456789",
]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def _lines(form: str = "json", level: str = "info", secrets: Secrets | None = None) -> io.StringIO:
    stream = io.StringIO()
    log = LogSettings.model_validate({"level": level, "format": form})
    setup_logging(log, secrets or Secrets(), stream)
    return stream


@pytest.mark.parametrize("token", [*SLACK_TOKENS, DISCORD_TOKEN])
@pytest.mark.parametrize("around", ["{}", '{{"token": "{}"}}', "Authorization: Bot {}", "Bearer {}", "?token={}&x=1"])
def test_a_token_is_struck_out_wherever_it_stands(token: str, around: str) -> None:
    line = redact(around.format(token))
    assert token not in line
    assert REDACTED in line
    assert all(part not in line for part in token.split(".") if len(part) > 5)


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("POST https://discord.com/api/v10/webhooks/123/aW50ZXJ-abc_d has", "/webhooks/123/", "aW50ZXJ-abc_d"),
        ("/webhooks/123/aW50ZXJ/messages/@original?x=1", "/webhooks/123/", "aW50ZXJ"),
        ("/interactions/42/secret-token/callback", "/interactions/42/", "secret-token"),
        ("url https://hooks.slack.com/commands/T0/1/abcdef end", " end", "abcdef"),
        ('{"response_url": "https://slack.test/app/T1/abc", "a": 1}', '"a": 1', "T1/abc"),
        ("wss://wss-primary.slack.com/link/?ticket=deadbeef&app_id=4", "&app_id=4", "deadbeef"),
        ("{'url': 'https://art.example/signin/IZHItPe0Ul56gSlxB7PaNk'}", "/signin/", "IZHItPe0Ul56gSlxB7PaNk"),
        ("GET /?token=IZHItPe0Ul56&x=1", "&x=1", "IZHItPe0Ul56"),
    ],
)
def test_capabilities_in_addresses_are_struck_out_and_the_rest_stays(text: str, kept: str, gone: str) -> None:
    line = redact(text)
    assert gone not in line
    assert kept in line


@pytest.mark.parametrize(
    "text",
    [
        "job AbCdEfGhIjKlMnOpQrStUv.0 finished at 2026.11.23",
        "image " + "ab" * 32,
        "Bot started",
        "model stabilityai/sdxl-turbo at https://huggingface.co/stabilityai/sdxl-turbo",
        "queue.max_jobs is 5",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("form", ["json", "console"])
def test_both_ways_into_the_log_are_redacted_tracebacks_too(form: str) -> None:
    stream = _lines(form)
    structlog.get_logger("ours").info(
        "connected", url=f"https://x/?t={SLACK_TOKENS[0]}", nested={"a": [DISCORD_TOKEN]}
    )
    try:
        int(f"refused: Bot {DISCORD_TOKEN}")
    except ValueError:
        logging.getLogger("theirs").exception("POST %s", f"/webhooks/77/{'t' * 40}")
    text = stream.getvalue()
    assert "ValueError" in text
    assert "connected" in text
    assert "/webhooks/77/[redacted]" in text
    assert SLACK_TOKENS[0] not in text
    assert DISCORD_TOKEN not in text
    assert "t" * 40 not in text


def test_a_configured_secret_is_struck_out_whatever_it_looks_like() -> None:
    stream = _lines(secrets=Secrets(slack_signing_secret=SecretStr("plainwords")))
    logging.getLogger("theirs").warning("signature with plainwords failed")
    assert "plainwords" not in stream.getvalue()


def test_prompts_are_shown_in_debug_lines_only() -> None:
    stream = _lines(level="debug")
    log = structlog.get_logger()
    log.info("queued", job="j", prompt="my secret wish", negative_prompt="my fear")
    log.debug("queued", prompt="a lighthouse")
    text = stream.getvalue()
    assert "secret wish" not in text
    assert "my fear" not in text
    assert "a lighthouse" in text


def test_json_is_one_object_per_line_with_level_time_logger_and_bound_values() -> None:
    stream = _lines()
    with structlog.contextvars.bound_contextvars(job="abc"):
        structlog.get_logger("bot.dispatch").info("started", step=1)
    logging.getLogger("discord.gateway").warning("resumed %d", 3)
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ours["event"] == "started"
    assert ours["job"] == "abc"
    assert ours["step"] == 1
    assert ours["logger"] == "bot.dispatch"
    assert ours["timestamp"].endswith("Z")
    assert theirs == {
        "event": "resumed 3",
        "level": "warning",
        "logger": "discord.gateway",
        "timestamp": theirs["timestamp"],
    }


def test_lines_below_the_level_are_left_out_for_both_ways() -> None:
    stream = _lines(level="warning")
    structlog.get_logger().info("quiet")
    logging.getLogger("theirs").info("quiet")
    assert stream.getvalue() == ""


def test_setting_up_again_replaces_instead_of_doubling() -> None:
    first = _lines()
    second = _lines()
    structlog.get_logger().info("once")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1


def test_python_warnings_go_to_the_log() -> None:
    stream = _lines()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)  # pytest's own hook was in place before
        logging.captureWarnings(capture=True)
        warnings.warn("old habit", stacklevel=1)
    assert "old habit" in stream.getvalue()


def test_auto_is_json_where_nobody_watches() -> None:
    stream = _lines("auto")
    structlog.get_logger().info("hello")
    assert json.loads(stream.getvalue())["event"] == "hello"


def test_asyncios_second_question_about_a_child_that_ended_is_no_news() -> None:
    stream = _lines()
    asyncio_log = logging.getLogger("asyncio")
    asyncio_log.warning("Unknown child process pid %d, will report returncode 255", 7)
    asyncio_log.warning("Executing took too long")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["Executing took too long"]


@pytest.mark.parametrize("known", ["bot:hunter2@", "bot:hunt@er2@", "hunter2@"])
def test_name_and_password_of_a_proxy_are_struck_out_whoever_logs_its_address(known: str) -> None:
    """Slack's SDK does, at the debug level."""
    said = redact(
        f'{{"event": "HTTP proxy URL: http://{known}10.0.0.1:3128/", "of": "me@example.org, https://a.example/@b"}}'
    )
    told = f'{{"event": "HTTP proxy URL: http://{REDACTED}@10.0.0.1:3128/", "of": "me@example.org, https://a.example/@b"}}'
    assert said == told
