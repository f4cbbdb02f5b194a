"""Timing and memory: contenders take turns in one run, so that their ratio means something."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One contender: the median seconds of its turns and their spread (the middle half)."""

    name: str
    seconds: float
    spread: float


def take_turns(contenders: Mapping[str, Callable[[], object]], rounds: int) -> list[Row]:
    """Run each contender once a round, after one unmeasured round; return their medians.

    A contender may return a function that clears up behind it; that is not measured.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, run in contenders.items():
            began = time.perf_counter()
            clear_up = run()
            taken = time.perf_counter() - began
            if callable(clear_up):
                clear_up()
            if number:
                times[name].append(taken)
    return [Row(name, statistics.median(taken), _spread(taken)) for name, taken in times.items()]


def peak_memory_mib(run: Callable[[], object]) -> float:
    """Return by how many MiB a fresh process grows above its start while `run` works."""
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)

    def work() -> None:
        before = _resident_kib()
        _reset_peak()
        clear_up = run()
        if callable(clear_up):
            clear_up()
        there.send((_peak_kib() - before) / 1024)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    there.close()
    try:
        return float(here.recv())
    finally:
        process.join()


def table(title: str, rows: list[Row], floor: str) -> str:
    """Return the rows as text, each with its distance from the floor."""
    base = next(row for row in rows if row.name == floor)
    lines = [f"\n{title}"]
    for row in rows:
        lines.append(
            f"  {row.name:14} {row.seconds * 1000:10.2f} ms  ±{row.spread * 1000:7.2f}"
            f"  {row.seconds / base.seconds:6.2f} x floor"
            f"  {(row.seconds - base.seconds) * 1000:+9.2f} ms"
        )
    return "\n".join(lines)


def _spread(taken: list[float]) -> float:
    if len(taken) < 4:
        return max(taken) - min(taken)
    quarters = statistics.quantiles(taken, n=4)
    return (quarters[2] - quarters[0]) / 2


def _resident_kib() -> int:
    return _status("VmRSS") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _peak_kib() -> int:
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _reset_peak() -> None:
    """Let the kernel forget the peak so far (Linux: proc(5), clear_refs 5)."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:  # noqa: PTH123
            file.write("5")
    except OSError:
        return


def _status(key: str) -> int:
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(f"{key}:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
