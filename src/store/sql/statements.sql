-- Every statement of the record, by name; the same text for each engine. Parameters are ?1, ?2, ..

-- name: schema_version
SELECT max(version) FROM schema_version;
-- name: about_get
SELECT value FROM about WHERE name = ?1;
-- name: about_put
INSERT INTO about (name, value) VALUES (?1, ?2);
-- name: counts
SELECT (SELECT count(*) FROM event), (SELECT coalesce(max(seq), 0) FROM event), (SELECT count(*) FROM patient_key),
	(SELECT count(*) FROM audit);

-- name: key_get
SELECT wrapped FROM patient_key WHERE patient = ?1;
-- name: key_add
INSERT INTO patient_key (patient, wrapped) VALUES (?1, ?2);
-- name: key_all
SELECT patient, wrapped FROM patient_key ORDER BY patient;
-- name: key_blank
UPDATE patient_key SET wrapped = ?2 WHERE patient = ?1;
-- name: key_delete
DELETE FROM patient_key WHERE patient = ?1;
-- name: erasure_get
SELECT at_ms FROM erasure WHERE patient = ?1;
-- name: erasure_add
INSERT INTO erasure (patient, at_ms) VALUES (?1, ?2) ON CONFLICT (patient) DO NOTHING;
-- name: erasure_all
SELECT patient, at_ms FROM erasure ORDER BY patient;
-- name: erase_snapshots
DELETE FROM snapshot WHERE stream_id IN (SELECT id FROM stream WHERE name = ?1);
-- name: erase_items
DELETE FROM item WHERE owner = ?1;
-- name: erase_requests
DELETE FROM request WHERE owner = ?1;

-- name: stream_get
SELECT id, version FROM stream WHERE name = ?1;
-- name: stream_add
INSERT INTO stream (name, version) VALUES (?1, 0) RETURNING id;
-- name: stream_set
UPDATE stream SET version = ?2 WHERE id = ?1;
-- name: stream_wrong
SELECT s.name FROM stream s LEFT JOIN (SELECT stream_id, max(version) AS top, count(*) AS n FROM event GROUP BY stream_id) e
	ON e.stream_id = s.id WHERE s.version <> coalesce(e.top, 0) OR s.version <> coalesce(e.n, 0) ORDER BY s.name LIMIT 1;
-- name: event_last
SELECT coalesce(max(seq), 0) FROM event;
-- name: event_add
INSERT INTO event (seq, stream_id, version, type, schema_version, at_ms, civil_date, utc_offset_min, actor, sealed)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
-- name: event_stream
SELECT e.seq, e.version, s.name, e.type, e.schema_version, e.at_ms, e.civil_date, e.utc_offset_min, e.actor, e.sealed
	FROM stream s JOIN event e ON e.stream_id = s.id WHERE s.name = ?1 AND e.version > ?2 ORDER BY e.version LIMIT ?3;
-- name: event_all
SELECT e.seq, e.version, s.name, e.type, e.schema_version, e.at_ms, e.civil_date, e.utc_offset_min, e.actor, e.sealed
	FROM event e JOIN stream s ON s.id = e.stream_id WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2;
-- name: snapshot_get
SELECT n.version, n.sealed FROM snapshot n JOIN stream s ON s.id = n.stream_id WHERE s.name = ?1 AND n.fold_version = ?2;
-- name: snapshot_put
INSERT INTO snapshot (stream_id, fold_version, version, sealed) VALUES (?1, ?2, ?3, ?4)
	ON CONFLICT (stream_id, fold_version) DO UPDATE SET version = excluded.version, sealed = excluded.sealed
	WHERE excluded.version >= snapshot.version;

-- name: revision_next
UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value;
-- name: item_revision
SELECT revision, expires_ms FROM item WHERE space = ?1 AND key = ?2;
-- name: item_put
INSERT INTO item (space, key, sort, owner, expires_ms, revision, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
	ON CONFLICT (space, key) DO UPDATE SET sort = excluded.sort, owner = excluded.owner, expires_ms = excluded.expires_ms,
	revision = excluded.revision, sealed = excluded.sealed;
-- name: item_delete
DELETE FROM item WHERE space = ?1 AND key = ?2;
-- name: item_get
SELECT space, key, sort, owner, expires_ms, revision, sealed FROM item
	WHERE space = ?1 AND key = ?2 AND (expires_ms = 0 OR expires_ms > ?3);
-- name: item_page
SELECT space, key, sort, owner, expires_ms, revision, sealed FROM item
	WHERE space = ?1 AND (sort, key) > (?2, ?3) AND sort < ?4 AND (expires_ms = 0 OR expires_ms > ?5)
	ORDER BY sort, key LIMIT ?6;
-- name: item_page_open
SELECT space, key, sort, owner, expires_ms, revision, sealed FROM item
	WHERE space = ?1 AND (sort, key) > (?2, ?3) AND (expires_ms = 0 OR expires_ms > ?4)
	ORDER BY sort, key LIMIT ?5;
-- name: item_purge
DELETE FROM item WHERE expires_ms > 0 AND expires_ms <= ?1;

-- name: audit_last
SELECT n, link FROM audit ORDER BY n DESC LIMIT 1;
-- name: audit_add
INSERT INTO audit (n, at_ms, actor, role, action, patient, object, outcome, origin, link)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
-- name: audit_all
SELECT n, at_ms, actor, role, action, patient, object, outcome, origin, link FROM audit WHERE n > ?1 ORDER BY n LIMIT ?2;
-- name: audit_of
SELECT n, at_ms, actor, role, action, patient, object, outcome, origin, link FROM audit
	WHERE patient = ?3 AND patient <> '' AND n > ?1 ORDER BY n LIMIT ?2;

-- name: pinned_add
INSERT INTO pinned (hash, kind, text) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING;
-- name: pinned_get
SELECT text FROM pinned WHERE hash = ?1;

-- name: request_get
SELECT hash, owner, sealed FROM request WHERE scope = ?1 AND key = ?2;
-- name: request_add
INSERT INTO request (scope, key, hash, owner, at_ms, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: request_purge
DELETE FROM request WHERE at_ms < ?1;
