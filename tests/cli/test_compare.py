"""`vrm offer compare` prints columns that belong together, three at a time."""

INTENT = "00003fa2" + "ab" * 28


def comparison(count):
    return {
        "intent": INTENT,
        "offers": [
            {"position": n, "offer": f"{n:02}" * 32, "vendor": f"did:key:z6Mk{n}",
             "vendor_name": f"Shop {n}", "reasons": [f"reason {n}"], "problems": []}
            for n in range(1, count + 1)
        ],
        "rows": [
            {"name": "total", "values": [f"{n}.00 EUR" for n in range(1, count + 1)],
             "differ": True},
            {"name": "terms", "values": ["SD-BASE"] * count, "differ": False},
        ],
    }  # fmt: skip


def test_side_by_side(daemon, vrm):
    daemon.service.answers["offer.compare"] = comparison(2)
    text = vrm("offer", "compare", INTENT).output
    lines = text.splitlines()
    assert "1. Shop 1" in lines[0] and "2. Shop 2" in lines[0]
    total = next(line for line in lines if line.startswith("total *"))
    assert total.split()[2:] == ["1.00", "EUR", "2.00", "EUR"]
    assert any(line.startswith("terms ") and "*" not in line for line in lines)
    assert "+ reason 2" in text
    assert daemon.calls == [("offer.compare", {"intent": INTENT})]


def test_many_offers_follow_below(daemon, vrm):
    daemon.service.answers["offer.compare"] = comparison(4)
    text = vrm("offer", "compare", INTENT).output
    assert text.count("total *") == 2
    assert len(vrm.json("offer", "compare", INTENT)["offers"]) == 4


def test_without_offers_it_says_where_to_look(daemon, vrm):
    daemon.service.answers["offer.compare"] = comparison(0)
    assert "vrm intent why" in vrm("offer", "compare", INTENT).output
