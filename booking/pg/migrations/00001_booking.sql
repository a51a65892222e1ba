-- What a city offers and what citizens booked. Queried by booking/pgbooking.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- One row: the key from which check-in codes are derived, drawn once.
CREATE TABLE installation (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	key bytea   NOT NULL CHECK (length(key) = 32)
);
INSERT INTO installation (key)
	VALUES (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- The city's file, whole; the highest version is in force.
CREATE TABLE city (
	version  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	imported timestamptz NOT NULL,
	document jsonb       NOT NULL
);

CREATE TABLE appointment (
	id      uuid        PRIMARY KEY,
	office  text        NOT NULL,
	house   text        NOT NULL,
	state   text        NOT NULL CHECK (state IN ('held', 'booked', 'cancelled')),
	place   integer     NOT NULL CHECK (place > 0),
	during  tstzrange   NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
	day     date        NOT NULL, -- of its start, by the office's wall clock
	choices jsonb       NOT NULL,
	lang    text        NOT NULL,
	made    timestamptz NOT NULL, -- when it was first held
	expires timestamptz,          -- of a hold
	booked  timestamptz,
	draw    integer     NOT NULL DEFAULT 0, -- how often its code was drawn anew

	-- Personal data, purged some days after the appointment.
	name  text NOT NULL DEFAULT '',
	mail  text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '',

	CHECK ((state = 'held') <= (expires IS NOT NULL)),
	CHECK ((state = 'booked') <= (booked IS NOT NULL)),
	-- No time is sold twice.
	CONSTRAINT appointment_one_at_a_place EXCLUDE USING gist (office WITH =, place WITH =, during WITH &&)
		WHERE (state IN ('held', 'booked'))
);
CREATE INDEX appointment_day ON appointment (office, day);
CREATE INDEX appointment_held ON appointment (expires) WHERE state = 'held';

-- Links open an appointment: SHA-256 of 128 random bits. Each letter has its own.
CREATE TABLE appointment_link (
	hash        bytea PRIMARY KEY,
	appointment uuid  NOT NULL REFERENCES appointment ON DELETE CASCADE
);
CREATE INDEX appointment_link_appointment ON appointment_link (appointment);

-- Check-in codes, one day and one house each: HMAC under the installation's key.
CREATE TABLE appointment_code (
	house       text  NOT NULL,
	day         date  NOT NULL,
	hash        bytea NOT NULL,
	appointment uuid  NOT NULL UNIQUE REFERENCES appointment ON DELETE CASCADE,
	PRIMARY KEY (house, day, hash)
);

-- The office clock of the demonstration: base_office + (machine − base_machine) × rate.
CREATE TABLE demo_clock (
	one          boolean          PRIMARY KEY DEFAULT true CHECK (one),
	base_office  timestamptz      NOT NULL,
	base_machine timestamptz      NOT NULL,
	rate         double precision NOT NULL CHECK (rate > 0)
);
