"""CIEDE2000, how different two colours look: 1 is just noticeable. Sharma, Wu and Dalal 2005, doi:10.1002/col.20070."""

import numpy as np

PALE = 25.0**7  # the chroma, to the seventh power, below which hue counts for less


def ciede2000(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(...) from two arrays (..., 3) of CIE L*a*b*, L* from 0 to 100."""
    lightness = np.stack([first[..., 0], second[..., 0]])
    a, b = (np.stack([first[..., axis], second[..., axis]]) for axis in (1, 2))
    a = a * (1.5 - 0.5 * _weight(np.hypot(a, b).mean(0)))
    chroma, hue = np.hypot(a, b), np.arctan2(b, a)
    turn = _turn(hue, chroma)
    middle = _middle(hue, chroma, turn)
    mean_lightness, mean_chroma = lightness.mean(0), chroma.mean(0)
    squared = (mean_lightness - 50) ** 2
    by_lightness = np.diff(lightness, axis=0)[0] / (1 + 0.015 * squared / np.sqrt(20 + squared))
    by_chroma = np.diff(chroma, axis=0)[0] / (1 + 0.045 * mean_chroma)
    by_hue = 2 * np.sqrt(chroma.prod(0)) * np.sin(turn / 2) / (1 + 0.015 * mean_chroma * _hue_weight(middle))
    rotation = -np.sin(2 * _blueness(middle)) * 2 * _weight(mean_chroma)
    return np.sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


def _weight(chroma: np.ndarray) -> np.ndarray:
    return np.sqrt(chroma**7 / (chroma**7 + PALE))


def _turn(hue: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    """From the first hue to the second the short way round, in radians; 0 where one is grey."""
    turn = np.diff(hue, axis=0)[0]
    turn = turn - 2 * np.pi * np.round(turn / (2 * np.pi))
    return np.where(chroma.prod(0) == 0, 0.0, turn)


def _middle(hue: np.ndarray, chroma: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """The mean hue, in radians; the other colour's where one is grey."""
    return np.where(chroma.prod(0) == 0, hue.sum(0), hue[0] + turn / 2)


def _hue_weight(hue: np.ndarray) -> np.ndarray:
    """The formula's T."""
    degree = np.pi / 180
    return (
        1
        - 0.17 * np.cos(hue - 30 * degree)
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + 6 * degree)
        - 0.20 * np.cos(4 * hue - 63 * degree)
    )


def _blueness(hue: np.ndarray) -> np.ndarray:
    """The angle by which hue and chroma mix, around 275 degrees, in radians."""
    degrees = np.degrees(hue) % 360
    return np.radians(30 * np.exp(-(((degrees - 275) / 25) ** 2)))
