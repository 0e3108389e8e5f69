import pytest

from armature.preprocessors.declare import Preprocessor


def test_an_option_without_its_help_is_refused():
    def bare(image, *, gain: float = 1.0):
        return image

    with pytest.raises(TypeError, match="'gain' must be Annotated"):
        _ = Preprocessor(id="Bare", title="Bare", run=bare).options
