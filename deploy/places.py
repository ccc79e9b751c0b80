"""Where things are within the stack of containers; both who furnishes it and who starts in it must agree."""

import os
from pathlib import Path

OWN = Path(os.environ.get("MAHJAR_OWN", "/own"))
WEB_PORT = 8000
PROVIDER, PROVIDER_PORT = "provider", 8090
