"""The text encoder while it is trained: CLIP's architecture over the few tokens that the captions use."""

from functools import cache
from pathlib import Path

import comfy
import torch
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from ..shape import TEXT

LENGTH = TEXT["max_position_embeddings"]
UNKNOWN = 0


@cache
def _tokenizer() -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(Path(next(iter(comfy.__path__))) / "sd1_tokenizer")


def tokenize(captions: list[str]) -> Tensor:
    """(B, 77) token ids of CLIP's vocabulary, padded with the end token as Stable Diffusion does."""
    return torch.tensor(_tokenizer()(captions, padding="max_length", truncation=True, max_length=LENGTH)["input_ids"])


class TextEncoder(nn.Module):
    """Token ids (B, 77) -> context (B, 77, C). Tokens outside `known` share one zero vector that is never trained."""

    def __init__(self, known: list[int]):
        super().__init__()
        self.known = known
        place = torch.full((TEXT["vocab_size"],), UNKNOWN)
        place[known] = torch.arange(1, len(known) + 1)
        self.register_buffer("place", place, persistent=False)
        ends = {f"{name}_token_id": int(place[TEXT[f"{name}_token_id"]]) for name in ("bos", "eos", "pad")}
        self.clip = CLIPTextModel(CLIPTextConfig(**{**TEXT, **ends, "vocab_size": len(known) + 1}))
        nn.init.zeros_(self.clip.get_input_embeddings().weight[UNKNOWN : UNKNOWN + 1].data)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.clip(input_ids=self.place[tokens.to(self.place.device)]).last_hidden_state

    def published(self) -> dict[str, Tensor]:
        """Weights in the key layout of CLIP's text model, with a row for each of its 49,408 tokens."""
        weights = {key.removeprefix("text_model."): value for key, value in self.clip.state_dict().items()}
        compact = weights["embeddings.token_embedding.weight"]
        table = compact.new_zeros(TEXT["vocab_size"], compact.shape[1])
        table[self.known] = compact[1:]
        weights["embeddings.token_embedding.weight"] = table
        return {f"text_model.{key}": value for key, value in weights.items() if "position_ids" not in key}
