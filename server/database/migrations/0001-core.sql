-- Accounts, directory, journal, event stream.

CREATE TABLE instances (
  id text PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  -- XMPP and SIP domain, and the digest realm.
  domain text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE roles (
  id text PRIMARY KEY,
  instance_id text NOT NULL REFERENCES instances ON DELETE CASCADE,
  name text NOT NULL,
  UNIQUE (instance_id, name)
);

-- Users of `role_id` may see users of `visible_role_id`.
CREATE TABLE role_visibility (
  role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  visible_role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (role_id, visible_role_id)
);

CREATE TABLE users (
  id text PRIMARY KEY,
  instance_id text NOT NULL REFERENCES instances ON DELETE CASCADE,
  role_id text NOT NULL REFERENCES roles,
  -- Lower case: login name and local part of the JID.
  username text NOT NULL,
  name text NOT NULL,
  extension text NOT NULL,
  -- argon2id in PHC form.
  password_hash text NOT NULL,
  -- SCRAM salt of all of the user's devices.
  scram_salt bytea NOT NULL,
  availability text NOT NULL DEFAULT 'available' CHECK (availability IN ('available', 'away', 'dnd')),
  status_available text NOT NULL DEFAULT '',
  status_away text NOT NULL DEFAULT '',
  status_dnd text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (instance_id, username),
  UNIQUE (instance_id, extension)
);

-- A device is a login. Nothing here is a plain secret: token and derived secrets are stored as one-way values only.
CREATE TABLE devices (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('desktop', 'browser', 'mobile', 'other')),
  token_hash bytea NOT NULL UNIQUE,
  sip_ha1 text NOT NULL,
  scram_stored_key bytea NOT NULL,
  scram_server_key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX devices_by_user ON devices (user_id, last_seen_at);

CREATE TABLE favourites (
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  favourite_user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (user_id, favourite_user_id)
);

CREATE TABLE phone_book_entries (
  id text PRIMARY KEY,
  instance_id text NOT NULL REFERENCES instances ON DELETE CASCADE,
  name text NOT NULL,
  company text,
  numbers jsonb NOT NULL,
  -- Folded name: the order of the list.
  sort_key text COLLATE "C" NOT NULL,
  -- Folded words and digits, each after one space: prefix search is LIKE '% term%'.
  search_text text NOT NULL
);
CREATE INDEX phone_book_entries_by_name ON phone_book_entries (instance_id, sort_key, id);

CREATE TABLE journal_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_key text NOT NULL,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  result text NOT NULL,
  party_user_id text,
  party_name text,
  number text NOT NULL,
  started_at timestamptz NOT NULL,
  answered_at timestamptz,
  ended_at timestamptz NOT NULL,
  seen boolean NOT NULL,
  UNIQUE (call_key, user_id)
);
CREATE INDEX journal_entries_newest_first ON journal_entries (user_id, started_at DESC, id DESC);
CREATE INDEX journal_entries_unseen ON journal_entries (user_id, started_at, id) WHERE NOT seen;

CREATE TABLE running_calls (
  call_key text NOT NULL,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  party_user_id text,
  party_name text,
  number text NOT NULL,
  started_at timestamptz NOT NULL,
  answered_at timestamptz,
  PRIMARY KEY (call_key, user_id)
);

-- One row: the position of the event stream.
CREATE TABLE event_stream (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  last_sequence bigint NOT NULL,
  -- Events up to here may be gone.
  pruned_through bigint NOT NULL
);
INSERT INTO event_stream (last_sequence, pruned_through) VALUES (0, 0);

-- Sets of users, each stored once: a thousand watchers of a colleague are one row in `events`. Never changed.
CREATE TABLE audiences (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- SHA-256 of the sorted user ids.
  hash bytea NOT NULL UNIQUE
);
CREATE TABLE audience_members (
  user_id text NOT NULL,
  audience_id bigint NOT NULL REFERENCES audiences ON DELETE CASCADE,
  PRIMARY KEY (user_id, audience_id)
);
CREATE INDEX audience_members_by_audience ON audience_members (audience_id);

CREATE TABLE events (
  sequence bigint PRIMARY KEY,
  audience_id bigint NOT NULL REFERENCES audiences,
  event jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_by_audience ON events (audience_id, sequence);
CREATE INDEX events_by_age ON events (created_at);

-- Keys that all servers on this database share, such as the one of the SIP digest nonces.
CREATE TABLE server_keys (
  name text PRIMARY KEY,
  key bytea NOT NULL
);
