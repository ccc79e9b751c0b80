"""The stock of blank booklets at the desk."""
