"""Forgets the data folder, unless a runner still lives in it."""

import shutil
import sys

from deploy.data import DataFolder, Occupied


def main() -> None:
    folder = DataFolder.chosen()
    if not folder.path.exists():
        print(f"nothing to forget: {folder.path}")
        return
    try:
        with folder.occupied():
            shutil.rmtree(folder.path)
    except Occupied as busy:
        sys.exit(str(busy))
    print(f"forgotten: {folder.path}")


if __name__ == "__main__":
    main()
