"""What is cleaned up beside requests."""

from __future__ import annotations

from linernotes.app.jobs import remove_dead
from linernotes.domain.jobs import JobState, NewJob
from linernotes.queues.memory import MemoryQueue


def test_jobs_that_were_given_up_long_ago_are_removed_and_no_others() -> None:
    queue = MemoryQueue()
    for name, now in (("long ago", 1_000), ("lately", 5_000)):
        queue.put([NewJob("refresh", name)], now=now)
        [job] = queue.lease(owner="test", kinds=["refresh"], limit=1, now=now, until=now + 1)
        queue.bury(job, reason="it is down")
    queue.put([NewJob("refresh", "waiting")], now=1_000)
    assert remove_dead(queue, before=5_000) == 1
    assert [(job.key, job.state) for job in queue.jobs()] == [
        ("waiting", JobState.WAITING),
        ("lately", JobState.DEAD),
    ]
    assert remove_dead(queue, before=5_000) == 0
