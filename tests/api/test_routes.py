"""Every route is one command or query, with the parameters the node expects."""

import json

import pytest

from tests.api.fake_service import FakeService
from tests.api.http import exchange, request, run_api

ID = "ab12cd" * 4
VENDOR = "did:key:z6MkgDAMxx8RrZFmxdyeHXy6g4ZSZ5zrC4bqvUYeo8K4LHqZ"

ROUTES = [
    ("GET", "/v1/status", None, "status", {}),
    ("GET", "/v1/identity", None, "identity", {}),
    ("GET", "/v1/peers", None, "peers", {}),
    ("POST", "/v1/peers", {"address": "/ip4/1.2.3.4/tcp/1/p2p/x"}, "peers.connect",
     {"address": "/ip4/1.2.3.4/tcp/1/p2p/x"}),
    ("POST", "/v1/peers/join", {"peers": ["/ip4/1.2.3.4/tcp/1/p2p/x"]}, "peers.join",
     {"peers": ["/ip4/1.2.3.4/tcp/1/p2p/x"]}),
    ("GET", "/v1/policy", None, "policy", {}),
    ("PUT", "/v1/policy", {"mode": "manual"}, "policy.set", {"mode": "manual"}),
    ("GET", "/v1/vendor/profile", None, "vendor.profile", {}),
    ("PUT", "/v1/vendor/profile", {"name": "A"}, "vendor.profile.set", {"name": "A"}),
    ("GET", "/v1/vendor/policy", None, "vendor.policy", {}),
    ("PUT", "/v1/vendor/policy", {"reserve": True}, "vendor.policy.set", {"reserve": True}),
    ("GET", "/v1/catalogue", None, "catalogue.list", {"limit": 100}),
    ("GET", "/v1/catalogue?limit=5&after=a%2Fb", None, "catalogue.list",
     {"limit": 5, "after": "a/b"}),
    ("POST", "/v1/catalogue/rows", {"products": [{"sku": "1"}]}, "catalogue.rows",
     {"products": [{"sku": "1"}]}),
    ("POST", "/v1/catalogue/change", {"sku": "a/b", "changes": {"stock": None}},
     "catalogue.change", {"sku": "a/b", "changes": {"stock": None}}),
    ("POST", "/v1/catalogue/remove", {"skus": ["a/b"]}, "catalogue.remove", {"skus": ["a/b"]}),
    ("POST", "/v1/intents", {"request": {"gtin": "1"}, "dry_run": True}, "intent.publish",
     {"request": {"gtin": "1"}, "dry_run": True}),
    ("POST", "/v1/intents", {"request": {"a": [1, None]}, "acceptance": {"mode": "manual"}},
     "intent.publish",
     {"request": {"a": [1, None]}, "acceptance": {"mode": "manual"}, "dry_run": False}),
    ("GET", "/v1/intents", None, "intent.list", {}),
    ("GET", "/v1/intents?status=active", None, "intent.list", {"status": "active"}),
    ("GET", f"/v1/intents/{ID}", None, "intent.show", {"intent": ID}),
    ("POST", f"/v1/intents/{ID}/extend", {"valid_for": "2w"}, "intent.extend",
     {"intent": ID, "valid_for": "2w"}),
    ("GET", f"/v1/intents/{ID}/why", None, "intent.why", {"intent": ID}),
    ("GET", f"/v1/intents/{ID}/comparison", None, "offer.compare", {"intent": ID}),
    ("POST", f"/v1/intents/{ID}/withdraw", {}, "intent.withdraw", {"intent": ID}),
    ("GET", "/v1/standing", None, "standing.list", {}),
    ("GET", f"/v1/standing/{ID}", None, "standing.show", {"standing": ID}),
    ("POST", f"/v1/standing/{ID}/stop", {}, "standing.stop", {"standing": ID}),
    ("GET", f"/v1/offers?intent={ID}", None, "offer.list", {"intent": ID}),
    ("GET", f"/v1/offers/{ID}", None, "offer.show", {"offer": ID}),
    ("POST", f"/v1/offers/{ID}/accept", {}, "offer.accept", {"offer": ID}),
    ("POST", f"/v1/offers/{ID}/accept", None, "offer.accept", {"offer": ID}),
    ("POST", f"/v1/offers/{ID}/decline", {"reason": "terms"}, "offer.decline",
     {"offer": ID, "reason": "terms"}),
    ("POST", f"/v1/offers/{ID}/question", {"text": "Why?"}, "offer.ask",
     {"offer": ID, "text": "Why?"}),
    ("GET", "/v1/orders?role=vendor&status=payment_due", None, "order.list",
     {"role": "vendor", "status": "payment_due"}),
    ("GET", f"/v1/orders/{ID}", None, "order.show", {"deal": ID}),
    ("POST", f"/v1/orders/{ID}/statements", {"word": "shipped", "carrier": "Post"}, "order.say",
     {"deal": ID, "word": "shipped", "carrier": "Post"}),
    ("POST", f"/v1/orders/{ID}/statements",
     {"word": "payment_due", "instructions": [{"method": "card"}]}, "order.say",
     {"deal": ID, "word": "payment_due", "instructions": [{"method": "card"}]}),
    ("POST", f"/v1/orders/{ID}/statements",
     {"word": "return_answer", "accepted": True, "instructions": "To us."}, "order.say",
     {"deal": ID, "word": "return_answer", "accepted": True, "instructions": "To us."}),
    ("POST", f"/v1/offers/{ID}/counter", {"total": "40.00 EUR"}, "offer.counter",
     {"offer": ID, "total": "40.00 EUR"}),
    ("GET", "/v1/vendor/questions", None, "vendor.questions", {"all": False}),
    ("GET", "/v1/vendor/questions?all=true", None, "vendor.questions", {"all": True}),
    ("POST", f"/v1/vendor/questions/{ID}/answer", {"text": "So."}, "vendor.reply",
     {"question": ID, "text": "So."}),
    ("POST", "/v1/vendor/policy/test", {"intent": ID}, "vendor.policy.test", {"intent": ID}),
    ("POST", "/v1/vendor/pause", {"until": "2030-08-15", "note": "In August."}, "vendor.pause",
     {"until": "2030-08-15", "note": "In August."}),
    ("POST", "/v1/vendor/resume", {}, "vendor.resume", {}),
    ("POST", "/v1/history", {"verifier": "Bank", "nonce": "ab" * 32, "year": 2027}, "history.make",
     {"verifier": "Bank", "nonce": "ab" * 32, "year": 2027}),
    ("GET", "/v1/vendor/demand", None, "demand.list", {}),
    ("GET", "/v1/vendor/demand/2027-W03", None, "demand.show", {"week": "2027-W03"}),
    ("POST", "/v1/vendor/demand/on", {"k": 25}, "demand.on", {"k": 25}),
    ("POST", "/v1/vendor/demand/off", {}, "demand.off", {}),
    ("GET", "/v1/vendor/inbox", None, "inbox.list", {}),
    ("GET", f"/v1/vendor/inbox/{ID}", None, "inbox.show", {"intent": ID}),
    ("POST", f"/v1/vendor/inbox/{ID}/claim", {"by": "Anna"}, "inbox.claim",
     {"intent": ID, "by": "Anna"}),
    ("POST", f"/v1/vendor/inbox/{ID}/release", {"by": "Anna"}, "inbox.release",
     {"intent": ID, "by": "Anna"}),
    ("POST", f"/v1/vendor/inbox/{ID}/answer", {}, "inbox.answer",
     {"intent": ID, "anyway": False}),
    ("POST", f"/v1/vendor/inbox/{ID}/answer",
     {"offer": {"sku": "B-2"}, "note": "So.", "anyway": True, "by": "Anna"}, "inbox.answer",
     {"intent": ID, "offer": {"sku": "B-2"}, "note": "So.", "anyway": True, "by": "Anna"}),
    ("POST", f"/v1/vendor/inbox/{ID}/refuse", {"reason": "late"}, "inbox.refuse",
     {"intent": ID, "reason": "late"}),
    ("GET", "/v1/deals?role=vendor&state=agreed", None, "deal.list",
     {"role": "vendor", "state": "agreed"}),
    ("GET", f"/v1/deals/{ID}", None, "deal.show", {"deal": ID}),
    ("GET", f"/v1/deals/{ID}/agreement", None, "deal.export", {"deal": ID}),
    ("POST", f"/v1/deals/{ID}/withdraw", {"reason": "unconfirmed"}, "deal.withdraw",
     {"deal": ID, "reason": "unconfirmed"}),
    ("POST", "/v1/messages/export", {}, "message.export", {"together": False}),
    ("POST", "/v1/messages/export", {"deal": ID, "together": True}, "message.export",
     {"deal": ID, "together": True}),
    ("POST", "/v1/messages/import", {"file": "gA=="}, "message.import", {"file": "gA=="}),
    ("GET", "/v1/vendors", None, "vendor.search", {"limit": 100}),
    ("GET", "/v1/vendors?words=old+books&category=784&country=DE&terms=SD-BASE&terms=SD-BASE-A"
     "&function=Sell&limit=5", None, "vendor.search",
     {"words": "old books", "category": 784, "country": "DE", "terms": ["SD-BASE", "SD-BASE-A"],
      "function": "Sell", "limit": 5}),
    ("GET", f"/v1/vendors/{VENDOR}", None, "vendor.show", {"vendor": VENDOR}),
    ("GET", f"/v1/vendors/{VENDOR}/counts", None, "vendor.counts", {"vendor": VENDOR}),
    ("POST", f"/v1/vendors/{VENDOR}/check", {"anyway": True}, "vendor.check",
     {"vendor": VENDOR, "anyway": True, "loopback": False}),
    ("GET", "/v1/contact", None, "contact", {}),
    ("POST", "/v1/contact", {"name": "Anna"}, "contact.set", {"name": "Anna"}),
    ("POST", "/v1/contact/remove", {"fields": ["name"]}, "contact.remove",
     {"fields": ["name"], "tell": False}),
    ("GET", "/v1/vendor/intents", None, "vendor.intents", {"limit": 100}),
    ("GET", "/v1/vendor/intents?answer=refused&limit=5", None, "vendor.intents",
     {"answer": "refused", "limit": 5}),
    ("GET", "/v1/vendor/orders", None, "vendor.orders", {"all": False}),
    ("GET", "/v1/vendor/orders?all=true", None, "vendor.orders", {"all": True}),
    ("GET", f"/v1/deals/{ID}/label", None, "vendor.label", {"deal": ID}),
    ("POST", f"/v1/deals/{ID}/forget", {"anyway": True}, "vendor.forget",
     {"deal": ID, "anyway": True, "reason": "unspecified"}),
    ("GET", f"/v1/deals/{ID}/deletion", None, "deletion.export", {"deal": ID}),
    ("POST", f"/v1/deals/{ID}/credential", {}, "deal.credential", {"deal": ID}),
    ("GET", f"/v1/deals/{ID}/agreement?format=json-ld", None, "deal.export",
     {"deal": ID, "format": "json-ld"}),
    ("GET", "/v1/ledger", None, "ledger", {}),
    ("GET", "/v1/ledger?role=vendor&vendor=books&field=email&state=due", None, "ledger",
     {"role": "vendor", "vendor": "books", "field": "email", "state": "due"}),
    ("GET", "/v1/contact/policy", None, "contact.policy", {}),
    ("PUT", "/v1/contact/policy", {"place": "any"}, "contact.policy.set", {"place": "any"}),
    ("POST", f"/v1/deals/{ID}/disclose", {}, "deal.disclose", {"deal": ID, "dry_run": False}),
    ("GET", "/v1/contact/disclosures", None, "contact.disclosures", {}),
    ("GET", f"/v1/contact/disclosures?deal={ID}", None, "contact.disclosures", {"deal": ID}),
    ("POST", f"/v1/deals/{ID}/disclose", {"fields": ["name"]}, "deal.disclose",
     {"deal": ID, "fields": ["name"], "dry_run": False}),
    ("POST", "/v1/contact/remove", {}, "contact.remove", {"tell": False}),
    ("GET", "/v1/contact/status", None, "contact.status", {}),
    ("POST", "/v1/contact/tell", {}, "contact.tell", {}),
    ("GET", "/v1/relations", None, "relation.list", {}),
    ("GET", "/v1/relations?role=vendor", None, "relation.list", {"role": "vendor"}),
    ("GET", f"/v1/relations/{ID}", None, "relation.show", {"relation": ID}),
    ("POST", f"/v1/relations/{ID}/reach", {"status": "paused"}, "relation.reach",
     {"relation": ID, "status": "paused"}),
    ("POST", f"/v1/relations/{ID}/pause", {}, "relation.pause", {"relation": ID}),
    ("POST", f"/v1/relations/{ID}/resume", {}, "relation.resume", {"relation": ID}),
    ("POST", f"/v1/relations/{ID}/end", {}, "relation.end", {"relation": ID}),
    ("POST", f"/v1/relations/{ID}/notes", {"text": "x"}, "relation.write",
     {"relation": ID, "text": "x"}),
    ("GET", "/v1/breaches", None, "breach.list", {}),
    ("GET", f"/v1/breaches?deal={ID}", None, "breach.list", {"deal": ID}),
    ("GET", f"/v1/breaches/{ID}", None, "breach.show", {"breach": ID}),
    ("GET", f"/v1/breaches/{ID}/record", None, "breach.export", {"breach": ID}),
    ("GET", "/v1/things", None, "thing.list", {}),
    ("POST", "/v1/things", {"name": "drill"}, "thing.add", {"name": "drill"}),
    ("GET", "/v1/things/combi%20drill", None, "thing.show", {"thing": "combi drill"}),
    ("POST", "/v1/things/drill/change", {"changes": {"note": None}}, "thing.change",
     {"thing": "drill", "changes": {"note": None}}),
    ("POST", "/v1/things/drill/remove", {}, "thing.remove", {"thing": "drill"}),
    ("GET", "/v1/hooks", None, "hook.list", {}),
    ("POST", "/v1/hooks", {"thing": "drill"}, "hook.add", {"thing": "drill"}),
    ("POST", "/v1/hooks", {"thing": "drill", "name": "a", "rules": {"most": 2}}, "hook.add",
     {"thing": "drill", "name": "a", "rules": {"most": 2}}),
    ("POST", f"/v1/hooks/{ID}/remove", {}, "hook.remove", {"hook": ID}),
    ("GET", "/v1/drafts", None, "draft.list", {}),
    ("GET", f"/v1/drafts/{ID}", None, "draft.show", {"draft": ID}),
    ("POST", f"/v1/drafts/{ID}/confirm", {"problem": "x"}, "draft.confirm",
     {"draft": ID, "problem": "x", "dry_run": False}),
    ("POST", f"/v1/drafts/{ID}/discard", {}, "draft.discard", {"draft": ID}),
    ("POST", "/v1/things/drill/broken", {"problem": "slips", "publish": True}, "thing.broken",
     {"thing": "drill", "problem": "slips", "publish": True}),
    ("GET", "/v1/trust?group=books", None, "trust.list", {"group": "books"}),
    ("POST", "/v1/trust", {"vendor": VENDOR}, "trust.add", {"vendor": VENDOR}),
    ("POST", "/v1/trust", {"vendor": VENDOR, "note": "", "groups": ["a"]}, "trust.add",
     {"vendor": VENDOR, "note": "", "groups": ["a"]}),
    ("POST", f"/v1/trust/{VENDOR}/remove", {"group": "a"}, "trust.remove",
     {"vendor": VENDOR, "group": "a"}),
    ("GET", "/v1/backup/keys", None, "backup.keys", {}),
    ("POST", "/v1/backup", {"path": "/b", "passphrase": "p"}, "backup.write",
     {"path": "/b", "passphrase": "p", "force": False}),
    ("GET", "/v1/events?after=0&limit=7", None, "events", {"after": 0, "limit": 7}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "target", "body", "name", "params"),
    ROUTES,
    ids=[f"{route[0]} {route[1]} {route[3]}" for route in ROUTES],
)
def test_route(tmp_path, method, target, body, name, params):
    service = FakeService()

    async def check(path):
        answer = await exchange(path, request(method, target, body))
        assert answer.status == (201 if (method, target) == ("POST", "/v1/intents")
                                 and not params["dry_run"] else 200)  # fmt: skip
        assert isinstance(answer.json, dict)

    run_api(tmp_path, service, check)
    assert service.calls == [(name, params)]


