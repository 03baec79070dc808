"""A run of a site told in numbers: waterfalls, effective time, waits, power, advice."""

from __future__ import annotations

import numpy as np

from gigawatt.operations.events.build import failure_names
from gigawatt.operations.events.simulate import FleetRun
from gigawatt.operations.events.spec import pool_most
from gigawatt.operations.grid import Smoothing, Tier, answer_call, load_shape, smooth
from gigawatt.operations.policies import advised_spares
from gigawatt.operations.site_input import SiteInput
from gigawatt.operations.step_swing import StepSwing
from gigawatt.quantity.units import SECONDS_PER_DAY

W_PER_MW = 1e6
USEFUL = ("work", "serving")
Told = dict[str, object]


def account(run: FleetRun, usd_per_gpu_hour: float = 0.0) -> Told:
    """Everything about a run that fits a page; all GPU-hours add up to those installed.

    Parameters
    ----------
    run : of one site or several.
    usd_per_gpu_hour : value of a GPU-hour, for the money column.
    """
    goodput = run.goodput()
    goodput |= free_parts(run, goodput.pop("free"))
    spec, config = run.spec, run.fleet.config[0]
    in_repair = float(run.fleet.site["t_out"].sum()) / (run.days * SECONDS_PER_DAY)
    return {
        "sites": [s.name for s in spec.sites], "days": run.days, "racks": spec.racks,
        "gpus": spec.racks * spec.gpus_per_rack, "gpu_hours": run.gpu_hours,
        "useful_share": sum(goodput[k] for k in USEFUL),
        "waterfall": [
            {"cause": cause, "share": share, "gpu_hours": share * run.gpu_hours,
             "usd": share * run.gpu_hours * usd_per_gpu_hour, "useful": cause in USEFUL}
            for cause, share in goodput.items()
        ],
        "availability": run.availability(),
        "by_size": [
            {k: _finite(getattr(r, k)) for k in r.__slots__} for r in run.by_size()
        ],
        "kinds": [{k: _finite(getattr(r, k)) for k in r.__slots__} for r in run.kinds()],
        "failures": [
            {"cause": name, "hits": int(row["hits"]), "jobs_hit": int(row["lost_jobs"])}
            for name, row in zip(
                [*failure_names(spec), "shared services and own software"],
                run.fleet.failure, strict=True,
            )
        ],
        "job_failures": int(config["job_failures"]), "events": int(config["events"]),
        "rows_over_least": _ratio(float(config["rows_used"]), float(config["rows_least"])),
        "mean_racks_in_repair": in_repair,
        "advised_spare_racks": float(advised_spares(in_repair)),
        "held_spare_racks": sum(s.reserve_racks for s in spec.sites),
    }  # fmt: skip


def free_parts(run: FleetRun, free: float) -> dict[str, float]:
    """Why racks were free, as shares of all rack-hours; sums to `free`.

    Held as spares; meant for no workload; left by the serving pool below its peak; and the rest: no
    job was there, or none that fits. Each is counted as far as what the ones before leave.

    Parameters
    ----------
    run : of one site or several.
    free : share of rack-hours that were free.
    """
    sites, racks = run.spec.sites, run.spec.racks
    peak = sum(
        min(s.pool_peak_racks * (1.0 + run.spec.headroom), max(s.pool_peak_racks, pool_most(s)))
        for s in sites
    ) / racks  # fmt: skip
    wanted = {
        "spare": sum(s.reserve_racks for s in sites) / racks,
        "unassigned": sum(s.unassigned_racks for s in sites) / racks,
        "pool_trough": max(0.0, peak - run.availability()["pool"]),
    }
    out, left = {}, free
    for name, share in wanted.items():
        out[name] = min(share, left)
        left -= out[name]
    return {**out, "gaps": left}


def _finite(value: float) -> float | None:
    """None for infinity, which JSON cannot hold: no failure was seen, or no job ever started."""
    return None if value == float("inf") else value


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0.0 else 1.0


