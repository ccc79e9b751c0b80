"""Do the generated pages of docs/reference say what the code says?"""

from deploy.dev import reference


def complaints() -> list[str]:
    pages = reference.pages()
    stale = [name for name, text in pages.items() if reference.written(name) != text]
    strays = reference.on_disk() - pages.keys()
    print(f"    {len(pages)} pages")
    return [
        *(f"docs/reference/{name} is out of date; run: python -m deploy.dev.reference" for name in stale),
        *(f"docs/reference/{name} is written by nobody" for name in sorted(strays)),
    ]
