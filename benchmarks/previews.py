"""What previews cost: the same request with and without them, in turns."""

import time
from dataclasses import replace
from statistics import median

from benchmarks.measure import Engine, painted
from benchmarks.workloads import Setting, single

PAIRS = 15


def cost(engine: Engine, setting: Setting) -> float:
    """Share of a request's processor time that its previews add; the median over pairs, the first left out."""
    request = single(setting)[0].request
    shares = []
    for _ in range(PAIRS + 1):
        spent = []
        for previews in (False, True):
            before = time.process_time()
            painted(replace(request, previews=previews), engine.backend)
            spent.append(time.process_time() - before)
        shares.append(spent[1] / spent[0] - 1)
    return median(shares[1:])
