"""Single records of a simulated fleet, by their address, for compiled code.

Compiled functions take one record of `state.CONFIG`, which holds the addresses of all arrays; each
function here is one array of `state.Fleet`.
"""

from __future__ import annotations

import numpy as np

from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.memory import view_at
from gigawatt.operations.events.state import (
    BY_SIZE,
    CAMPAIGN,
    CAUSES,
    CLASS,
    COLD,
    CREWS,
    ENTRY,
    JOBS,
    KIND,
    LINE,
    LOG,
    PROFILE_HOURS,
    RACKS,
    REPAIR,
    ROW,
    SEEN,
    SITE,
    TENANT,
    TIER,
    TIERS,
    WAIT_BINS,
    Config,
    Records,
)

FLOAT = np.dtype([("v", np.float64)])
INT = np.dtype([("v", np.int32)])
LONG = np.dtype([("v", np.int64)])
WORD = np.dtype([("v", np.uint64)])

_BY_SIZE = view_at(BY_SIZE)
_CAMPAIGN = view_at(CAMPAIGN)
_CLASS = view_at(CLASS)
_COLD = view_at(COLD)
_ENTRY = view_at(ENTRY)
_FLOAT = view_at(FLOAT)
_INT = view_at(INT)
_JOBS = view_at(JOBS)
_KIND = view_at(KIND)
_LINE = view_at(LINE)
_LOG = view_at(LOG)
_LONG = view_at(LONG)
_RACKS = view_at(RACKS)
_REPAIR = view_at(REPAIR)
_ROW = view_at(ROW)
_SITE = view_at(SITE)
_TENANT = view_at(TENANT)
_TIER = view_at(TIER)
_WORD = view_at(WORD)
_BY_SIZE_SIZE = BY_SIZE.itemsize
_CAMPAIGN_SIZE = CAMPAIGN.itemsize
_CLASS_SIZE = CLASS.itemsize
_COLD_SIZE = COLD.itemsize
_ENTRY_SIZE = ENTRY.itemsize
_FLOAT_SIZE = FLOAT.itemsize
_INT_SIZE = INT.itemsize
_JOBS_SIZE = JOBS.itemsize
_KIND_SIZE = KIND.itemsize
_LINE_SIZE = LINE.itemsize
_LOG_SIZE = LOG.itemsize
_LONG_SIZE = LONG.itemsize
_RACKS_SIZE = RACKS.itemsize
_REPAIR_SIZE = REPAIR.itemsize
_ROW_SIZE = ROW.itemsize
_SITE_SIZE = SITE.itemsize
_TENANT_SIZE = TENANT.itemsize
_TIER_SIZE = TIER.itemsize
_WORD_SIZE = WORD.itemsize
_CAUSES = len(CAUSES)
_SEEN = len(SEEN)


@compiled
def site_at(c: Config, i: int) -> Records:
    """Site i."""
    return _SITE(c.site_ptr + i * _SITE_SIZE)


@compiled
def tier_at(c: Config, i: int, k: int) -> Records:
    """Tier k of site i."""
    return _TIER(c.tier_ptr + (i * TIERS + k) * _TIER_SIZE)


@compiled
def rack_at(c: Config, i: int) -> Records:
    """Rack i."""
    return _RACKS(c.rack_ptr + i * _RACKS_SIZE)


@compiled
def rack_from(base: int, i: int) -> Records:
    """Rack i, from the address of the first: for loops over many racks."""
    return _RACKS(base + i * _RACKS_SIZE)


@compiled
def cold_at(c: Config, i: int) -> Records:
    """Rest of rack i."""
    return _COLD(c.cold_ptr + i * _COLD_SIZE)


@compiled
def heap_at(c: Config, i: int) -> Records:
    """Place i of the heaps of job events."""
    return _ENTRY(c.heap_ptr + i * _ENTRY_SIZE)


@compiled
def row_at(c: Config, i: int) -> Records:
    """Row i."""
    return _ROW(c.row_ptr + i * _ROW_SIZE)


@compiled
def job_at(c: Config, i: int) -> Records:
    """Job slot i."""
    return _JOBS(c.job_ptr + i * _JOBS_SIZE)


@compiled
def failure_at(c: Config, i: int) -> Records:
    """Failure class i."""
    return _CLASS(c.failure_ptr + i * _CLASS_SIZE)


