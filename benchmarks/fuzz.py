"""`python -m benchmarks.fuzz`: mutated pictures through the decoder, without crash, hang or wrong sentence.

The files of `tests/odd_pictures`, and GIFs, BMPs and ICOs of all kinds, have bytes changed, pieces cut out, doubled,
moved from one to another, lengths and counts set to their extremes. Each mutant must become a bare PNG, or a refusal
that is one sentence in every language.
They are decoded in forked processes under the sandbox's limits, so that a crash costs one and names its mutant.
`--seed` and a number make the same mutant again; `--save FOLDER` keeps those that went wrong.
"""

import argparse
import io
import os
import random
import resource
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from adapters.pictures.decode import decode
from adapters.pictures.formats import PictureLimits
from adapters.pictures.sandbox import Sandbox
from bot.domain.errors import PictureRefused
from bot.texts import LANGUAGES
from tests.builders.older_formats import SIZE, bmps, gifs, icos

ODD = Path(__file__).parents[1] / "tests" / "odd_pictures"
RESULTS = Path(__file__).with_name("results")
LIMITS = PictureLimits(max_pixels=4_000_000)
SLOW_SECONDS = 2.0
_BATCH = 100
_EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1", b"\x80\0\0\0")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant.

    Attributes:
        end: "taken", the name of the refusal, or what is wrong.
        wrong: it should not have ended so.
        seconds: of processor time.
    """

    number: int
    end: str
    wrong: bool
    seconds: float


def mutant(seeds: Sequence[bytes], number: int, seed: int = 0) -> bytes:
    """Mutant `number` of a run."""
    choice = random.Random(f"{seed}:{number}")
    content = bytearray(choice.choice(seeds))
    for _ in range(choice.choice((1, 1, 2, 4, 16))):
        if len(content) < 16:
            break
        at = choice.randrange(len(content))
        end = min(len(content), at + choice.choice((1, 2, 4, 16, 200)))
        match choice.randrange(8):
            case 0 | 1:
                content[at] = choice.randrange(256)
            case 2:
                content[at] ^= 1 << choice.randrange(8)
            case 3:
                del content[at:end]
            case 4:
                content[at:at] = content[at:end]
            case 5:
                content[at : at + 4] = choice.choice(_EXTREMES)
            case 6:
                other = choice.choice(seeds)
                start = choice.randrange(len(other))
                content[at:at] = other[start : start + end - at]
            case 7:
                del content[at:]
    return bytes(content)


def judge(content: bytes) -> tuple[str, bool]:
    """How one ends, and whether that is wrong."""
    try:
        found = decode(content, LIMITS)
    except PictureRefused as refusal:
        sentences = [refusal.sentence(language) for language in LANGUAGES]
        whole = all(said.strip() and "\n" not in said and "{" not in said and said[-1] in ".。" for said in sentences)
        return refusal.message, not whole
    except Exception as error:  # noqa: BLE001 - any that comes out is what this looks for
        return f"raised {error!r}", True
    with Image.open(io.BytesIO(found.png)) as picture:
        picture.load()
        bare = picture.mode == "RGB" and not picture.info
    return ("taken" if bare else "taken with more than pixels"), not bare


def seeds() -> list[bytes]:
    """The files that are mutated: the odd ones, and the older formats of all kinds."""
    odd = [path.read_bytes() for path in sorted(ODD.iterdir()) if path.suffix != ".jsonl"]
    image = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    return [*odd, *gifs(image).values(), *bmps(image).values(), *icos(image).values()]


def verdicts(numbers: range, seed: int) -> Iterator[Verdict]:
    """Judge these mutants, a batch to a process."""
    originals = seeds()
    waiting = list(numbers)
    while waiting:
        batch, done = waiting[:_BATCH], 0
        for verdict in _in_a_process(originals, batch, seed):
            done += 1
            yield verdict
        if done < len(batch):
            yield Verdict(batch[done], "crashed or hung", wrong=True, seconds=0.0)
            done += 1
        waiting = waiting[done:]


def _in_a_process(originals: Sequence[bytes], numbers: Sequence[int], seed: int) -> Iterator[Verdict]:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        status = 1
        try:
            bounds, most = Sandbox(), SLOW_SECONDS * len(numbers)
            resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes,) * 2)
            resource.setrlimit(resource.RLIMIT_CPU, (int(most),) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            warnings.simplefilter("ignore")  # as in the sandbox
            with os.fdopen(write_end, "w", buffering=1) as out:
                for number in numbers:
                    started = time.process_time()
                    end, wrong = judge(mutant(originals, number, seed))
                    out.write(f"{number}\t{int(wrong)}\t{time.process_time() - started:.4f}\t{end!a}\n")
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end) as lines:
        for line in lines:
            at, failed, seconds, end = line.rstrip("\n").split("\t")
            yield Verdict(int(at), end.strip("'"), failed == "1", float(seconds))
    os.waitpid(child, 0)


def main() -> None:
    """Run them and write what became of them."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--mutants", type=int, default=5000)
    wanted.add_argument("--seed", type=int, default=0)
    wanted.add_argument("--save", type=Path, help="folder for mutants that went wrong")
    asked = wanted.parse_args()
    ends: dict[str, int] = {}
    wrong: list[Verdict] = []
    slowest = 0.0
    for verdict in verdicts(range(asked.mutants), asked.seed):
        ends[verdict.end] = ends.get(verdict.end, 0) + 1
        slowest = max(slowest, verdict.seconds)
        if verdict.wrong or verdict.seconds > SLOW_SECONDS:
            wrong.append(verdict)
            print(verdict)
            if asked.save:
                asked.save.mkdir(parents=True, exist_ok=True)
                (asked.save / f"{asked.seed}-{verdict.number}").write_bytes(
                    mutant(seeds(), verdict.number, asked.seed)
                )
    lines = [f"# {asked.mutants} mutated pictures, seed {asked.seed}", ""]
    lines += [
        f"Wrong: {len(wrong)}. The slowest took {slowest:.2f} s of processor time.",
        "",
        "| end | mutants |",
        "|---|---|",
    ]
    lines += [f"| {end} | {count} |" for end, count in sorted(ends.items(), key=lambda each: -each[1])]
    (RESULTS / "fuzz.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
