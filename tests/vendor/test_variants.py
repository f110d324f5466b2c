"""Rows of a Shopify export, of which a product's others repeat nothing but its handle."""

from hypothesis import given
from hypothesis import strategies as st

from tests.vendor.test_feed import read
from vrmnode.vendor.variants import Variants

HEADER = (
    "Handle,Title,Vendor,Option1 Name,Option1 Value,Option2 Value,Variant SKU,"
    "Variant Inventory Qty,Variant Price,Variant Barcode,Status"
)


def imported(*rows, header=HEADER):
    products, errors, report = read("\n".join((header, *rows)) + "\n")
    return products, [error.words for error in errors], report


def test_each_variant_is_a_product_with_what_its_first_row_says():
    products, errors, report = imported(
        "top,Varsity Top,Ours,Size,Small,Red,T-1,4,60,,active",
        "top,,,,Large,Blue,T-2,5,65.50,,",
        "bag,Bag,,Title,Default Title,,,1,30,,active",
    )
    assert errors == []
    assert [(each.sku, each.name, each.brand, each.price, each.stock) for each in products] == [
        ("T-1", "Varsity Top, Small / Red", "Ours", 6000, 4),
        ("T-2", "Varsity Top, Large / Blue", "Ours", 6550, 5),
        ("bag", "Bag", None, 3000, 1),
    ]
    assert report.left_out == []


def test_a_variant_without_sku_is_named_by_its_handle_and_options():
    products, errors, _ = imported(
        "top,Top,,Size,Extra Large,Sea green,,1,60,,", "top,,,,S,Sea green,,1,60,,"
    )
    assert errors == []
    assert [each.sku for each in products] == ["top-extra-large-sea-green", "top-s-sea-green"]


def test_rows_of_further_pictures_are_no_products_and_no_mistakes():
    products, errors, report = imported("bag,Bag,,,,,B,1,30,,", "bag,,,,,,,,,,", "bag,,,,,,,,,,")
    assert (len(products), errors, report.rows) == (1, [], 4)


def test_drafts_and_archived_products_stay_out_and_are_counted():
    products, errors, report = imported(
        "a,A,,Size,S,,,1,30,,draft", "a,,,,M,,,1,30,,", "b,B,,,,,,1,30,,active"
    )
    assert ([each.sku for each in products], errors) == (["b"], [])
    assert report.warnings == ["2 rows of drafts and archived products were left out"]


def test_a_first_row_without_a_title_is_a_mistake():
    products, errors, _ = imported("a,,,,,,A,1,30,,")
    assert (products, errors) == (
        [],
        ["row 2, Title (name): expected a text of 1 to 200 characters, came nothing"],
    )


def test_other_files_are_left_as_they_are():
    assert Variants.of(["handle", "title", "price"]) is None
    products, errors, _ = imported("top,Top,1.00", "top,Top,2.00", header="sku,title,price")
    assert [each.sku for each in products] == ["top"]
    assert len(errors) == 1


@given(st.lists(st.lists(st.text(max_size=8), min_size=11, max_size=11), max_size=6))
def test_any_rows_keep_their_width(rows):
    variants = Variants.of(HEADER.split(","))
    assert variants is not None
    for cells in rows:
        row = variants.whole(cells)
        assert row is None or len(row) == len(cells)
        assert row is None or row[8] == cells[8], "a price is never taken from another row"
