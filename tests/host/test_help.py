from armature.host import help as helping
from armature.host.help import Help, help_of


def test_a_node_of_which_nothing_is_written_has_nothing():
    assert help_of("ArmatureNone") == Help()


def test_templates_are_found_by_their_nodes_in_subgraphs_too_the_simplest_first(tmp_path, monkeypatch):
    monkeypatch.setattr(helping, "TEMPLATES", tmp_path)
    (tmp_path / "b.json").write_text('{"definitions": {"subgraphs": [{"nodes": [{"type": "ArmatureX"}]}]}}')
    (tmp_path / "a.json").write_text('{"nodes": [{"type": "ArmatureX"}, {"type": "KSampler"}]}')
    (tmp_path / "c.json").write_text('{"nodes": [{"type": "ArmatureXY"}]}')
    helping._templates.cache_clear()
    try:
        assert help_of("ArmatureX").templates == ("b", "a")
    finally:
        helping._templates.cache_clear()


def test_what_is_written_and_drawn_is_found():
    assert help_of("ArmatureCanny").purpose and help_of("ArmatureCanny").picture == "img/ArmatureCanny.jpg"
