"""The benchmark of learned maps: what it measures, how it goes on, and what its table says."""

import pytest

from armature import discovery, preprocessors
from armature.benchmarks import annotator_weights, learned
from armature.benchmarks.kept import Kept
from armature.preprocessors.declare import Preprocessor

from ..preprocessors.annotators import MANIFESTS

OWN = {"seconds": 0.2, "seconds_of_four": 0.3, "peak_mb": 80.0, "peak_mb_of_four": 90.0, "loads_again": 0}
THEIRS = OWN | {"seconds_of_four": 0.6}
TURNS = {"seconds": [[0.2, 0.2, 0.1], [0.3, 0.5, 0.2]], "difference": ""}


def test_every_preprocessor_with_a_network_is_measured_on_its_published_shapes():
    asking = [one for one in discovery.declared(preprocessors, Preprocessor).values() if annotator_weights.asked(one)]
    assert {one.id for one in learned.learned()} == {one.id for one in asking}
    networks = {network.id for one in asking for network in annotator_weights.asked(one).values()}
    assert {annotator_weights.NAMED.get(id, id) for id in networks} <= MANIFESTS.keys()


@pytest.fixture
def asked(monkeypatch):
    """The contenders of each process that would have been started."""
    seen = []

    def once(one, size, folder, threads, peer, *who):
        seen.append((one.id, *who))
        if who[-1] == "aux":
            return None
        return {("ours",): OWN, ("pipeline",): THEIRS}.get(who, TURNS)

    monkeypatch.setattr(annotator_weights, "write", lambda folder, networks: None)
    monkeypatch.setattr(learned, "once", once)
    return seen


def test_a_run_goes_on_where_it_was_stopped(asked, tmp_path):
    file = tmp_path / "x.json"
    first = learned.run(Kept(file, learned.QUICK), learned.QUICK, 1, None)
    done, count = len(asked), len(list(learned.learned()))
    assert len(first) == count and done == count + 2 * len(learned.PIPELINES)
    kept = Kept(file, learned.QUICK)
    del kept.found["cells"][first[0]["name"]]
    assert learned.run(kept, learned.QUICK, 1, None) and len(asked) - done in (1, 3)


def test_the_table_says_how_much_faster_ours_is_and_nothing_where_theirs_does_not_run(asked, tmp_path):
    rows = {row["name"]: row for row in learned.run(Kept(None, learned.QUICK), learned.QUICK, 1, tmp_path)}
    assert rows["ViTPose"]["faster"] == 2.0 and rows["ViTPose"]["faster_of_four"] == 2.0
    assert rows["ViTPose"]["seconds"] == 0.2 and rows["ViTPose"]["peer_seconds"] == 0.3
    assert rows["HED Soft Edges"]["peer"] == "" and rows["HED Soft Edges"]["seconds"] == 0.2
    assert ("HED", "aux") in asked and ("HED", "ours", "aux") not in asked
    assert len({tuple(row) for row in rows.values()}) == 1