@compiled
def kind_at(c: Config, i: int) -> Records:
    """Kind of job i."""
    return _KIND(c.kind_ptr + i * _KIND_SIZE)


@compiled
def line_at(c: Config, i: int) -> Records:
    """List of waiting jobs i."""
    return _LINE(c.line_ptr + i * _LINE_SIZE)


@compiled
def repair_at(c: Config, i: int) -> Records:
    """Return from repair i."""
    return _REPAIR(c.repair_ptr + i * _REPAIR_SIZE)


@compiled
def size_at(c: Config, i: int) -> Records:
    """Statistics of a class of size i."""
    return _BY_SIZE(c.by_size_ptr + i * _BY_SIZE_SIZE)


@compiled
def tenant_at(c: Config, i: int) -> Records:
    """Tenant i."""
    return _TENANT(c.tenant_ptr + i * _TENANT_SIZE)


@compiled
def campaign_at(c: Config, i: int) -> Records:
    """Standing campaign i."""
    return _CAMPAIGN(c.campaign_ptr + i * _CAMPAIGN_SIZE)


@compiled
def next_at(c: Config, i: int) -> Records:
    """Time of the next job event of site i; side by side, as every event looks at all."""
    return _FLOAT(c.next_ptr + i * _FLOAT_SIZE)


@compiled
def snap_at(c: Config, i: int, hour: int, k: int) -> Records:
    """Racks of site i in state k at a full hour."""
    return _INT(c.snap_ptr + ((i * c.hours_n + hour) * _SEEN + k) * _INT_SIZE)


@compiled
def log_at(c: Config, i: int) -> Records:
    """Line of the log i."""
    return _LOG(c.log_ptr + i * _LOG_SIZE)


@compiled
def curve_at(c: Config, i: int) -> Records:
    """Hour of demand i."""
    return _FLOAT(c.curve_ptr + i * _FLOAT_SIZE)


@compiled
def seed_at(c: Config, i: int) -> Records:
    """Random stream i."""
    return _WORD(c.seeds_ptr + i * _WORD_SIZE)


@compiled
def bucket_at(c: Config, i: int, k: int) -> Records:
    """First row of site i with k usable racks."""
    return _INT(c.bucket_ptr + (i * (c.most_row + 1) + k) * _INT_SIZE)


@compiled
def profile_at(c: Config, i: int, k: int) -> Records:
    """Racks of site i due in hour k of the ring."""
    return _INT(c.profile_ptr + (i * PROFILE_HOURS + k) * _INT_SIZE)


@compiled
def crew_at(c: Config, i: int, k: int) -> Records:
    """When crew k of site i is free."""
    return _FLOAT(c.crew_ptr + (i * CREWS + k) * _FLOAT_SIZE)


@compiled
def part_at(c: Config, i: int, k: int) -> Records:
    """When part k of site i is in stock."""
    return _FLOAT(c.part_ptr + (i * c.parts_n + k) * _FLOAT_SIZE)


@compiled
def energy_at(c: Config, i: int, k: int) -> Records:
    """Energy of site i in bin k."""
    return _FLOAT(c.energy_ptr + (i * c.bins + k) * _FLOAT_SIZE)


@compiled
def lost_at(c: Config, i: int, k: int) -> Records:
    """Time of kind i by cause k."""
    return _FLOAT(c.lost_ptr + (i * _CAUSES + k) * _FLOAT_SIZE)


@compiled
def waits_at(c: Config, i: int, k: int) -> Records:
    """Jobs of kind i in wait bin k."""
    return _LONG(c.waits_ptr + (i * WAIT_BINS + k) * _LONG_SIZE)


@compiled
def pace_at(c: Config, i: int, k: int) -> Records:
    """Failure rate of site i on day k over the mature one."""
    return _FLOAT(c.pace_ptr + (i * c.days + k) * _FLOAT_SIZE)


@compiled
def cap_at(c: Config, i: int, k: int) -> Records:
    """Cap of site i in hour k."""
    return _FLOAT(c.cap_ptr + (i * c.cap_n + k) * _FLOAT_SIZE)


@compiled
def table_at(c: Config, i: int, k: int) -> Records:
    """Size of kind i at quantile k."""
    return _INT(c.size_table_ptr + (i * c.size_n + k) * _INT_SIZE)
