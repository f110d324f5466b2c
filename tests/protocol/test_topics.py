"""Topic names."""

from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol import topics


@given(st.binary(min_size=16, max_size=16))
def test_every_tag_has_a_mail_topic(tag):
    topic = topics.mail_topic(tag)
    assert topic in topics.all_topics()
    assert topics.is_mail(topic) and not topics.is_market(topic)


@given(st.from_regex(r"\A[A-Z]{2}\Z"), st.none() | st.integers(0, 2**31 - 1))
def test_every_place_and_category_has_a_market_topic(country, category):
    topic = topics.market_topic(country, category)
    assert topic in topics.all_topics()
    assert topics.is_market(topic) and not topics.is_directory(topic)


def test_golden_names():
    assert topics.all_topics() == ("/vrm/1/directory", "/vrm/1/market/0", "/vrm/1/mail/0")


def test_more_topics_spread(monkeypatch):
    monkeypatch.setattr(topics, "MARKET_TOPICS", 4)
    monkeypatch.setattr(topics, "MAIL_SHARDS", 4)
    assert {topics.mail_topic(bytes([n])) for n in range(8)} == {
        f"/vrm/1/mail/{n}" for n in range(4)
    }
    assert len({topics.market_topic("DE", n) for n in range(40)}) == 4


def test_unknown_names_are_neither():
    for name in ("", "/vrm/1/market/1", "/vrm/1/mail/1", "/vrm/1/market/", "/vrm/2/mail/0"):
        assert not (topics.is_mail(name) or topics.is_market(name) or topics.is_directory(name))
