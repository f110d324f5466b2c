"""Catalogue files as they come."""

import io
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.fields import FieldError
from vrmnode.vendor.feed import FeedOptions, FeedReport, RowError, parse_mapping, read_products
from vrmnode.vendor.product import Product

HEADER = "sku,name,price,gtin,stock"


def read(text: str | bytes, **options) -> tuple[list[Product], list[RowError], FeedReport]:
    raw = text.encode() if isinstance(text, str) else text
    feed = read_products(io.BytesIO(raw), FeedOptions(**options))
    found = list(feed)
    products = [item for item in found if isinstance(item, Product)]
    errors = [item for item in found if isinstance(item, RowError)]
    assert (feed.report.products, feed.report.errors) == (len(products), len(errors))
    return products, errors, feed.report


def only_product(row: str, header: str = HEADER, **options) -> Product:
    products, errors, _ = read(f"{header}\n{row}\n", **options)
    assert not errors, errors[0].words
    return products[0]


def only_error(row: str, header: str = HEADER, **options) -> RowError:
    products, errors, _ = read(f"{header}\ngood,Good,1.00,,\n{row}\n", **options)
    assert [product.sku for product in products] == ["good"]
    assert len(errors) == 1
    return errors[0]


def test_a_whole_row():
    header = (
        "id;title;gtin;mpn;brand;price;quantity;google_product_category;product_type;condition;"
        "link;description;author"
    )
    row = (
        "a-1;Clean Code;978-0-13-235088-4;;Prentice Hall;36,95 €;8;784;Media > Books;used;"
        "https://shop.example/a-1;<p>A book</p>;Robert C. Martin"
    )
    assert only_product(row, header) == Product(
        sku="a-1",
        name="Clean Code",
        price=3695,
        currency="EUR",
        gtin14="09780132350884",
        brand="Prentice Hall",
        description="A book",
        category=784,
        category_path="Media > Books",
        condition="UsedCondition",
        stock=8,
        url="https://shop.example/a-1",
        properties={"author": "Robert C. Martin"},
    )


@pytest.mark.parametrize(
    ("price", "amount", "currency"),
    [
        ("9.99", 999, "EUR"),
        ('"9,99 €"', 999, "EUR"),
        ("EUR 9.99", 999, "EUR"),
        ('"1.234,50"', 123450, "EUR"),
        ('"1,234.50"', 123450, "EUR"),
        ("£5", 500, "GBP"),
        ("12.5000", 1250, "EUR"),
        ("980 JPY", 980, "JPY"),
    ],
)
def test_prices(price, amount, currency):
    product = only_product(f"a,A,{price},,")
    assert (product.price, product.currency) == (amount, currency)


def test_decimal_mark_is_learnt_from_the_file():
    text = 'sku;name;price\na;A;"9,99"\nb;B;"1.234"\n'
    products, errors, _ = read(text)
    assert [product.price for product in products] == [999, 123_400]
    assert not errors
    _, errors, _ = read("sku;name;price\nb;B;1.234\n")
    assert "ambiguous" in errors[0].expected
    products, _, _ = read("sku;name;price\nb;B;1.234\n", decimal=".")
    assert not products  # 3 decimals of an EUR


@pytest.mark.parametrize(
    ("row", "column", "expected", "came"),
    [
        ("a,,1.00,,", "name", "a text of 1 to 200 characters", "nothing"),
        ("a,A,,,", "price", 'a price such as "9.99"', "nothing"),
        ("a,A,-1.00,,", "price", "an amount of zero or more", "'-1.00'"),
        ("a,A,free,,", "price", 'an amount such as "45.00 EUR"', "'free'"),
        ("a,A,1.999,,", "price", None, "'1.999'"),
        ("a,A,1.00,9780131103620,", "gtin", None, "'9780131103620'"),
        ("a,A,1.00,9.78013E+12,", "gtin", None, "'9.78013E+12'"),
        ("a,A,1.00,,many", "stock", "a whole number of zero or more", "'many'"),
        ("a,A,1.00,,-3", "stock", "a whole number of zero or more", "'-3'"),
        ("a,A,1.00,,2.5", "stock", "a whole number of zero or more", "'2.5'"),
        ("good,A,1.00,,", "sku", "a sku that no earlier row has", "'good'"),
        (",A,1.00,,", "sku", "a sku, or a gtin or mpn in its place", "nothing"),
        (f"{'x' * 65},A,1.00,,", "sku", "at most 64 characters", "'65 characters'"),
        (f"a,{'x' * 201},1.00,,", "name", "at most 200 characters", "'201 characters'"),
        ("a,A,1.00", "row", "5 columns", "3 columns"),
        ("a,A,1.00,,,extra", "row", "5 columns", "6 columns"),
        ("a,A\x00,1.00,,", "row", "a row of text", "a line with NUL characters"),
    ],
)
def test_row_errors(row, column, expected, came):
    error = only_error(row)
    assert error.row == 3
    assert error.column.startswith(column)
    assert expected is None or error.expected == expected
    assert error.came == came
    assert error.words.startswith(f"row 3, {column}")


