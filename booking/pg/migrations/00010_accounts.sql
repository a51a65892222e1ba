-- Who works with the system: staff and devices. Queried by web/pgaccounts.

-- +goose Up
CREATE TABLE account (
	id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
	name       text        NOT NULL UNIQUE CHECK (name = lower(name)),
	role       text        NOT NULL CHECK (role IN ('clerk', 'manager', 'administrator')),
	offices    text[]      NOT NULL,
	password   text        NOT NULL, -- argon2id
	initial    timestamptz,          -- a command made the password, and it opens until then
	generation integer     NOT NULL DEFAULT 1, -- sessions of an older one are over
	active     boolean     NOT NULL DEFAULT true,
	created    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE token (
	id      uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
	hash    bytea       NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of the secret
	role    text        NOT NULL CHECK (role IN ('terminal', 'clerk', 'manager', 'administrator')),
	name    text        NOT NULL,
	offices text[]      NOT NULL,
	house   text        NOT NULL,
	created timestamptz NOT NULL DEFAULT now(),
	revoked timestamptz,
	CHECK ((role = 'terminal') = (house <> ''))
);
