"""Adapters as files: where one lies, its weights, and why it cannot be read."""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from inference.errors import Unsuited
from inference.models import hub
from inference.models.device_errors import is_of_device, translate
from inference.models.lora_weights import beside, with_strengths
from inference.models.safetensors_header import found_instead, is_unfinished


def read(name: str, place: str) -> dict[str, torch.Tensor]:
    """An adapter's weights.

    Raises:
        Unsuited: if it cannot be had, or is no safetensors file.
        OutOfMemory: if there is no room for it.
    """
    try:
        file = locate(place)
        with file.open("rb"):  # safetensors calls a file that it may not read one that is not there
            pass
    except LookupError:
        raise Unsuited(
            f"The adapter {name!r} cannot be used, it is not on this machine and the hub did not give it: "
            "leave it out and tell the bot's owner.",
            cause="lora-not-here",
            values={"name": name},
        ) from None
    except PermissionError:
        raise _unreadable(name, Path(place), "forbidden") from None
    except (OSError, RuntimeError):  # the latter of a home that nobody has
        raise Unsuited(
            f"The adapter {name!r} cannot be used, there is no such file, folder or hub repository with one "
            ".safetensors file: leave it out and tell the bot's owner.",
            cause="lora-lost",
            values={"name": name},
        ) from None
    if is_unfinished(file):
        raise _unreadable(name, file, "unfinished")
    try:
        with torch.inference_mode(mode=False):  # what is read in that mode cannot be put on a model
            tensors: dict[str, torch.Tensor] = load_file(file)
            with safe_open(file, framework="pt") as content:
                weights = with_strengths(tensors, content.metadata() or {}, beside(file))
    except Exception as error:  # noqa: BLE001 -- safetensors raises an error of its own for files cut short
        if is_of_device(error):
            raise translate(error) from None
        raise _unreadable(name, file) from None
    if not all(each.isfinite().all() for each in weights.values()):  # of a training that failed
        raise _unreadable(name, file)
    return weights


def _unreadable(name: str, file: Path, instead: str = "") -> Unsuited:
    """What to say of a file that is not read; `instead` is what is wrong with it, empty to look."""
    match instead or found_instead(file):
        case "empty":
            return Unsuited(
                f"The adapter {name!r} cannot be used, its file {file.name} is empty: "
                "leave it out and tell the bot's owner to fetch it again.",
                cause="lora-empty",
                values={"name": name, "file": file.name},
            )
        case "pointer":
            return Unsuited(
                f"The adapter {name!r} cannot be used, its file {file.name} is a pointer of Git LFS and not the file "
                "itself: leave it out and tell the bot's owner to fetch it again.",
                cause="lora-pointer",
                values={"name": name, "file": file.name},
            )
        case "page":
            return Unsuited(
                f"The adapter {name!r} cannot be used, its file {file.name} is a web page and not the file itself: "
                "leave it out and tell the bot's owner to fetch it again.",
                cause="lora-page",
                values={"name": name, "file": file.name},
            )
        case "unfinished":
            return Unsuited(
                f"The adapter {name!r} cannot be used, its file {file.name} is still being downloaded: "
                "leave it out until that is done.",
                cause="lora-unfinished",
                values={"name": name, "file": file.name},
            )
        case "forbidden":
            return Unsuited(
                f"The adapter {name!r} cannot be used, its file {file.name} may not be read by the bot: "
                "leave it out and tell the bot's owner to allow that.",
                cause="lora-forbidden",
                values={"name": name, "file": file.name},
            )
        case _:
            return Unsuited(
                f"The adapter {name!r} cannot be used, its file is broken or no safetensors file: "
                "leave it out and tell the bot's owner.",
                cause="lora-broken",
                values={"name": name},
            )


def locate(place: str) -> Path:
    """The file that an adapter's place names. Nothing is fetched in this process (`models.downloads`).

    Raises:
        FileNotFoundError: if there can be none, or there is more than one to choose from.
        LookupError: if it is on the hub only.
        OSError: if it may not be looked at.
    """
    path = Path(place).expanduser()
    if path.is_file() and path.suffix == ".safetensors":
        return path
    if path.is_dir():
        [file] = _only([each.name for each in path.iterdir() if each.suffix == ".safetensors"])
        return path / file
    remote = hub.HubRef.part(place, hub.RepositoryKind.ADAPTER)
    if remote is None:
        raise FileNotFoundError(place)
    found = hub.cached(remote)
    if found is None:
        raise LookupError(place)
    return found


def _only(files: list[str]) -> list[str]:
    if len(files) != 1:
        raise FileNotFoundError
    return files