def test_error_names_the_files_own_column():
    text = "ref;what;ask\n1;A;cheap\n"
    _, errors, _ = read(text, mapping=parse_mapping("sku=ref,name=what,price=ask"))
    assert errors[0].words == (
        "row 2, ask (price): expected an amount such as \"45.00 EUR\", came 'cheap'"
    )


def test_long_cells_are_cut_in_messages():
    assert len(only_error(f"a,A,{'9' * 5000},,").came) <= 60


@pytest.mark.parametrize(
    ("cell", "stock"),
    [("", None), ("3", 3), ("3.0", 3), ("in stock", None), ("out_of_stock", 0), ("in_stock", None)],
)
def test_stock(cell, stock):
    assert only_product(f"a,A,1.00,,{cell}").stock == stock


@pytest.mark.parametrize(
    ("cell", "gtin14"),
    [
        ("", None),
        ("9780131103627", "09780131103627"),
        ("978-0-13-110362-7", "09780131103627"),
        ("0131103628", "09780131103627"),
        ("'9780131103627", "09780131103627"),
        ('"=""9780131103627"""', "09780131103627"),
        ("96385074", "00000096385074"),
    ],
)
def test_gtins(cell, gtin14):
    assert only_product(f"a,A,1.00,{cell},").gtin14 == gtin14


def test_gtin_stands_in_for_a_missing_sku():
    assert only_product(",A,1.00,9780131103627,").sku == "09780131103627"


def test_no_header_with_numbered_columns():
    text = "Book,Books > Fiction,9780441172719,Dune,9780441172719,9.99,3\n"
    mapping = parse_mapping("gtin=3,name=4,price=6,stock=7,category_path=2,sku=5")
    products, _, report = read(text, mapping=mapping)
    assert products[0].category == 784
    assert not report.header
    assert report.rows == 1


def test_header_is_skipped_also_with_numbered_columns():
    products, errors, report = read(
        f"{HEADER}\na,A,1.00,,\n", mapping=parse_mapping("name=2,price=3,sku=1")
    )
    assert (len(products), len(errors), report.header) == (1, 0, True)


def test_a_mapping_adds_to_what_the_header_says():
    product = only_product(
        "a,A,1.00,12",
        "sku,name,price,power in W",
        mapping=parse_mapping("property.watts=power in W"),
    )
    assert (product.sku, product.name, product.properties) == ("a", "A", {"watts": "12"})


def test_columns_left_out_are_told():
    _, _, report = read("sku,name,price,colour,energy_class\na,A,1.00,red,B\n")
    assert report.left_out == ["energy_class"]


def test_defaults_fill_what_is_missing():
    product = only_product("a,A,1.00,,", defaults={"stock": "5", "brand": "Own"}, currency="CHF")
    assert (product.stock, product.brand, product.currency) == (5, "Own", "CHF")


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "utf-8, cp1252"),
    ],
)
def test_encodings(encoding, named):
    text = f"{HEADER}\r\na,Gärtnerschürze,1.00,,\r\n"
    products, errors, report = read(text.encode(encoding))
    assert [product.name for product in products] == ["Gärtnerschürze"]
    assert not errors
    assert report.encoding == named
    assert bool(report.warnings) == (encoding == "cp1252")


def test_given_encoding_is_held_to():
    raw = f"{HEADER}\na,Schürze,1.00,,\nb,Hose,2.00,,\n".encode("cp1252")
    products, errors, _ = read(raw, encoding="utf-8")
    assert [product.sku for product in products] == ["b"]
    assert errors[0].came == "bytes that are no utf-8"
    products, _, _ = read(raw, encoding="latin-1")
    assert products[0].name == "Schürze"


def test_bytes_of_no_encoding_cost_their_row_only():
    raw = f"{HEADER}\na,A,1.00,,\n".encode() + b"b,\x81\x8d,1.00,,\n" + b"c,C,1.00,,\n"
    products, errors, _ = read(raw)
    assert [product.sku for product in products] == ["a", "c"]
    assert errors[0].row == 3
    assert errors[0].came == "bytes that are neither UTF-8 nor Windows-1252"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "catalogue.empty"),
        (b"\n\n  \n", "catalogue.empty"),
        (b"PK\x03\x04rest", "catalogue.encoding"),
        (b"\x1f\x8b\x08rest", "catalogue.encoding"),
        (bytes(1000), "catalogue.encoding"),
        (b"a,b,c\n1,2,3\n", "catalogue.mapping"),
        (b"sku,title\nx,y\n", "catalogue.mapping"),
    ],
)
def test_files_that_are_no_catalogue(raw, code):
    with pytest.raises(FieldError) as caught:
        read(raw)
    assert caught.value.code == code
    assert "expected" in caught.value.detail


