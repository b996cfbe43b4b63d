"""Work beside requests: jobs from the queue, and periodic tasks that one of all processes does."""
