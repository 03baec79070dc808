"""Systems as the performance models see them: peaks, memory, network tiers, power.

A typed view of the catalog's ``systems`` table, and of ``accelerators`` and ``comparators``, whose
systems can be computed on although no programme can be planned on them. One `System` describes one
accelerator package and the rack or server (scale-up domain) that it is bought in; `network_tiers`
what lies between packages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gigawatt.catalog import Catalog, Record
from gigawatt.catalog.facts import Status
from gigawatt.errors import unknown_name
from gigawatt.quantity.units import W_PER_KW

TABLES = ("systems", "accelerators", "comparators")
NODE_OVER_TDP = 1.8  # server's maximum over its packages' TDP: H100 1.82, B200 1.79
BYTES_PER_S_PER_GBIT = 1e9 / 8.0


@dataclass(frozen=True, slots=True)
class System:
    """One accelerator system; numbers are per package unless the name says otherwise.

    Attributes
    ----------
    id, name, vendor : as in the catalog.
    generation : microarchitecture family ("ampere", "hopper", "blackwell", "rubin", "feynman",
        "cdna3", "tpu", …); efficiencies are fixed per generation.
    released : whether measured systems exist; unreleased ones are forecasts with a wider band.
    bf16_tflops, fp8_tflops, fp4_tflops : dense peak rates in TFLOP/s, 0 where not supported.
    hbm_gb, hbm_tb_s : capacity (10^9 bytes) and bandwidth (10^12 bytes/s) of the package memory.
    scaleup_packages : packages in one scale-up (NVLink or alike) domain.
    scaleup_gb_s : scale-up bandwidth, one direction, in 10^9 bytes/s.
    scaleout_gbit_s : network bandwidth in 10^9 bits/s, one direction.
    gpu_tdp_w : thermal design power of the package in W.
    system_packages, system_power_kw : packages in one rack or server, and its IT power in kW.
    package_power_w : greatest draw with the share of the rack, in W, where no rack's is public.
    """

    id: str
    name: str
    vendor: str
    generation: str
    released: bool
    bf16_tflops: float
    fp8_tflops: float
    fp4_tflops: float
    hbm_gb: float
    hbm_tb_s: float
    scaleup_packages: int
    scaleup_gb_s: float
    scaleout_gbit_s: float
    gpu_tdp_w: float
    system_packages: int
    system_power_kw: float
    package_power_w: float = 0.0


def system_from_record(record: Record) -> System:
    """System of a catalog record; quantities that are not public are 0."""
    return System(
        id=record.id,
        name=record.name,
        vendor=record.text("vendor"),
        generation=record.text("generation"),
        released=record.text("availability") in ("shipping", "shipping-legacy", "ramping"),
        bf16_tflops=_or_zero(record, "bf16_dense_tflops"),
        fp8_tflops=_or_zero(record, "fp8_dense_tflops"),
        fp4_tflops=_or_zero(record, "fp4_dense_tflops"),
        hbm_gb=_or_zero(record, "hbm_gb"),
        hbm_tb_s=_or_zero(record, "hbm_tb_s"),
        scaleup_packages=int(_or_zero(record, "scaleup_packages")),
        scaleup_gb_s=_or_zero(record, "scaleup_gb_s"),
        scaleout_gbit_s=_or_zero(record, "scaleout_gbit_s"),
        gpu_tdp_w=_or_zero(record, "gpu_tdp_w"),
        system_packages=int(_or_zero(record, "system_packages")),
        system_power_kw=_or_zero(record, "system_power_kw"),
        package_power_w=_or_zero(record, "package_power_w"),
    )


class HeldSystems:
    """A catalog as the key of a cache; equal where its tables of systems are the same objects."""

    __slots__ = ("catalog", "tables")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables = tuple(catalog.records.get(table) for table in TABLES)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.tables)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HeldSystems) and all(
            a is b for a, b in zip(self.tables, other.tables, strict=True)
        )


def system_records(catalog: Catalog) -> dict[str, Record]:
    """Records of all systems that can be computed on: those whose rate and memory are public."""
    return dict(_computable(HeldSystems(catalog)))


@lru_cache(maxsize=8)
def _computable(held: HeldSystems) -> dict[str, Record]:
    return {i: r for table in held.tables if table for i, r in table.items() if _has_numbers(r)}


def _has_numbers(record: Record) -> bool:
    return {"hbm_gb", "hbm_tb_s"} <= set(record.facts) and _best_tflops(record) > 0.0


def _best_tflops(record: Record) -> float:
    return max(_or_zero(record, f"{p}_dense_tflops") for p in ("bf16", "fp8", "fp4"))


def load_system(catalog: Catalog, system_id: str) -> System:
    """Return the system called `system_id`, or raise an error with the nearest name."""
    records = system_records(catalog)
    if system_id not in records:
        raise unknown_name("system", system_id, records)
    return system_from_record(records[system_id])


def is_forecast(record: Record) -> bool:
    """Whether the record's numbers are announcements rather than specifications."""
    return any(f.status in (Status.ANNOUNCED, Status.ASSUMED) for f in record.facts.values())


