-- What makes a request about an appointment safe to repeat. Queried by booking/pgbooking.

-- +goose Up
-- The requests that an appointment was changed by, purged with its contact.
CREATE TABLE appointment_write (
	appointment uuid  NOT NULL REFERENCES appointment ON DELETE CASCADE,
	id          text  NOT NULL, -- of the request
	content     bytea NOT NULL, -- of the request: HMAC under the installation's key
	PRIMARY KEY (appointment, id)
);

-- Links of holds that were given back: a second time is no mistake.
CREATE TABLE released_hold (
	hash     bytea       PRIMARY KEY,
	released timestamptz NOT NULL
);
