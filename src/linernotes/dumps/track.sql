-- Tracks beside the release that they are on. A recording's first track is where its name usually comes from.
CREATE TABLE placed_track AS
SELECT p.ordinal, m.position AS medium, t.id, t.gid, t.recording, t.position, t.number, t.name, t.artist_credit, t.length,
       coalesce(t.is_data_track, false) AS data
FROM track t
JOIN medium m ON m.id = t.medium
JOIN place p ON p.release = m.release
