-- Mailboxes (VOI-1). A user without a row has the defaults.
CREATE TABLE mailboxes (
  user_id text PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  enabled boolean NOT NULL DEFAULT false,
  no_answer_seconds integer NOT NULL DEFAULT 25,
  -- NULL: never removed.
  keep_days integer DEFAULT 90,
  -- argon2id in PHC form; NULL: none.
  pin_hash text,
  -- Own greeting, one byte a sample; NULL: none.
  greeting bytea
);

CREATE TABLE mailbox_messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  party_user_id text,
  party_name text,
  number text NOT NULL,
  received_at timestamptz NOT NULL,
  heard boolean NOT NULL DEFAULT false,
  -- Removed by the owner, who may still want it back.
  deleted_at timestamptz,
  -- G.711: PCMU or PCMA, 8,000 bytes a second.
  law text NOT NULL CHECK (law IN ('PCMU', 'PCMA')),
  audio_bytes integer NOT NULL,
  audio bytea NOT NULL
);
CREATE INDEX mailbox_messages_newest_first ON mailbox_messages (user_id, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX mailbox_messages_by_age ON mailbox_messages (received_at);
