"""AcoustID's public data: JSON lines, one file per day and stream. Any bytes become rows or one of our errors."""
