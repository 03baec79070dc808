"""The HTML report: one file that loads nothing, made from a run folder alone."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from gigawatt.errors import GigawattError
from gigawatt.report import chart_csv
from gigawatt.report.facts import verdict
from gigawatt.report.page import Page
from gigawatt.report.read import Run, read_run
from gigawatt.report.sections import (
    binding,
    capacity,
    capex,
    causes,
    derivations,
    footprint,
    gigawatts,
    glossary,
    headline,
    in_short,
    influence,
    money,
    operations,
    performance,
    provenance,
    questions,
    schedule,
    serving,
    side_by_side,
    stress,
    supply,
    tokens,
    value_chain,
)
from gigawatt.report.texts import in_language
from gigawatt.report.view import View

FILE_NAME = "report.html"
SECTIONS = (
    capacity.section,
    in_short.section,
    headline.section,
    side_by_side.section,
    causes.section,
    schedule.section,
    binding.section,
    gigawatts.section,
    influence.section,
    money.section,
    stress.section,
    capex.section,
    value_chain.section,
    footprint.section,
    supply.section,
    footprint.impact_section,
    questions.market_section,
    performance.section,
    serving.section,
    tokens.section,
    operations.section,
    provenance.conversion_section,
    questions.section,
    derivations.section,
    provenance.sites_section,
    provenance.warnings_section,
    provenance.limits_section,
    provenance.reading_section,
    glossary.section,
    provenance.sources_section,
    provenance.run_section,
)
"""Section builders, in the order of the page."""


def write_report(folder: Path, lang: str = "en", out: Path | None = None) -> Path:
    """Write ``report.html`` into a run folder, or `out`, and return its path.

    Reads only that folder. The numbers of each chart go into ``charts/`` beside the report; a
    report elsewhere (`out`) is one file alone. The file is written under another name
    and renamed when it is whole.

    Parameters
    ----------
    folder : run folder.
    lang : language of the words, see `report.strings`.
    out : file to write instead of the one in the folder.

    Raises
    ------
    InputError : the folder is not a run, or the language is not known.
    """
    view = View.of(read_run(folder), lang)
    page = chart_csv.with_files(make_page(view)) if out is None else make_page(view)
    text = render(page, view)
    path = folder / FILE_NAME if out is None else out
    if out is None:
        chart_csv.write_files(page, folder)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
    return path


def make_page(view: View) -> Page:
    """Everything that the page says, as data; sections without data are left out."""
    program = view.run.manifest.get("program") or {}
    made = (build(view) for build in SECTIONS)
    page = Page(
        lang=view.say.lang,
        title=str(program.get("title") or program.get("name") or view.run.folder.name),
        description=str(program.get("description") or ""),
        facts=run_facts(view),
        verdict=verdict(view),
        tiles=headline.tiles(view),
        sections=tuple(s for s in made if s is not None),
    )
    return in_language(page, view.say.lang)


def run_facts(view: View) -> tuple[str, ...]:
    """Short facts under the title: as-of date, calendar, draws, version."""
    manifest, say = view.run.manifest, view.say
    facts = []
    if manifest.get("as_of"):
        facts.append(say("page.as_of", date=view.day(manifest["as_of"])))
    if manifest.get("start") and view.horizon:
        start, end = view.month(manifest["start"]), view.month(view.horizon)
        facts.append(say("page.span", start=start, end=end))
    if manifest.get("draws"):
        facts.append(say("page.draws", draws=view.fixed(manifest["draws"], 0)))
    facts.append(_version(view.run, say("page.version", version="{}")))
    return tuple(facts)


def render(page: Page, view: View) -> str:
    """HTML of a page; every text is escaped by the template."""
    import jinja2
    from markupsafe import Markup

    env = jinja2.Environment(
        loader=jinja2.PackageLoader("gigawatt.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    scripts = Path(__file__).parent / "templates" / "charts.js"
    return env.get_template("report.html.jinja").render(
        page=page,
        say=view.say,
        figures=page.figures(),
        locale=view.chart_locale(),
        footer=_version(view.run, view.say("page.footer", version="{}")),
        # The three below are ours or plotly's, not the reader's data: they go in as they are.
        css=Markup(env.get_template("style.css.jinja").render()),
        script=Markup(scripts.read_text(encoding="utf-8")),
        plotly=Markup(plotly_script()),
    )


def plotly_script() -> str:
    """plotly.js as the installed plotly package ships it, without importing the package."""
    spec = importlib.util.find_spec("plotly")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / "package_data" / "plotly.min.js"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise GigawattError(
        "The charts need plotly.min.js of the plotly package, which is not installed. "
        "Install it with: pip install 'plotly>=6'."
    )


def _version(run: Run, pattern: str) -> str:
    return pattern.format(run.manifest.get("gigawatt_version") or "")
