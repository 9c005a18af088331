"""The same work on one core, on many, or on other machines, with the results in the same order."""

import warnings
from collections import deque
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context

_AHEAD = 2  # tasks to each worker that are handed out before the next result is taken
_FEWEST = 8  # workers that an executor is taken to have


class Unable(RuntimeError):
    """The workers cannot do this work; the message says why and what to do."""


def in_order(work, tasks, *, jobs=1, executor=None):
    """Do work(task[-1]) for each task; yield (task, result) in the order of the tasks.

    With one job here, with more in so many processes of this machine, with an executor (anything
    that submits as those of concurrent.futures do) wherever it works; jobs is then how many workers
    it has, where there are more than eight, so that all are kept busy. A task that is lost with its
    worker is done again here, and where the executor takes no more, so is the rest: with a warning.

    Raises Unable where the workers have not this package, or the executor takes no work at all.
    """
    if executor is None and jobs == 1:
        yield from ((task, work(task[-1])) for task in tasks)
        return
    pools = [executor or _processes(jobs)]
    ahead = _AHEAD * (jobs if executor is None else max(jobs, _FEWEST))
    waiting, lost = deque(), []

    def submit(task):
        try:
            return pools[-1].submit(work, task)
        except Exception as error:  # every executor has errors of its own
            if not waiting and not lost:
                raise Unable(
                    f"the executor takes no work ({_said(error)}). Is its scheduler running? "
                    "jobs=2 works on this machine alone."
                ) from None
        if executor is None:  # a process that is killed breaks its pool
            pools.append(_processes(jobs))
            return pools[-1].submit(work, task)
        return None

    try:
        for task in tasks:
            waiting.append((task, submit(task[-1])))
            if len(waiting) > ahead:
                yield _done(work, *waiting.popleft(), lost)
        while waiting:
            yield _done(work, *waiting.popleft(), lost)
    finally:
        for _, future in waiting:
            if future:
                future.cancel()
        if executor is None:
            for pool in pools:
                pool.shutdown(cancel_futures=True)


def _processes(jobs):
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def _done(work, task, future, lost):
    """Give a task with its result, made here where its worker was lost."""
    try:
        return task, future.result() if future else work(task[-1])
    except ImportError as error:
        raise Unable(
            f"the workers cannot import what this needs ({error}). Install this package there as it "
            "is here, with the same versions."
        ) from None
    except Unable:
        raise
    except Exception as error:
        if not lost:
            hint = (
                " A script that asks for jobs does so under if __name__ == '__main__'."
                if isinstance(error, BrokenExecutor) else ""
            )  # fmt: skip
            warnings.warn(
                f"a worker was lost ({_said(error)}); what it had is done again here.{hint}",
                RuntimeWarning,
                stacklevel=3,
            )
        lost.append(task)
        return task, work(task[-1])


def _said(error):
    return f"{type(error).__name__}: {error}".strip(": ").partition("\n")[0]
