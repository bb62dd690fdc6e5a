"""What there is to choose from while a member types a style, a model or adapters."""

from collections.abc import Mapping

from bot.domain.model import label
from bot.service import Service


def suggestions(option: str, typed: str, service: Service, *, model: str = "") -> Mapping[str, str]:
    """What fits, by the value that the option then has: what begins with what is typed comes first.

    Args:
        option: its name.
        typed: so far.
        service: what has styles and models.
        model: whose adapters; those of all if it is none of ours.
    """
    models = service.models
    # Several adapters stand in one option: those before the last word are kept.
    before, space, last = typed.lower().rpartition(" ") if option == "loras" else ("", "", typed.lower())
    match option:
        case "style":
            names = {name: name for name in service.styles}
        case "loras":
            of = [models[model]] if model in models else models.values()
            names = {f"{before}{space}{lora.name}": lora.name for each in of for lora in each.loras}
        case _:
            names = {name: label(name, defaults) for name, defaults in models.items()}
    starting = {value: name for value, name in names.items() if name.lower().startswith(last)}
    return starting | {value: name for value, name in names.items() if last in name.lower()}
