"""Which column of a catalogue file holds which field of a product.

From the owner's mapping ("gtin=3,name=Title"), and for what that leaves, from the words of a
header row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from vrmnode.values.constraints import property_name
from vrmnode.values.fields import FieldError, shown

PROPERTY = "property."
FIELDS = (
    "sku",
    "name",
    "price",
    "gtin",
    "mpn",
    "brand",
    "description",
    "category",
    "category_path",
    "currency",
    "condition",
    "business_function",
    "price_unit",
    "deposit",
    "lead_days",
    "stock",
    "url",
    "image",
)
MAX_COLUMNS = 1000
MAPPING_EXPECTED = "fields with a column each, such as gtin=3,name=Title"

# Names of columns in exports of shops and in product feeds, folded by `property_name`.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "sku": ("sku", "variantsku", "id", "articlenumber", "artikelnummer", "itemnumber", "partnersku",
            "productid", "referentie", "bestelnummer"),
    "name": ("name", "title", "productname", "titel", "naam", "bezeichnung", "omschrijvingkort",
             "producttitle", "artikelname", "nombre", "nom", "product"),
    "price": ("price", "variantprice", "unitprice", "preis", "prijs", "prix", "precio",
              "retailprice", "verkoopprijs", "priceeur", "preiseur", "prijseur", "sellingprice"),
    "gtin": ("gtin", "ean", "ean13", "isbn", "isbn13", "barcode", "variantbarcode", "upc", "gtin13",
             "gtin14", "ean code", "eancode"),
    "mpn": ("mpn", "googleshoppingmpn", "manufacturerpartnumber", "partnumber", "herstellernummer",
            "modelnumber"),
    "brand": ("brand", "vendor", "marke", "merk", "marque", "manufacturer", "hersteller",
              "fabrikant"),
    "description": ("description", "bodyhtml", "beschreibung", "omschrijving", "descripcion"),
    "category": ("googleproductcategory", "googleshoppinggoogleproductcategory", "categoryid",
                 "taxonomyid"),
    "category_path": ("category", "categorypath", "producttype", "kategorie", "categorie",
                      "productcategory", "rubriek", "warengruppe"),
    "currency": ("currency", "waehrung", "wahrung", "valuta", "pricecurrency"),
    "condition": ("condition", "itemcondition", "googleshoppingcondition", "zustand", "staat",
                  "conditie"),
    "stock": ("stock", "quantity", "variantinventoryqty", "inventory", "availability", "bestand",
              "voorraad", "lagerbestand", "qty", "instock", "onhand", "aantal", "lager",
              "numinstock"),
    "business_function": ("businessfunction", "function", "funktion", "functie", "leistungsart"),
    "price_unit": ("priceunit", "preiseinheit", "prijseenheid", "mieteinheit", "rentalunit"),
    "deposit": ("deposit", "kaution", "borg", "waarborg", "caution"),
    "lead_days": ("leaddays", "leadtime", "handlingtime", "maxhandlingtime", "bearbeitungstage",
                  "levertijd"),
    "url": ("url", "link", "producturl", "canonicalurl"),
    "image": ("image", "images", "imagefile", "bild", "bilddatei", "afbeelding", "foto"),
}  # fmt: skip
_PROPERTY_NAMES = (
    "author format pages language publisher edition year color "
    "size material weight length width height voltage power capacity series diameter set"
)
_PROPERTIES = {property_name(name): name for name in _PROPERTY_NAMES.split()} | {
    "autor": "author",
    "auteur": "author",
    "schrijver": "author",
    "einband": "format",
    "binding": "format",
    "seitenzahl": "pages",
    "colour": "color",
    "farbe": "color",
    "kleur": "color",
}
_FOLDED = {
    field: tuple(property_name(name) for name in names) for field, names in _SYNONYMS.items()
}


def parse_mapping(text: str) -> dict[str, str | int]:
    """ "gtin=3,name=Title,property.author=Autor": a field and its column, by name or from 1.

    Raises: FieldError `catalogue.mapping`.
    """
    mapping: dict[str, str | int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        field, equals, column = (side.strip() for side in part.partition("="))
        if not equals or not field or not column:
            raise _error("mapping", MAPPING_EXPECTED, part)
        mapping[field] = int(column) if re.fullmatch("[0-9]{1,4}", column) else column
    check_mapping(mapping)
    return mapping


def check_mapping(mapping: Mapping[str, str | int]) -> None:
    """Raises: FieldError `catalogue.mapping` for an unknown field or an impossible column."""
    for field, column in mapping.items():
        is_property = field.startswith(PROPERTY) and 1 <= len(field) - len(PROPERTY) <= 64
        if field not in FIELDS and not is_property:
            raise _error(
                f"mapping.{field[:40]}", f"one of {', '.join(FIELDS)}, property.<name>", field
            )
        wrong = isinstance(column, bool) or not isinstance(column, int | str)
        if wrong or (isinstance(column, int) and not 1 <= column <= MAX_COLUMNS):
            raise _error(
                f"mapping.{field}", f"a column's name, or its number 1..{MAX_COLUMNS}", column
            )


def suggest_mapping(header: Sequence[str]) -> dict[str, str | int]:
    """The fields that the header's names tell; the first column that fits a field gets it."""
    folded = [property_name(cell) for cell in header]
    mapping: dict[str, str | int] = {}
    for field, names in _FOLDED.items():
        # The order of the synonyms says which is meant where several are there.
        found = next((folded.index(name) for name in names if name in folded), None)
        if found is not None:
            mapping[field] = found + 1
    taken = set(mapping.values())
    for at, name in enumerate(folded, 1):
        if name in _PROPERTIES and at not in taken:
            mapping[f"{PROPERTY}{_PROPERTIES[name]}"] = at
    return mapping


