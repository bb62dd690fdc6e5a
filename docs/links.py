# ruff: noqa: INP001 -- a hook that MkDocs loads by its path
"""Documents are read in the repository and as a site: links that leave docs/ are made to lead somewhere in both."""

import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_OUTSIDE = re.compile(r"\]\(((?:\.\./)+[^)#\s]+)")
_PICTURES = "config/styles"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The styles' pictures stand beside the code that shows them in the chats; the site gets copies."""
    root = Path(config.config_file_path).resolve().parent
    for picture in sorted((root / _PICTURES).glob("*.jpg")):
        files.append(File.generated(config, f"styles-pictures/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: MkDocsConfig, **_others: Any) -> str:
    """Lead links to files outside of docs/ to the repository's page of them, or to the copy of a picture."""
    here = PurePosixPath(page.file.src_uri).parent
    root = Path(config.config_file_path).resolve().parent

    def led(found: re.Match[str]) -> str:
        named = (Path(config.docs_dir) / here / found[1]).resolve()
        if named.is_relative_to(config.docs_dir):
            return found[0]
        path = named.relative_to(root).as_posix()
        if path.startswith(f"{_PICTURES}/"):
            return f"]({'../' * len(here.parts)}styles-pictures/{named.name}"
        return f"]({urljoin(f'{config.repo_url}/', f'blob/main/{path}')}"

    return _OUTSIDE.sub(led, markdown)
