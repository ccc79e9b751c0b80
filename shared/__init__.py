"""What at least two services use. Every process of the platform imports this first, and gets one zone database."""

import zoneinfo

# The pinned package tzdata alone says when zones change: a machine's own files may be a year old.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
