# SPDX-License-Identifier: MIT
"""Python values as libconfig text: dict is a group, a list of dicts a list, any other list an array."""


def _string(text):
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')


def value(v, depth=0):
    inner, outer = '\t' * (depth + 1), '\t' * depth
    if isinstance(v, bool):
        return 'true' if v else 'false'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, dict):
        lines = ['%s%s = %s;\n' % (inner, k, value(x, depth + 1)) for k, x in v.items()]
        return '{\n%s%s}' % (''.join(lines), outer)
    if isinstance(v, (list, tuple)):
        if any(isinstance(x, dict) for x in v):
            rows = ',\n'.join(inner + value(x, depth + 1) for x in v)
            return '(\n%s\n%s)' % (rows, outer)
        return '[ %s ]' % ', '.join(value(x, depth) for x in v) if v else '( )'
    return _string(str(v))


def document(settings):
    return ''.join('%s = %s;\n\n' % (k, value(v)) for k, v in settings.items())
