"""Pictures that come in, decoded apart from the bot; pictures that leave, marked and made to fit; contact sheets."""
