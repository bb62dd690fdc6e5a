"""Discord over loopback, strict about what it is sent: REST, gateway and file host in one server for the real client.

    async with DiscordServer() as discord:
        channel = discord.guild().channel()
        anna = discord.user("anna")
        asked = await anna.command(channel, "img2img", image=PNG, prompt="an oil painting")
        message = await asked.message(lambda shown: shown.status == "Done")
        await anna.press(message, "Strong 0.7")

What Discord would refuse it refuses with Discord's own status and code, and `problems` says what it was. Time is
`clock`, so that 15 minutes can pass at once. `fail` makes calls fail before or after they had their effect.
"""

from tests.servers.discord.server import DiscordServer

__all__ = ["DiscordServer"]
