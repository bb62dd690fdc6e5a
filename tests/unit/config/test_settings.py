"""Where a setting's value comes from, and the one sentence an owner reads when it is wrong."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.reading import DEFAULTS_FILE, SECRET_NAMES, ConfigError, known_keys, load_settings, near_misses
from config.settings import Settings


@pytest.fixture(autouse=True)
def _empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _sentence(environ: dict[str, str], config_file: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(config_file, environ)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    return sentence


def test_the_shipped_defaults_are_complete_and_valid() -> None:
    settings = load_settings(None, {})
    assert settings.model.id == "pocket"
    assert settings.discord.api_url == "https://discord.com/api/v10"
    assert settings.slack.mode == "socket"
    assert settings.limits.max_pixels == 64_000_000
    assert settings.metrics.port == 0
    assert settings.output.embed_recipe is False


def test_every_key_has_a_default_with_a_comment_above_it() -> None:
    lines = DEFAULTS_FILE.read_text(encoding="utf-8").splitlines()
    section = ""
    commented: list[str] = []
    for above, line in zip(["", *lines], lines, strict=False):
        if line.startswith("["):
            section = line.strip("[]") + "."
        elif " = " in line and not line.startswith("#"):
            key = section + line.partition(" = ")[0]
            assert above.startswith("# "), f"{key} has no comment"
            commented.append(key)
    assert tuple(commented) == known_keys()


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[queue]\nmax_jobs = 7\n[limits]\npending_per_user = 2\n")
    settings = load_settings(file, {"PENTIMENTO__QUEUE__MAX_JOBS": "9"})
    assert settings.queue.max_jobs == 9
    assert settings.limits.pending_per_user == 2
    assert settings.limits.per_user_per_day == 200


def test_pentimento_toml_of_the_working_directory_is_read_unless_another_is_named(tmp_path: Path) -> None:
    (tmp_path / "pentimento.toml").write_text("[queue]\nmax_jobs = 7\n")
    (tmp_path / "other.toml").write_text("")
    assert load_settings(None, {}).queue.max_jobs == 7
    assert load_settings(tmp_path / "other.toml", {}).queue.max_jobs == 200


def test_a_list_in_the_environment_is_separated_by_commas() -> None:
    settings = load_settings(None, {"PENTIMENTO__DOWNLOADS__ALLOWED_HOSTS": "files.example, 127.0.0.1,::1"})
    assert settings.downloads.allowed_hosts == ("files.example", "127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("queue.max_jobs", "0", "a whole number from 1 to 100000"),
        ("queue.max_jobs", "many", "a whole number from 1 to 100000"),
        ("retention.pictures_days", "0", "a number above 0 to 36500"),
        ("retention.pictures_days", "nan", "a number above 0 to 36500"),
        ("retention.inbox_days", "0.5", "a number from 1 to 36500"),
        ("slack.mode", "carrier pigeon", '"socket", "http"'),
        ("slack.http_port", "65536", "a whole number from 1 to 65535"),
        ("model.device", "gpu", '"cuda:N"'),
        ("model.dtype", "int4", '"bfloat16"'),
        ("output.embed_recipe", "perhaps", "true or false"),
        ("downloads.allowed_hosts", "https://cdn.example/x", "without scheme, port or path"),
        ("downloads.allowed_hosts", "cdn.example:8443", "without scheme, port or path"),
        ("downloads.allowed_hosts", "", "a list of host names"),
        ("discord.api_url", "discord.com/api", "https://"),
        ("discord.api_url", "http://[::1", "an address such as"),
        ("slack.api_url", "https://chat.example:99999/api/", "an address such as"),
        ("tracing.endpoint", "http://127.0.0.1:99999/v1/traces", "an address such as"),
        ("discord.api_url", "https://chat.example:0/api", "an address such as"),
        ("discord.api_url", "https://chat..example/api", "an address such as"),
        ("slack.api_url", "https://999.1.1.1/api/", "an address such as"),
        ("tracing.endpoint", f"http://{'x' * 64}.example/v1/traces", "an address such as"),
        ("slack.http_host", "bot..example", "a host name or IP address"),
        ("metrics.host", "1.2.3.4.5", "a host name or IP address"),
        ("web.host", "1::2::3", "a host name or IP address"),
        ("web.public_url", "https://bot.example:0", "https:// and a host name"),
        ("ray.address", "head:0", "HOST:PORT of the cluster's head, the port from 1 to 65535; or empty"),
        ("ray.address", "head:65536", "HOST:PORT of the cluster's head, the port from 1 to 65535; or empty"),
        ("ray.address", "head", "HOST:PORT of the cluster's head, the port from 1 to 65535; or empty"),
        ("ray.address", "he..ad:6379", "HOST:PORT of the cluster's head, the port from 1 to 65535; or empty"),
        ("web.public_url", "https://bot.example/pages", "without a path"),
        ("web.public_url", "https://bot.example:99999", "https:// and a host name"),
        ("web.public_url", "https://b%6ft.example", "https:// and a host name"),
        ("web.public_url", "https://bot..\u00e9..example", "https:// and a host name"),
        ("data_dir", "~nobody-of-that-name/pictures", "a folder"),
        ("data_dir", "", "a folder"),
        ("styles.file", "~nobody-of-that-name/a.toml", "the path of a TOML file, or empty"),
        ("models.file", "~nobody-of-that-name/a.toml", "the path of a TOML file, or empty"),
        ("models.folder", "~nobody-of-that-name/models", "a folder, or empty"),
        ("safety.blocked_file", "~nobody-of-that-name/a.txt", "the path of a text file, or empty"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_key_value_origin_and_range(key: str, value: str, expected: str) -> None:
    variable = "PENTIMENTO__" + key.upper().replace(".", "__")
    sentence = _sentence({variable: value})
    assert sentence.startswith(f"{key} is ")
    assert variable in sentence
    assert expected in sentence
    assert value in sentence


def test_a_wrong_value_in_a_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[model]\nid = 5\n")
    assert _sentence({}, file) == f"model.id is 5 (from {file}); it must be a model name, hub id or folder."


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("", ""),
        ("https://bot.example", "https://bot.example"),
        ("https://Bot.Example", "https://bot.example"),
        ("https://bot.example:443", "https://bot.example"),
        ("https://bot.example:", "https://bot.example"),
        ("https://bot.example:8443", "https://bot.example:8443"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
    ],
)
def test_the_pages_address_is_taken_as_browsers_send_it(written: str, origin: str) -> None:
    assert load_settings(None, {"PENTIMENTO__WEB__PUBLIC_URL": written}).web.public_url == origin


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("metrics.host", "::"),
        ("metrics.host", "0"),
        ("metrics.host", "b\u00fccher.example"),
        ("discord.api_url", "http://[::1]:8080/api"),
        ("discord.api_url", "http://my_host:8080/api"),
        ("ray.address", "10.0.0.7:6379"),
        ("ray.address", "head.example:65535"),
    ],
)
def test_an_address_that_can_be_reached_is_taken(key: str, written: str) -> None:
    section, _, name = key.partition(".")
    settings = load_settings(None, {"PENTIMENTO__" + key.upper().replace(".", "__"): written})
    assert getattr(getattr(settings, section), name) == written


@pytest.mark.parametrize("written", ["http://[::1", "https://hub.example:99999", "https://a..b", "hub.example"])
def test_an_address_of_the_hub_that_its_client_fails_at_is_told(written: str) -> None:
    assert _sentence({"HF_ENDPOINT": written}) == (
        f"HF_ENDPOINT is {written!r}, which is no address: write one such as https://huggingface.co, or unset it."
    )


def numbers() -> list[str]:
    """Every key that takes a number, alone or beside something else."""
    schema = Settings.model_json_schema()
    sections = {
        name: schema["$defs"][each["$ref"].rpartition("/")[2]]
        for name, each in schema["properties"].items()
        if "$ref" in each
    }
    return [
        f"{name}.{key}"
        for name, section in sections.items()
        for key, each in section["properties"].items()
        if {"integer", "number"} & {kind.get("type") for kind in (each, *each.get("anyOf", ()))}
    ]


@pytest.mark.parametrize("value", ["true", "false"])
@pytest.mark.parametrize("key", numbers())
def test_true_and_false_are_no_numbers(tmp_path: Path, key: str, value: str) -> None:
    (tmp_path / "pentimento.toml").write_text(f"{key} = {value}\n")
    sentence = _sentence({})
    assert sentence.startswith(f"{key} is {value} (from pentimento.toml); it must be ")
    assert "number" in sentence


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("queue.max_job", "queue.max_jobs"),
        ("max_jobs", "queue.max_jobs"),
        ("queu.max_jobs", "queue.max_jobs"),
        ("limits.max_jobs", "queue.max_jobs"),
        ("log.levle", "log.level"),
        ("model", "model.id"),
        ("data_dri", "data_dir"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(key: str, nearest: str) -> None:
    variable = "PENTIMENTO__" + key.upper().replace(".", "__")
    assert _sentence({variable: "1"}) == f"{key} (from {variable}) is not a setting: did you mean {nearest}?"


@pytest.mark.parametrize("key", ["data_dir", "styles.file", "models.file", "models.folder", "safety.blocked_file"])
def test_a_path_with_a_nul_character_is_one_sentence(tmp_path: Path, key: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'{key} = "a\\u0000b"\n')
    assert _sentence({}, file).startswith(f"{key} is ")


def test_paths_may_start_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/owner")
    settings = load_settings(None, {"PENTIMENTO__STYLES__FILE": "~/a.toml", "PENTIMENTO__MODELS__FILE": ""})
    assert settings.styles.file == "/home/owner/a.toml"
    assert settings.models.file == ""


def test_an_unknown_key_in_a_file_is_an_error_too(tmp_path: Path) -> None:
    (tmp_path / "pentimento.toml").write_text("[queue]\nlength = 3\n")
    assert "queue.length (from pentimento.toml) is not a setting" in _sentence({})


def test_jobs_cannot_go_before_their_pictures() -> None:
    assert "retention.jobs_days is 1" in _sentence({"PENTIMENTO__RETENTION__JOBS_DAYS": "1"})


def test_a_missing_or_broken_file_is_one_sentence(tmp_path: Path) -> None:
    assert "no configuration file" in _sentence({}, tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("[queue\n")
    assert "not valid TOML" in _sentence({}, tmp_path / "broken.toml")
    (tmp_path / "unquoted.toml").write_text("[model]\nid = pocket\n")
    assert _sentence({}, tmp_path / "unquoted.toml").endswith("texts stand in quotation marks.")
    assert "is a folder: name a file" in _sentence({}, tmp_path)
    (tmp_path / "long.toml").write_text(f"[queue]\nmax_jobs = {'9' * 5000}\n")
    assert "not valid TOML" in _sentence({}, tmp_path / "long.toml")
    (tmp_path / "deep.toml").write_text(f"a = {'[' * 100_000}\n")
    assert "not valid TOML" in _sentence({}, tmp_path / "deep.toml")


def test_a_folder_or_a_link_to_nowhere_in_place_of_pentimento_toml_is_said(tmp_path: Path) -> None:
    place = tmp_path / "pentimento.toml"
    place.mkdir()
    assert _sentence({}).startswith("The configuration file pentimento.toml is a folder: name a file. Docker makes ")
    place.rmdir()
    place.symlink_to("nowhere.toml")
    assert _sentence({}) == "There is no configuration file pentimento.toml: check where that link leads."


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "pentimento.toml").write_text("[queue]\nmax_jobs = 7\n", encoding="utf-8-sig")
    assert load_settings(None, {}).queue.max_jobs == 7


@pytest.mark.parametrize(
    "content", ["id = 'café'".encode("latin-1"), "[queue]".encode("utf-16")], ids=["latin", "utf-16"]
)
def test_a_file_in_another_encoding_is_to_be_saved_as_utf_8(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pentimento.toml").write_bytes(content)
    assert re.search(r"is not UTF-8 text \(byte \d+\): save it as UTF-8\.$", _sentence({}))


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    (tmp_path / "pentimento.toml").write_bytes(b"\xef\xbb\xbf[queue]\r\nmax_jobs = 7\r\n")
    assert load_settings(None, {"PENTIMENTO__MODEL__ID": "sdxl\r"}).queue.max_jobs == 7


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_else_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "pentimento.toml").touch(mode=0)
    assert "cannot be read by this user: change its owner or its mode." in _sentence({})


def test_secrets_come_from_the_environment_or_a_file_and_are_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-from-a-file\n", encoding="utf-8-sig")  # as Windows' editors save it
    environ = {"DISCORD_TOKEN": " very.secret.token ", "SLACK_BOT_TOKEN_FILE": str(file), "SLACK_APP_TOKEN": ""}
    settings = load_settings(None, environ)
    assert settings.secrets.discord_token is not None
    assert settings.secrets.discord_token.get_secret_value() == "very.secret.token"
    assert settings.secrets.slack_bot_token is not None
    assert settings.secrets.slack_bot_token.get_secret_value() == "xoxb-from-a-file"
    assert settings.secrets.slack_app_token is None
    assert "secret.token" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_secret_given_twice_or_in_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    assert "Both DISCORD_TOKEN" in _sentence({"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": "b"})
    assert "cannot be read" in _sentence({"DISCORD_TOKEN_FILE": str(tmp_path / "none")})
    (tmp_path / "empty").write_text("\n")
    assert "which is empty: put the token there" in _sentence({"DISCORD_TOKEN_FILE": str(tmp_path / "empty")})


@pytest.mark.parametrize(
    "secret", ["hunter22\nhunter22", "hunter22 hunter22", "hunter22\x7f", "hünter22", "hunter2\ufeff"]
)
def test_a_secret_with_what_no_token_has_is_refused_without_showing_it(tmp_path: Path, secret: str) -> None:
    sentence = _sentence({"SLACK_BOT_TOKEN": secret})
    assert sentence.startswith("SLACK_BOT_TOKEN holds ")
    assert "nter2" not in sentence
    file = tmp_path / "token"
    file.write_text(secret, encoding="utf-8")
    sentence = _sentence({"DISCORD_TOKEN_FILE": str(file)})
    assert sentence.startswith("DISCORD_TOKEN_FILE holds ")
    assert "nter2" not in sentence


@pytest.mark.parametrize("upper", [True, False])
def test_a_secret_in_the_file_is_refused_without_showing_it(tmp_path: Path, *, upper: bool) -> None:
    key = "DISCORD_TOKEN" if upper else "[discord]\ntoken"
    (tmp_path / "pentimento.toml").write_text(f'{key} = "hunter2"\n')
    sentence = _sentence({})
    assert all(name in sentence for name in SECRET_NAMES)
    assert "hunter2" not in sentence


@given(st.sampled_from(known_keys()), st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_for_any_key_is_taken_or_refused_in_one_sentence(key: str, value: str) -> None:
    try:
        settings = load_settings(None, {"PENTIMENTO__" + key.upper().replace(".", "__"): value})
    except ConfigError as error:
        assert str(error).startswith(key)  # noqa: PT017 - both ways out are right, a traceback is not
    else:
        assert isinstance(settings, Settings)


def test_the_defaults_file_is_a_valid_configuration_itself(tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_bytes(DEFAULTS_FILE.read_bytes())
    assert tomllib.loads(copy.read_text())
    assert load_settings(copy, {}) == load_settings(None, {})


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("PENTIMENTO_QUEUE_MAX_JOBS", "did you mean PENTIMENTO__QUEUE__MAX_JOBS?"),
        ("PENTIMENTO_MODEL__ID", "did you mean PENTIMENTO__MODEL__ID?"),
        ("pentimento_data_dir", "did you mean PENTIMENTO__DATA_DIR?"),
        ("PENTIMENTO_SOMETHING_ELSE", "settings begin with PENTIMENTO__."),
    ],
)
def test_a_variable_that_is_nearly_a_setting_is_named(variable: str, words: str) -> None:
    assert list(near_misses({variable: "5"})) == [f"The variable {variable} is not a setting and is ignored: {words}"]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("DISCORD_BOT_TOKEN", "DISCORD_TOKEN"),
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_SIGNING_SECRETS", "SLACK_SIGNING_SECRET"),
    ],
)
def test_a_variable_that_is_nearly_a_secret_is_named_without_its_value(variable: str, meant: str) -> None:
    assert list(near_misses({variable: "hunter2"})) == [f"The variable {variable} is not read: did you mean {meant}?"]
    assert not list(near_misses({variable: "hunter2", meant: "there"}))
    assert not list(near_misses({variable: "hunter2", f"{meant}_FILE": "/run/secrets/there"}))


def test_settings_and_others_variables_are_no_near_misses() -> None:
    assert not list(near_misses({"PENTIMENTO__QUEUE__MAX_JOBS": "5", "PATH": "/bin", "PENTIMENTOX": "1"}))
    assert not list(near_misses({"SLACK_WEBHOOK_URL": "1", "DISCORD_TOKEN_FILE": "/x", "SLACK_CLIENT_ID": "5"}))
    assert not list(near_misses({"PENTIMENTO_TEST_KILLS": "60"})), "our own tests read it"
