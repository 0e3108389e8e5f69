from typing import Annotated

import pytest

from armature.preprocessors.declare import Advanced, Mask, Preprocessor


def test_an_option_without_its_help_is_refused():
    def bare(image, *, gain: float = 1.0):
        return image

    with pytest.raises(TypeError, match="'gain' must be Annotated"):
        _ = Preprocessor(id="Bare", title="Bare", run=bare).options


def test_an_option_that_may_be_missing_keeps_its_kind():
    def masked(image, *, mask: Annotated[Mask | None, "Where."] = None, inside: Annotated[Mask, "Where not."]):
        return image

    options = Preprocessor(id="Masked", title="Masked", run=masked).options
    assert [(option.type, option.required) for option in options] == [(Mask, False), (Mask, True)]


def test_an_option_can_be_for_few_people():
    def rare(image, *, plain: Annotated[bool, "Plain."] = True, odd: Annotated[bool, Advanced(), "Odd."] = False):
        return image

    assert [option.advanced for option in Preprocessor(id="Rare", title="Rare", run=rare).options] == [False, True]


def test_one_that_draws_takes_the_resolution_itself():
    def drawn(image, *, resolution: int = 0):
        return image

    preprocessor = Preprocessor(id="Drawn", title="Drawn", run=drawn)
    assert preprocessor.draws and preprocessor.options == []
