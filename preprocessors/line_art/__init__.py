"""Line art: the lines that somebody would draw."""

from ..declare import Family

LINE_ART = Family(
    id="LineArt",
    title="Line Art",
    help="White lines on black, as drawn with a pen, for lineart control models.",
    default="LineArtStandard",
)
