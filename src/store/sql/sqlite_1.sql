-- The record, version 1, for SQLite. What is added is never changed: triggers see to it.
CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT;
CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('revision', 0);

-- One wrapped key a patient; no key any more and a line in erasure: erased.
CREATE TABLE patient_key (patient TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE erasure (patient TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;

CREATE TABLE stream (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	version INTEGER NOT NULL CHECK (version >= 0)) STRICT;
CREATE TABLE event (
	seq INTEGER PRIMARY KEY,
	stream_id INTEGER NOT NULL REFERENCES stream (id),
	version INTEGER NOT NULL CHECK (version >= 1),
	type TEXT NOT NULL,
	schema_version INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	civil_date TEXT,
	utc_offset_min INTEGER NOT NULL,
	actor TEXT NOT NULL,
	sealed BLOB NOT NULL,
	UNIQUE (stream_id, version)) STRICT;
CREATE TABLE snapshot (
	stream_id INTEGER NOT NULL REFERENCES stream (id),
	fold_version INTEGER NOT NULL,
	version INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (stream_id, fold_version)) STRICT;

CREATE TABLE item (
	space TEXT NOT NULL,
	key TEXT NOT NULL,
	sort TEXT NOT NULL,
	owner TEXT,
	expires_ms INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (space, key)) STRICT;
CREATE INDEX item_sort ON item (space, sort, key);
CREATE INDEX item_owner ON item (owner) WHERE owner IS NOT NULL;
CREATE INDEX item_expires ON item (expires_ms) WHERE expires_ms > 0;

CREATE TABLE audit (
	n INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	actor TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL, patient TEXT NOT NULL,
	object TEXT NOT NULL, outcome TEXT NOT NULL, origin TEXT NOT NULL,
	link BLOB NOT NULL) STRICT;
CREATE INDEX audit_patient ON audit (patient, n) WHERE patient <> '';

CREATE TABLE pinned (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, text BLOB NOT NULL) STRICT;

CREATE TABLE request (
	scope TEXT NOT NULL,
	key TEXT NOT NULL,
	hash TEXT NOT NULL,
	owner TEXT,
	at_ms INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (scope, key)) STRICT;
CREATE INDEX request_at ON request (at_ms);

CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER event_same BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_same BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'an erasure stays'); END;
CREATE TRIGGER pinned_kept BEFORE DELETE ON pinned BEGIN SELECT RAISE(ABORT, 'a pinned text stays'); END;
CREATE TRIGGER pinned_same BEFORE UPDATE ON pinned BEGIN SELECT RAISE(ABORT, 'a pinned text stays'); END;
INSERT INTO schema_version VALUES (1);
