"""Pictures that say too much about their sender, that unfold to too much, or that are damaged."""

import base64
import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, ImageCms, PngImagePlugin

from tests.factories.uploads import JPEG, PNG, image
from tests.factories.uploads.hostile import CLEAN, HostileUpload

# A photo of 64 x 48 pixels with the place where it was taken, as iPhones send it. Its encoder is too large to install.
PHONE_PHOTO = base64.b64decode("""
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA
AAAERAAAIAAQAAAAAB4gABAAAAAAAAADQAAgAAAAACFgABAAAAAAAAAJwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp
bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE
ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA
AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEH
BpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAA2G1kYXQAAAAwKAGvWPkS3f/l
4uR0Bn8wkvHMNQs80/ha12Ha2plOx9atw3L/ykf35ixaETHilUT6AAAABkV4aWYAAE1NACoAAAAIAAIBDwACAAAABgAAACaIJQAEAAAAAQAAAC
wAAAAAUGhvbmUAAAQAAQACAAAAAk4AAAAAAgAFAAAAAwAAAGIAAwACAAAAAkUAAAAABAAFAAAAAwAAAHoAAAAAAAAAGAAAAAEAAAAqAAAAAQAA
AAAAAAABAAAALgAAAAEAAAAoAAAAAQAAAAAAAAAB
""")
MAKER, PLACE = b"Telephone of Rasha", (24.0, 42.0, 30.0)
SECRET = b"what nobody else should read"
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def exif(orientation: int = 1) -> Image.Exif:
    """The data of a telephone: maker, place, orientation."""
    data = Image.Exif()
    data[MAKE], data[ORIENTATION] = MAKER.decode(), orientation
    data.get_ifd(GPS).update({1: "N", 2: PLACE, 3: "E", 4: PLACE})
    return data


def jpeg_with_segment(code: int, payload: bytes, after: bytes = b"") -> bytes:
    """A JPEG with one segment more behind its start."""
    return JPEG[:2] + bytes((0xFF, code)) + struct.pack(">H", len(payload) + 2) + payload + JPEG[2:] + after


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with its check sum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with_chunk(name: bytes, data: bytes) -> bytes:
    """A PNG with one chunk more behind its header."""
    return PNG[:33] + chunk(name, data) + PNG[33:]


def png_of(width: int, height: int, bits: int = 1, colour: int = 0, rows: int | None = None) -> bytes:
    """A PNG of zeros of any size, in as few bytes as it can be said."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    packer, packed = zlib.compressobj(9), b""
    row = b"\x00" * (1 + (width * bits * channels + 7) // 8)
    for _ in range(height if rows is None else rows):
        packed += packer.compress(row)
    return PNG[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", packed + packer.flush()) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A small JPEG that says that it is so large."""
    start = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:start] + struct.pack(">HH", height, width) + JPEG[start + 4 :]


