-- What the migrations make. Written by: go test ./booking/pg -run TestSchema -update
account.id uuid NOT NULL DEFAULT gen_random_uuid()
account.name text NOT NULL
account.role text NOT NULL
account.offices text[] NOT NULL
account.password text NOT NULL
account.initial timestamp with time zone
account.generation integer NOT NULL DEFAULT 1
account.active boolean NOT NULL DEFAULT true
account.created timestamp with time zone NOT NULL DEFAULT now()
account CONSTRAINT account_name_check CHECK ((name = lower(name)))
account CONSTRAINT account_name_key UNIQUE (name)
account CONSTRAINT account_pkey PRIMARY KEY (id)
account CONSTRAINT account_role_check CHECK ((role = ANY (ARRAY['clerk'::text, 'manager'::text, 'administrator'::text])))
CREATE UNIQUE INDEX account_name_key ON public.account USING btree (name)
CREATE UNIQUE INDEX account_pkey ON public.account USING btree (id)
appointment.id uuid NOT NULL
appointment.office text NOT NULL
appointment.house text NOT NULL
appointment.state text NOT NULL
appointment.place integer NOT NULL
appointment.during tstzrange NOT NULL
appointment.day date NOT NULL
appointment.choices jsonb NOT NULL
appointment.lang text NOT NULL
appointment.made timestamp with time zone NOT NULL
appointment.expires timestamp with time zone
appointment.booked timestamp with time zone
appointment.draw integer NOT NULL DEFAULT 0
appointment.name text NOT NULL DEFAULT ''::text
appointment.mail text NOT NULL DEFAULT ''::text
appointment.phone text NOT NULL DEFAULT ''::text
appointment CONSTRAINT appointment_check CHECK (((state = 'held'::text) <= (expires IS NOT NULL)))
appointment CONSTRAINT appointment_check1 CHECK (((state = 'booked'::text) <= (booked IS NOT NULL)))
appointment CONSTRAINT appointment_during_check CHECK (((NOT isempty(during)) AND (NOT lower_inf(during)) AND (NOT upper_inf(during))))
appointment CONSTRAINT appointment_one_at_a_place EXCLUDE USING gist (office WITH =, place WITH =, during WITH &&) WHERE ((state = ANY (ARRAY['held'::text, 'booked'::text])))
appointment CONSTRAINT appointment_pkey PRIMARY KEY (id)
appointment CONSTRAINT appointment_place_check CHECK ((place > 0))
appointment CONSTRAINT appointment_state_check CHECK ((state = ANY (ARRAY['held'::text, 'booked'::text, 'cancelled'::text])))
CREATE INDEX appointment_day ON public.appointment USING btree (office, day)
CREATE INDEX appointment_held ON public.appointment USING btree (expires) WHERE (state = 'held'::text)
CREATE INDEX appointment_one_at_a_place ON public.appointment USING gist (office, place, during) WHERE (state = ANY (ARRAY['held'::text, 'booked'::text]))
CREATE UNIQUE INDEX appointment_pkey ON public.appointment USING btree (id)
appointment_code.house text NOT NULL
appointment_code.day date NOT NULL
appointment_code.hash bytea NOT NULL
appointment_code.appointment uuid NOT NULL
appointment_code CONSTRAINT appointment_code_appointment_fkey FOREIGN KEY (appointment) REFERENCES appointment(id) ON DELETE CASCADE
appointment_code CONSTRAINT appointment_code_appointment_key UNIQUE (appointment)
appointment_code CONSTRAINT appointment_code_pkey PRIMARY KEY (house, day, hash)
CREATE UNIQUE INDEX appointment_code_appointment_key ON public.appointment_code USING btree (appointment)
CREATE UNIQUE INDEX appointment_code_pkey ON public.appointment_code USING btree (house, day, hash)
appointment_link.hash bytea NOT NULL
appointment_link.appointment uuid NOT NULL
appointment_link CONSTRAINT appointment_link_appointment_fkey FOREIGN KEY (appointment) REFERENCES appointment(id) ON DELETE CASCADE
appointment_link CONSTRAINT appointment_link_pkey PRIMARY KEY (hash)
CREATE INDEX appointment_link_appointment ON public.appointment_link USING btree (appointment)
CREATE UNIQUE INDEX appointment_link_pkey ON public.appointment_link USING btree (hash)
appointment_write.appointment uuid NOT NULL
appointment_write.id text NOT NULL
appointment_write.content bytea NOT NULL
appointment_write CONSTRAINT appointment_write_appointment_fkey FOREIGN KEY (appointment) REFERENCES appointment(id) ON DELETE CASCADE
appointment_write CONSTRAINT appointment_write_pkey PRIMARY KEY (appointment, id)
CREATE UNIQUE INDEX appointment_write_pkey ON public.appointment_write USING btree (appointment, id)
city.version bigint NOT NULL
city.imported timestamp with time zone NOT NULL
city.document jsonb NOT NULL
city CONSTRAINT city_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX city_pkey ON public.city USING btree (version)
demo_clock.one boolean NOT NULL DEFAULT true
demo_clock.base_office timestamp with time zone NOT NULL
demo_clock.base_machine timestamp with time zone NOT NULL
demo_clock.rate double precision NOT NULL
demo_clock CONSTRAINT demo_clock_one_check CHECK (one)
demo_clock CONSTRAINT demo_clock_pkey PRIMARY KEY (one)
demo_clock CONSTRAINT demo_clock_rate_check CHECK ((rate > (0)::double precision))
CREATE UNIQUE INDEX demo_clock_pkey ON public.demo_clock USING btree (one)
installation.one boolean NOT NULL DEFAULT true
installation.key bytea NOT NULL
installation CONSTRAINT installation_key_check CHECK ((length(key) = 32))
installation CONSTRAINT installation_one_check CHECK (one)
installation CONSTRAINT installation_pkey PRIMARY KEY (one)
CREATE UNIQUE INDEX installation_pkey ON public.installation USING btree (one)
queue_event.office text NOT NULL
queue_event.version bigint NOT NULL
queue_event.epoch bigint NOT NULL
queue_event.at bigint NOT NULL
queue_event.day date NOT NULL
queue_event.kind text NOT NULL
queue_event.command text NOT NULL
queue_event.event json NOT NULL
queue_event CONSTRAINT queue_event_pkey PRIMARY KEY (office, version)
CREATE INDEX queue_event_command ON public.queue_event USING btree (office, command)
CREATE INDEX queue_event_day ON public.queue_event USING btree (office, version) WHERE (kind = 'day'::text)
CREATE UNIQUE INDEX queue_event_pkey ON public.queue_event USING btree (office, version)
queue_head.office text NOT NULL
queue_head.epoch bigint NOT NULL
queue_head.version bigint NOT NULL
queue_head CONSTRAINT queue_head_pkey PRIMARY KEY (office)
CREATE UNIQUE INDEX queue_head_pkey ON public.queue_head USING btree (office)
released_hold.hash bytea NOT NULL
released_hold.released timestamp with time zone NOT NULL
released_hold CONSTRAINT released_hold_pkey PRIMARY KEY (hash)
CREATE UNIQUE INDEX released_hold_pkey ON public.released_hold USING btree (hash)
token.id uuid NOT NULL DEFAULT gen_random_uuid()
token.hash bytea NOT NULL
token.role text NOT NULL
token.name text NOT NULL
token.offices text[] NOT NULL
token.house text NOT NULL
token.created timestamp with time zone NOT NULL DEFAULT now()
token.revoked timestamp with time zone
token CONSTRAINT token_check CHECK (((role = 'terminal'::text) = (house <> ''::text)))
token CONSTRAINT token_hash_check CHECK ((length(hash) = 32))
token CONSTRAINT token_hash_key UNIQUE (hash)
token CONSTRAINT token_pkey PRIMARY KEY (id)
token CONSTRAINT token_role_check CHECK ((role = ANY (ARRAY['terminal'::text, 'clerk'::text, 'manager'::text, 'administrator'::text])))
CREATE UNIQUE INDEX token_hash_key ON public.token USING btree (hash)
CREATE UNIQUE INDEX token_pkey ON public.token USING btree (id)
