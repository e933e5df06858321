-- Private phone books beside the company's, all fields of an entry, favourites, and search that scales (PHB).
ALTER TABLE roles ADD COLUMN edits_phone_book boolean NOT NULL DEFAULT false;

CREATE SEQUENCE phone_book_versions;
ALTER TABLE phone_book_entries
  -- NULL: an entry of the company.
  ADD COLUMN owner_id text REFERENCES users ON DELETE CASCADE,
  ADD COLUMN emails jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN labels text[] NOT NULL DEFAULT '{}',
  ADD COLUMN picture text,
  ADD COLUMN note text NOT NULL DEFAULT '',
  ADD COLUMN version bigint NOT NULL DEFAULT nextval('phone_book_versions'),
  -- A deleted entry is kept for a while, so that it can come back as it was.
  ADD COLUMN deleted_at timestamptz,
  -- Ends of the numbers: what may match one number is found by it.
  ADD COLUMN number_tails text[] NOT NULL DEFAULT '{}',
  -- Folded words, and digits from each place where somebody may start to type.
  ADD COLUMN search tsvector NOT NULL DEFAULT '';
UPDATE phone_book_entries SET
  search = array_to_tsvector(array_remove(string_to_array(search_text, ' '), '')),
  number_tails = (SELECT coalesce(array_agg(right(ltrim(regexp_replace(n ->> 'number', '\D', '', 'g'), '0'), 6)), '{}')
                    FROM jsonb_array_elements(numbers) n);
ALTER TABLE phone_book_entries DROP COLUMN search_text;

DROP INDEX phone_book_entries_by_name;
CREATE INDEX phone_book_entries_by_name
  ON phone_book_entries (instance_id, owner_id, sort_key, id) WHERE deleted_at IS NULL;
CREATE INDEX phone_book_entries_by_word ON phone_book_entries USING gin (search) WHERE deleted_at IS NULL;
CREATE INDEX phone_book_entries_by_number ON phone_book_entries USING gin (number_tails) WHERE deleted_at IS NULL;
CREATE INDEX phone_book_entries_deleted ON phone_book_entries (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX phone_book_entries_by_owner ON phone_book_entries (owner_id) WHERE owner_id IS NOT NULL;

CREATE TABLE phone_book_favourites (
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  entry_id text NOT NULL REFERENCES phone_book_entries ON DELETE CASCADE,
  PRIMARY KEY (user_id, entry_id)
);
CREATE INDEX phone_book_favourites_by_entry ON phone_book_favourites (entry_id);
