"""What we must be allowed to do, each with its reason, and the check before a job is accepted."""

from discord import Permissions

from adapters.discord.incoming import Incoming, Origin
from bot.domain.errors import NotAllowed

MANAGE_GUILD = Permissions.manage_guild.flag
MANAGE_MESSAGES = Permissions.manage_messages.flag

NEEDED = {
    "View Channels": Permissions.view_channel.flag,  # to edit a job's message once its interaction is over
    "Send Messages": Permissions.send_messages.flag,  # to answer mentions, and anew if a message cannot be edited
    "Send Messages in Threads": Permissions.send_messages_in_threads.flag,  # which threads do not inherit
    "Create Public Threads": Permissions.create_public_threads.flag,  # for what is made from one picture again
    "Embed Links": Permissions.embed_links.flag,  # prompt, source and recipe stand in an embed
    "Attach Files": Permissions.attach_files.flag,  # the pictures
    "Read Message History": Permissions.read_message_history.flag,  # to answer one, and to see which got a reaction
}
"""The permissions of the invite link, and nothing more."""

INVITE_BITS = sum(NEEDED.values())


def has(permissions: int, bit: int) -> bool:
    """Whether a permission is there; administrators have them all."""
    return bool(permissions & (bit | Permissions.administrator.flag))


def may_write(origin: Origin) -> bool:
    """Whether a member may write there, or have us write by a command, as far as Discord says.

    Channels for commands alone let nobody write; pressing a button and reacting take neither of the two permissions.
    """
    bit = NEEDED["Send Messages in Threads" if origin.parent else "Send Messages"]
    either = bit | Permissions.use_application_commands.flag
    return not (origin.guild and origin.permissions) or has(origin.permissions, either)


def check_may_answer(event: Incoming) -> None:
    """Refuse what could not be shown, before anything is made.

    An interaction's own answer needs no permission to send, only to attach; a mention's answer needs both.

    Raises:
        NotAllowed: names the permission that is missing.
    """
    origin = event.origin
    if not origin.guild or not origin.app_permissions:
        return
    wanted = ["Attach Files"]
    if not event.token:
        wanted.insert(0, "Send Messages in Threads" if origin.parent else "Send Messages")
    for name in wanted:
        if not has(origin.app_permissions, NEEDED[name]):
            raise NotAllowed("refused-permission", permission=name)
