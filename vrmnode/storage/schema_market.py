"""Tables of version 1 about others: what came from the market, vendors, whom the owner trusts."""

from __future__ import annotations

MARKET = """
CREATE TABLE market_intents (
    pseudonym BLOB PRIMARY KEY,
    envelope_id BLOB NOT NULL,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    seq INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'withdrawn')),
    body BLOB NOT NULL,
    valid_through INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    answer TEXT CHECK (answer IN ('offered', 'refused', 'ignored', 'human')),
    reason TEXT
) STRICT;
CREATE INDEX market_intents_envelope ON market_intents (envelope_id);
CREATE INDEX market_intents_until ON market_intents (valid_through);
CREATE INDEX market_intents_answer ON market_intents (answer, received_at);

CREATE TABLE prekeys (
    prekey BLOB PRIMARY KEY,
    created INTEGER NOT NULL,
    not_after INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox (
    pseudonym BLOB PRIMARY KEY,
    envelope_id BLOB NOT NULL UNIQUE,
    why TEXT NOT NULL,
    work INTEGER NOT NULL,
    added INTEGER NOT NULL,
    answer_by INTEGER NOT NULL,
    valid_through INTEGER NOT NULL,
    claimed_by TEXT,
    claimed_until INTEGER
) STRICT;

CREATE TABLE inbox_mail (
    digest BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('question', 'counter')),
    deal BLOB NOT NULL,
    added INTEGER NOT NULL,
    answer_by INTEGER NOT NULL,
    claimed_by TEXT,
    claimed_until INTEGER
) STRICT;
CREATE INDEX inbox_mail_deal ON inbox_mail (deal);

CREATE TABLE profiles (
    root BLOB PRIMARY KEY,
    seq INTEGER NOT NULL,
    envelope_id BLOB NOT NULL,
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    expires INTEGER NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE key_updates (
    root BLOB PRIMARY KEY,
    seq INTEGER NOT NULL,
    envelope_id BLOB NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE revoked_keys (
    root BLOB NOT NULL,
    subject BLOB NOT NULL,
    serial INTEGER NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (root, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE trust (
    root BLOB PRIMARY KEY,
    note TEXT,
    groups TEXT NOT NULL,
    added INTEGER NOT NULL
) STRICT;

CREATE TABLE feedback (
    key BLOB PRIMARY KEY,
    root BLOB NOT NULL,
    month TEXT NOT NULL,
    seq INTEGER NOT NULL,
    envelope_id BLOB NOT NULL,
    body BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    rank BLOB NOT NULL,
    gtin TEXT,
    brand TEXT
) STRICT;
CREATE INDEX feedback_month ON feedback (root, month, rank);
CREATE INDEX feedback_gtin ON feedback (gtin) WHERE gtin IS NOT NULL;
CREATE INDEX feedback_brand ON feedback (brand) WHERE brand IS NOT NULL;

CREATE TABLE feedback_replies (
    root BLOB NOT NULL,
    about BLOB NOT NULL,
    seq INTEGER NOT NULL,
    envelope_id BLOB NOT NULL,
    body BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (root, about)
) STRICT, WITHOUT ROWID;
"""
