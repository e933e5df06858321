-- The message archive (XEP-0313): one row per owner, so that a page is one index range.
-- id = milliseconds since 1970 * 4096 + counter: the order of acceptance, and its time.
CREATE TABLE xmpp_messages (
  owner_id text NOT NULL,
  id bigint NOT NULL,
  -- Bare JID of the other side, and the resource it used or was addressed by.
  peer text NOT NULL,
  peer_resource text,
  outgoing boolean NOT NULL,
  -- XEP-0359: what the sender calls the message; a repetition is not stored again.
  origin_id text,
  stanza text NOT NULL,
  -- Waits for the owner's next login (XEP-0160).
  pending boolean NOT NULL DEFAULT false,
  PRIMARY KEY (owner_id, id)
);
CREATE INDEX xmpp_messages_peer ON xmpp_messages (owner_id, peer, id);
CREATE UNIQUE INDEX xmpp_messages_origin ON xmpp_messages (owner_id, peer, origin_id)
  WHERE outgoing AND origin_id IS NOT NULL;
CREATE INDEX xmpp_messages_pending ON xmpp_messages (owner_id, id) WHERE pending;

-- Personal eventing (XEP-0163): avatars and small private stores.
CREATE TABLE xmpp_nodes (
  owner_id text NOT NULL,
  node text NOT NULL,
  access_model text NOT NULL,
  max_items integer NOT NULL,
  PRIMARY KEY (owner_id, node)
);
CREATE TABLE xmpp_items (
  owner_id text NOT NULL,
  node text NOT NULL,
  item_id text NOT NULL,
  sequence bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  payload text NOT NULL,
  PRIMARY KEY (owner_id, node, item_id),
  FOREIGN KEY (owner_id, node) REFERENCES xmpp_nodes ON DELETE CASCADE
);

CREATE TABLE xmpp_vcards (
  owner_id text PRIMARY KEY,
  vcard text NOT NULL
);
