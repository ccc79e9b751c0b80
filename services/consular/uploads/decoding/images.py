"""Decodes an image whole and writes it anew: upright, in sRGB, without metadata, no larger than it must be."""

import io
from contextlib import suppress
from functools import cache

import pi_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from services.consular.uploads import rules
from services.consular.uploads.decoding.result import Fault, File
from services.consular.uploads.rules import HEIC, JPEG, PNG

FORMATS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF"}
JPEG_QUALITY, THUMBNAIL_QUALITY = 85, 70
# Samples that the decoder of progressive JPEGs holds all at once, two bytes each.
LIMIT_PROGRESSIVE = 160_000_000
# Rows of the smaller image that are made at once.
STRIP = 64
# A photo saved as PNG is many times larger than it need be; drawings and text stay below this.
LIMIT_PNG_BYTES = 2 * 1024 * 1024
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, RuntimeError)

Image.MAX_IMAGE_PIXELS = None
pi_heif.options.DECODE_THREADS = 1
pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.register_heif_opener()


@cache
def srgb() -> ImageCms.ImageCmsProfile:
    """The one colour profile that needs no profile in the file."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def prepare() -> None:
    """Loads what this module would otherwise load at the first image."""
    Image.init()
    for form in ("JPEG", "PNG"):
        Image.new("RGB", (2, 2)).save(io.BytesIO(), form)
    ImageCms.profileToProfile(Image.new("RGB", (2, 2)), srgb(), srgb())


def decode(data: bytes, kind: str) -> list[File]:
    """The image written anew, and its thumbnail. Raises Fault."""
    try:
        clean = _clean(_open(data, kind))
    except (UnidentifiedImageError, *BROKEN) as error:
        raise Fault("file_unreadable") from error
    served = _encode(clean, kind)
    return [served, thumbnail(clean)]


def _open(data: bytes, kind: str) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
    check_pixels(*image.size)
    if "progressive" in image.info and image.width * image.height * len(image.getbands()) > LIMIT_PROGRESSIVE:
        raise Fault("file_too_many_pixels")
    return image


def check_pixels(width: int, height: int) -> None:
    """Raises Fault for an image that would not fit into memory; its size is read before anything is decoded."""
    if width * height > rules.LIMIT_PIXELS:
        raise Fault("file_too_many_pixels")
    if width < 1 or height < 1:
        raise Fault("file_unreadable")


def _clean(image: Image.Image) -> Image.Image:
    """The picture alone, upright, in sRGB on white."""
    side = rules.LONG_SIDE
    # A JPEG is decoded at the size that is needed, which saves memory and time.
    image.draft(None, (side, side))
    image.load()
    orientation = 1
    with suppress(*BROKEN):
        orientation = image.getexif().get(0x0112, 1)
    profile = image.info.get("icc_profile")
    image = _halved(image)
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = _in_srgb(image, profile)
    image = _upright(image, orientation)
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    return clean


def _halved(image: Image.Image) -> Image.Image:
    """A very large image at a half, a third and so on of its size, strip by strip: a second copy would not fit."""
    factor = max(image.size) // rules.LONG_SIDE
    if factor < 2:
        return _on_white(_eight_bits(image))
    width, height = image.size
    smaller: Image.Image | None = None
    for top in range(0, height, STRIP * factor):
        strip = image.crop((0, top, width, min(height, top + STRIP * factor)))
        strip = _on_white(_eight_bits(strip)).reduce(factor)
        smaller = smaller or Image.new(strip.mode, (strip.width, -(-height // factor)))
        smaller.paste(strip, (0, top // factor))
    return smaller or image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Palettes, single bits and deep greys as something that can be made smaller."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("I", "F"):
        return image.convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image by its own colour profile, where it has one that can be read."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        with suppress(ImageCms.PyCMSError, *BROKEN):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, srgb(), outputMode="RGB")
            if converted is not None:
                return converted
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        return image
    paper = Image.new(image.mode[:-1], image.size, "white")
    paper.paste(image.convert(image.mode[:-1]), mask=image.getchannel("A"))
    return paper


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    upright = Image.Exif()
    upright[0x0112] = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
    image.info = {"exif": upright.tobytes()}
    return ImageOps.exif_transpose(image)


def _encode(image: Image.Image, kind: str) -> File:
    if kind == PNG:
        content = io.BytesIO()
        image.save(content, "PNG")
        if content.tell() <= LIMIT_PNG_BYTES:
            return File("served", 1, PNG, content.getvalue(), *image.size)
    return File("served", 1, JPEG, jpeg(image, JPEG_QUALITY), *image.size)


def jpeg(image: Image.Image, quality: int) -> bytes:
    """The image as JPEG."""
    content = io.BytesIO()
    image.save(content, "JPEG", quality=quality, optimize=True)
    return content.getvalue()


def thumbnail(image: Image.Image, page: int = 1) -> File:
    """A small picture of an image or a page."""
    small = image.copy()
    small.thumbnail((rules.THUMBNAIL_SIDE, rules.THUMBNAIL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return File("thumbnail", page, JPEG, jpeg(small, THUMBNAIL_QUALITY), *small.size)
