"""Importing product files: the rest is imported, each refused row is named."""

import csv

import pytest

from vrmnode.cli.commands import catalogue_import

HEADER = "isbn,title,price,stock\n"
GOOD = "9780131103627,The C Programming Language,45.50,3\n"
MAPPING = ("--mapping", "gtin=isbn,name=title,price=price,stock=stock")


@pytest.fixture
def shop(daemon):
    daemon.service.answers["catalogue.rows"] = {
        "added": 1, "updated": 0, "unchanged": 0, "count": 7,
    }  # fmt: skip
    return daemon


def chunks(daemon):
    return [params["products"] for name, params in daemon.calls if name == "catalogue.rows"]


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "books.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_import(shop, vrm, tmp_path):
    value = vrm.json("vendor", "catalogue", "import", write(tmp_path, HEADER + GOOD), *MAPPING)
    assert (value["imported"], value["refused"], value["added"]) == (1, 0, 1)
    ((product,),) = chunks(shop)
    assert product["price"] == 4550 and product["currency"] == "EUR" and product["stock"] == 3
    assert product["name"] == "The C Programming Language"


def test_bad_rows_are_named_and_the_rest_imported(shop, vrm, tmp_path):
    rows = [GOOD, "9780131103628,Wrong digit,9.99,1\n", "4006381333931,Free,soon,1\n"]
    rows += [f"978013110362{n % 7},Row {n},1.00,1\n" for n in range(40)]
    refused = tmp_path / "refused.csv"
    result = vrm(
        "vendor", "catalogue", "import", write(tmp_path, HEADER + "".join(rows)), *MAPPING,
        "--errors", refused,
    )  # fmt: skip
    assert "row 3, isbn (gtin): expected" in result.stderr
    assert "row 4, price" in result.stderr
    assert result.stderr.count(": expected") == 20
    assert "more refused rows" in result.stderr
    with refused.open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["row"] for row in written[:2]] == ["3", "4"]
    assert f"{len(written)} rows refused" in result.stdout
    assert sum(map(len, chunks(shop))) == 43 - len(written)


def test_nothing_imported_is_a_failure(shop, vrm, tmp_path):
    path = write(tmp_path, HEADER + "1,Wrong,1,1\n")
    error = vrm.error("vendor", "catalogue", "import", path, *MAPPING, code=1)
    assert error["code"] == "catalogue.nothing_imported"
    assert chunks(shop) == []


@pytest.mark.parametrize(
    ("raw", "options", "code"),
    [
        (b"", (), 1),
        (b"isbn,title\n1,2\n", ("--mapping", "gtin=nope"), 2),
        (b"isbn,title\n1,2\n", ("--mapping", "colour=1"), 2),
        (b"a,b\n1,2\n", ("--encoding", "klingon"), 1),
        (b"\x00\x01\x02\xff" * 100, (), 2),
    ],
    ids=["empty", "no such column", "no such field", "no such encoding", "binary"],
)
def test_file_that_is_no_catalogue(shop, vrm, tmp_path, raw, options, code):
    path = tmp_path / "a.csv"
    path.write_bytes(raw)
    error = vrm.error("vendor", "catalogue", "import", path, *options, code=code)
    assert error["code"].startswith("catalogue.")
    assert chunks(shop) == []


def test_file_that_is_not_there(shop, vrm, tmp_path):
    args = ("vendor", "catalogue", "import", tmp_path / "none.csv")
    assert vrm.error(*args, code=2)["code"] == "file.read"


def test_daemon_is_asked_before_the_file_is_read(vrm, tmp_path):
    assert vrm.error("vendor", "catalogue", "import", tmp_path / "none.csv", code=6)


def test_latin_1_is_said(shop, vrm, tmp_path):
    text = HEADER + "4006381333931,Bücherstütze,9.99,1\n"
    value = vrm.json("vendor", "catalogue", "import", write(tmp_path, text, "cp1252"), *MAPPING)
    assert "cp1252" in value["encoding"]
    assert chunks(shop)[0][0]["name"] == "Bücherstütze"


def gtin(number):
    digits = f"{number:012}"
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def test_chunks_of_500_within_the_size_of_a_request(shop, vrm, tmp_path):
    rows = "".join(f"{gtin(n)},Book {n},1.00,1\n" for n in range(1, 1202))
    vrm("vendor", "catalogue", "import", write(tmp_path, HEADER + rows), *MAPPING)
    assert [len(chunk) for chunk in chunks(shop)] == [500, 500, 201]


def test_chunks_are_bounded_in_bytes_too(shop, vrm, tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue_import, "CHUNK_BYTES", 1000)
    rows = "".join(f"{gtin(n)},Book {n} {'é' * 30},1.00,1\n" for n in range(1, 21))
    vrm("vendor", "catalogue", "import", write(tmp_path, HEADER + rows), *MAPPING)
    assert sum(map(len, chunks(shop))) == 20 and len(chunks(shop)) > 3


def test_import_from_stdin(shop, vrm):
    vrm("vendor", "catalogue", "import", "-", *MAPPING, stdin=HEADER + GOOD)
    assert len(chunks(shop)) == 1


