"""Several processes at the same work: started together, measured from the first act to the last."""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

FORK = multiprocessing.get_context("fork")
PATIENCE = 600.0  # seconds until a process that does not answer counts as dead

# Does one case from its second event to its last and returns the seconds each act took.
DoCase = Callable[[str], list[float]]


# Reads the CPU seconds of servers, to be asked as the work begins and when it is done.
Meter = Callable[[], tuple[float, ...]]


@dataclass
class Measured:
    """One run of a crew. CPU in seconds: of the workers' own processes, and of what the meter reads."""

    acts: int
    seconds: float
    cpu: float
    metered: tuple[float, ...]
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return self.acts / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.latencies, n=100)[round(share * 100) - 1] * 1000


def together(prepare: Callable[[], DoCase], shares: Sequence[Sequence[str]], meter: Meter) -> Measured:
    """One process for each share of cases. The first case of each share warms it up and does not count.

    The caller has no open connection: the processes are forks. Raises RuntimeError with the error of the first that
    failed.
    """
    start = FORK.Barrier(len(shares) + 1)
    pipes, processes = [], []
    for share in shares:
        mine, theirs = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_work, args=(prepare, share, start, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(mine)
        processes.append(process)
    try:
        with contextlib.suppress(threading.BrokenBarrierError):  # the worker that failed says why
            start.wait(PATIENCE)
        before = meter()
        answers = [_answer(pipe) for pipe in pipes]
        metered = tuple(now - then for then, now in zip(before, meter(), strict=True))
        start.wait(PATIENCE)
    finally:
        for process in processes:
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()
    latencies = [seconds for answer in answers for seconds in answer[3]]
    elapsed = max(answer[1] for answer in answers) - min(answer[0] for answer in answers)
    return Measured(len(latencies), elapsed, sum(answer[2] for answer in answers), metered, latencies)


def _work(prepare: Callable[[], DoCase], share: Sequence[str], start: Any, pipe: Any) -> None:
    try:
        do_case = prepare()
        do_case(share[0])
        start.wait(PATIENCE)
        latencies: list[float] = []
        began, cpu = time.monotonic(), time.process_time()
        for case_id in share[1:]:
            latencies += do_case(case_id)
        pipe.send((began, time.monotonic(), time.process_time() - cpu, latencies))
        start.wait(PATIENCE)  # a server process that ends with its client is hard to read
    except Exception as error:  # noqa: BLE001 — whatever it is, the parent reports it
        start.abort()
        pipe.send(repr(error))


def _answer(pipe: Any) -> tuple[float, float, float, list[float]]:
    if not pipe.poll(PATIENCE):
        raise RuntimeError("a worker of the bench did not answer")
    found: tuple[float, float, float, list[float]] | str = pipe.recv()
    if not isinstance(found, str):
        return found
    raise RuntimeError(f"a worker of the bench failed: {found}")
