import torch

from armature.preprocessors.asking import by_frame


def test_a_network_sees_whole_levels_extended_by_the_edge_and_its_answer_is_cut_back():
    image = torch.rand(2, 3, 65, 7, generator=torch.Generator().manual_seed(0)) * 1.2 - 0.1
    seen = []
    answers = by_frame(image.half(), lambda frame: seen.append(frame) or frame[:, :1])
    levels = (image.half().float().clamp(0, 1) * 255).round()
    assert torch.equal(answers, levels[:, :1]) and [tuple(frame.shape) for frame in seen] == [(1, 3, 128, 64)] * 2
    for frame, own in zip(seen, levels):
        assert torch.equal(frame[0, :, :65, 7:], own[..., -1:].expand(-1, -1, 57))
        assert torch.equal(frame[0, :, 65:], frame[0, :, 64:65].expand(-1, 63, -1))
