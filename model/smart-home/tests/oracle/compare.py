"""Holds our calendar against other people's: `cargo run --example calendar | python compare.py`.

Holidays against jpholiday and holidays, clock times against zoneinfo with the tzdata package, sunrise and sunset
against PyEphem (an ephemeris) and astral. Exits 1 at any difference, with the first ones named.
"""

import datetime
import functools
import json
import os
import sys

# The zones of the package, not of the machine: an old Debian would differ for good reasons.
os.environ["PYTHONTZPATH"] = ""

import zoneinfo  # noqa: E402

import astral  # noqa: E402
import astral.sun  # noqa: E402
import ephem  # noqa: E402
import holidays  # noqa: E402
import jpholiday  # noqa: E402

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
comparisons = 0
# What differs, by group: a year of holidays, a zone, a place in the sun.
groups = {}
astral_lacks = []


def check(group, what, ours, theirs, same):
    global comparisons
    comparisons += 1
    found = groups.setdefault(group, [])
    if not same:
        found.append(f"{what}: ours {ours}, theirs {theirs}")


def century():
    day = datetime.date(2000, 1, 1)
    while day.year < 2100:
        yield day
        day += DAY


def check_holidays(ours):
    by_package = holidays.JP(years=range(2000, 2100))
    calendar = jpholiday.JPHoliday()
    for day in century():
        name = ours.get(day.isoformat())
        check(("jpholiday", day.year), f"holiday {day} (jpholiday)", name, calendar.is_holiday(day), bool(name) == calendar.is_holiday(day))
        check(("holidays", day.year), f"holiday {day} (holidays)", name, day in by_package, bool(name) == (day in by_package))


def wall(zone, second):
    return datetime.datetime.fromtimestamp(second, UTC).astimezone(zone).replace(tzinfo=None)


@functools.lru_cache(maxsize=4)
def walls(name, day):
    """What the zone's clocks show, every 15 minutes around the day.
    zoneinfo is asked for UTC to local only, so no rule for gaps or folds of its own enters."""
    zone = zoneinfo.ZoneInfo(name)
    start = int(datetime.datetime.combine(day, datetime.time(), UTC).timestamp()) - 27 * 3600
    return [(second, wall(zone, second)) for second in range(start, start + 80 * 3600, 900)]


def first_moment(name, day, wanted):
    """The first moment whose wall clock shows `wanted` or later; None when the date never came."""
    target = datetime.datetime.combine(day, wanted)
    shown = walls(name, day)
    if not any(local.date() == day for _, local in shown):
        return None
    found, local = next((second, local) for second, local in shown if local >= target)
    if local == target:
        return found
    # A gap: some end a minute past the hour (Newfoundland until 2011).
    zone = zoneinfo.ZoneInfo(name)
    return next(second for second in range(found - 840, found + 60, 60) if wall(zone, second) >= target)


def check_clock(row):
    day = datetime.date.fromisoformat(row["date"])
    theirs = first_moment(row["zone"], day, datetime.time.fromisoformat(row["time"]))
    check(row["zone"], f"clock {row['zone']} {row['date']} {row['time']}", row["at"], theirs, row["at"] == theirs)


def ephemeris(row, noon):
    observer = ephem.Observer()
    observer.lat, observer.lon = str(row["latitude"]), str(row["longitude"])
    # Upper edge on the horizon under 34 arc minutes of refraction, as almanacs define it.
    observer.pressure, observer.horizon, observer.elevation = 0, "-0:34", 0
    observer.date = ephem.Date(noon.replace(tzinfo=None))
    body = ephem.Sun()
    edges = []
    for find in (observer.previous_rising, observer.next_setting):
        try:
            edges.append(find(body).datetime().replace(tzinfo=UTC).timestamp())
        except (ephem.AlwaysUpError, ephem.NeverUpError):
            edges.append(None)
    return edges


def astral_events(row, noon):
    """Every event of three UTC days: astral counts its days otherwise than a house does."""
    observer = astral.Observer(row["latitude"], row["longitude"], 0)
    found = {"sunrise": [], "sunset": []}
    for shift in (-1, 0, 1):
        for event, function in (("sunrise", astral.sun.sunrise), ("sunset", astral.sun.sunset)):
            try:
                found[event].append(function(observer, (noon + shift * DAY).date(), tzinfo=UTC).timestamp())
            except ValueError:
                pass
    return found


def check_sun(row):
    zone = zoneinfo.ZoneInfo(row["zone"])
    day = datetime.date.fromisoformat(row["sun"])
    clock_noon = datetime.datetime.combine(day, datetime.time(12), zone).astimezone(UTC)
    # The solar noon nearest to the clock's, to a few minutes: enough to look for the events on both sides of it.
    highest = clock_noon.replace(hour=0, minute=0) + datetime.timedelta(hours=12 - row["longitude"] / 15)
    highest += round((clock_noon - highest) / DAY) * DAY
    polar = abs(row["latitude"]) > 66
    tolerance = 240 if polar else 60
    edges = dict(zip(("sunrise", "sunset"), ephemeris(row, highest)))
    theirs = astral_events(row, highest)
    group = (row["zone"], row["latitude"])
    for event in ("sunrise", "sunset"):
        ours, theirs_at = row[event], edges[event]
        what = f"{event} {row['zone']} {row['latitude']} {row['sun']}"
        if ours is None:
            # PyEphem looks on for hours, so an event 11 hours off is another day's, or one that grazes the horizon.
            none = theirs_at is None or abs(theirs_at - highest.timestamp()) > 11 * 3600
            check(group, what + " (ephem)", ours, theirs_at, none)
            continue
        # On the first and last days of a polar night the sun grazes the horizon and a minute is a matter of hours.
        grazing = polar and abs(abs(ours - highest.timestamp()) - 6 * 3600) > 4.5 * 3600
        check(group, what + " (ephem)", ours, theirs_at, grazing or (theirs_at and abs(ours - theirs_at) <= tolerance))
        if not polar:
            near = min((abs(ours - at) for at in theirs[event]), default=None)
            if near is not None and near > 20 * 3600:
                # astral 3.2 gives no event at all for some that fall within seconds of midnight UTC.
                astral_lacks.append(what)
                continue
            check(group, what + " (astral)", ours, near, near is not None and near <= 60)


def main():
    ours = {}
    rows = 0
    for line in sys.stdin:
        row = json.loads(line)
        rows += 1
        if "holiday" in row:
            ours[row["holiday"]] = row["name"]
        elif "sun" in row:
            check_sun(row)
        else:
            check_clock(row)
    check_holidays(ours)
    check("all", "rows that came in", rows, "more than 100000", rows > 100_000)
    check("all", "events astral lacks", astral_lacks, "at most 5", len(astral_lacks) <= 5)
    differences = [difference for found in groups.values() for difference in found]
    for difference in differences[:20]:
        print("differs:", difference)
    failed = sum(1 for found in groups.values() if found)
    print(f"{comparisons} comparisons in {len(groups)} groups")
    print(f"{len(groups) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
