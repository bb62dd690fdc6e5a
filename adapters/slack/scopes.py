"""The permissions the bot asks for, each with what it is for. `manifest.yaml` asks for the same ones."""

SCOPES = {
    "app_mentions:read": "hear @pentimento",
    "channels:history": "find a thread's newest picture, and a message of ours after a crash",
    "channels:read": "hear that a channel invited it",
    "chat:write": "answer",
    "commands": "slash commands and shortcuts",
    "files:read": "fetch the pictures people ask about",
    "files:write": "upload results, and delete them on request",
    "groups:history": "the same as channels:history in private channels it was invited to",
    "groups:read": "the same as channels:read in private channels",
    "im:history": "read pictures and words sent to it directly",
    "im:write": "find a private result's message again after a crash",
    "mpim:history": "the same as channels:history in group conversations",
    "reactions:read": "reactions on results",
    "users:read": "names, languages, and who is an admin",
}
