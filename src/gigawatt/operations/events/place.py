"""Racks and rows: what is free, who takes which racks.

Rows are kept in lists by the number of racks that may still be used (free, and within the row's
power). A gang takes whole rows first and then the row that fits most tightly, so that it spans few
rows. A row may have more racks than its power carries at once (`limit`).
"""

from __future__ import annotations

from gigawatt.operations.events.access import (
    bucket_at,
    cold_at,
    rack_at,
    rack_from,
    row_at,
    site_at,
)
from gigawatt.operations.events.heaps import push_return
from gigawatt.operations.events.jit import compiled
from gigawatt.operations.events.state import (
    FREE,
    MAINTAINED,
    OUT,
    Config,
)


@compiled
def reseat(c: Config, w: int) -> None:
    """Put row w into the list of its usable racks, after any change of it."""
    row = row_at(c, w)
    usable = min(row.free, row.limit - row.busy)
    old = row.bucket
    if usable == old:
        return
    s = row.site
    if old >= 0:
        if row.prev < 0:
            bucket_at(c, s, old).v = row.next
        else:
            row_at(c, row.prev).next = row.next
        if row.next >= 0:
            row_at(c, row.next).prev = row.prev
        site_at(c, s).usable -= old
    row.bucket = usable
    row.prev = -1
    row.next = bucket_at(c, s, usable).v
    if row.next >= 0:
        row_at(c, row.next).prev = w
    bucket_at(c, s, usable).v = w
    site_at(c, s).usable += usable


@compiled
def lend(c: Config, w: int) -> None:
    """Power that row w can't use goes to rows of its hall that lack it, or comes from them.

    Under a cap of a hall its rows share the racks that it carries. A row with broken racks needs
    less than its share.
    """
    row = row_at(c, w)
    for v in range(row.near, row.near + row.near_n):
        if v == w:
            continue
        other = row_at(c, v)
        mine = min(row.free, row.most - row.busy) - (row.limit - row.busy)
        theirs = min(other.free, other.most - other.busy) - (other.limit - other.busy)
        if mine * theirs >= 0:
            continue
        give = min(-mine, theirs) if mine < 0 else -min(mine, -theirs)
        row.limit -= give
        other.limit += give
        reseat(c, v)
    reseat(c, w)


@compiled
def push_free(c: Config, r: int) -> None:
    """Rack r becomes free; the row has to be reseated."""
    row = row_at(c, rack_at(c, r).row)
    rack_at(c, r).owner = FREE
    rack_at(c, r).place = row.free
    rack_at(c, row.first + row.free).stack = r
    row.free += 1
    site_at(c, row.site).free += 1


@compiled
def pull_free(c: Config, r: int) -> None:
    """Rack r is free no longer; the row has to be reseated."""
    row = row_at(c, rack_at(c, r).row)
    row.free -= 1
    last = rack_at(c, row.first + row.free).stack
    rack_at(c, row.first + rack_at(c, r).place).stack = last
    rack_at(c, last).place = rack_at(c, r).place
    site_at(c, row.site).free -= 1


@compiled
def out_of_service(c: Config, r: int) -> None:
    """Rack r, just left by its owner or free before, is out."""
    rack_at(c, r).owner = OUT
    site_at(c, cold_at(c, r).site).out += 1


@compiled
def link(c: Config, head: int, r: int, owner: int) -> int:
    """Rack r becomes the head of its owner's racks; returns the new head."""
    rack = rack_at(c, r)
    rack.owner = owner
    rack.next = head
    rack.prev = -1
    if head >= 0:
        rack_at(c, head).prev = r
    return r


@compiled
def unlink(c: Config, head: int, r: int) -> int:
    """Take rack r out of its owner's racks; returns the new head."""
    rack = rack_at(c, r)
    if rack.next >= 0:
        rack_at(c, rack.next).prev = rack.prev
    if rack.prev >= 0:
        rack_at(c, rack.prev).next = rack.next
        return head
    new: int = rack.next
    return new


@compiled
def take(c: Config, s: int, n: int, head: int, owner: int) -> int:
    """Give n usable racks of site s to an owner; returns the head of its racks.

    The caller has seen to it that there are so many.
    """
    most = c.most_row
    while n > 0:
        fits = min(n, most)
        w = bucket_at(c, s, fits).v  # the tightest fit, or whole rows first
        if c.packed == 1:
            k = fits
            while w < 0 and k < most:
                k += 1
                w = bucket_at(c, s, k).v
        k = most if c.packed == 0 else fits - 1
        while w < 0 and k > 0:
            w = bucket_at(c, s, k).v
            k -= 1
        row = row_at(c, w)
        count = min(n, row.bucket) if c.packed == 1 else 1
        base, top = c.rack_ptr, row.first + row.free - 1
        for i in range(count):
            r = rack_from(base, top - i).stack
            rack = rack_from(base, r)
            rack.owner, rack.next, rack.prev = owner, head, -1
            if head >= 0:
                rack_from(base, head).prev = r
            head = r
        row.free -= count
        row.busy += count
        site_at(c, s).free -= count
        n -= count
        c.rows_used += 1.0
        reseat(c, w)
    return head


@compiled
def one_for(c: Config, s: int, r: int) -> int:
    """Free usable rack of site s to stand in for rack r, in the same row if possible, or -1."""
    w = rack_at(c, r).row
    if row_at(c, w).bucket < 1:
        w = -1
        for k in range(1, (c.most_row + 1)):
            w = bucket_at(c, s, k).v
            if w >= 0:
                break
    if w < 0:
        return -1
    row = row_at(c, w)
    found: int = rack_at(c, row.first + row.free - 1).stack
    return found


@compiled
def leave(c: Config, r: int) -> int:
    """Rack r is left by its owner: free, or out if it is broken or due for work; returns its row.

    The row's busy count is lowered; the row has to be reseated.
    """
    rack = rack_at(c, r)
    row_at(c, rack.row).busy -= 1
    if rack.drain == 1:  # planned work has waited for this
        site = site_at(c, row_at(c, rack.row).site)
        rack.drain = 2
        rack.out += 1
        site.drained += 1
        push_return(c, site.now + c.maintenance_s, r, 1, MAINTAINED)
    if rack.out > 0:
        out_of_service(c, r)
    else:
        push_free(c, r)
    row: int = rack.row
    return row


@compiled
def leave_all(c: Config, head: int) -> None:
    """All racks of an owner are left, row by row."""
    base, r = c.rack_ptr, head
    while r >= 0:
        w = rack_from(base, r).row
        row = row_at(c, w)
        first, free = row.first, row.free
        before = free
        while r >= 0:
            rack = rack_from(base, r)
            if rack.row != w or rack.drain == 1 or rack.out > 0:
                break
            rack.owner, rack.place = FREE, free
            rack_from(base, first + free).stack = r
            free += 1
            r = rack.next
        row.free = free
        row.busy -= free - before
        site_at(c, row.site).free += free - before
        if r >= 0 and rack_from(base, r).row == w:  # broken, or due for planned work
            after = rack_from(base, r).next
            leave(c, r)
            r = after
            lend(c, w)
        reseat(c, w)