def _or_zero(record: Record, key: str) -> float:
    return record.facts[key].value if key in record.facts else 0.0


def full_power_w(system: System) -> float:
    """Greatest draw of one package with its share of the rack or server, W.

    Where the rack's power is not public, an estimate of it by package, else the package's TDP times
    that of other servers; 0 where none is known.
    """
    if system.system_power_kw and system.system_packages:
        return system.system_power_kw * W_PER_KW / system.system_packages
    return system.package_power_w or system.gpu_tdp_w * NODE_OVER_TDP


def power_range(catalog: Catalog, system: System) -> tuple[float, float] | None:
    """Least and greatest of `full_power_w` where it is an estimate, as shares of it; else None.

    A rack of known power, or one that follows from a specified TDP, is none.
    """
    record = system_records(catalog).get(system.id)
    if record is None or (system.system_power_kw and system.system_packages):
        return None
    fact = record.facts.get("package_power_w")
    if fact is None:
        return None
    least, most = fact.distribution.ppf(np.array([0.0, 1.0])) / fact.value
    return float(least), float(most)


def power_note(catalog: Catalog, system: System) -> str:
    """What to say of an estimated power; empty where it is not one."""
    share = power_range(catalog, system)
    if share is None:
        return ""
    full = full_power_w(system)
    return (
        f"power estimated: {full:,.0f} W a package with its share of the rack "
        f"({full * share[0]:,.0f} to {full * share[1]:,.0f}); the maker gives none"
    )


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of the network as one package sees it.

    Attributes
    ----------
    name : "scaleup", "rail", "spine", "building" or "wan".
    span : packages that the tier reaches; the last is infinite.
    bytes_per_s : bandwidth of one package, one direction, before `reached`.
    latency_s : one way, per message.
    reached : share of the bandwidth that large messages reach.
    """

    name: str
    span: float
    bytes_per_s: float
    latency_s: float
    reached: float


def network_tiers(catalog: Catalog, system: System) -> tuple[Tier, ...]:
    """Tiers from the scale-up domain to the wide area, smallest first.

    Bandwidth of the scale-up and rail tiers is the system's; that of wider ones is a share of it
    (catalog table ``network``).
    """
    out = []
    for name, record in catalog.records["network"].items():
        if name == "scaleup":
            span, rate = float(system.scaleup_packages), system.scaleup_gb_s * 1e9
        else:
            span = record.value("span_packages", float("inf"))
            rate = system.scaleout_gbit_s * BYTES_PER_S_PER_GBIT
            rate *= record.value("bandwidth_share", 1.0)
        out.append(
            Tier(
                name=name,
                span=span,
                bytes_per_s=rate,
                latency_s=record.value("latency_us") / 1e6,
                reached=record.value("reached_share"),
            )
        )
    return tuple(out)
