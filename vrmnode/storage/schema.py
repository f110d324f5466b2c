"""Version 1 of the schema, as released: later versions are further scripts in `migrations`.

Times are integer Unix seconds; ids, keys and digests are BLOBs of 32 bytes, tags of 16. Money is
in minor units. Tables are STRICT: SQLite refuses a value of another type.
"""

from __future__ import annotations

from vrmnode.storage.schema_market import MARKET
from vrmnode.storage.schema_shop import SHOP

_DEALS = """
CREATE TABLE seen (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX seen_until ON seen (until);

CREATE TABLE envelopes (
    id BLOB PRIMARY KEY,
    topic TEXT NOT NULL,
    kind TEXT NOT NULL,
    author BLOB NOT NULL,
    tag BLOB,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    named_from INTEGER,
    bytes INTEGER NOT NULL,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX envelopes_named ON envelopes (named_from) WHERE named_from IS NOT NULL;
-- What ends together is kept by the first digit of its id alone, in the order in which it came:
-- with whole ids, which are random, each commit would write every page of the index.
CREATE INDEX envelopes_expires ON envelopes (own, expires, substr(hex(id), 1, 1), bytes);
CREATE INDEX envelopes_own ON envelopes (topic, received_at) WHERE own = 1;
CREATE INDEX envelopes_tag ON envelopes (tag) WHERE tag IS NOT NULL;

CREATE TABLE evictions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    id BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE TABLE pools (
    pool TEXT PRIMARY KEY CHECK (pool IN ('directory', 'mail', 'market')),
    envelopes INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO pools VALUES ('directory', 0, 0), ('mail', 0, 0), ('market', 0, 0);
CREATE TABLE held (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    pool TEXT NOT NULL REFERENCES pools (pool),
    tag BLOB,
    worth REAL NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX held_worth ON held (pool, worth, number DESC);
CREATE INDEX held_tag ON held (tag, worth, number DESC, bytes) WHERE tag IS NOT NULL;
CREATE TRIGGER held_in AFTER INSERT ON held BEGIN
    UPDATE pools SET envelopes = envelopes + 1, bytes = bytes + NEW.bytes WHERE pool = NEW.pool;
END;
CREATE TRIGGER held_out AFTER DELETE ON held BEGIN
    UPDATE pools SET envelopes = envelopes - 1, bytes = bytes - OLD.bytes WHERE pool = OLD.pool;
END;
CREATE TRIGGER held_gone AFTER DELETE ON envelopes BEGIN
    DELETE FROM held WHERE id = OLD.id;
END;

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE peers (
    address TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    good INTEGER NOT NULL CHECK (good > 0),
    bad INTEGER NOT NULL CHECK (bad >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    owner_kind TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    name TEXT NOT NULL,
    box BLOB NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE erasable_keys (
    owner_id BLOB PRIMARY KEY,
    box BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
    intent_id BLOB PRIMARY KEY,
    envelope_id BLOB,
    body BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'withdrawn', 'expired', 'fulfilled')),
    seq INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    valid_through INTEGER NOT NULL,
    created INTEGER NOT NULL,
    label TEXT,
    acceptance TEXT,
    private_maximum INTEGER,
    handed_at INTEGER,
    handed_to INTEGER,
    standing BLOB REFERENCES standing_intents (standing)
) STRICT;
CREATE INDEX intents_standing ON intents (standing, created) WHERE standing IS NOT NULL;

CREATE TABLE pseudonyms (
    pseudonym BLOB PRIMARY KEY,
    intent_id BLOB NOT NULL REFERENCES intents (intent_id),
    key_context BLOB NOT NULL,
    reply_tag BLOB NOT NULL,
    vendor_root BLOB
) STRICT;
CREATE INDEX pseudonyms_intent ON pseudonyms (intent_id, vendor_root);
CREATE INDEX pseudonyms_vendor ON pseudonyms (vendor_root) WHERE vendor_root IS NOT NULL;

CREATE TABLE standing_intents (
    standing BLOB PRIMARY KEY,
    request TEXT NOT NULL,
    acceptance TEXT NOT NULL,
    label TEXT NOT NULL,
    every_s INTEGER NOT NULL,
    until INTEGER NOT NULL,
    next_at INTEGER,
    castings INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'stopped', 'ended')),
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE disclosures (
    digest BLOB PRIMARY KEY,
    deal BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('disclosure', 'contact_update')),
    vendor_root BLOB NOT NULL,
    vendor_name TEXT NOT NULL,
    agreement BLOB NOT NULL,
    fields TEXT NOT NULL,
    rule TEXT NOT NULL,
    disclosed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX disclosures_deal ON disclosures (deal);

CREATE TABLE breaches (
    message BLOB PRIMARY KEY,
    deal BLOB NOT NULL,
    evidence TEXT NOT NULL CHECK (evidence IN ('proven', 'suspected')),
    ground TEXT NOT NULL,
    purpose TEXT,
    author BLOB NOT NULL,
    vendor_root BLOB NOT NULL,
    vendor_name TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX breaches_deal ON breaches (deal);

CREATE TABLE own_feedback (
    deal BLOB PRIMARY KEY,
    key BLOB NOT NULL,
    seq INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    published_at INTEGER
) STRICT;

CREATE TABLE rights_planned (
    deal BLOB NOT NULL REFERENCES deals (deal),
    asked TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (deal, asked)
) STRICT, WITHOUT ROWID;

CREATE TABLE things (
    thing BLOB PRIMARY KEY,
    deal BLOB
) STRICT;
CREATE INDEX things_deal ON things (deal) WHERE deal IS NOT NULL;

CREATE TABLE hooks (
    hook BLOB PRIMARY KEY,
    thing BLOB NOT NULL REFERENCES things (thing),
    token_hash BLOB NOT NULL UNIQUE
) STRICT;
CREATE INDEX hooks_thing ON hooks (thing);

CREATE TABLE drafts (
    draft BLOB PRIMARY KEY,
    thing BLOB NOT NULL REFERENCES things (thing),
    hook BLOB NOT NULL,
    event TEXT NOT NULL,
    UNIQUE (hook, event)
) STRICT;
CREATE INDEX drafts_thing ON drafts (thing);

CREATE TABLE domain_checks (
    root BLOB PRIMARY KEY,
    host TEXT NOT NULL,
    outcome TEXT NOT NULL,
    checked_at INTEGER NOT NULL,
    proved_at INTEGER
) STRICT;
CREATE INDEX domain_checks_proved ON domain_checks (proved_at) WHERE proved_at IS NOT NULL;

CREATE TABLE deals (
    deal BLOB PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('customer', 'vendor')),
    customer BLOB NOT NULL,
    vendor_root BLOB NOT NULL,
    vendor_name TEXT NOT NULL,
    intent_id BLOB NOT NULL,
    state TEXT NOT NULL,
    offer_digest BLOB,
    business_function TEXT,
    total INTEGER,
    currency TEXT,
    quantity INTEGER,
    valid_through INTEGER,
    confirm_by INTEGER,
    peer_seal_suite TEXT,
    peer_seal_key BLOB,
    shard_out INTEGER,
    shard_in INTEGER,
    body_bytes INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    last_digest BLOB,
    highest_in INTEGER NOT NULL,
    work INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    document BLOB,
    fault TEXT
) STRICT;
CREATE INDEX deals_intent ON deals (intent_id, vendor_root);
CREATE INDEX deals_updated ON deals (updated);
CREATE INDEX deals_state ON deals (role, state);

CREATE TABLE orders (
    deal BLOB PRIMARY KEY REFERENCES deals (deal),
    role TEXT NOT NULL CHECK (role IN ('customer', 'vendor')),
    status TEXT NOT NULL,
    payment TEXT NOT NULL,
    item_name TEXT NOT NULL,
    reference TEXT,
    due_by INTEGER,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_updated ON orders (updated DESC, deal);
CREATE INDEX orders_status ON orders (role, status);
CREATE UNIQUE INDEX orders_reference ON orders (reference) WHERE role = 'vendor';

CREATE TABLE messages (
    digest BLOB PRIMARY KEY,
    deal BLOB NOT NULL REFERENCES deals (deal),
    author BLOB NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    created INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    acked_at INTEGER,
    ack_sent_at INTEGER,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX messages_deal ON messages (deal, author, seq);
CREATE INDEX messages_offers ON messages (deal) WHERE kind = 'offer' AND own = 0;
CREATE INDEX messages_deletions ON messages (deal) WHERE kind = 'deletion';
CREATE INDEX messages_rights ON messages (own, created) WHERE kind = 'rights_request';
CREATE INDEX messages_received ON messages (kind, received_at) WHERE own = 0;
CREATE INDEX messages_answers ON messages (created) WHERE own = 1 AND kind IN ('offer', 'decline');
CREATE INDEX messages_to_acknowledge ON messages (deal)
    WHERE own = 0 AND kind <> 'ack' AND ack_sent_at IS NULL;

CREATE TABLE watched_tags (
    tag BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intent', 'deal', 'profile')),
    owner BLOB NOT NULL,
    seq INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_tags_owner ON watched_tags (owner, seq);
CREATE INDEX watched_tags_until ON watched_tags (until);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('market', 'mail')),
    topic TEXT NOT NULL,
    envelope_id BLOB,
    raw BLOB NOT NULL,
    deal BLOB,
    digest BLOB,
    seq INTEGER,
    next_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    until INTEGER NOT NULL,
    done_at INTEGER
) STRICT;
CREATE INDEX outbox_pending ON outbox (next_at) WHERE done_at IS NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_deal ON outbox (deal) WHERE deal IS NOT NULL;
CREATE UNIQUE INDEX outbox_digest ON outbox (digest) WHERE kind = 'mail';
CREATE UNIQUE INDEX outbox_envelope ON outbox (envelope_id) WHERE kind = 'market';

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX events_subject ON events (subject_id, subject_kind);

CREATE TABLE timers (
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_at ON timers (at);
CREATE INDEX timers_subject ON timers (subject);
"""

VERSION_1 = _DEALS + MARKET + SHOP
