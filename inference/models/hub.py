"""What a hub has of a model, which of its files are wanted, and whether all of them are here. Needs no torch."""

import json
import os
import re
import ssl
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any

import huggingface_hub as client  # imports what is asked of it then; all of it takes a quarter of a second
from huggingface_hub import constants

from inference.api import ModelUnavailable
from inference.models.disk import is_lost, nbytes
from inference.models.variants import HALVES, INDEX_NAME, lacking, shards_in, variant_in, variants

INDEX = "model_index.json"
OWN_DEFAULTS = "pentimento.json"
CONFIGURATION = "adapter_config.json"  # of peft, beside an adapter's weights
WEIGHTS = (".safetensors", ".gguf")
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".msgpack", ".h5", ".onnx", ".onnx_data", ".pb", ".tflite")
WITHOUT_WEIGHTS = re.compile(r"^(scheduler|tokenizer|feature_extractor|image_processor|processor)")
"""Components that are made from configuration alone."""

NEVER_LOADED = frozenset({"safety_checker"})
"""Components that nobody loads: moderation is the bot's."""

DENOISERS = frozenset({"unet", "transformer", "transformer_2"})
"""Components that a base is not asked for; their configurations are."""

_ON_HUB = re.compile(
    r"((https?://)?(huggingface\.co|hf\.co)/)?(?P<repository>[\w-][\w.-]*/[\w.-]+)"
    r"(/((blob|resolve)/(?P<revision>[^/]+)/)?(?P<file>[^?]+\.(safetensors|gguf)))?/?(\?download=true)?",
    re.ASCII,
)
"""An id, or the address of a page or file as people copy it and as diffusers' `from_single_file` takes it."""


class RepositoryKind(StrEnum):
    """What a repository is used as."""

    PIPELINE = "model"  # in diffusers' layout
    BASE = "base model"  # the same, for a denoiser in a file of its own: what else it is run with
    NETWORK = "network"  # one model with its configuration at the top: a ControlNet, an annotator, a tiny autoencoder
    ADAPTER = "adapter"  # a LoRA, in its only .safetensors file


@dataclass(frozen=True, slots=True)
class HubRef:
    """Something on the hub: what is used of a repository, or one file of it.

    Attributes:
        file: path in the repository; empty for all that is needed of it.
        revision: commit, branch or tag; empty is the main branch.
        variant: "fp16", "bf16", another one of the repository; "full" is none; empty prefers half the bytes.
    """

    repository: str
    file: str = ""
    revision: str = ""
    variant: str = ""
    kind: RepositoryKind = RepositoryKind.PIPELINE

    @classmethod
    def of(cls, id_: str, *, revision: str = "", variant: str = "") -> "HubRef":
        """What a hub id names: "org/name", "org/name/path/file.safetensors", or the address of either.

        An address may say a branch or commit; `revision` counts for more.
        """
        named = _ON_HUB.fullmatch(id_)
        if named is None:
            return cls(id_, "", revision, variant)
        return cls(named["repository"], named["file"] or "", revision or _said(named["revision"]), variant)

    @classmethod
    def names(cls, id_: str) -> bool:
        """Whether an id can name something on the hub. "models/file.safetensors" is a file that is not here."""
        named = _ON_HUB.fullmatch(id_)
        return named is not None and not named["repository"].endswith(WEIGHTS)

    @property
    def id(self) -> str:
        """As people write it."""
        return f"{self.repository}/{self.file}" if self.file else self.repository

    @classmethod
    def part(cls, id_: str, kind: RepositoryKind) -> "HubRef | None":
        """The reference to what a model is run with; None if the id names something of this machine, or nothing."""
        try:
            path = Path(id_).expanduser()
            local = path.is_absolute() or path.exists()
        except (OSError, RuntimeError):  # too long a name, a folder not to be searched, a home that nobody has
            return None
        if local or not (named := _ON_HUB.fullmatch(id_)) or (named["file"] or "").endswith(".gguf"):
            return None
        return cls(named["repository"], named["file"] or "", _said(named["revision"]), kind=kind)


