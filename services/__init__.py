"""The four services, one folder each."""

import shared as shared
