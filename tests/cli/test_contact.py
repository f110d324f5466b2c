"""Contact data on the command line: texts as typed, and no errors that repeat them."""

import json

FIELDS = {"name": "Anna Muster", "street_address": "Musterstraße 1\n3. Stock", "region": None}


def test_show_leaves_out_what_is_not_set(daemon, vrm):
    daemon.service.answers["contact"] = FIELDS
    assert vrm("contact", "show").stdout.splitlines() == [
        "name: Anna Muster",
        "street_address: Musterstraße 1 3. Stock",
    ]


def test_an_empty_one_says_how_to_begin(daemon, vrm):
    daemon.service.answers["contact"] = {"name": None}
    assert "vrm contact set" in vrm("contact", "show").stdout


def test_a_value_is_text_whatever_it_looks_like(daemon, vrm):
    vrm("contact", "set", "postal_code=10115", "name=true", "telephone=")
    assert daemon.calls == [
        ("contact.set", {"postal_code": "10115", "name": "true", "telephone": ""})
    ]


def test_a_file_and_what_stands_beside_it(daemon, vrm, tmp_path):
    path = tmp_path / "contact.toml"
    path.write_text('name = "Anna"\npostal_code = "01067"\n')
    vrm("contact", "set", "name=Berta", "--file", path)
    assert daemon.calls == [("contact.set", {"name": "Berta", "postal_code": "01067"})]
    vrm("contact", "set", "--file", "-", stdin=json.dumps({"country": "DE"}))
    assert daemon.calls[-1] == ("contact.set", {"country": "DE"})


def test_what_was_typed_wrong_is_not_repeated(daemon, vrm):
    for typed in ("Anna Muster", "Anna=Muster", "=Anna"):
        error = vrm.error("contact", "set", "country=DE", typed, code=2)
        assert error["code"] == "option.pair"
        assert "argument 2" in error["detail"]
        assert "Anna" not in str(error)
    assert daemon.calls == []


def test_nothing_to_do(daemon, vrm):
    assert vrm.error("contact", "set", code=2)["code"] == "option.missing"
    assert vrm.error("contact", "remove", code=2)["code"] == "option.which"
    assert vrm.error("contact", "remove", "name", "--all", code=2)["code"] == "option.which"


def test_removing_shows_what_is_left(daemon, vrm):
    daemon.service.answers["contact.remove"] = FIELDS
    assert vrm("contact", "remove", "email").stdout.startswith("removed; left:\nname: Anna")


TOLD = [{"deal": "ab" * 32, "vendor": "did:key:z6Mk", "vendor_name": "Shop", "fields": ["name"]}]


def test_set_says_who_is_told(daemon, vrm):
    daemon.service.answers["contact.set"] = {**FIELDS, "told": TOLD}
    words = vrm("contact", "set", "name=Anna").stdout
    assert "told to Shop: name\nsee who has it: vrm contact status" in words
    dry = vrm("contact", "set", "name=Anna", "--dry-run").stdout
    assert dry.startswith(
        "Dry run: nothing was changed and nobody was told.\nwould be told to Shop"
    )
    assert vrm.error("contact", "set", "name=Anna", "--from", "soon", code=2)["code"] == (
        "option.moment"
    )


WITHHELD = {
    **TOLD[0],
    "fields": ["street_address", "postal_code"],
    "why": "revoked",
    "words": "you have revoked that it may write first",
}
BY_HAND = (
    "not told to Shop: street_address, postal_code; you have revoked that it may write first;"
    " by hand: vrm deal disclose abababababab street_address postal_code"
)


def test_set_and_tell_say_who_keeps_the_old_one(daemon, vrm):
    daemon.service.answers["contact.set"] = {**FIELDS, "told": [], "not_told": [WITHHELD]}
    assert vrm("contact", "set", "postal_code=1").stdout.splitlines()[-1] == BY_HAND
    assert vrm("contact", "set", "postal_code=1", "--dry-run").stdout.splitlines()[-1] == BY_HAND
    daemon.service.answers["contact.tell"] = {"told": [], "not_told": [WITHHELD]}
    assert vrm("contact", "tell").stdout.splitlines()[-1] == BY_HAND


def test_what_is_planned_is_shown_with_its_moment(daemon, vrm):
    planned = {
        "name": {"value": "Anna Müller", "effective_from": 1_803_859_200},
        "email": {"value": "anna@new.example", "effective_from": 1_803_859_200},
    }
    daemon.service.answers["contact"] = {**FIELDS, "planned": planned}
    words = vrm("contact", "show").stdout
    assert "name: Anna Muster" in words
    assert words.endswith(
        "from 2027-03-01 00:00 UTC:\n  name: Anna Müller\n  email: anna@new.example\n"
    )


def test_remove_says_who_is_told(daemon, vrm):
    daemon.service.answers["contact.remove"] = {"name": None, "told": TOLD}
    words = vrm("contact", "remove", "name", "--tell").stdout
    assert words.startswith("removed; nothing is left\ntold to Shop: name")


def test_status_is_a_table_of_what_fares_alike(daemon, vrm):
    new = {"has": "new", "told_at": 1_800_000_000}
    fields = {
        "name": new,
        "locality": new,
        "email": {"has": "nothing", "why": "never_disclosed", "words": "it never was told"},
        "street_address": {
            "has": "old",
            "told_at": 1_800_000_000,
            "on_its_way": True,
            "effective_from": 1_803_859_200,
        },
    }
    row = {**TOLD[0], "order_status": "shipped", "fields": fields}
    daemon.service.answers["contact.status"] = [row]
    lines = vrm("contact", "status").stdout.splitlines()
    assert len(lines) == 4
    assert "name, locality" in lines[1]
    assert "not told: it never was told" in lines[2]
    assert "the new one is on its way; holds from 2027-03-01" in lines[3]
    fields["email"] = {"has": "sent", "told_at": 1_800_000_000, "why": "not_told", "words": "no"}
    assert "sent, not acknowledged  email" in vrm("contact", "status").stdout
    long = "you have revoked that it may write first, and " + "so on " * 9 + "to the end"
    fields["email"] = {"has": "old", "told_at": 1, "why": "revoked", "words": long}
    assert vrm("contact", "status").stdout.count(long) == 1, "why isn't cut"
    daemon.service.answers["contact.status"] = []
    assert "you have agreed with no vendor" in vrm("contact", "status").stdout
