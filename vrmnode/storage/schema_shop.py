"""Tables of version 1 about the shop: its products, found by their words, its stock, and
the demand that it counts."""

from __future__ import annotations

SHOP = """
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    price INTEGER NOT NULL,
    currency TEXT NOT NULL,
    gtin14 TEXT,
    mpn TEXT,
    brand TEXT,
    description TEXT,
    category INTEGER,
    category_path TEXT,
    condition TEXT NOT NULL,
    business_function TEXT NOT NULL,
    price_unit TEXT CHECK (price_unit IN ('day', 'week', 'month')),
    deposit INTEGER,
    lead_days INTEGER,
    stock INTEGER CHECK (stock >= 0),
    url TEXT,
    image TEXT NOT NULL,
    in_language TEXT,
    properties TEXT NOT NULL,
    delivery TEXT,
    updated INTEGER NOT NULL
) STRICT;
CREATE INDEX products_gtin ON products (gtin14) WHERE gtin14 IS NOT NULL;
CREATE INDEX products_mpn ON products (mpn COLLATE NOCASE) WHERE mpn IS NOT NULL;
CREATE INDEX products_category ON products (business_function, category, price)
    WHERE category IS NOT NULL;
CREATE INDEX products_path ON products (business_function, category_path, price)
    WHERE category_path IS NOT NULL;
CREATE INDEX products_function ON products (business_function);

CREATE VIRTUAL TABLE products_fts USING fts5 (
    name, brand, description, category_path,
    content = 'products', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER products_added AFTER INSERT ON products BEGIN
    INSERT INTO products_fts (rowid, name, brand, description, category_path)
    VALUES (new.id, new.name, new.brand, new.description, new.category_path);
END;
CREATE TRIGGER products_removed AFTER DELETE ON products BEGIN
    INSERT INTO products_fts (products_fts, rowid, name, brand, description, category_path)
    VALUES ('delete', old.id, old.name, old.brand, old.description, old.category_path);
END;
CREATE TRIGGER products_reworded AFTER UPDATE OF name, brand, description, category_path ON products
WHEN old.name IS NOT new.name OR old.brand IS NOT new.brand
    OR old.description IS NOT new.description OR old.category_path IS NOT new.category_path
BEGIN
    INSERT INTO products_fts (products_fts, rowid, name, brand, description, category_path)
    VALUES ('delete', old.id, old.name, old.brand, old.description, old.category_path);
    INSERT INTO products_fts (rowid, name, brand, description, category_path)
    VALUES (new.id, new.name, new.brand, new.description, new.category_path);
END;

CREATE TABLE demand_intents (
    pseudonym BLOB PRIMARY KEY,
    week TEXT NOT NULL,
    category INTEGER,
    country TEXT NOT NULL,
    currency TEXT,
    budget INTEGER,
    answer TEXT,
    reason TEXT,
    outcome TEXT CHECK (outcome IN ('agreed', 'lost', 'unmet'))
) STRICT, WITHOUT ROWID;
CREATE INDEX demand_intents_week ON demand_intents (week, outcome);

CREATE TABLE demand_summaries (
    week TEXT PRIMARY KEY,
    k INTEGER NOT NULL CHECK (k >= 5),
    closed_at INTEGER NOT NULL,
    summary BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
    deal BLOB NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    until INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'sold', 'released')),
    PRIMARY KEY (deal, sku)
) STRICT;
CREATE INDEX reservations_sku ON reservations (sku) WHERE state = 'reserved';
CREATE INDEX reservations_until ON reservations (until) WHERE state = 'reserved';
"""
