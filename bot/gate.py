"""What may come in and what may go out: asks the moderator, applies the owner's policy, counts.

It fails closed: a picture that was to be looked at and could not be is not shown. Nothing here is logged with words
of a member's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from bot.domain.errors import NotAllowed, PromptBlocked
from bot.domain.job import Generation, Job
from bot.domain.safety import Outcome, Policy, Safety, Site, Verdict
from bot.ports import Moderator
from bot.texts import text


class Tally(StrEnum):
    """What is counted."""

    PROMPT_BLOCKED = "prompt_blocked"
    UNCLASSIFIED = "unclassified"
    SAFE = "safe"
    DELIVERED = "unsafe_delivered"
    SPOILERED = "unsafe_spoilered"
    REFUSED = "unsafe_refused"
    UNCHECKED = "unchecked_refused"


_UNSAFE = {Outcome.DELIVER: Tally.DELIVERED, Outcome.SPOILER: Tally.SPOILERED, Outcome.REFUSE: Tally.REFUSED}
_OTHERS = {
    Verdict.UNCLASSIFIED: Tally.UNCLASSIFIED,
    Verdict.SAFE: Tally.SAFE,
    Verdict.UNCHECKABLE: Tally.UNCHECKED,
}


class Withheld(Exception):
    """A result may not be shown where it was asked for; `str(withheld)` is the sentence for its member."""


class Gate:
    """Looks at prompts and pictures before others see them.

    Attributes:
        counts: decisions of this run.
    """

    def __init__(self, *, moderator: Moderator, policy: Policy) -> None:
        self._moderator = moderator
        self._policy = policy
        self.counts: Counter[Tally] = Counter()

    async def admit(self, prompt: str, *, blocked: Sequence[str]) -> None:
        """Let a prompt in.

        Args:
            prompt: the member's own words; a negative prompt names what to keep out and is not asked about.
            blocked: the patterns of the place, besides the owner's.

        Raises:
            PromptBlocked: it has a word that is not allowed, which the sentence does not repeat.
        """
        if await self._moderator.blocks(prompt, also=blocked):
            self.counts[Tally.PROMPT_BLOCKED] += 1
            raise PromptBlocked("refused-blocked-prompt")

    async def allows(self, words: str, *, blocked: Sequence[str]) -> bool:
        """Whether words that are shown beside a prompt may be; `blocked` as in `admit`."""
        return not words or not await self._moderator.blocks(words, also=blocked)

    def previews(self, job: Job) -> bool:
        """Whether pictures that nobody has looked at yet may be shown of a job."""
        if not self._moderator.classifies:
            return True
        return self._policy.outcome(Verdict.UNSAFE, job.site, private=job.private) is Outcome.DELIVER

    async def judge(self, job: Job, *, result: Path, source: Path) -> Safety:
        """Look at a result before it is kept, and at its source, which is shown beside it.

        Raises:
            Withheld: it may not be shown.
        """
        verdict = await self._moderator.look(result)
        outcome = self._policy.outcome(verdict, job.site, private=job.private)
        self.counts[_OTHERS.get(verdict, _UNSAFE[outcome])] += 1
        safety = self._policy.safety(verdict, job.site, private=job.private)
        if safety is None:
            raise Withheld(text(job.locale, self._why(verdict, job.site, private=job.private)))
        seen = await self._moderator.look(source)
        return replace(safety, source_hidden=seen in {Verdict.UNSAFE, Verdict.UNCHECKABLE})

    def fitted(self, generations: Sequence[Generation], site: Site, *, private: bool) -> Sequence[Generation]:
        """Stored results as they may be shown in another place than the one they were asked in.

        Raises:
            NotAllowed: one of them may not be shown there.
        """
        fitted = []
        for each in generations:
            safety = self._policy.safety(each.safety.verdict, site, private=private)
            if safety is None:
                raise NotAllowed("refused-unsafe-there")
            fitted.append(replace(each, safety=replace(safety, source_hidden=each.safety.source_hidden)))
        return fitted

    def _why(self, verdict: Verdict, site: Site, *, private: bool) -> str:
        if verdict is Verdict.UNCHECKABLE:
            return "withheld-unchecked"
        alone = not private and self._policy.outcome(verdict, site, private=True) is not Outcome.REFUSE
        return "withheld-but-private" if alone else "withheld-unsafe"
