"""What everybody sees speaks the place's language, what one member sees theirs; commands are named as there."""

from adapters.discord.named import CommandNames
from adapters.discord.places import guild_key
from bot.domain.place import PlaceSettings
from tests.builders.places import set_to
from tests.e2e.discord.conftest import PNG, Bench
from tests.e2e.discord.test_buttons import result_of


async def test_a_public_card_speaks_the_servers_language_and_a_private_one_its_members(bench: Bench) -> None:
    guild = bench.discord.guild(locale="de")
    channel = bench.discord.channel(guild)
    marie = bench.discord.user("marie", locale="fr")
    public = await result_of(bench, marie, channel)
    assert "Neu würfeln" in public.buttons
    private = await result_of(bench, marie, channel, prompt="y", private=True)
    assert "Relancer" in private.buttons


async def test_a_servers_admins_may_choose_the_language(bench: Bench) -> None:
    channel = bench.discord.channel(bench.discord.guild(locale="de"))
    assert channel.guild is not None
    await bench.store.change_place(guild_key(channel.guild.id), set_to(PlaceSettings(language="es")))
    marie = bench.discord.user("marie", locale="fr")
    public = await result_of(bench, marie, channel)
    assert "Repetir con otra semilla" in public.buttons


async def test_a_refusal_names_the_command_as_a_link_that_opens_it(bench: Bench) -> None:
    channel = bench.discord.channel(bench.discord.guild())
    dora = bench.discord.user("dora", locale="de")
    asked = await dora.command(channel, "img2img", image=PNG, prompt="x", style="nowhere")
    said = await bench.discord.refused(asked)
    assert "</stile:" in said


def test_without_ids_a_command_is_named_in_the_members_language() -> None:
    names = CommandNames()
    assert names.linked("See /styles, not a/styles.", "de") == "See /stile, not a/styles."
    names.learn([{"name": "styles", "id": "7", "type": 1}, {"name": "Remix image", "id": "8", "type": 3}])
    assert names.linked("See /styles.", "fr") == "See </styles:7>."
    names.learn([{"name": "settings", "id": "8"}, {"name": "privacy", "id": "9"}, {"name": "styles", "id": "7"}])
    assert names.linked("/settings, /privacy", "de") == "</einstellungen show:8>, </datenschutz export:9>"
    assert names.plain("See /styles.", "es") == "See /estilos."
    names.learn("nonsense")
    assert names.linked("See /styles.", "fr") == "See </styles:7>."
