"""What we must be allowed to do, each with its reason, and the check before a job is accepted."""

from adapters.discord.incoming import Incoming
from bot.domain.errors import NotAllowed

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
CREATE_PUBLIC_THREADS = 1 << 35
SEND_MESSAGES_IN_THREADS = 1 << 38
ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5

NEEDED = {
    "View Channels": VIEW_CHANNEL,  # to edit a job's message once its interaction is over
    "Send Messages": SEND_MESSAGES,  # to answer mentions, and anew if a message cannot be edited
    "Send Messages in Threads": SEND_MESSAGES_IN_THREADS,  # the same in threads, which do not inherit it
    "Create Public Threads": CREATE_PUBLIC_THREADS,  # what is made from one picture again and again goes to one
    "Embed Links": EMBED_LINKS,  # prompt, source and recipe stand in an embed
    "Attach Files": ATTACH_FILES,  # the pictures
    "Read Message History": READ_MESSAGE_HISTORY,  # to answer a message, and to see which one got a reaction
}
"""The permissions of the invite link, and nothing more."""

INVITE_BITS = sum(NEEDED.values())


def has(permissions: int, bit: int) -> bool:
    """Whether a permission is there; administrators have them all."""
    return bool(permissions & (bit | ADMINISTRATOR))


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
