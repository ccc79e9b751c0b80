"""How the platform is installed, started and checked: `platform` is production, `dev` the tools, `demo` the demo."""

import shared as shared