def test_unknown_encoding_and_delimiter():
    with pytest.raises(FieldError, match="encoding"):
        read("a,b", encoding="klingon")
    with pytest.raises(FieldError, match="delimiter"):
        read("a,b", delimiter="x")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
    products, errors, _ = read(end.join([HEADER, "a,A,1.00,,", "b,B,2.00,,", ""]))
    assert [product.sku for product in products] == ["a", "b"]
    assert not errors


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    text = f"{HEADER}\na,A,1.00,,\nb,B,2.00,,\n".replace(",", delimiter)
    products, _, report = read(text)
    assert len(products) == 2
    assert report.delimiter == delimiter


def test_cells_over_several_lines():
    text = f'{HEADER}\na,"A\nB, ""C""",1.00,,\nb,B,2.00,,\n'
    products, errors, _ = read(text)
    assert [product.name for product in products] == ['A B, "C"', "B"]
    assert not errors


@pytest.mark.parametrize(
    "broken",
    ['b,"B,1.00,,', 'b,B,1.00,,"', '"b,B,1.00,,'],
)
def test_unclosed_quote_costs_its_row_only(broken):
    rows = [f"c{at},C,1.00,," for at in range(1000)]
    products, errors, _ = read("\n".join([HEADER, "a,A,1.00,,", broken, *rows]))
    assert len(products) == 1001
    assert [error.row for error in errors] == [3]


def test_stray_quote_that_finds_a_partner_costs_two_rows():
    rows = ["a,A,1.00,,", 'b,"B,1.00,,', "c,C,1.00,,", 'd,"D,1.00,,', "e,E,1.00,,"]
    products, errors, _ = read("\n".join([HEADER, *rows]))
    assert [product.sku for product in products] == ["a", "c", "e"]
    assert [error.row for error in errors] == [3, 5]


def test_quote_within_a_cell_is_kept():
    assert only_product('a,5" nail,1.00,,').name == '5" nail'


def test_overlong_line_costs_its_row_only():
    text = f"{HEADER}\na,A,1.00,,\nb,{'x' * 3_000_000},1.00,,\nc,C,1.00,,\n"
    products, errors, _ = read(text)
    assert [product.sku for product in products] == ["a", "c"]
    assert errors[0].came == "a line of more than 1048576 bytes"


def test_large_file_in_bounded_memory():
    class Rows(io.BytesIO):
        """16 MiB of rows, made as they are read."""

        made = 0

        def read(self, size=-1, /):
            self.made += 1
            row = b"s%d,Lamp,1.00,,%s\n" % (self.made, b" " * 1000)
            header = HEADER.encode() + b"\n" if self.made == 1 else b""
            return header + row if self.made * len(row) < 1 << 24 else b""

    feed = read_products(Rows())
    tracemalloc.start()
    try:
        count = sum(isinstance(item, Product) for item in feed)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count > 16_000
    assert peak < 8 << 20


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr("vrmnode.vendor.feed.MAX_ROWS", 3)
    with pytest.raises(FieldError) as caught:
        read(HEADER + "\n" + "\n".join(f"a{at},A,1.00,," for at in range(5)))
    assert caught.value.code == "catalogue.too_many_rows"


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_declared_errors(raw):
    # Anything but a FieldError fails the test.
    with suppress(FieldError):
        read(raw)


@given(st.lists(st.text(max_size=20), max_size=60), st.sampled_from([",", ";", "\n", '"', "\r\n"]))
def test_any_text_after_a_header_gives_rows_or_declared_errors(parts, glue):
    products, errors, _ = read(f"{HEADER}\n{glue.join(parts)}".encode("utf-8", "replace"))
    assert all(product.name and product.price >= 0 for product in products)
    assert all(error.words for error in errors)


@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(categories=("L", "N"), max_codepoint=0x2FF), min_size=1, max_size=9
            ),
            st.integers(0, 10**9),
            st.integers(0, 999),
        ),
        unique_by=lambda row: row[0],
        max_size=30,
    )
)
def test_every_good_row_is_imported(rows):
    text = HEADER + "\n"
    for name, cents, stock in rows:
        text += f'sku {name},"{name}",{cents // 100}.{cents % 100:02d},,{stock}\n'
    products, errors, _ = read(text)
    assert not errors
    assert [(product.name, product.price, product.stock) for product in products] == rows
