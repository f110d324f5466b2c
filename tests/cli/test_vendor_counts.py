"""`vrm vendor counts`."""

VENDOR = "z6MkgDAMxx8R"


def _row(name, count, *evidence):
    return {
        "name": name,
        "count": count,
        "evidence": list(evidence),
        "shows": f"what {name} shows",
        "leaves_open": f"what {name} doesn't",
    }


def test_counts(daemon, vrm):
    daemon.service.answers["vendor.counts"] = {
        "vendor": "did:key:z6Mk",
        "own": [_row("agreed", 2, "ab" * 32, "cd" * 32), _row("breaches", 0)],
        "others": [_row("feedback", 3, "ef" * 32), _row("delivery_late", 1, "ef" * 32)],
        "note": "These are counts and no score.",
    }
    text = vrm("vendor", "counts", VENDOR).output
    assert "  agreed: 2\n    shows: what agreed shows\n    leaves open: what agreed doesn't" in text
    assert "breaches" not in text
    assert "  delivery late: 1" in text and "abababab" not in text
    assert text.endswith("These are counts and no score.\n")
    assert "abababab" in vrm("vendor", "counts", VENDOR, "--evidence").output
    assert daemon.calls[0] == ("vendor.counts", {"vendor": VENDOR})


def test_nothing_is_known(daemon, vrm):
    daemon.service.answers["vendor.counts"] = {
        "vendor": "did:key:z6Mk",
        "own": [_row("agreed", 0)],
        "others": [_row("feedback", 0)],
        "note": "No score.",
    }
    text = vrm("vendor", "counts", VENDOR).output
    assert "  none\n" in text and "  nothing has reached this node\n" in text
