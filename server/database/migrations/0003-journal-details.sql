-- What the journal tells of a call beyond who, when and how it ended (JOU-2, JOU-4).
ALTER TABLE journal_entries
  ADD COLUMN kind text NOT NULL DEFAULT 'call' CHECK (kind IN ('call', 'fax', 'service')),
  ADD COLUMN internal boolean NOT NULL DEFAULT false,
  -- { "id", "name" } of the team that was called.
  ADD COLUMN team jsonb,
  -- Name of the own device, as it was called then.
  ADD COLUMN device_name text,
  ADD COLUMN hold_seconds integer NOT NULL DEFAULT 0 CHECK (hold_seconds >= 0),
  -- Steps of the call in their order.
  ADD COLUMN path jsonb NOT NULL DEFAULT '[]';
UPDATE journal_entries SET internal = party_user_id IS NOT NULL;

-- Calls with one party: the end of the number is enough to find them, however it was written.
CREATE INDEX journal_entries_by_number
  ON journal_entries (user_id, (right(ltrim(regexp_replace(number, '\D', '', 'g'), '0'), 6)), started_at DESC);

ALTER TABLE running_calls ADD COLUMN details jsonb NOT NULL DEFAULT '{}';
