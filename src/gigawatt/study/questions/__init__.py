"""The questions that readers bring, each answered from a run folder, or what the run lacks for it.

Twenty questions of utility analysts (U), planners at a lab (P), lenders (L), regulators (R),
journalists (J) and investors (I). An answer is a list of named results (`part.Part`), computed
from the run's tables, answers and manifest and from facts of the catalog; what a run lacks for a
full answer is said.
"""

from __future__ import annotations

from typing import Any

from gigawatt.errors import InputError, nearest
from gigawatt.study.questions import cash, claim, dates, footprint, market, unit_prices, work
from gigawatt.study.questions.result import Found, Question
from gigawatt.study.questions.rundata import RunData, newest_run, read_run_data

__all__ = ["QUESTIONS", "answer", "as_dict", "newest_run", "question", "read_run_data"]

QUESTIONS: tuple[Question, ...] = (
    Question(1, "first-gw", "J", "Will the first gigawatt be on line by the end of 2026, and if "
             "not, when?", dates.first_gigawatt),
    Question(2, "tenth-gw", "J", "When does the tenth gigawatt come on line, and how much is on "
             "line at the end of each year?", dates.tenth_gigawatt),
    Question(3, "what-binds", "P", "Which three constraints bind in each year?", dates.binding),
    Question(4, "order-early", "P", "What does ordering transformers and switchgear 8 months early "
             "buy?", dates.ordering_early),
    Question(5, "grid-or-gas", "P", "Grid or on-site gas for a site?", dates.power_route),
    Question(6, "racks", "P", "How many racks a week are needed, and what share of the world's "
             "Rubin supply is that?", dates.racks),
    Question(7, "capex", "I", "What do one gigawatt and the whole programme cost, by component and "
             "year?", cash.capital_cost),
    Question(8, "who-pays", "I", "Who pays whom per quarter to 2032?", cash.ledger),
    Question(9, "released", "I", "How much of the 100 bn is released by when, and what stake does "
             "it buy?", cash.released),
    Question(10, "circularity", "R, J", "How circular is the deal?", cash.circularity),
    Question(11, "debt", "L", "What debt does a site of 1 GW carry at a cover ratio of 1.3, and "
             "what are the odds of default?", cash.debt_capacity),
    Question(12, "shocks", "L", "What if IT lasts 3 years, the price of a GPU-hour falls 40 % a "
             "year, or the tenant leaves?", cash.shocks),
    Question(13, "unit-price", "P, I", "What do a GPU-hour and a million tokens cost in 2027?",
             unit_prices.unit_prices),
    Question(14, "train", "P", "What can one gigawatt train in 100 days?", work.training),
    Question(15, "serve", "P", "How many tokens a day can one gigawatt serve, and does demand fill "
             "it?", work.serving),
    Question(16, "load-shape", "U", "What are load shape, ramps and peak of a campus, 2027 to "
             "2030?", footprint.load_shape),
    Question(17, "stranded", "U, R", "What do other customers pay if the load comes late or "
             "leaves?", footprint.stranded),
    Question(18, "carbon-water", "R", "What are carbon and water of the programme, under three "
             "supply mixes?", footprint.carbon_and_water),
    Question(19, "concentration", "R", "How concentrated is the world's AI compute before and "
             "after, by owner and by user?", market.concentration_of_compute),
    Question(20, "consistent", "J, R", 'Is "10 GW = 4 to 5 million GPUs = 100 bn USD" consistent, '
             "and in which reading?", claim.consistency),
)  # fmt: skip


def question(name: str) -> Question:
    """Return the question with this number or id.

    Raises
    ------
    InputError : there is none; the message says what would do.
    """
    for one in QUESTIONS:
        if name in (str(one.number), one.id):
            return one
    hint = nearest(name, [q.id for q in QUESTIONS])
    did = f" Did you mean {hint!r}?" if hint else ""
    raise InputError(
        f"there is no question {name!r}.{did} Give a number from 1 to {len(QUESTIONS)} or an id; "
        "`gigawatt ask` lists them"
    )


def answer(one: Question, run: RunData) -> Found:
    """Answer a question from a run.

    Raises
    ------
    InputError : the run lacks what the answer needs (it is of another version).
    """
    from polars.exceptions import ColumnNotFoundError

    try:
        return one.answer(run)
    except (KeyError, ColumnNotFoundError) as error:
        written = run.manifest.get("gigawatt_version", "unknown")
        raise InputError(
            f"{run.folder} is of version {written} and lacks {error} for question {one.number}; "
            "run the programme again"
        ) from error


def as_dict(one: Question, found: Found, run: RunData) -> dict[str, Any]:
    """Return an answer as plain values, for JSON."""
    return {
        "question": one.number,
        "id": one.id,
        "asked_by": one.users,
        "text": one.text,
        "run": str(run.folder),
        "programme": run.manifest["program"]["name"],
        "status": found.status,
        "parts": [part.as_dict() for part in found.parts],
        "needs": [need.what for need in found.needs],
    }
