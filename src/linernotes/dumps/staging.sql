-- What several jobs need, joined once. Runs after every table is loaded except track.
-- Kinds are spelled as in domain.ids.Kind; the owner of a release's rows is its ordinal.

CREATE TABLE release_event AS
SELECT release, country AS area, date_year, date_month, date_day FROM release_country
UNION ALL
SELECT release, NULL, date_year, date_month, date_day FROM release_unknown_country;

-- Ordinals put the releases of a group side by side: by earliest date, unknown parts last, then MBID. A release
-- without an event is like one whose event has no date.
CREATE TABLE place AS
WITH earliest AS (
    SELECT release, min((coalesce(date_year, 10000) * 10000 + coalesce(date_month, 99) * 100 + coalesce(date_day, 99))) AS first
    FROM release_event GROUP BY release
)
SELECT r.id AS release, r.release_group,
       CAST(row_number() OVER (ORDER BY r.release_group, coalesce(e.first, 100009999), r.gid) AS INTEGER) AS ordinal
FROM release r LEFT JOIN earliest e ON e.release = r.id;

CREATE TABLE credit AS
SELECT n.artist_credit, n.position, n.artist, a.gid, n.name, n.join_phrase
FROM artist_credit_name n JOIN artist a ON a.id = n.artist
ORDER BY n.artist_credit, n.position;

CREATE TABLE redirect AS
SELECT 'artist' AS kind, new_id AS owner, gid FROM artist_gid_redirect
UNION ALL SELECT 'release-group', new_id, gid FROM release_group_gid_redirect
UNION ALL SELECT 'release', p.ordinal, d.gid FROM release_gid_redirect d JOIN place p ON p.release = d.new_id
UNION ALL SELECT 'recording', new_id, gid FROM recording_gid_redirect
UNION ALL SELECT 'track', new_id, gid FROM track_gid_redirect
UNION ALL SELECT 'label', new_id, gid FROM label_gid_redirect
UNION ALL SELECT 'series', new_id, gid FROM series_gid_redirect;

CREATE TABLE alias AS
WITH every AS (
    SELECT 'artist' AS kind, artist AS owner, t.name AS type, x.* EXCLUDE (artist, type)
    FROM artist_alias x LEFT JOIN artist_alias_type t ON t.id = x.type
    UNION ALL BY NAME
    SELECT 'release-group' AS kind, release_group AS owner, t.name AS type, x.* EXCLUDE (release_group, type)
    FROM release_group_alias x LEFT JOIN release_group_alias_type t ON t.id = x.type
    UNION ALL BY NAME
    SELECT 'release' AS kind, p.ordinal AS owner, t.name AS type, x.* EXCLUDE (release, type)
    FROM release_alias x JOIN place p ON p.release = x.release LEFT JOIN release_alias_type t ON t.id = x.type
    UNION ALL BY NAME
    SELECT 'recording' AS kind, recording AS owner, t.name AS type, x.* EXCLUDE (recording, type)
    FROM recording_alias x LEFT JOIN recording_alias_type t ON t.id = x.type
    UNION ALL BY NAME
    SELECT 'label' AS kind, label AS owner, t.name AS type, x.* EXCLUDE (label, type)
    FROM label_alias x LEFT JOIN label_alias_type t ON t.id = x.type
)
SELECT * FROM every;

CREATE TABLE entity_link AS
WITH every AS (
    SELECT 'artist' AS kind, entity0 AS owner, entity1 AS url, link FROM l_artist_url
    UNION ALL SELECT 'release-group', entity0, entity1, link FROM l_release_group_url
    UNION ALL SELECT 'release', p.ordinal, entity1, link FROM l_release_url JOIN place p ON p.release = entity0
    UNION ALL SELECT 'recording', entity0, entity1, link FROM l_recording_url
    UNION ALL SELECT 'label', entity0, entity1, link FROM l_label_url
)
SELECT e.kind, e.owner, u.url, coalesce(t.name, '') AS type, coalesce(l.ended, false) AS ended
FROM every e JOIN url u ON u.id = e.url LEFT JOIN link l ON l.id = e.link LEFT JOIN link_type t ON t.id = l.link_type;

CREATE TABLE tag_use AS
WITH every AS (
    SELECT 'artist' AS kind, artist AS owner, tag, count FROM artist_tag
    UNION ALL SELECT 'release-group', release_group, tag, count FROM release_group_tag
    UNION ALL SELECT 'release', p.ordinal, tag, count FROM release_tag x JOIN place p ON p.release = x.release
    UNION ALL SELECT 'recording', recording, tag, count FROM recording_tag
    UNION ALL SELECT 'label', label, tag, count FROM label_tag
)
SELECT e.kind, e.owner, t.name, e.count, g.gid AS genre
FROM every e JOIN tag t ON t.id = e.tag LEFT JOIN genre g ON g.name = t.name;

CREATE TABLE rating AS
WITH every AS (
    SELECT 'artist' AS kind, id AS owner, rating, rating_count FROM artist_meta
    UNION ALL SELECT 'release-group', id, rating, rating_count FROM release_group_meta
    UNION ALL SELECT 'recording', id, rating, rating_count FROM recording_meta
    UNION ALL SELECT 'label', id, rating, rating_count FROM label_meta
)
SELECT kind, owner, rating, coalesce(rating_count, 0) AS votes FROM every WHERE rating IS NOT NULL OR rating_count > 0;

CREATE TABLE image AS
SELECT p.ordinal AS owner, c.id, c.ordering, coalesce(list(t.name ORDER BY t.name) FILTER (t.name IS NOT NULL), []) AS types
FROM cover_art c
JOIN place p ON p.release = c.release
LEFT JOIN cover_art_type ct ON ct.id = c.id
LEFT JOIN art_type t ON t.id = ct.type_id
GROUP BY p.ordinal, c.id, c.ordering;

CREATE TABLE group_summary AS
SELECT r.release_group,
       list_sort(list(DISTINCT s.name) FILTER (s.name IS NOT NULL)) AS statuses,
       bool_or(r.status IS NULL) AS statusless
FROM release r LEFT JOIN release_status s ON s.id = r.status
GROUP BY r.release_group;

-- MusicBrainz's own first release date where the derived layer has it, else the earliest release event.
CREATE TABLE group_date AS
WITH released AS (
    SELECT p.release_group,
           min(coalesce(e.date_year, 10000) * 10000 + coalesce(e.date_month, 99) * 100 + coalesce(e.date_day, 99)) AS first
    FROM release_event e JOIN place p ON p.release = e.release
    JOIN release r ON r.id = e.release AND r.status IS DISTINCT FROM 6 -- Cancelled: it never came out
    GROUP BY p.release_group
), told AS (
    SELECT id AS release_group,
           coalesce(first_release_date_year, 10000) * 10000 + coalesce(first_release_date_month, 99) * 100
               + coalesce(first_release_date_day, 99) AS first
    FROM release_group_meta
    WHERE coalesce(first_release_date_year, first_release_date_month, first_release_date_day) IS NOT NULL
)
SELECT release_group, coalesce(told.first, released.first) AS first
FROM released FULL JOIN told USING (release_group);

CREATE TABLE group_type AS
SELECT j.release_group, list_sort(list(t.name)) AS names
FROM release_group_secondary_type_join j JOIN release_group_secondary_type t ON t.id = j.secondary_type
GROUP BY j.release_group;
