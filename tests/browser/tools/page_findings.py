"""What a script in the page finds that a reader would stumble over."""

# Words that stand on two lines, though nothing in them invites a break.
BROKEN_WORDS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, box = node.parentElement;
    if (box.closest('script, style, template, .hidden-visually, svg, .code, option')) continue;
    if (!box.checkVisibility()) continue;
    if (/\\S@\\S/.test(node.data)) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{M}]{2,}/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const boxes = [...range.getClientRects()].filter(one => one.width > 0.5);
      const lines = new Set(boxes.map(one => Math.round(one.top / 4)));
      if (lines.size > 1 && word[0].length < 30) found.push(word[0]);
    }
  }
  return found;
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Landmarks that a list of landmarks would show by the same words, and tables without words of their own.
SAME_REGIONS = """() => {
  const landmarks = 'nav, section[aria-label], section[aria-labelledby], [role=region], [role=search]';
  const named = [...document.querySelectorAll(landmarks)].filter(one => one.checkVisibility())
    .map(one => one.tagName + '|' + (one.getAttribute('role') ?? '') + '|' + (one.getAttribute('aria-label')
      ?? document.getElementById(one.getAttribute('aria-labelledby'))?.textContent ?? ''));
  return named.filter((one, index) => named.indexOf(one) !== index);
}"""
NAMELESS_TABLES = (
    """() => [...document.querySelectorAll('table')].filter(one => !one.caption?.textContent.trim()).length"""
)
# A text beside a field that the field does not name as its description.
LOOSE_HINTS = """() => [...document.querySelectorAll('.field > .hint[id], .field > .error[id]')]
  .filter(one => !document.querySelector(`[aria-describedby~="${one.id}"]`)).map(one => one.id)"""
