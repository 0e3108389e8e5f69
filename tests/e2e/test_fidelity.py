"""The node that measures: its sockets follow the measure, its text shows on it, its values stay."""


def test_it_scores_a_photo_against_its_own_edges(frontend):
    photo, edges = frontend.add("ArmaturePracticePhoto"), frontend.add("ArmatureCanny", 80, 400)
    fidelity, shown = frontend.add("ArmatureFidelity", 500, 120), frontend.add("PreviewImage", 900, 120)
    frontend.choose(fidelity, "measure.number", "precision")
    frontend.link(photo, 0, edges, "image")
    frontend.link(photo, 0, fidelity, "image")
    frontend.link(edges, 0, fidelity, "measure.hint")
    frontend.link(fidelity, 2, shown, "images")
    frontend.load(frontend.saved())
    assert frontend.widgets(fidelity)["measure.number"] == "precision"
    assert frontend.linked(fidelity) == ["image", "measure.hint"]
    record = frontend.run()
    assert record["status"]["status_str"] == "success"
    assert record["outputs"][str(fidelity)]["text"] == ["F1 1, precision 1, recall 1, Hausdorff 0"]
    assert "F1 1, precision 1, recall 1, Hausdorff 0" in frontend.widgets(fidelity).values()


def test_its_inputs_follow_the_measure(frontend):
    node = frontend.add("ArmatureFidelity")
    frontend.choose(node, "measure", "Pose")
    assert frontend.widgets(node) == {"measure": "Pose", "measure.alpha": 0.1, "measure.number": "OKS"}
    frontend.choose(node, "measure", "Depth")
    assert frontend.widgets(node) == {"measure": "Depth", "measure.number": "rank correlation"}
