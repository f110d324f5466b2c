"""`vrm vendor policy test`, `vrm policy test`."""


def test_an_intent_and_a_file(daemon, vrm, tmp_path):
    daemon.service.answers["vendor.policy.test"] = {
        "answer": "human", "why": "70.00 EUR is above 50.00 EUR", "proposals": [], "near": []
    }  # fmt: skip
    text = vrm("vendor", "policy", "test", "00002c96").output
    assert text.startswith("human: 70.00 EUR is above")
    file = tmp_path / "wish.toml"
    file.write_text('name = "lamp"\ncountry = "AT"\n[acceptance]\nmode = "manual"\n')
    vrm("vendor", "policy", "test", "--file", file)
    assert [params for _, params in daemon.calls] == [
        {"intent": "00002c96"}, {"request": {"name": "lamp", "country": "AT"}}
    ]  # fmt: skip


def test_a_closed_shop_is_not_said_to_have_nothing(daemon, vrm):
    why = "no profile is set, see vrm vendor profile set"
    daemon.service.answers["vendor.policy.test"] = {
        "answer": "silence", "why": why, "proposals": [], "refusal": None, "near": []
    }  # fmt: skip
    assert vrm("vendor", "policy", "test", "00002c96").stdout == f"silence: {why}\n"


def test_as_if_the_customer_came_back(daemon, vrm):
    known = {"customer": "did:key:z6MkAAAAAAAAAAAA", "deals": ["9f" * 32, "8f" * 32], "finished": 1}
    daemon.service.answers["vendor.policy.test"] = {
        "answer": "offer", "why": "lamp, 38.00 EUR; returning customer, 1 deal: −5 %",
        "returning": known, "proposals": [], "near": [],
    }  # fmt: skip
    text = vrm("vendor", "policy", "test", "00002c96", "--returning", "1").output
    assert "returning customer, 1 deal: −5 %" in text
    assert "a returning customer: 2 agreed deals with it, 1 finished" in text
    assert "vrm relation show did:key:z6MkAAAAAAAAAAAA" in text
    assert daemon.calls == [("vendor.policy.test", {"intent": "00002c96", "returning": 1})]
    vrm("vendor", "policy", "test", "00002c96", "--returning", "-1", code=2)


def test_one_of_them(vrm):
    assert vrm.error("vendor", "policy", "test", code=2)["code"] == "option.which"


def test_policy(daemon, vrm):
    offer = {"offer": "9f" * 32, "vendor_name": "Lamps", "total": 100, "currency": "EUR"}
    daemon.service.answers["policy.test"] = {
        "action": "none", "rule": "manual: you accept offers yourself",
        "counters": ["Lamps: no lower"],
        "offers": [{**offer, "objection": "the vendor isn't trusted"}],
    }  # fmt: skip
    text = vrm("policy", "test", "9f9f9f9f").output
    assert "none: manual" in text and "counters: Lamps: no lower" in text
    assert "Lamps for 1.00 EUR" in text and "! the vendor isn't trusted" in text
    assert daemon.calls == [("policy.test", {"of": "9f9f9f9f"})]
