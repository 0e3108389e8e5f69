"""Everything this pack raises on purpose. Each message says what was found, what was expected, what to do."""


class ArmatureError(Exception):
    """A problem the user can act on; ComfyUI shows the message on the node."""


class UnknownArchitecture(ArmatureError):
    """No declared architecture recognises the checkpoint."""


class AmbiguousArchitecture(ArmatureError):
    """Two declared architectures claim the checkpoint: one of their signatures is too loose."""


class IncompatibleCheckpoint(ArmatureError):
    """The checkpoint was recognised, but its weights do not fit the model built from it."""


class UnreadableFile(ArmatureError):
    """The file is missing, damaged, or of a kind that is not read."""


class MissingWeights(ArmatureError):
    """A preprocessor's network was chosen whose file is not there."""


class FailedDownload(ArmatureError):
    """A file that was asked for did not come, or is not the one that was published."""


class WrongBaseModel(ArmatureError):
    """The control model was made for another base model than the one being sampled."""


class WrongControl(ArmatureError):
    """The control model is not of the kind that the node is for, or does not know the type that was chosen."""


class MissingInput(ArmatureError):
    """The control model needs something that it was not given."""


class InvalidValue(ArmatureError):
    """What the user wrote or chose makes no sense."""


class MismatchedBatch(ArmatureError):
    """Two inputs hold different numbers of frames."""


class UnknownMethod(ArmatureError):
    """A node was asked for a preprocessor that is not declared."""


class UnsuitableSize(ArmatureError):
    """An image or a map would get a size that cannot be worked with."""


class UnreadablePose(ArmatureError):
    """Keypoints are not in a form that is known."""


class TrainingFailed(ArmatureError):
    """Training cannot go on from here."""
