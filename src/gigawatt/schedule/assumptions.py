"""What the schedule assumes about pace: fields are facts of ``assumptions/schedule``."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.quantity.arrays import Array


@dataclass(frozen=True, slots=True)
class ScheduleAssumptions:
    """Draws of the assumptions that all sites share, each (D,).

    Attributes
    ----------
    site_pace_sd_log : spread of ln of the factor on all durations of a site.
    common_pace_mean_log, common_pace_sd_log : mean and spread of ln of the factor on all sites.
    utility_sd_log, turbine_sd_log, equipment_sd_log, permit_sd_log, platform_sd_log : spread of ln
        of the factor on all tasks of one cause.
    overdue_share, overdue_index : share and index of the Pareto tail beyond a task's maximum.

    winter_rate_share, winter_latitude_degrees : outdoor work in winter, and from which latitude.
    permit_meeting_months : how often permits are decided.
    milestone_error_months : standard error of reported dates, where pace is learnt from them.

    What is drawn once a phase (how far ahead a contract was signed, how far ahead equipment is
    ordered, the stagger of buildings) is in the same record and sampled by `build`.
    """

    site_pace_sd_log: Array
    common_pace_mean_log: Array
    common_pace_sd_log: Array
    utility_sd_log: Array
    turbine_sd_log: Array
    equipment_sd_log: Array
    permit_sd_log: Array
    platform_sd_log: Array
    overdue_share: Array
    overdue_index: Array
    winter_rate_share: Array
    winter_latitude_degrees: Array
    permit_meeting_months: Array
    milestone_error_months: Array