def power_account(run: FleetRun, smoothing: Smoothing | None = None) -> Told:
    """Power of all sites of a run together, with what smoothing would give and cost."""
    bin_s = float(run.fleet.config["bin_s"][0])
    power = run.power_mw().sum(axis=0)
    drop = float(run.largest_drop_mw().max())
    rise = float(run.largest_rise_mw().max())
    shape = load_shape(power, bin_s, drop, rise_mw=rise)
    installed = run.spec.racks * max(run.spec.work_w, run.spec.serve_w) / W_PER_MW
    years = run.days / 365.25
    c = run.fleet.config[0]
    out: Told = {
        "installed_mw": installed, "mean_mw": shape.mean_mw, "peak_mw": shape.peak_mw,
        "load_factor": shape.load_factor, "stranded_mw": max(0.0, installed - shape.peak_mw),
        "ramp_up_mw_per_min": shape.ramp_up_mw_per_min,
        "ramp_down_mw_per_min": shape.ramp_down_mw_per_min, "swing_mw": shape.swing_mw,
        "swing_window_s": shape.window_s, "largest_drop_mw": drop,
        "job_drops_above_20_mw_per_year": {
            "by_failure": float(c["drops_failure"]) / years,
            "by_end": float(c["drops_end"]) / years,
        },
        "energy_mwh": float(power.sum()) * bin_s / 3600.0,
    }  # fmt: skip
    if smoothing is not None:
        s = smooth(power, bin_s, smoothing)
        most = min(smoothing.ramp_mw_per_min, float(np.ptp(s.drawn_mw)))  # of a jump that is left
        after = load_shape(s.drawn_mw, bin_s, min(drop, most), rise_mw=min(rise, most))
        out["smoothed"] = {
            "ramp_up_mw_per_min": after.ramp_up_mw_per_min,
            "ramp_down_mw_per_min": after.ramp_down_mw_per_min, "swing_mw": after.swing_mw,
            "burnt_mwh": s.burnt_mwh, "held_back_mwh": s.held_back_mwh,
            "cycled_mwh": s.cycled_mwh, "storage_loss_mwh": s.storage_loss_mwh,
            "energy_cost_share": (s.burnt_mwh + s.storage_loss_mwh) / float(out["energy_mwh"]),  # type: ignore[arg-type]
            "throughput_cost_share": s.held_back_mwh / float(out["energy_mwh"]),  # type: ignore[arg-type]
        }  # fmt: skip
    return out


def site_account(power: Told, site: SiteInput, swing: StepSwing | None) -> Told:
    """What the site's meter sees, and the swing within steps, to put beside `power_account`.

    Parameters
    ----------
    power : of `power_account`.
    site : whose losses it takes, at design conditions.
    swing : of `site_fleet.step_swing`.
    """
    over = site.facility_over_it
    keys = ("mean_mw", "peak_mw", "ramp_up_mw_per_min", "ramp_down_mw_per_min", "largest_drop_mw")
    meter = {key: float(power[key]) * over for key in keys}  # type: ignore[arg-type]
    out: Told = {"meter": {"facility_over_it": over, **meter}}
    if swing is not None:
        out["step_swing"] = {
            "workload": swing.workload, "it_mw": swing.mw, "meter_mw": swing.mw * over,
            "rms_it_mw": swing.rms_mw, "at_step_it_mw": swing.at_step_mw,
            "site_rms_it_mw": swing.site_rms_mw, "period_s": swing.period_s,
        }  # fmt: skip
    return out


def tiers(run: FleetRun) -> list[Tier]:
    """Mean GPUs at work and their power above idle by flex tier; the pool never yields (tier 0)."""
    seconds = run.days * SECONDS_PER_DAY
    spec = run.spec
    racks = np.zeros(4)
    for k, kind in enumerate(spec.kinds):
        racks[kind.flex_tier] += run.fleet.lost[k, :3].sum() / seconds  # at full power
    site = run.fleet.site
    racks[0] += (site["t_pool"].sum() - site["t_pool_idle"].sum()) / seconds
    watts = np.full(4, spec.work_w - spec.idle_w)
    pool_w = spec.serve_w - spec.idle_w
    watts[0] = pool_w
    return [
        Tier(t, float(racks[t]) * spec.gpus_per_rack, float(racks[t] * watts[t]) / W_PER_MW)
        for t in range(4)
        if racks[t] > 0.0
    ]


def call_account(run: FleetRun, shed_mw: float, within_s: float, hours: float) -> Told:
    """What a call of the grid costs: who yields how much, and what is missing."""
    answers, missing = answer_call(tiers(run), shed_mw, within_s, hours, run.spec.cap_exponent)
    lost = sum(a.gpu_hours_lost for a in answers)
    return {
        "shed_mw": shed_mw, "within_s": within_s, "hours": hours, "missing_mw": missing,
        "gpu_hours_lost": lost,
        "gpu_hours_lost_per_mwh": _ratio(lost, (shed_mw - missing) * hours),
        "tiers": [{k: getattr(a, k) for k in a.__slots__} for a in answers],
    }  # fmt: skip
