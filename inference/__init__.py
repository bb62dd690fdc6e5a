"""The engine: a picture and a request in, a picture out. Knows nothing of chats, users or stores."""