def talkative() -> Iterator[HostileUpload]:
    """Good pictures, whose data about the sender must not be passed on."""
    told = (MAKER, b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop", SECRET)
    for orientation in (1, 3, 6, 8):
        content = image("JPEG", exif=exif(orientation).tobytes())
        yield HostileUpload(f"place in a jpeg, orientation {orientation}", content, CLEAN, told)
    yield HostileUpload("place in a png", image("PNG", exif=exif().tobytes()), CLEAN, (MAKER, b"eXIf"))
    yield HostileUpload("place in a photo of a telephone", PHONE_PHOTO, CLEAN, (b"Phone", b"Exif", b"ftyp"))
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    yield HostileUpload("xmp in a jpeg", jpeg_with_segment(0xE1, xmp), CLEAN, told)
    yield HostileUpload("comment in a jpeg", jpeg_with_segment(0xFE, SECRET), CLEAN, told)
    yield HostileUpload("press data in a jpeg", jpeg_with_segment(0xED, b"Photoshop 3.0\x00" + SECRET), CLEAN, told)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield HostileUpload("colour profile", image("JPEG", icc_profile=profile), CLEAN, told)
    yield HostileUpload("colour profile of noise", image("JPEG", icc_profile=SECRET * 9), CLEAN, told)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    texts.add_text("zip", SECRET.decode(), zip=True)
    yield HostileUpload("texts in a png", image("PNG", pnginfo=texts), CLEAN, (SECRET, b"tEXt", b"iTXt", b"zTXt"))
    yield HostileUpload("unknown chunk in a png", png_with_chunk(b"seCr", SECRET), CLEAN, (SECRET, b"seCr"))
    yield HostileUpload("second picture behind a jpeg", JPEG + JPEG + SECRET, CLEAN, told)
    film = b"MotionPhoto_Data\x00\x00\x00\x18ftypmp42" + SECRET
    yield HostileUpload(
        "film of a moving photo", jpeg_with_segment(0xE1, b"MotionPhoto", film), CLEAN, (*told, b"ftyp")
    )
    yield HostileUpload("trailer of a telephone", JPEG + b"SEFH" + SECRET + b"SEFT", CLEAN, told)
    yield HostileUpload("exif of noise", jpeg_with_segment(0xE1, b"Exif\x00\x00" + bytes(range(256)) * 9), CLEAN, told)
    loop = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00"
    yield HostileUpload("exif that points to itself", jpeg_with_segment(0xE1, loop), CLEAN, told)
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield HostileUpload(f"png of mode {mode}", image("PNG", mode=mode), CLEAN)
    yield HostileUpload("jpeg in print colours", image("JPEG", mode="CMYK"), CLEAN)
    yield HostileUpload("png of fewer rows than it says", png_of(500, 500, rows=3), CLEAN)
    frames = [Image.new("RGB", (64, 48), (i * 20, 0, 0)) for i in range(9)]
    moving = io.BytesIO()
    frames[0].save(moving, "PNG", save_all=True, append_images=frames[1:])
    yield HostileUpload("moving png", moving.getvalue(), CLEAN, (b"acTL", b"fdAT"))


def unfolding() -> Iterator[HostileUpload]:
    """Small files of very many pixels, and texts that unpack without end."""
    many = "file_too_many_pixels"
    yield HostileUpload("png of 30,000 x 30,000", png_of(30_000, 30_000), many)
    yield HostileUpload("png of 100,000 x 100,000", png_of(100_000, 100_000, rows=1), many)
    yield HostileUpload("png of two thousand million rows", png_of(1, 2**31 - 1, rows=1), many)
    yield HostileUpload("png of a row more than allowed", png_of(52_000, 1001, rows=1), many)
    yield HostileUpload("jpeg of 65,500 x 65,500", jpeg_of_size(65_500, 65_500), many)
    progressive = image("JPEG", (7200, 7200), "CMYK", progressive=True)
    yield HostileUpload("progressive jpeg of four colours", progressive, many)
    yield HostileUpload("png of as many pixels as allowed", png_of(7200, 7200, 8, 6), CLEAN)
    yield HostileUpload("deep png of as many pixels as allowed", png_of(7200, 7200, 16, 0), CLEAN)
    yield HostileUpload("jpeg of as many pixels as allowed", image("JPEG", (7200, 7200), progressive=True), CLEAN)
    bomb = zlib.compress(b"\x00" * 60_000_000, 9)
    yield HostileUpload("text bomb in a png", png_with_chunk(b"zTXt", b"a\x00\x00" + bomb), "file_unreadable")
    yield HostileUpload("profile bomb in a png", png_with_chunk(b"iCCP", b"a\x00\x00" + bomb), "file_unreadable")


def damaged() -> Iterator[HostileUpload]:
    """Files that cannot be decoded to their end."""
    noise = random.Random(7).randbytes(4000)  # noqa: S311 (the same noise each time)
    broken = {
        "half a jpeg": JPEG[: len(JPEG) // 2],
        "jpeg without its end": JPEG[:-2],
        "jpeg of nothing but its start": b"\xff\xd8\xff\xe0",
        "jpeg without a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + b"\x00" * 40 + b"\xff\xd9",
        "jpeg of noise": JPEG[:20] + noise + b"\xff\xd9",
        "jpeg of no size": jpeg_of_size(0, 0),
        "half a png": PNG[: len(PNG) // 2],
        "png without its end": PNG[:-12],
        "png of no size": png_of(0, 0),
        "png with a wrong sum": PNG[:29] + b"\x00\x00\x00\x00" + PNG[33:],
        "png with noise for a picture": PNG[:33] + chunk(b"IDAT", noise) + chunk(b"IEND", b""),
        "half a photo of a telephone": PHONE_PHOTO[: len(PHONE_PHOTO) // 2],
        "photo of a telephone without a picture": PHONE_PHOTO[:24],
    }
    for name, content in broken.items():
        yield HostileUpload(name, content, "file_unreadable")
