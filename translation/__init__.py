"""The pack's texts in other languages: a memory file per language, from which locales/ is written."""
