-- The record of every office's queue. Queried by queue/pgjournal.

-- +goose Up
-- How far an office's record reaches: what the next event must follow.
CREATE TABLE queue_head (
	office  text   PRIMARY KEY,
	epoch   bigint NOT NULL,
	version bigint NOT NULL
);

CREATE TABLE queue_event (
	office  text   NOT NULL,
	version bigint NOT NULL,
	epoch   bigint NOT NULL,
	at      bigint NOT NULL, -- ms since 1970 UTC
	day     date   NOT NULL, -- by the office's wall clock
	kind    text   NOT NULL,
	command text   NOT NULL, -- id
	event   json   NOT NULL, -- as the queue wrote it, byte by byte
	PRIMARY KEY (office, version)
);
CREATE INDEX queue_event_command ON queue_event (office, command);
CREATE INDEX queue_event_day ON queue_event (office, version) WHERE kind = 'day';
