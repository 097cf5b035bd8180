# SPDX-License-Identifier: MIT
"""Tables for a terminal: two stanzas side by side, rows in columns. Colour only on a terminal."""
import difflib
import os
import re
import shutil
import sys
from xml.etree import ElementTree

COLOUR = {'bold': '1', 'gone': '31', 'new': '32', 'dim': '2'}


def colour(name, text):
    terminal = os.environ.get('TRUNKD_BED_TTY') == '1' or sys.stdout.isatty()
    if not terminal or os.environ.get('NO_COLOR'):
        return text
    return '\033[%sm%s\033[0m' % (COLOUR[name], text)


def heading(out, text):
    out('\n' + colour('bold', text) + '\n' + '=' * len(text))


def lines_of(xml):
    """A stanza as indented lines: attributes and children in order, a namespace where it changes."""
    if xml is None:
        return []
    root = ElementTree.fromstring(xml) if isinstance(xml, str) else xml
    lines = []
    _walk(root, 0, lines, '')
    return lines


def _split(tag):
    """(namespace, name); the client's namespace counts as none."""
    space, _, name = tag.rpartition('}')
    space = space.lstrip('{')
    return ('' if space == 'jabber:client' else space), name


def _head(element, around):
    space, name = _split(element.tag)
    shown = [name] + (["xmlns='%s'" % space] if space != around else [])
    for key, value in sorted(element.attrib.items()):
        shown.append("%s='%s'" % (key.replace('{http://www.w3.org/XML/1998/namespace}', 'xml:'), value))
    return ' '.join(shown), name, space


def _inline(element, around):
    """An element with all that is in it, in one line."""
    head, name, space = _head(element, around)
    inside = (element.text or '') + ''.join(_inline(c, space) + (c.tail or '') for c in element)
    return '<%s>%s</%s>' % (head, inside, name) if inside else '<%s/>' % head


def _walk(element, depth, lines, around):
    head, name, space = _head(element, around)
    pad = '  ' * depth
    if not len(element) or (element.text or '').strip():
        lines.append(pad + _inline(element, around).replace('\n', ' '))
        return
    lines.append('%s<%s>' % (pad, head))
    children = sorted(element, key=lambda c: _split(c.tag)) if not depth else element
    for child in children:
        _walk(child, depth + 1, lines, space)
    lines.append('%s</%s>' % (pad, name))


def _cut(text, width):
    """The text in pieces of this width, the later ones indented as the first."""
    pad = re.match(' *', text).group(0) + '    '
    pieces = []
    while len(text) > width:
        at = text.rfind(' ', len(pad), width)
        at = at if at > len(pad) else width
        pieces.append(text[:at])
        text = pad + text[at:].lstrip()
    return pieces + [text]


def _row(out, left, right, width, mark):
    lefts, rights = _cut(left, width), _cut(right, width)
    for i in range(max(len(lefts), len(rights))):
        one = lefts[i] if i < len(lefts) else ''
        two = rights[i] if i < len(rights) else ''
        shown = one.ljust(width)
        out('%s | %s' % (colour('gone', shown) if mark == 'gone' else shown,
                         colour('new', two) if mark == 'new' else two))


def beside(out, title, sent, got):
    """What was sent and what arrived."""
    width = max(38, (min(shutil.get_terminal_size((100, 24)).columns, 140) - 3) // 2)
    out('\n' + colour('bold', title))
    out('%s | %s' % ('sent by alice'.ljust(width), 'arrived at bob' if got is not None
                     else 'nothing arrived'))
    out('-' * width + '-+-' + '-' * width)
    left, right = lines_of(sent), lines_of(got)

    def key(line):      # alike when the element is the same, whatever addresses were added
        return re.sub(r" (to|from|xml:lang|type|id)='[^']*'", '', line).replace('/>', '>')
    matcher = difflib.SequenceMatcher(None, [key(x) for x in left], [key(x) for x in right])
    for op, a, b, c, d in matcher.get_opcodes():
        if op == 'equal':
            for one, two in zip(left[a:b], right[c:d]):
                _row(out, one, two, width, '')
            continue
        for one in left[a:b]:
            _row(out, one, '', width, 'gone')
        for two in right[c:d]:
            _row(out, '', two, width, 'new')


def table(out, title, names, rows):
    widths = [max(len(str(r[i])) for r in [names] + rows) for i in range(len(names))]

    def line(row):
        return '  '.join(str(c).ljust(w) for c, w in zip(row, widths)).rstrip()
    out('\n' + colour('bold', title))
    out(line(names))
    out('  '.join('-' * w for w in widths))
    for row in rows:
        out(line(row))
    out('')