def test_lists_may_be_answers(tmp_path):
    service = FakeService()
    service.answers["intent.list"] = [{"intent": ID}]

    async def check(path):
        assert (await exchange(path, request("GET", "/v1/intents"))).json == [{"intent": ID}]

    run_api(tmp_path, service, check)


def test_openapi_describes_every_route(tmp_path):
    async def check(path):
        answer = await exchange(path, request("GET", "/v1/openapi.json"))
        described = json.loads(answer.body)["paths"]
        for method, target, *_ in ROUTES:
            plain = target.partition("?")[0]
            several = ("intents", "offers", "questions", "deals", "orders", "hooks", "drafts")
            for name in (*several, "relations"):
                plain = plain.replace(f"/{name}/{ID}", f"/{name}/{{{name[:-1]}}}")
            plain = plain.replace(f"/inbox/{ID}", "/inbox/{intent}")
            plain = plain.replace(f"/breaches/{ID}", "/breaches/{breach}")
            plain = plain.replace(f"/standing/{ID}", "/standing/{standing}")
            plain = plain.replace("/demand/2027-W03", "/demand/{week}")
            plain = plain.replace(f"/{VENDOR}", "/{vendor}")
            plain = plain.replace("/things/combi%20drill", "/things/{thing}")
            plain = plain.replace("/things/drill", "/things/{thing}")
            assert method.lower() in described[plain]

    run_api(tmp_path, FakeService(), check)
