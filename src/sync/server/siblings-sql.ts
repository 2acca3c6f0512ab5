/**
 * The functions that all sealed tables of a server share: what an envelope looks like, whose rows
 * these are, and the trigger that keeps what was replaced unseen.
 *
 * A server that takes the last payload would lose the edit of a device that uploaded and never
 * came back. So a payload that is replaced stays in `siblings` until a later one names it in
 * `parents`, which says that it was merged. Whatever was ever accepted is therefore in place, among
 * the siblings, or merged into one of these; a batch that is sent twice changes nothing of that.
 */
import { base64urlLength } from '../../bytes/base64url.js';
import { ENVELOPE_LEAST_LENGTH, ENVELOPE_LENGTH_LIMIT } from '../../rows/envelope.js';
import { SIBLING_LIMIT } from '../../rows/sibling-limit.js';

/** How many payload ids a row may name as merged: more than it can have siblings. */
const PARENTS_LIMIT = 1024;
/** How many characters of payloads a row may keep in all. */
const SIBLINGS_LENGTH_LIMIT = 8 * 1024 * 1024;

const PAYLOAD_ID = '[A-Za-z0-9_-]{32}';

/** Postgres text of the functions; running it again replaces them. */
export function sharedFunctions(): string {
  const least = base64urlLength(ENVELOPE_LEAST_LENGTH);
  const limit = base64urlLength(ENVELOPE_LENGTH_LIMIT);
  return `\
-- Whether a text is an envelope: base64url of format byte 1, key id, nonce, ciphertext and tag, and
-- no other text of the same bytes. Plaintext does not pass.
CREATE OR REPLACE FUNCTION rowseal_is_envelope(payload text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(payload) BETWEEN ${least} AND ${limit}
  AND payload COLLATE "C" ~ '^A[Q-Za-f][A-Za-z0-9_-]*$'
  AND CASE length(payload) % 4
    WHEN 0 THEN true
    WHEN 2 THEN right(payload, 1) COLLATE "C" ~ '[AQgw]'
    WHEN 3 THEN right(payload, 1) COLLATE "C" ~ '[AEIMQUYcgkosw048]'
    ELSE false
  END;

-- Whether a text is a list of payload ids, separated by single spaces.
CREATE OR REPLACE FUNCTION rowseal_are_payload_ids(parents text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(parents) < ${PARENTS_LIMIT * 33}
  AND parents COLLATE "C" ~ '^(${PAYLOAD_ID}( ${PAYLOAD_ID})*)?$';

-- Keeps in siblings every payload that was replaced by one that does not name it in parents. A
-- payload's id is its nonce, characters 45 to 76. What a client sends as siblings is ignored.
-- An upload that would make a row too large is refused (23514): once its device has merged what is in
-- place, it names that, and is accepted.
CREATE OR REPLACE FUNCTION rowseal_keep_siblings() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $rowseal$
DECLARE
  kept text[];
BEGIN
  NEW.parents := coalesce(NEW.parents, '');
  NEW.siblings := '';
  IF TG_OP = 'INSERT' THEN
    RETURN NEW;
  END IF;
  kept := ARRAY(
    SELECT DISTINCT replaced COLLATE "C"
    FROM unnest(string_to_array(OLD.siblings, ' ') || OLD.payload) AS replaced
    WHERE replaced <> NEW.payload
      AND substr(replaced, 45, 32) <> ALL (string_to_array(NEW.parents, ' '))
    ORDER BY 1
  );
  NEW.siblings := array_to_string(kept, ' ');
  IF cardinality(kept) > ${SIBLING_LIMIT} OR length(NEW.siblings) > ${SIBLINGS_LENGTH_LIMIT} THEN
    RAISE EXCEPTION 'This row holds too many payloads that no device has merged.'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$rowseal$;

-- Refuses to give a row to another user.
CREATE OR REPLACE FUNCTION rowseal_refuse_owner() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $rowseal$
BEGIN
  RAISE EXCEPTION 'This row belongs to another user.' USING ERRCODE = 'insufficient_privilege';
END
$rowseal$;
`;
}
