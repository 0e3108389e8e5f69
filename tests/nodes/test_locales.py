"""Every text of the pack, in every language that it has."""

import json

import folder_paths
import pytest
from app.custom_node_manager import CustomNodeManager

from armature.nodes import node_classes
from armature.translation import memory
from armature.translation.texts import said_by_scripts, settings_of_scripts, translated

from ..conftest import ROOT

NODES = {cls.GET_SCHEMA().node_id for cls in node_classes()}
SERVED = {"nodeDefs", "settings", "settingsCategories", "armature"}
LANGUAGES = memory.languages()
each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def files(request):
    if request.config.getoption("--write-docs"):
        memory.write()
    return memory.files()


@pytest.fixture(scope="module")
def texts():
    return set(memory.texts())


def test_the_files_are_up_to_date(files):
    found = {path: path.read_text(encoding="utf-8") for path in (ROOT / "locales").rglob("*.json")}
    assert found == files, "run: python3 quickstart.py test tests/nodes --write-docs"


def test_comfyui_serves_every_language_and_nothing_else(monkeypatch, tmp_path):
    (tmp_path / "armature").symlink_to(ROOT, target_is_directory=True)
    monkeypatch.setitem(folder_paths.folder_names_and_paths, "custom_nodes", ([str(tmp_path)], set()))
    served = CustomNodeManager().build_translations()
    assert set(served) == {"en", *LANGUAGES}
    for language in served.values():
        assert set(language["nodeDefs"]) == NODES and set(language) <= SERVED
    assert all(served[language]["settings"]["Armature_Warnings"]["name"] for language in LANGUAGES)


@each_language
def test_a_language_has_words_for_every_text(language):
    assert memory.missing(language) == [], f"see: python3 quickstart.py run translation --missing {language}"


@each_language
def test_a_language_keeps_no_words_for_texts_that_are_no_more(language, texts):
    assert set(memory.load(language)) <= texts


@each_language
def test_a_language_keeps_numbers_and_places_to_fill_in(language):
    assert memory.faults(memory.load(language)) == []


def compiled(part):
    """Names and descriptions, which the frontend compiles; tooltips are shown as they are."""
    for key, value in part.items():
        if isinstance(value, dict):
            yield from compiled(value)
        elif key != "tooltip":
            yield value


def test_names_and_descriptions_hold_nothing_that_the_frontend_takes_for_a_formula(files):
    parts = [json.loads(text) for path, text in files.items() if path.name != "main.json"]
    assert not [text for part in parts for text in compiled(part) if set(text) & set("{}@|")]


def test_a_changed_number_is_a_fault():
    assert (
        memory.faults({"1 is as trained, 0.5 is half": "1 は学習時、0.5 は半分", "{count} steps": "{count} ステップ"})
        == []
    )
    assert memory.faults({"One image": "1 枚の画像"}) == []
    assert memory.faults({"{0} line | {0} lines": "{0} 本の線", "{0} note | {0} notes": "{0} 注 | {0} 注々"}) == []
    assert len(memory.faults({"{0} line | {0} lines": "線 | {0} 本の線"})) == 1
    (fault,) = memory.faults({"up to {0} of 16": "{1} 個まで"})
    assert fault.startswith("['16', '{0}', '{1}']")


def test_a_text_without_a_translation_is_left_to_the_schema():
    part = {"Node": {"description": "Known.", "inputs": {"x": {"tooltip": "New."}}}}
    assert translated(part, {"Known.": "既知。"}.get) == {"Node": {"description": "既知。"}}


def test_what_scripts_say_is_found(tmp_path):
    (tmp_path / "pose").mkdir()
    (tmp_path / "pose" / "editor.js").write_text(
        """button(t("Undo"), t('Say "no"'), t(`Hide`)); start("None"); said(t(
            "Say \\"yes\\"", {count}))""",
        encoding="utf-8",
    )
    assert said_by_scripts(tmp_path) == ["Undo", 'Say "no"', "Hide", 'Say "yes"']


def test_what_scripts_call_a_setting_is_found(tmp_path):
    (tmp_path / "extension.js").write_text(
        """const SETTING = {
  id: "Armature.Warnings",
  name: "Warn",
  tooltip: "Of what.",
  category: ["Armature", "Controls", "Warnings"],
};
const command = { id: "Armature.Convert", label };""",
        encoding="utf-8",
    )
    found = {"Armature_Warnings": {"name": "Warn", "tooltip": "Of what."}}, {"Controls": "Controls"}
    assert settings_of_scripts(tmp_path) == found
