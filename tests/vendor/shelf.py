"""A catalogue in memory for tests of matching: the simplest index that can be right."""

from collections.abc import Collection, Iterable, Sequence

from vrmnode.values.money import Money
from vrmnode.values.words import fold
from vrmnode.vendor.product import Product, ProductFields


class Shelf:
    def __init__(self, products: Iterable[Product]) -> None:
        self.products = list(products)

    def doing(self, function: str) -> "Shelf":
        found = [each for each in self.products if each.business_function == function]
        # Of what the vendor buys, what it pays most for comes first.
        return Shelf(reversed(found) if function == "Buy" else found)

    def available(self, sku: str) -> int | None:
        return next((product.stock for product in self.products if product.sku == sku), 0)

    def find_by_gtin(self, gtin14: str) -> Sequence[ProductFields]:
        return [product for product in self.products if product.gtin14 == gtin14]

    def find_by_mpn(self, mpn: str, brand: str | None) -> Sequence[ProductFields]:
        return [
            product
            for product in self.products
            if product.mpn == mpn and (brand is None or product.brand == brand)
        ]

    def find_by_category(
        self, categories: Collection[int | str], max_price: Money | None, limit: int
    ) -> Sequence[ProductFields]:
        found = [
            product
            for product in self.products
            if (product.category in categories or _starts(product, categories))
            and _within(product, max_price)
        ]
        return sorted(found, key=lambda product: product.price)[:limit]

    def find_by_words(
        self,
        words: Sequence[str],
        categories: Collection[int | str] | None,
        max_price: Money | None,
        limit: int,
    ) -> Sequence[ProductFields]:
        wanted = {word for text in words for word in fold(text)}

        def shared(product: Product) -> int:
            texts = (product.name, product.brand or "", product.description, product.category_path)
            return len(wanted & set(fold(" ".join(texts))))

        found = [
            product for product in self.products if shared(product) and _within(product, max_price)
        ]
        return sorted(found, key=shared, reverse=True)[:limit]


def _within(product: Product, most: Money | None) -> bool:
    there = product.currency == most.currency if most else True
    return there and (most is None or Money(product.price, product.currency) <= most)


def _starts(product: Product, categories: Collection[int | str]) -> bool:
    prefixes = [category for category in categories if isinstance(category, str)]
    return any(product.category_path.startswith(prefix) for prefix in prefixes)
