"""The catalogue on PostgreSQL, for several processes or machines: a schema per build, filled by COPY, never changed."""