def _said(revision: str | None) -> str:
    """Of an address; its main branch is what nobody has to say."""
    return "" if revision in {None, "main"} else str(revision)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository.

    Attributes:
        path: in the repository.
        etag: its name among the blobs of the cache: SHA-256 of large files, git's SHA-1 of small ones.
        size: bytes.
    """

    path: str
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What is wanted of a repository.

    Attributes:
        commit: that all of it belongs to.
    """

    commit: str
    files: tuple[RemoteFile, ...]


def cache_folder() -> Path:
    """Where the hub's client keeps models, by the environment as it is now: that is what a child of ours reads."""
    if own := os.environ.get("HF_HUB_CACHE"):
        return Path(own).expanduser()
    home = os.environ.get("HF_HOME")
    return Path(home).expanduser() / "hub" if home else Path(constants.HF_HUB_CACHE)


def _repository_folder(ref: HubRef) -> Path:
    from huggingface_hub.file_download import repo_folder_name

    return cache_folder() / repo_folder_name(repo_id=ref.repository, repo_type="model")


def cached(ref: HubRef) -> Path | None:
    """Where a model lies in the cache; None if it is not there as a whole, in the variant that is named."""
    try:
        return _cached(ref)
    except OSError:  # this user may not look at it, as fetching it will say
        return None


def _cached(ref: HubRef) -> Path | None:
    if ref.kind in {RepositoryKind.NETWORK, RepositoryKind.ADAPTER} and not ref.file:
        return _part_cached(ref)
    revision = ref.revision or None
    name = ref.file or INDEX
    found = client.try_to_load_from_cache(ref.repository, name, revision=revision, cache_dir=cache_folder())
    if not isinstance(found, str):
        return None
    if ref.file:
        return Path(found)
    folder = Path(found).parent
    unasked = DENOISERS if ref.kind is RepositoryKind.BASE else frozenset()
    there = (_whole_variants(folder / name) for name in _components_in(folder) if name not in unasked)
    return None if set(missing(folder)) - unasked or lacking(there, ref.variant) else folder


def _part_cached(ref: HubRef) -> Path | None:
    """The folder of a network, or the file of an adapter."""
    root = _repository_folder(ref)
    try:
        commit = (root / "refs" / (ref.revision or "main")).read_text(encoding="utf-8").strip()
    except OSError:
        commit = ref.revision
    folder = root / "snapshots" / commit
    if not commit or not folder.is_dir():
        return None
    if ref.kind is RepositoryKind.NETWORK:
        files = _files_in(folder)
        return folder if "config.json" in files and _has_weights(folder, files) else None
    files_of_it = [file for file in folder.rglob("*.safetensors") if not is_lost(file)]
    return files_of_it[0] if len(files_of_it) == 1 else None


def on_disk(ref: HubRef) -> int:
    """Bytes in the cache: of a file, or of a whole repository with its unfinished files."""
    if ref.file and (file := cached(ref)) is not None:
        return nbytes(file)
    return nbytes(_repository_folder(ref) / "blobs")


def missing(folder: Path) -> Iterator[str]:
    """Components of a folder in diffusers' layout of which something is not there."""
    for name in _components_in(folder):
        files = _files_in(folder / name)
        weightless = "config.json" in files and not _has_weights(folder / name, files)
        if not files or lost(folder / name) or (weightless and not WITHOUT_WEIGHTS.match(name)):
            yield name


def lost(component: Path) -> list[Path]:
    """What a component's folder links to and is not there, but for weights, which nobody may want."""
    return [file for file in sorted(component.glob("*")) if is_lost(file) and not _is_weights(file.name)]