def complete_mapping(given: Mapping[str, str | int], header: Sequence[str]) -> dict[str, str | int]:
    """The owner's mapping, and what the header's names tell of the columns that it leaves.

    Raises: FieldError `catalogue.mapping` when a column isn't there.
    """
    taken = {at + 1 for at in _found(given, header, len(header)).values()}
    suggested = suggest_mapping(["" if at in taken else name for at, name in enumerate(header, 1)])
    return {**suggested, **given}


def left_out(header: Sequence[str], columns: Iterable[int]) -> list[str]:
    """The names of the header's columns that hold no field, in their order."""
    used = set(columns)
    return [name.strip() for at, name in enumerate(header) if at not in used and name.strip()]


def looks_like_header(cells: Sequence[str]) -> bool:
    """Whether a first row names columns rather than a product."""
    filled = [cell for cell in cells if cell.strip()]
    known = {name for names in _FOLDED.values() for name in names} | set(_PROPERTIES)
    named = sum(property_name(cell) in known for cell in filled)
    numeric = any(re.fullmatch(r"[\d.,\s]*\d[\d.,\s]*", cell) for cell in filled)
    return not numeric and (named >= 2 or (named == 1 and len(filled) <= 2))


def resolve(
    mapping: Mapping[str, str | int], header: Sequence[str] | None, width: int
) -> dict[str, int]:
    """Each field's column, from 0.

    Raises: FieldError `catalogue.mapping` when a column isn't there, or name or price has none.
    """
    columns = _found(mapping, header, width)
    for field in ("name", "price"):
        if field not in columns:
            came = ",".join(f"{name}={column}" for name, column in mapping.items())
            raise _error("mapping", f"a column for {field}; {MAPPING_EXPECTED}", came or None)
    return columns


def _found(
    mapping: Mapping[str, str | int], header: Sequence[str] | None, width: int
) -> dict[str, int]:
    by_name: dict[str, int] = {}
    for number, cell in enumerate(header or ()):
        by_name.setdefault(cell.strip().casefold(), number)
        by_name.setdefault(property_name(cell), number)
    columns: dict[str, int] = {}
    at: int | None
    for field, column in mapping.items():
        if isinstance(column, int):
            at = column - 1 if column <= width else None
        else:
            at = by_name.get(column.strip().casefold(), by_name.get(property_name(column)))
        if at is None:
            there = ", ".join(cell.strip()[:30] for cell in list(header or ())[:20])
            raise _error(
                f"mapping.{field}",
                f"one of the file's {width} columns" + (f": {there}" if there else ""),
                column,
            )
        columns[field] = at
    return columns


def _error(field: str, expected: str, came: object) -> FieldError:
    return FieldError("catalogue.mapping", field, expected, shown(came))
