-- Numbers and lines to the outside. What is null or not there follows the defaults of the program.

-- Country, area code, own ranges (protocol/numbers.ts).
ALTER TABLE instances ADD COLUMN dial_plan jsonb;

-- What users of the role may dial, and how much (SRV-7).
ALTER TABLE roles ADD COLUMN calling_rules jsonb;

-- Users of `role_id` may take calls that ring at users of `picked_up_role_id` (TEL-11).
CREATE TABLE role_pick_up (
  role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  picked_up_role_id text NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (role_id, picked_up_role_id)
);

-- Ways into the telephone network. The settings hold the password, which must be given to the provider as it is.
CREATE TABLE trunks (
  instance_id text NOT NULL REFERENCES instances ON DELETE CASCADE,
  id text NOT NULL,
  -- In this order they are tried.
  position integer NOT NULL,
  settings jsonb NOT NULL,
  PRIMARY KEY (instance_id, id)
);

-- Single numbers of the house (E.164) that are in no range, or go elsewhere than their range says.
CREATE TABLE incoming_numbers (
  instance_id text NOT NULL REFERENCES instances ON DELETE CASCADE,
  number text NOT NULL,
  -- Extension of a user or of an application.
  dial_string text NOT NULL,
  PRIMARY KEY (instance_id, number)
);
CREATE INDEX incoming_numbers_by_dial_string ON incoming_numbers (instance_id, dial_string);
