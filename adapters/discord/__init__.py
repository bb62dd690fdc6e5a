"""Discord: commands, menus, modals, buttons and messages, translated to and from the core.

connection   the client: one discord.py connection, whatever its address
incoming     what came in, as plain values that survive a restart
intake       inbox row first, then the answer within 3 s, then the flow
flows        which handler takes what, and how it is first answered
exchange     an event and the ways to answer it, which handlers go by
desk, ...    what handlers work with; one module of them for each kind of wish
cards        a card as a message's payload
messenger    which route a message takes, and what each refusal of Discord means
"""
