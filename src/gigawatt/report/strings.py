"""Every word of the report and of the terminal summary, by language.

One flat table a language: `words_en`, `words_fr`. Keys with a fixed prefix name what comes from
the data: ``constraint.`` and ``short.`` (what binds), ``cause.`` (of lost hours), ``component.``
(of capex), ``metric.`` (of performance and impact), ``source.`` (of energy), ``total.``
(declared), ``mark.`` (status chips), ``party.`` (outside parties). A name that has no entry is
shown as it is, with blanks for its underscores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gigawatt.errors import unknown_name
from gigawatt.report.answers_fr import QUESTIONS, answer_words
from gigawatt.report.read import Answer
from gigawatt.report.words_en import ENGLISH
from gigawatt.report.words_fr import FRENCH

STRINGS: dict[str, dict[str, str]] = {
    "en": ENGLISH,
    "fr": {**ENGLISH, **FRENCH},  # a key that French still lacks is shown in English
}
ANSWERS: dict[str, Callable[[str], tuple[str, str] | None]] = {"fr": answer_words}
"""Title and definition of a named result, for languages other than that of answers.json."""
ASKED: dict[str, dict[int, str]] = {"fr": QUESTIONS}


@dataclass(frozen=True, slots=True)
class Strings:
    """Words of one language."""

    lang: str
    table: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key, with its places filled."""
        text = self.table[key]
        return text.format(**values) if values else text

    def label(self, prefix: str, name: str) -> str:
        """Text of a name that comes from data; the name itself where the table has none."""
        return self.table.get(f"{prefix}.{name}", name.replace("_", " "))

    def answer(self, answer: Answer) -> Answer:
        """Named result with title and definition in the language, as far as it has them."""
        words = ANSWERS[self.lang](answer.name) if self.lang in ANSWERS else None
        return replace(answer, title=words[0], definition=words[1]) if words else answer

    def titled(self, name: str, title: str) -> str:
        """Title of a named result in the language; `title` where it has none."""
        words = ANSWERS[self.lang](name) if self.lang in ANSWERS else None
        return words[0] if words else title

    def question(self, number: int, text: str) -> str:
        """Question in the language; `text` where it has none."""
        return ASKED.get(self.lang, {}).get(number, text)

    def numbered(self, prefix: str) -> list[str]:
        """Texts ``prefix.1``, ``prefix.2``, … as far as they go."""
        keys = [k for k in self.table if k.startswith(f"{prefix}.") and k.split(".")[-1].isdigit()]
        return [self.table[k] for k in sorted(keys, key=lambda k: int(k.split(".")[-1]))]


def strings_of(lang: str) -> Strings:
    """Words of a language, or an error with the nearest name."""
    if lang not in STRINGS:
        raise unknown_name("language", lang, STRINGS)
    return Strings(lang, STRINGS[lang])
