"""A clock for the steps of a waterfall, and what a tool hands back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

STEPS = ("buckets", "pool flows", "network", "tower flows", "consumer flows")
UNIT = 1e15  # what walks through the network as one; whole numbers, so that sums are exact


@dataclass
class Waterfall:
    """How long the steps of one tool took, and what arrived where in hundredths of money."""

    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    loading_seconds: float = 0.0  # filling its own tables first, where a tool has any
    # (period, layer, receiver): hundredths of money
    arrived: list[tuple[str, str, str, int]] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step; the time of steps with the same name is added up."""
        started = time.perf_counter()
        yield
        elapsed = time.perf_counter() - started
        self.seconds[name] = self.seconds.get(name, 0.0) + elapsed
