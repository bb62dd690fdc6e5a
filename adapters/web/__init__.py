"""What a machine asks over HTTP: are you well, and how much is there to do."""
