"""Loads the demo's data into the platform that MAHJAR_DEMO_DATA names, and prints its accounts."""

import json
import os

from deploy.demo import demo_data

if __name__ == "__main__":
    demo_data.load(**json.loads(os.environ["MAHJAR_DEMO_DATA"]))
    print("\n".join(demo_data.accounts()))
