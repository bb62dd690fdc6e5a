"""How the messages, pages and forms of both chats look, from the very payloads that the adapters send.

`python -m tests.renderings` draws them anew into docs/chat/.
"""
