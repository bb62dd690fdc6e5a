"""What a button's action id says that is Slack's alone; the others are in `bot.domain.button_id`."""

from bot.offers import Offer

ADVANCED = "advanced"
"""Unfolds the advanced part of a form."""

OPEN_FORM = "open_form"
"""Opens an empty form, from App Home."""

AGAIN = "again"
"""Begins the id of the button that opens a refused form again; the event that sent it follows."""

MENU = "menu"
"""Begins the id of a menu; what is chosen is the id of a button."""

TAKE = "take"
"""Begins the id of the button that takes a wish with a style that there is; style and event follow."""

OFFER = "offer"
"""Begins the id of the button of an offer."""

OPEN_SETTINGS = "open_settings"
FORGET = "forget"
EXPORT = "export"
CHOOSE_STYLE = "choose_style"
"""The menu of styles; what is chosen is a style."""

SHOW_STYLES = "show_styles"


def offer_id(offer: Offer) -> str:
    """The id of the button of an offer."""
    return f"{OFFER}|{offer}"
