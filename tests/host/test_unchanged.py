import os

import pytest

from armature.host.unchanged import while_unchanged


def test_a_file_is_read_again_when_it_has_changed_and_for_other_questions(tmp_path):
    file, reads = tmp_path / "file", []

    @while_unchanged(8)
    def size_and(path, more):
        reads.append(more)
        return path.stat().st_size, more

    file.write_text("one")
    assert [size_and(file, "a"), size_and(file, "a"), size_and(file, "b")] == [(3, "a"), (3, "a"), (3, "b")]
    file.write_text("three")
    assert size_and(file, "a") == (5, "a")
    os.utime(file, ns=(1, 1))
    assert size_and(file, "a") == (5, "a") and reads == ["a", "b", "a", "a"]


def test_a_file_that_is_not_there_is_no_answer(tmp_path):
    with pytest.raises(FileNotFoundError):
        while_unchanged(1)(lambda path: path)(tmp_path / "none")
    assert while_unchanged(1, or_none=True)(lambda path: path)(tmp_path / "none") is None
