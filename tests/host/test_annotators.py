"""Where preprocessors' weights come from: which files are offered, what is loaded, and how often."""

from pathlib import Path

import comfy.utils
import folder_paths
import pytest
import torch
from comfy import model_management
from safetensors.torch import save_file

from armature.errors import IncompatibleCheckpoint, MissingWeights, UnreadableFile
from armature.host import annotators
from armature.host.annotators import described, file_names, found_files, path_of
from armature.host.preprocessing import preprocess
from armature.host.pretrained import patcher
from armature.host.reading import read_checkpoint
from armature.nodes import node_classes
from armature.preprocessors.networks.hed import HED
from armature.preprocessors.networks.teed import MTEED, TEED
from armature.preprocessors.pretrained import Pretrained, Published
from armature.preprocessors.running import Working
from armature.preprocessors.soft_edges.hed import HED_EDGES

from ..preprocessors.annotators import MANIFESTS, random_weights
from .folders import roots
from .test_converting import Code

NAME = "ControlNetHED.pth"
WEIGHTS = {key: weight.half() for key, weight in random_weights(MANIFESTS["hed"]).items()}
IMAGE = torch.rand(2, 24, 16, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    own, peers = tmp_path / "annotators", tmp_path / "ckpts"
    own.mkdir()
    peers.mkdir()
    roots(monkeypatch, "annotators", own, peers)
    return own


def offered(node_id):
    schema = next(cls for cls in node_classes() if cls.GET_SCHEMA().node_id == node_id).GET_SCHEMA()
    return next(i for i in schema.inputs if i.id == "network").options


def test_only_files_with_the_networks_keys_are_offered(folder):
    torch.save({"state_dict": WEIGHTS}, folder / "edges.pth")
    save_file({f"module.{key}": weight for key, weight in WEIGHTS.items()}, folder / "mine.safetensors")
    save_file({"norm": torch.zeros(1)}, folder / "other.safetensors")
    (folder / "notes.pth").write_text("no weights")
    (folder / "notes.onnx").write_text("no weights")
    (folder / "notes.txt").write_text("no weights")
    assert file_names(HED) == ["edges.pth", "mine.safetensors", NAME] == offered("ArmatureHED")


def test_weights_for_something_else_that_fit_are_offered_last(folder):
    weights = random_weights(MANIFESTS["teed"])
    save_file(weights, folder / "MTEED.safetensors")
    assert file_names(TEED) == ["7_model.pth", "MTEED.safetensors"]
    assert file_names(MTEED) == ["MTEED.pth"]
    save_file(weights, folder / "mine.safetensors")
    folder_paths.filename_list_cache.clear()
    assert file_names(TEED) == ["mine.safetensors", "7_model.pth", "MTEED.safetensors"]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_published_file_has_one_name_wherever_it_lies(folder, zipped):
    place = folder.parent / "ckpts" / "lllyasviel" / "Annotators"
    place.mkdir(parents=True)
    torch.save(WEIGHTS, place / NAME, _use_new_zipfile_serialization=zipped)
    assert file_names(HED) == [NAME] and path_of(NAME, HED) == place / NAME
    save_file(WEIGHTS, folder / "ControlNetHED.safetensors")
    folder_paths.filename_list_cache.clear()
    assert file_names(HED) == [NAME]


def test_a_missing_file_is_offered_so_that_the_run_says_how_to_get_it(folder):
    assert file_names(HED) == [NAME] and found_files(HED) == {}
    with pytest.raises(MissingWeights) as missing:
        preprocess(HED_EDGES, IMAGE, {"network": NAME}, Working())
    for part in (NAME, HED.files[0].url, "29,444,406 bytes", HED.files[0].sha256, "Apache-2.0", str(folder)):
        assert part in str(missing.value)


def test_what_is_not_known_of_a_file_is_not_told():
    file = Published(name="x", url="y", size=None, sha256=None, licence="MIT", non_commercial=True)
    assert described(file) == "licence MIT (no commercial use)"


def test_an_unknown_file_is_missed_by_its_own_name(folder):
    with pytest.raises(MissingWeights, match=r"There is no file 'mine.pth' for hed. ControlNetHED.pth is missing"):
        path_of("mine.pth", HED)


def test_a_damaged_file_and_another_networks_say_so(folder):
    torch.save(WEIGHTS, folder / NAME)
    (folder / NAME).write_bytes((folder / NAME).read_bytes()[:-1000])
    with pytest.raises(UnreadableFile, match="damaged or cut off"):
        patcher(NAME, HED)
    torch.save({"norm": torch.zeros(1)}, folder / NAME)
    with pytest.raises(IncompatibleCheckpoint, match="holds no weights of hed"):
        patcher(NAME, HED)


def test_code_in_a_file_is_run_neither_by_looking_at_it_nor_by_loading_it(folder):
    torch.save(WEIGHTS | {"x": Code(folder / "trace")}, folder / NAME)
    assert found_files(HED) == {}
    with pytest.raises(UnreadableFile, match="Python code besides weights, which is never run"):
        patcher(NAME, HED)
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_files_are_known_by_the_weights_in_an_onnx_file_too(folder):
    exported = Path(__file__).parent.parent / "data" / "exported.onnx"
    (folder / "slope.onnx").write_bytes(exported.read_bytes())

    def canonical(weights):
        return {"weight": weights["4.weight"].flatten()} if "4.weight" in weights else {}

    network = Pretrained("slope", ("weight",), lambda weights, ops: ops.PReLU(2), HED.files, canonical)
    assert file_names(network)[0] == "slope.onnx"
    assert network.load(read_checkpoint(path_of("slope.onnx", network), "x").tensors, torch.nn, "x").weight.shape == (
        2,
    )


def counted(monkeypatch):
    loads, load = [], comfy.utils.load_torch_file
    monkeypatch.setattr(
        comfy.utils, "load_torch_file", lambda path, **rest: (loads.append(path), load(path, **rest))[1]
    )
    return loads


def test_a_file_is_read_once_until_it_changes(folder, monkeypatch):
    save_file(WEIGHTS, folder / "ControlNetHED.safetensors")
    loads = counted(monkeypatch)
    first, again = (preprocess(HED_EDGES, IMAGE, {"network": NAME}, Working())[0] for _ in range(2))
    assert len(loads) == 1 and torch.equal(first, again)
    save_file({key: weight * 2 for key, weight in WEIGHTS.items()}, folder / "ControlNetHED.safetensors")
    changed = preprocess(HED_EDGES, IMAGE, {"network": NAME}, Working())[0]
    assert len(loads) == 2 and not torch.equal(first, changed)


def test_comfyui_places_the_network_and_can_unload_it(folder):
    save_file(WEIGHTS, folder / "ControlNetHED.safetensors")
    preprocess(HED_EDGES, IMAGE, {"network": NAME}, Working())
    held = patcher(NAME, HED)
    assert any(loaded.model is held for loaded in model_management.current_loaded_models)
    model_management.unload_all_models()
    assert not any(loaded.model is held for loaded in model_management.current_loaded_models)
    assert preprocess(HED_EDGES, IMAGE, {"network": NAME}, Working())[0].shape == IMAGE.shape


def test_convolutions_that_are_faster_so_lie_with_channels_last(folder):
    save_file(WEIGHTS, folder / "ControlNetHED.safetensors")
    placed, plain = patcher(NAME, HED).model, HED.load(WEIGHTS, torch.nn, NAME)
    first = placed.block1.convs[0].weight
    assert first.is_contiguous(memory_format=torch.channels_last) and torch.equal(first, plain.block1.convs[0].weight)
    image = 255 * IMAGE.movedim(-1, 1)
    for here, there in zip(placed(image), plain(image)):
        assert torch.allclose(here, there, rtol=0, atol=1e-4 * there.abs().max())


def test_the_folder_is_known_to_comfyui_and_the_peers_is_read_after_it(tmp_path, monkeypatch):
    downloaded = tmp_path / "custom_nodes" / "comfyui_controlnet_aux" / "ckpts"
    downloaded.mkdir(parents=True)
    monkeypatch.setattr(folder_paths, "models_dir", str(tmp_path / "models"))
    roots(monkeypatch, "custom_nodes", downloaded.parent.parent)
    monkeypatch.delitem(folder_paths.folder_names_and_paths, "annotators")
    annotators.register()
    assert folder_paths.get_folder_paths("annotators") == [str(tmp_path / "models" / "annotators"), str(downloaded)]
    assert annotators.folder() == tmp_path / "models" / "annotators"