def test_columns_that_tell_nothing_are_usage(shop, vrm, tmp_path):
    path = write(tmp_path, "Artikel;Preis;Anzahl\nClean Code;39,90;2\n")
    error = vrm.error("vendor", "catalogue", "import", path, code=2)
    assert error["code"] == "catalogue.mapping"
    assert "--mapping" in error["advice"]


def test_a_file_without_header_is_to_be_mapped_by_numbers(shop, vrm, tmp_path):
    path = write(tmp_path, "Book,9780131103627,Clean Code,39.90\n")
    error = vrm.error("vendor", "catalogue", "import", path, code=2)
    assert "by number" in error["advice"]
    vrm("vendor", "catalogue", "import", path, "--mapping", "gtin=2,name=3,price=4")
    assert chunks(shop)[0][0]["name"] == "Clean Code"


def test_columns_that_are_left_out_are_named(shop, vrm, tmp_path):
    path = write(tmp_path, "sku,name,price,capacity_kg,energy_class\n1,Washer,399.00,8,A\n")
    result = vrm("vendor", "catalogue", "import", path)
    assert "note: 2 columns left out: capacity_kg, energy_class; " in result.stderr
    assert "property.NAME=COLUMN" in result.stderr
    found = vrm.json("vendor", "catalogue", "import", path, "--mapping", "property.kg=capacity_kg")
    assert found["left_out"] == ["energy_class"]
    assert chunks(shop)[-1][0]["properties"] == {"kg": "8"}


def test_the_currency_may_be_in_small_letters(shop, vrm, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("sku,name,price\nA,Lamp,12.00\n")
    vrm("vendor", "catalogue", "import", file, "--currency", "eur")
    (_, (_, params)) = shop.calls
    assert params["products"][0]["currency"] == "EUR"


def test_set(daemon, vrm):
    daemon.service.answers["catalogue.change"] = {
        "sku": "B-1", "name": "A lamp", "price": 2490, "currency": "EUR", "stock": 12,
        "available": 11,
    }  # fmt: skip
    pairs = ("stock=12", "price=24.90", "url=", "properties.pages=272", "properties.colour=")
    text = vrm("vendor", "catalogue", "set", "B-1", *pairs).output
    assert "price: 24.90 EUR" in text and "not set aside for open offers: 11" in text
    changes = {
        "stock": "12", "price": "24.90", "url": None, "properties": {"pages": "272", "colour": None}
    }  # fmt: skip
    assert daemon.calls == [("catalogue.change", {"sku": "B-1", "changes": changes})]


def test_set_says_what_it_expects(vrm):
    assert vrm.error("vendor", "catalogue", "set", "B-1", code=2)["code"] == "usage"
    assert vrm.error("vendor", "catalogue", "set", "B-1", "stock", code=2)["code"] == "option.pair"
    error = vrm.error("vendor", "catalogue", "set", "B-1", "delivery.NL.charge=1", code=2)
    assert error["code"] == "option.pair"


def test_remove(daemon, vrm):
    daemon.service.answers["catalogue.remove"] = {"removed": ["B-1", "B-2"], "count": 3}
    text = vrm("vendor", "catalogue", "remove", "B-1", "B-2").output
    assert text.strip() == "removed 2 products; 3 left"
    assert daemon.calls == [("catalogue.remove", {"skus": ["B-1", "B-2"]})]


def test_prices_without_a_currency_are_in_the_policys(shop, vrm, tmp_path):
    shop.service.answers["vendor.policy"] = {"currency": "CHF"}
    file = tmp_path / "one.csv"
    file.write_text("sku,name,price\nA,Lamp,12.00\n")
    vrm("vendor", "catalogue", "import", file)
    assert chunks(shop)[0][0]["currency"] == "CHF"


def test_products_in_another_currency_than_the_policys_are_told(shop, vrm, tmp_path):
    shop.service.answers["catalogue.rows"] = {"added": 2, "other_currencies": {"USD": 1}}
    file = tmp_path / "two.csv"
    file.write_text("sku,name,price\nA,Lamp,12.00 EUR\nB,Sun lamp,13.00 USD\n")
    result = vrm("vendor", "catalogue", "import", file)
    assert (
        "note: 1 of them priced in USD won't be offered: your policy sells in EUR; to change that:"
        " vrm vendor policy set currency=USD" in result.stderr
    )
    value = vrm.json("vendor", "catalogue", "import", file)
    assert value["other_currencies"] == {"USD": 1}


def test_a_currency_that_is_none_is_refused_by_row(shop, vrm, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("sku,name,price,currency\nA,Lamp,12.00,EUR\nB,Gold,13.00,XAU\n")
    result = vrm("vendor", "catalogue", "import", file)
    assert "row 3, currency: expected an ISO 4217 currency code such as EUR" in result.stderr


def test_the_language_of_the_texts(shop, vrm, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("sku,name,price\nA,Lampe,12.00\n")
    vrm("vendor", "catalogue", "import", file, "--language", "de")
    assert chunks(shop)[0][0]["in_language"] == "de"
    error = vrm.error("vendor", "catalogue", "import", file, "--language", "German", code=2)
    assert error["code"] == "catalogue.invalid"
    assert len(chunks(shop)) == 1
