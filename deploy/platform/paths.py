"""Where things are within the containers; `provision` writes them and `serve` reads them."""

import os
from pathlib import Path

SERVICE_FILES = Path(os.environ.get("MAHJAR_OWN", "/own"))
UPLOADS = Path(os.environ.get("MAHJAR_UPLOADS", "/uploads"))
BACKUPS = Path(os.environ.get("MAHJAR_BACKUPS", "/backups"))
WEB_PORT, METRICS_PORT = 8000, 9464
