"""`vrm vendor pause`, `vrm vendor resume`."""


def test_pause(daemon, vrm):
    daemon.service.answers["vendor.pause"] = {"since": 1, "until": 1_796_000_000, "note": "Later."}
    text = vrm("vendor", "pause", "--until", "2026-11-29", "--note", "Later.").output
    assert text.startswith("paused until 2026-11-3")
    assert daemon.calls == [("vendor.pause", {"until": "2026-11-29", "note": "Later."})]


def test_pause_without_end(daemon, vrm):
    daemon.service.answers["vendor.pause"] = {"since": 1, "until": None}
    assert vrm("vendor", "pause").output.strip() == "paused until: vrm vendor resume"


def test_a_pause_that_the_profile_says(daemon, vrm):
    daemon.service.answers["vendor.pause"] = {"since": 1, "until": None, "announced": True}
    vrm("vendor", "pause", "--announce")
    assert daemon.calls == [("vendor.pause", {"announce": True})]


def test_resume(daemon, vrm):
    daemon.service.answers["vendor.resume"] = {"paused": None}
    assert vrm("vendor", "resume").output.startswith("open")
    assert daemon.calls == [("vendor.resume", {})]
