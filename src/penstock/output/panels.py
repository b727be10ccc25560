"""Two panels beside a run's bars: what is left of every limit, and how the engine turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penstock.model.gauges import Gauge
from penstock.output.rows import Row, columns, filled, meter
from penstock.output.snapshot import Snapshot
from penstock.output.text import ticking

METER_COLUMNS = (4, 16)
"""At least and at most."""

LABEL_COLUMNS = 11
MARK = "← limiting"
BREAKER_STYLES = {"closed": "", "open": "red", "half_open": "bold"}


def budget_rows(limits: Sequence[Gauge], now: float, width: int, most: int) -> list[Row]:
    """
    A row for each limit: a bar of what is left, the number, when more comes, and which one the run waits for.

    Args:
        width: Columns; what there is no room for is left out, the mark last.
        most: Of more limits the binding one and the scarcest are shown, in their order.
    """
    first = sorted(limits, key=lambda gauge: (not gauge.binding, _share(gauge)))[:most]
    shown = [gauge for gauge in limits if gauge in first]
    names = max((columns(((gauge.name, ""),)) for gauge in shown), default=0)
    numbers = max((len(_number(gauge)) for gauge in shown), default=0)
    more = max((len(_more(gauge, now)) for gauge in shown), default=0)
    room = width - names - numbers - len(MARK) - 3
    if room - more - 1 < METER_COLUMNS[0]:
        more = 0
    blocks = max(METER_COLUMNS[0], min(METER_COLUMNS[1], room - more - (1 if more else 0)))
    rows = []
    for gauge in shown:
        style = "red" if gauge.binding else "green"
        row: Row = (*filled(((gauge.name, ""),), names + 1), *meter(_share(gauge), blocks, style))
        row = (*row, (f" {_number(gauge):>{numbers}}", ""))
        if more:
            row = (*row, (f" {_more(gauge, now):<{more}}", ""))
        rows.append((*row, (f" {MARK}", "bold")) if gauge.binding else row)
    return rows


def limit_words(gauge: Gauge, now: float) -> str:
    """`content, 500 per hour: 0 of 500 left, more in 12:20, limiting`."""
    facts = (f"{_number(gauge)} of {int(gauge.limit):,} left", _more(gauge, now), "limiting" if gauge.binding else "")
    return f"{gauge.name}: {', '.join(filter(None, facts))}"


def engine_rows(shot: Snapshot, now: float, width: int, most: int) -> list[Row]:
    """
    Rate, batch size, requests in flight, breaker, retries and refusals.

    Args:
        width: Columns; from 2 × 36 on there are two facts in a row.
        most: Rows at most; what matters least is left out.
    """
    facts = list(_facts(shot, now))
    abreast = 2 if width >= 72 else 1
    facts = facts[: most * abreast]
    cells = [_cell(label, text, style, width // abreast) for label, text, style in facts]
    return [tuple(piece for cell in cells[at : at + abreast] for piece in cell) for at in range(0, len(cells), abreast)]


def _cell(label: str, text: str, style: str, width: int) -> Row:
    return (*filled(((f"{label:<{LABEL_COLUMNS}}", "dim"), (text, style)), width - 1), (" ", ""))


def _facts(shot: Snapshot, now: float) -> Iterator[tuple[str, str, str]]:
    """(label, text, style), what a person looks for first coming first."""
    gauges = shot.gauges
    yield "rate", _rate(shot, now), ""
    yield "breaker", _breaker(shot, now), BREAKER_STYLES.get(gauges.breaker, "")
    looking = f", {gauges.reading} reading" if gauges.reading else ""
    yield "in flight", f"{gauges.in_flight} of {gauges.slots}{looking}", ""
    yield "batch size", str(gauges.batch_size or "none yet"), ""
    retries = ", ".join(f"{count:,} {category}" for category, count in _most_first(gauges.retries))
    yield "retries", retries or "none", ""
    yield "refused", f"{shot.throttles:,} of {shot.requests:,} requests", "bold" if shot.throttles else ""
    if shot.in_doubt:
        yield "in doubt", f"{shot.in_doubt:,}, being looked up", "bold"


def _rate(shot: Snapshot, now: float) -> str:
    if shot.per_minute is None:
        return "not known yet"
    elapsed_min = max(now - shot.since, 1.0) / 60
    overall = (shot.settled - shot.settled_before) / elapsed_min
    return f"{_figure(shot.per_minute)} a minute, {_figure(overall)} overall"


def _breaker(shot: Snapshot, now: float) -> str:
    gauges = shot.gauges
    words = {"open": f"open for {ticking(gauges.breaker_until - now)}", "half_open": "probing"}
    trips = f", {gauges.trips} trip{'s' if gauges.trips > 1 else ''}" if gauges.trips else ""
    return words.get(gauges.breaker, gauges.breaker) + trips


def _most_first(retries: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(retries.items(), key=lambda item: -item[1])


def _figure(value: float) -> str:
    return f"{value:.1f}" if 0 < value < 9.95 else f"{value:,.0f}"


def _share(gauge: Gauge) -> float:
    return gauge.left / gauge.limit if gauge.limit else 0.0


def _number(gauge: Gauge) -> str:
    return f"{int(gauge.left):,}"


def _more(gauge: Gauge, now: float) -> str:
    return f"more in {ticking(gauge.frees_at - now)}" if gauge.frees_at > now else ""
