from armature.host import help as helping
from armature.host.docs import page
from armature.host.help import PICTURES, Help, captions, help_of
from armature.nodes.select_person import SelectPerson


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


def test_what_a_picture_shows_is_written_under_it():
    text = page(SelectPerson.GET_SCHEMA(), Help(picture="img/two.jpg", caption="Two people."))
    assert "\n\n![Select Person](img/two.jpg)\n\n*Two people.*\n\n" in text


def test_what_no_network_made_is_not_shown_as_its_own():
    assert "Not this network's own" in help_of("ArmatureHED").caption
    assert captions().keys() <= {picture.stem for picture in PICTURES.glob("*.jpg")}


def test_pictures_are_small():
    sizes = [picture.stat().st_size for picture in PICTURES.glob("*.jpg")]
    assert max(sizes) < 150_000 and sum(sizes) < 4_000_000