def _files_in(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*") if not is_lost(file)}


def _components_in(folder: Path) -> list[str]:
    """Those that its index names; none if it cannot be read: loading will say what is wrong."""
    try:
        return components(json.loads((folder / INDEX).read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError, RecursionError):
        return []


def components(index: Mapping[str, Any], but: Container[str] = ()) -> list[str]:
    """Names of the components of a pipeline that are loaded from folders, but for those that come from elsewhere."""
    return [
        name
        for name, entry in index.items()
        if isinstance(entry, list) and len(entry) == 2 and entry[0] and name not in NEVER_LOADED and name not in but
    ]


def _whole_variants(folder: Path) -> set[str]:
    """The variants of a component of which all shards are there."""
    files = _files_in(folder)
    return {
        each
        for each in variants(folder)
        if _has_weights(folder, {name for name in files if variant_in(name) == each})
    }


def _has_weights(folder: Path, files: Collection[str]) -> bool:
    """Whether all shards of any variant are there."""
    for name in files:
        if INDEX_NAME.match(name):
            shards = shards_in(folder / name)
            if shards <= set(files):  # of an index that says none, loading will say what is wrong
                return True
    whole = [name for name in files if name.endswith((*WEIGHTS, *PICKLES)) and "-of-" not in name]
    return bool(whole)


def listing(ref: HubRef) -> Listing:
    """What has to be here for a model to be loaded, with every file's size. Asks the hub.

    Raises:
        ModelUnavailable: if the repository has no pipeline in diffusers' layout, or not that file.
        Exception: what the hub's client raises; `sentence` says what it means.
    """
    info = client.HfApi().model_info(ref.repository, revision=ref.revision or None)
    commit = info.sha or ref.revision or "main"
    names = [each.rfilename for each in info.siblings or ()]
    if ref.file:
        if ref.file not in names:
            raise ModelUnavailable(f"The hub's {ref.repository!r} has no file {ref.file!r}: check the spelling.")
        wanted = [ref.file]
    elif ref.kind is RepositoryKind.ADAPTER:
        wanted = [name for name in names if name.endswith(".safetensors")]
        if len(wanted) != 1:
            raise ModelUnavailable(
                f"The adapter {ref.repository!r} has {len(wanted)} .safetensors files: name one of them, "
                f"'{ref.repository}/file.safetensors'."
            )
    elif ref.kind is RepositoryKind.NETWORK:
        wanted = _of_network(names)
        if not any(name.endswith(".safetensors") for name in wanted) or "config.json" not in wanted:
            raise ModelUnavailable(
                f"The network {ref.repository!r} has no config.json and safetensors at its top: choose another."
            )
    elif INDEX not in names:
        single = [name for name in names if name.endswith(WEIGHTS) and "/" not in name]
        hint = f"name one of its files: '{ref.repository}/{single[0]}'" if single else "choose another"
        raise ModelUnavailable(f"The hub's {ref.repository!r} has no {INDEX}, so it is no diffusers model: {hint}.")
    else:
        index = json.loads(
            Path(client.hf_hub_download(ref.repository, INDEX, revision=commit)).read_text(encoding="utf-8")
        )
        wanted = chosen(names, index, variant=ref.variant)
        if ref.kind is RepositoryKind.BASE:
            wanted = [name for name in wanted if not (_is_weights(name) and name.split("/", 1)[0] in DENOISERS)]
    if ref.kind is RepositoryKind.ADAPTER:
        wanted += {Path(wanted[0]).with_name(CONFIGURATION).as_posix()}.intersection(names)
    return Listing(commit, tuple(_described(ref.repository, commit, name) for name in wanted))


def chosen(names: Collection[str], index: Mapping[str, Any], *, variant: str = "") -> list[str]:
    """The files that loading a pipeline reads: of each component one variant of its weights, and no pickle.

    Args:
        names: all files of the repository.
        index: its `model_index.json`.
        variant: as in `HubRef`. A component without it comes as it is, as in diffusers' own loading.

    Raises:
        ModelUnavailable: if it is not there in the variant that was asked for.
    """
    wanted = [name for name in names if "/" not in name and name in {INDEX, OWN_DEFAULTS}]
    there = []
    for component in components(index):
        files = [name for name in names if Path(name).parent.as_posix() == component]
        found = {each for name in files if name.endswith(".safetensors") and (each := variant_in(name)) is not None}
        there.append(found)
        preferred = (variant,) if variant not in {"", "full"} else HALVES if not variant else ()
        taken = next((each for each in (*preferred, "") if each in found), "")
        wanted += [name for name in files if not _is_weights(name) or variant_in(name) == taken]
        wanted += [name for name in files if name.endswith(".gguf")]
    if unmet := lacking(there, variant):
        raise ModelUnavailable(f"The model {unmet}: leave variant out of its entry.")
    return wanted


def _of_network(names: Collection[str]) -> list[str]:
    """What is read of a repository that is one model: everything at its top but other variants and pickles."""
    top = [name for name in names if "/" not in name]
    there = {variant_in(name) for name in top if name.endswith(".safetensors")}
    taken = next((each for each in (*HALVES, "") if each in there), "")
    plain = [name for name in top if not _is_weights(name) and name.endswith((".json", ".txt"))]
    return plain + [name for name in top if _is_weights(name) and variant_in(name) == taken]


def network(id_: str, *, file: bool = False) -> Path:
    """The folder of a network on this machine; with `file` it may be one of its files instead.

    Raises:
        FileNotFoundError: it is not there, in one sentence; nothing is fetched here.
    """
    ref = HubRef.part(id_, RepositoryKind.NETWORK)
    folder = Path(id_).expanduser() if ref is None else cached(ref)
    if folder is None or not (folder.is_dir() or (file and folder.is_file())):
        raise FileNotFoundError("it is not on this machine")
    return folder


def variant_of_network(folder: Path) -> str | None:
    """The variant of a network's weights to load: the plain one if it is there."""
    there = variants(folder)
    return None if "" in there else next((half for half in HALVES if half in there), None)


def _is_weights(name: str) -> bool:
    """Whether a file is one that `chosen` picks from, or never takes."""
    return name.endswith((*WEIGHTS, *PICKLES)) or ".safetensors.index" in name or ".bin.index" in name


def _described(repository: str, commit: str, name: str) -> RemoteFile:
    described = client.get_hf_file_metadata(
        client.hf_hub_url(repository, name, revision=commit), retry_on_errors=True
    )
    if not described.etag or described.size is None:
        raise ModelUnavailable(f"The hub does not say what {name!r} of {repository!r} is: try again later.")
    return RemoteFile(name, described.etag, described.size)


def sentence(error: Exception, model: str, kind: RepositoryKind = RepositoryKind.PIPELINE) -> str:
    """What an error of the hub's client means for the owner: what is wrong and the mend."""
    import httpx2  # what the client speaks HTTP with
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", None)
    page = f"https://huggingface.co/{HubRef.of(model).repository}"
    match error:
        case errors.GatedRepoError():
            reason = f"its owner asks for consent: accept the terms on {page} and set HF_TOKEN to a token of yours"
        case errors.RepositoryNotFoundError() | errors.RevisionNotFoundError() | errors.HFValidationError():
            local = ", and no such file is here" if HubRef.of(model).file else ""
            reason = (
                f"the hub has no such {kind} or revision{local}: check the spelling, or set HF_TOKEN if it is private"
            )
        case errors.HfHubHTTPError() if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            reason = "the hub refuses HF_TOKEN: make a new token at https://huggingface.co/settings/tokens"
        case errors.LocalEntryNotFoundError() | errors.OfflineModeIsEnabled():
            reason = "it is not on this machine and HF_HUB_OFFLINE forbids to ask the hub: unset that or copy it here"
        case errors.EntryNotFoundError():
            reason = "the hub has not all of its files: choose another"
        case errors.HfHubHTTPError():
            reason = f"the hub answers with {status}: try again later"
        case (
            httpx2.HTTPError()
            | ssl.SSLError()
            # Of SSL_CERT_FILE; a file that is written would have its name in the error.
            | FileNotFoundError(filename=None)
            | IsADirectoryError(filename=None)
            | PermissionError(filename=None)
        ):
            reason = "the hub cannot be reached: check the network, HTTPS_PROXY, SSL_CERT_FILE and HF_ENDPOINT"
        case OSError():
            reason = f"it cannot be written ({error.strerror or error}): make room or give HF_HOME another folder"
        case _:
            reason = f"the hub's answer makes no sense ({type(error).__name__}): try again later"
    return f"The {kind} {model!r} cannot be used, {reason}."
