"""`make reset`: deletes the data folder, unless a runner uses it."""

import shutil
import sys

from deploy.platform.data_folder import DataFolder, FolderInUse


def main() -> None:
    folder = DataFolder.from_environment()
    if not folder.path.exists():
        print(f"nothing to forget: {folder.path}")
        return
    try:
        with folder.lock():
            shutil.rmtree(folder.path)
    except FolderInUse as busy:
        sys.exit(str(busy))
    print(f"forgotten: {folder.path}")


if __name__ == "__main__":
    main()
