"""Writes cases.json: what Debian's python3-jinja2 makes of each template below. Run: /usr/bin/python3 generate_cases.py

The fixture is committed; the tests need no Python. A case is a template, or (template, options). Options: context, templates, env, name.
An expected error is stored as its kind: syntax, undefined, type, security, missing, value.
"""
import json
import pathlib

import jinja2
from jinja2.sandbox import SandboxedEnvironment

CONTEXT = {
    "n": 42, "f": 3.14, "s": "hello World", "t": True, "z": None, "xs": [3, 1, 2], "empty": [],
    "d": {"a": 1, "b": {"c": [10, 20]}, "items": "shadow"},
    "users": [
        {"name": "Zoé", "age": 31, "city": {"n": "Dakar"}}, {"name": "ali", "age": 25, "city": {"n": "Thiès"}},
        {"name": "Bob", "age": 31, "city": {"n": "dakar"}},
    ],
    "html": "<b class=\"x\">it's & more</b>", "long": "The quick brown fox jumps over the lazy-bones dog and runs off",
    "tree": [{"v": 1, "kids": [{"v": 2, "kids": []}, {"v": 3, "kids": [{"v": 4, "kids": []}]}]}, {"v": 5, "kids": []}],
}
TEMPLATES = {
    "base.html": "<{% block title %}base{% endblock %}|{% block body %}none{% endblock %}|{{ self.title() }}>",
    "mid.html": "{% extends 'base.html' %}{% block title %}mid({{ super() }}){% endblock %}",
    "macros.html": "{% macro hi(who, mark='!') %}Hi {{ who }}{{ mark }}{% endmacro %}{% set answer = 42 %}{% macro seen() %}[{{ n }}]{% endmacro %}"
                   "{% macro _hidden() %}x{% endmacro %}",
    "part.html": "part({{ n }},{{ local }})", "loop.html": "{{ loop is defined }}",
    "layout.html": "{% set page = 'layout' %}{% for i in [1,2] %}{% block row scoped %}{{ i }}{% endblock %}{% endfor %}",
    "required.html": "{% block need required %}{% endblock %}",
}
EXPRESSIONS = r"""
1 + 2 * 3 - 4 / 2
7 // 2, -7 // 2, 7 % 3, -7 % 3, 7.5 // 2, -7.5 % 2
2 ** 10, 2 ** -1, 2 ** 3 ** 2, -2 ** 2
2 ** 100
9223372036854775807 + 1
9223372036854775807 * 9223372036854775807
-9223372036854775808 - 1
10 / 4, 10 / 5, 1 / 3
0.1 + 0.2, 1e16, 1e15, 123456789012345680.0, 1e-5, 0.0001, 1.5e300 * 1e10
1e400, -1e400
5.0, -0.0, 100.0, 1e22, 1.0e-7
0x1F, 0b101, 0o17, 1_000_000, 1_0.5
'a' ~ 1 ~ none ~ true ~ 1.0
'a' 'b' "c"
'it\'s', "say \"x\"", 'tab\there', 'nl\\n', '\u00e9', '\x41', '\101'
'a' + 'b', 'ab' * 3, 3 * 'x', [1] + [2], [1, 2] * 2, (1,) + (2, 3)
1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == true
1 == '1', none == false, [] == (), [1, [2]] == [1, [2]], {'a': 1} == {'a': 1.0}
'a' < 'b', [1, 2] < [1, 3], (1, 2) < (1, 2, 0), 'Z' < 'a'
1 in [1, 2], 3 not in [1, 2], 'ell' in 'hello', 'a' in {'a': 1}, 2 in (1, 2)
not true, not not 0, true and 0, '' or 'x', none or 0 or []
not 1 == 2, not 1 in [2]
1 if true else 2, 1 if false else 2, (1 if false)
'a' if 1 else 'b' if 0 else 'c'
[1, 'a', none, true, 2.5, [], {}, ()]
{'a': 1, 'b': [1, 2], 3: 'c', none: 4}
(1,), (1, 2), ()
1, 2
[1, 2, 3][0], [1, 2, 3][-1], 'hello'[1], (1, 2)[1], {'a': 5}['a'], {'a': 5}.a
[1, 2, 3, 4][1:3], [1, 2, 3, 4][::-1], 'hello'[1:], 'hello'[:-1], 'hello'[::2], 'hello'[-3:-1], [1,2,3][5:], 'abc'[10:], [1,2,3,4,5][3:0:-1]
d.a, d['a'], d.b.c[1], d.b['c'].0, xs.0
d.items() | length
d['items']
d.missing, d['missing'], xs[10], nothing
d.missing is defined, nothing is undefined, d.b.c is defined
s.upper(), s.lower(), s.title(), s.capitalize(), s.swapcase()
' x '.strip() ~ '|', 'xxaxx'.strip('x'), ' x'.lstrip() ~ '|', 'x '.rstrip() ~ '|'
'a,b,,c'.split(','), 'a b  c '.split(), 'a,b,c'.split(',', 1), 'a b c d'.split(none, 2), 'a,b,c'.rsplit(',', 1), ' a  b c '.rsplit(none, 1)
'-'.join(['a', 'b']), ''.join([])
'hello'.replace('l', 'L'), 'hello'.replace('l', 'L', 1), 'abc'.replace('', '-')
'hello'.startswith('he'), 'hello'.endswith(('lo', 'x')), 'hello'.find('l'), 'hello'.rfind('l'), 'hello'.find('z'), 'hello'.count('l'), 'hello'.index('e')
'ab'.center(6) ~ '|', 'ab'.center(7, '*'), 'abc'.center(6, '*'), 'ab'.ljust(4, '.'), 'ab'.rjust(4), '42'.zfill(5), '-42'.zfill(5)
'a1'.isalnum(), 'abc'.isalpha(), '123'.isdigit(), ' '.isspace(), 'AB'.isupper(), 'ab'.islower(), 'Ab C'.istitle()
'a\nb\r\nc'.splitlines(), 'a=b=c'.partition('='), 'a=b=c'.rpartition('='), 'abc'.partition('x')
'Hello'.removeprefix('He'), 'Hello'.removesuffix('lo')
'{} {}'.format(1, 'a'), '{1} {0}'.format(1, 2), '{a}-{b!r}'.format(a=1, b='x'), '{{}}'.format()
'{:>8}|{:<6}|{:^7}|{:*^9}'.format('a', 'b', 'c', 'd')
'{:05d}|{:+d}|{:,}|{:_}|{:x}|{:#x}|{:b}|{:o}|{:X}'.format(42, 42, 1234567, 1234567, 255, 255, 5, 8, 255)
'{:.2f}|{:10.3f}|{:e}|{:g}|{:%}|{:.1%}|{:,.2f}'.format(3.14159, 2.5, 12345.678, 0.0001, 0.25, 0.123, 1234567.891)
'{0[a]} {0[b][c][0]} {1[0]}'.format(d, xs)
'{:{w}.{p}f}'.format(3.14159, w=8, p=2)
'{:010.3f}|{:=+8d}|{: d}'.format(-3.14159, 5, 7)
'%s and %d' % ('a', 5), '%5.2f|%-5s|%05d|%x|%X|%o|%%' % (3.14159, 'ab', 42, 255, 255, 8), '%r' % 'x', '%s' % 5
'%(a)s %(b)05.1f' % {'a': 1, 'b': 2.25}, '%e %g %G' % (1234.5, 0.00001234, 1e20), '%+d % d' % (5, 5), '%c%c' % ('a', 66), '%10.3s|' % 'abcdef', '%i' % 3.99
'%s' % [1, 2], '%s' % none, '%*d' % (5, 42), '%#x %#o' % (255, 8)
d.keys() | list, d.values() | list, {'a': 1}.items() | list
{'a': 1}.items(), {'a': 1}.keys(), {'a': 1}.values()
d.get('a'), d.get('x'), d.get('x', 'dflt')
{'a': 1}.copy(), dict(a=1, b=2), dict([('x', 1), ('y', 2)]), dict({'q': 1}, r=2)
[3, 1].copy(), [1, 2, 1].count(1), [1, 2].index(2)
range(5) | list, range(2, 5) | list, range(10, 0, -3) | list, range(3), range(0)
range(0, 10, 2), range(5)[1], range(5) | length
xs | sort, xs | sort(reverse=true), ['b', 'A', 'c'] | sort, ['b', 'A', 'c'] | sort(case_sensitive=true)
users | sort(attribute='age') | map(attribute='name') | list
users | sort(attribute='age,name') | map(attribute='name') | list
users | sort(attribute='name', reverse=true) | map(attribute='name') | join(', ')
users | map(attribute='city.n') | list, users | map(attribute='zzz', default='?') | list
users | groupby('age'), users | groupby('city.n') | length
users | groupby('city.n', case_sensitive=true) | map(attribute='grouper') | list
users | groupby('age') | map('first') | list
users | selectattr('age', 'gt', 30) | map(attribute='name') | list
users | rejectattr('age', 'equalto', 31) | map(attribute='name') | list
users | selectattr('age') | list | length
[1, 2, 3, 4] | select('odd') | list, [1, 2, 3, 4] | reject('odd') | list, [0, 1, '', 'a'] | select | list
[1, 2, 3, 4] | select('divisibleby', 2) | list, [1, 5] | select('in', [5]) | list
['a', 'b'] | map('upper') | list, ['a', 'b'] | map('replace', 'a', 'x') | list, [1.5, 2.4] | map('round') | list
[1, 2, 3] | sum, [1.5, 2] | sum, users | sum(attribute='age'), [[1], [2]] | sum(start=[])
[1, 2] | sum(start=10), [] | sum
xs | first, xs | last, xs | length, xs | count, 'abc' | first, 'abc' | last, {'a': 1} | first
xs | min, xs | max, ['b', 'A'] | min, users | max(attribute='age'), [] | min
['a', 'b', 'A', 'a'] | unique | list, ['a', 'A'] | unique(case_sensitive=true) | list, users | unique(attribute='age') | map(attribute='name') | list
[1, 2, 3, 4, 5] | batch(2) | list, [1, 2, 3] | batch(2, 'x') | list, [1, 2, 3, 4, 5] | slice(2) | list, [1, 2, 3, 4] | slice(3, 'f') | list
'abc' | reverse, [1, 2, 3] | reverse | list
['a', 'b'] | join, ['a', 'b'] | join('-'), [1, 2] | join(', '), users | join('|', attribute='name')
{'b': 1, 'A': 2, 'c': 0} | dictsort, {'b': 1, 'A': 2} | dictsort(true), {'b': 1, 'A': 2} | dictsort(by='value'), {'b': 1, 'c': 2} | dictsort(reverse=true)
{'a': 1} | items | list, nothing | items | list
nothing | default('x'), '' | default('x'), '' | default('x', true), none | default('x'), none | d('x', true), d.missing | default(5)
s | upper, s | lower, s | capitalize, s | title, "foo-bar (baz) it's" | title, 'x' | center(5) ~ '|'
' a ' | trim ~ '|', 'xxaxx' | trim('x'), s | replace('o', '0'), s | replace('o', '0', 1), 'aaa' | replace('a', 'b', 2)
s | wordcount, 'a b-c d' | wordcount, s | length, 'é' | length, 'é' | upper
'foo bar baz qux' | truncate(9), 'foo bar baz qux' | truncate(9, true), 'foo bar baz qux' | truncate(11), 'foo bar baz qux' | truncate(11, false, '...', 0), long | truncate(20, end='>>')
'a\nb\n\nc' | indent, 'a\nb\n\nc' | indent(2, true), 'a\n\nb' | indent(2, blank=true), 'a\nb' | indent('> '), 'a\nb' | indent(width=1, first=true)
long | wordwrap(20)
long | wordwrap(10), 'abcdefghijkl' | wordwrap(5), 'abcdefghijkl' | wordwrap(5, false), 'ab cd\nef gh' | wordwrap(4, wrapstring='|')
3.7 | int, '42' | int, 'x' | int, 'x' | int(-1), '0x1F' | int(0, 16), '1010' | int(base=2), '3.9' | int, none | int, true | int, ' 7 ' | int
'3.5' | float, 'x' | float, 'x' | float(1.5), 3 | float, '1e3' | float
2.5 | round, 3.5 | round, 2.675 | round(2), 42.55 | round(1, 'floor'), 42.51 | round(1, 'ceil'), 42 | round, 1234 | round(-2), -2.5 | round, 0.5 | round, 1.15 | round(1)
-5 | abs, -5.5 | abs, 5 | string, 5 | string | length
1000 | filesizeformat, 1 | filesizeformat, 1000000 | filesizeformat, 1024 | filesizeformat(true), 1500 | filesizeformat, 123456789 | filesizeformat, 0 | filesizeformat, 999999 | filesizeformat, 10 ** 27 | filesizeformat
'%s-%d' | format('a', 3), '%(x)s' | format(x=1)
'a b&c/d' | urlencode, {'a b': 'c&d', 'e': 1} | urlencode, [('x', 'é')] | urlencode
html | e, html | escape, html | striptags, '<p>a  <!-- c -->b</p>&amp;' | striptags, html | e | e, html | e | forceescape, 'x' | safe
{'id': 'x', 'class': 'a"b', 'no': none} | xmlattr, {'a': 1} | xmlattr(false) ~ '|'
{'b': 1, 'a': [1, 2.5, none, true], 'h': "<&'>"} | tojson, [1] | tojson, 'é' | tojson, {'a': {'b': [1, 2], 'c': {}}} | tojson(indent=2), [] | tojson(2), {1: 2} | tojson
'see https://example.com/a?b=1 and www.x.org, (http://a.b.com) mail me@x.com' | urlize
'https://example.com/' | urlize(10, nofollow=true, target='_blank'), 'plain <text> here' | urlize, 'end http://x.com.' | urlize(rel='me')
{'a': 1} | pprint, 'x' | pprint, [1, 2] | pprint, {'b': 2, 'a': 1} | pprint
['aaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccccccccccccccccc'] | pprint
5 is odd, 4 is even, 6 is divisibleby 3, 6 is divisibleby(4), n is number, s is string, xs is sequence, d is mapping, xs is iterable, 5 is iterable
none is none, z is none, true is true, false is false, 1 is true, true is boolean, 1 is boolean, 1 is integer, 1.0 is integer, 1.0 is float, true is integer
'abc' is lower, 'ABC' is upper, 'Abc' is lower, '1' is upper, 1 is sameas 1, none is sameas none, true is sameas true
1 is eq 1, 1 is ne 2, 1 is lt 2, 2 is gt 1, 1 is le 1, 1 is ge 2, 1 is equalto 1, 2 is greaterthan 1, 1 is lessthan 2, 1 is == 1
1 is in [1, 2], 3 is not in [1, 2], 'upper' is filter, 'nope' is filter, 'odd' is test, 'nope' is test
5 is not odd, nothing is not defined, range is callable, n is callable, 'x' | e is escaped, 'x' is escaped
'abc' | attr('upper') is callable, d | attr('a') is defined
'abc' == 'abc' | e, 'a' ~ ('<' | e), ('<' | e) + '<', ('<' | e) ~ '<'
-1 | abs, - 1 | abs, 2 - -1, +5, -n, - -3, -true
n is defined and n > 40 or false, n if n is odd else -n
(1, 2) | list, {'a': 1} | list, 'abc' | list, {'a', 1} if false else 0
[none, true] | string, {'a': 'it\'s'} | string, ['a"b'] | string, ['a\'b"c'] | string, ['\n\t\\é\x07'] | string
1.0 * 3, 10 // 3.0, 1 + 1.0, 3 - 1.5, true + true, 7 % 2.5
"a" < "B", "é" > "z", "" < "a"
xs[0:2] + [9], xs[-1], xs[1:][0]
s[0] | upper ~ s[1:], s.split(' ')[1][0]
joiner('|')(), cycler(1, 2).next(), cycler(1, 2).current
'1' * 0, [0] * 3, 'a' * -1
namespace(a=1).a, namespace({'x': 2}).x
dict(a=1).a, dict(a=1).items() | list
'a' in 'abc' and 'd' not in 'abc'
1 and 2 and 3, 0 or none or 'x', (1 or 2) and 3
((1)), (((2 + 3) * 4))
d | length, d.b.c | join('/'), d.b | tojson
'%d%%' % 50, '100%' ~ '', '%5s|%-5s|' % ('a', 'b')
[1, 2, 3,], {'a': 1,}, (1, 2,)
true, false, none, True, False, None
'a,b'.split(',') | map('upper') | join('+')
loop is defined, self is defined, caller is defined
'x' is string and 'x' is not none, 1 is defined
"{}".format(none), "{!s:>6}".format(true), "{:d}".format(true), '{:>5}'.format(true)
'{:,}'.format(1234.5), '{:.3}'.format('abcdef'), '{:.3}'.format(1234.5678), '{:n}'.format(1234)
'{:<5}|{:^5}|{:>5}'.format(1, 2, 3), '{:.0f}|{:.0f}'.format(0.5, 1.5), '%.0f %.0f' % (2.5, 3.5), '%.3f' % 2.0005
'a\tb'.expandtabs(4), 'straße'.casefold(), 'İ' | length
'ß' | upper, 'ÀÉ'.lower(), 'éa'.title()
12345678901234567890, -12345678901234567890 // 7, 12345678901234567890 % 7, 12345678901234567890 * 1.0
1 == 1 and 2 != 3, 1 != 1.0, 'a' != 'b', [1] != [2]
1.5 | int, '-12' | int, '-1.9' | int, 1e30 | int
xs | list is sequence, xs | join('') | int
users[0]['name'], users[-1].name, users[0].city.n, users[5].name is defined
users | map(attribute='name') | map('lower') | map('replace', 'é', 'e') | join(',')
users | map(attribute='age') | unique | sort | list, users | map(attribute='age') | max
""".strip("\n").split("\n")
CASES = [
    "plain", "", "a\nb\n", "a\n\n", "{{ '{{' }}", "{# c #}x", "a{# {{ no }} #}b", "{{ 1 }}\n", "x\r\ny",
    "{% raw %}{{ x }}{% y %}{% endraw %}", "a {%- raw -%} {{ x }} {%- endraw -%} b", "{%raw%}{% endraw %}",
    "a  {{- 1 -}}  b", "a \n {%- if true -%} \n x \n {%- endif -%} \n b", "a {#- c -#} b", "{{ 1 }}  {{- 2 }}",
    ("a\n  {% if true %}\n  x\n  {% endif %}\nb", {"env": {"trim_blocks": True, "lstrip_blocks": True}}),
    ("a\n  {%+ if true +%}\n  x\n  {% endif %}\nb", {"env": {"trim_blocks": True, "lstrip_blocks": True}}),
    ("  {# c #}\n  {{ 1 }}\n  {% set x = 1 %}  \n{{ x }}\n", {"env": {"trim_blocks": True, "lstrip_blocks": True}}),
    ("  {% for i in xs %}\n    {{ i }}\n  {% endfor %}\nend\n", {"env": {"trim_blocks": True, "lstrip_blocks": True}}),
    ("  {% for i in xs %}\n    {{ i }}\n  {% endfor %}\nend\n", {"env": {"trim_blocks": True}}),
    ("  {% for i in xs %}\n    {{ i }}\n  {% endfor %}\nend\n", {"env": {"lstrip_blocks": True}}),
    ("x {% if t %} y {% endif %} z", {"env": {"lstrip_blocks": True}}),
    ("  {% raw %}\n  {{ a }}\n  {% endraw %}\nb", {"env": {"trim_blocks": True, "lstrip_blocks": True}}),
    ("a\n", {"env": {"keep_trailing_newline": True}}), ("{% if t %}a{% endif %}\n", {"env": {"keep_trailing_newline": True}}),
    ("# for i in xs\n{{ i }}\n# endfor\n", {"env": {"line_statement_prefix": "#"}}),
    ("a\n  # if t\n  x\n  # endif\nb", {"env": {"line_statement_prefix": "#"}}),
    ("a ## gone\nb", {"env": {"line_statement_prefix": "#", "line_comment_prefix": "##"}}),
    ("<% if t %><= n =><% endif %><# c #>", {"env": {"block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<=",
                                                 "variable_end_string": "=>", "comment_start_string": "<#", "comment_end_string": "#>"}}),
    "{% for i in xs %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{% for i in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }} {% endfor %}",
    "{% for i in xs %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}",
    "{% for i in xs %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}",
    "{% for i in empty %}x{% else %}none{% endfor %}", "{% for i in xs if i > 1 %}{{ i }}:{{ loop.index }} {% else %}no{% endfor %}",
    "{% for i in xs if i > 9 %}{{ i }}{% else %}no{% endfor %}", "{% for k, v in d.b.items() %}{{ k }}={{ v }}{% endfor %}",
    "{% for k in {'a': 1, 'b': 2} %}{{ k }}{% endfor %}", "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for i in 1, 2, 3 %}{{ i }}{% endfor %}",
    "{% for c in 'héé' %}{{ c }}.{% endfor %}", "{% for i in range(3) %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for i in [1, 1, 2, 2, 1] %}{% if loop.changed(i) %}{{ i }}{% endif %}{% endfor %}",
    "{% for n in tree recursive %}{{ n.v }}{% if n.kids %}({{ loop(n.kids) }}){% endif %}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}",
    "{% for i in xs %}{% for j in xs %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}{% endfor %}",
    "{% for i in xs %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "{% for i in xs %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in xs %}{% for j in [1,2] %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
    "{% set x = 0 %}{% for i in xs %}{{ x }}{% set x = i %}{{ x }} {% endfor %}{{ x }}",
    "{% set ns = namespace(t=0) %}{% for i in xs %}{% set ns.t = ns.t + i %}{% endfor %}{{ ns.t }}",
    "{% for i in xs %}{{ i }}{% endfor %}{{ i }}", "{% for loop in xs %}{% endfor %}", "{% for i in nothing %}x{% else %}e{% endfor %}", "{% for i in 5 %}{% endfor %}",
    "{% for a, b in [(1,)] %}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% break %}",
    "{% if n > 40 %}a{% elif n > 30 %}b{% else %}c{% endif %}", "{% if n > 50 %}a{% elif n > 30 %}b{% else %}c{% endif %}", "{% if false %}a{% endif %}",
    "{% if xs %}y{% endif %}{% if empty %}n{% endif %}{% if nothing %}u{% endif %}{% if '' %}s{% endif %}{% if 0.0 %}f{% endif %}",
    "{% if t %}{% set q = 5 %}{% endif %}{{ q }}", "{% if false %}{% set q = 5 %}{% endif %}{{ q is defined }}",
    "{% set a = 1 %}{{ a }}", "{% set a, b = 1, 2 %}{{ b }}{{ a }}", "{% set a = 1, 2 %}{{ a }}", "{% set a %}x{{ n }}{% endset %}{{ a | upper }}",
    "{% set a | upper | replace('X', 'y') %}x{{ n }}z{% endset %}{{ a }}", "{% set n = n + 1 %}{{ n }}", "{% set d2 = {} %}{% do d2.update({'k': 1}) %}{{ d2 }}",
    "{% set l = [] %}{% do l.append(1) %}{% do l.extend([2, 3]) %}{% do l.insert(0, 9) %}{{ l }}{{ l.pop() }}{{ l.pop(0) }}{{ l }}",
    "{% set l = [3, 1, 2] %}{% do l.sort() %}{{ l }}{% do l.reverse() %}{{ l }}{% do l.remove(1) %}{{ l }}{% do l.clear() %}{{ l }}",
    "{% set m = {'a': 1} %}{{ m.pop('a') }}{{ m.pop('z', 0) }}{{ m.setdefault('q', 7) }}{{ m }}{% do m.update(b=2) %}{{ m }}{{ m.popitem() }}",
    "{% set x = [] %}{{ x.append(1) or '' }}{{ x }}", "{% set l = [] %}{% do l.append(l) %}{{ l }}",
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% set a = 5 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}",
    "{% filter upper %}abc{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aaa{% endfilter %}",
    "{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=5, a=4) }} {{ m() }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "{% macro m(a, b=n) %}{{ b }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{{ n }}{% endcall %}", "{% macro m() %}{{ caller('a', 2) }}{% endmacro %}{% call(p, q=1) m() %}{{ p }}{{ q }}{% endcall %}",
    "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% macro m(caller) %}{{ caller }}{% endmacro %}{{ m(1) }}", "{% macro m() %}{% endmacro %}{% call m() %}x{% endcall %}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}",
    "{% macro f(k) %}{% if k > 0 %}{{ k }}{{ f(k - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% macro m() %}{{ q }}{% endmacro %}{% set q = 1 %}{{ m() }}",
    "{% macro m() %}{% set inner = 1 %}{% endmacro %}{{ m() }}{{ inner is defined }}", "{% macro a() %}{% macro b() %}B{% endmacro %}{{ b() }}{% endmacro %}{{ a() }}",
    "{% macro m(x, *y) %}{% endmacro %}", "{% macro m(a=1, b) %}{% endmacro %}", "{% macro m() %}x{% endmacro m %}{{ m() }}",
    "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(5, **{'b': 6}) }}", "{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}",
    "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "{% macro m(p) %}{{ p is defined }}{% endmacro %}{{ m() }}{{ m(none) }}",
    "{% extends 'base.html' %}{% block title %}child{% endblock %}", "{% extends 'base.html' %}{% block body %}B{{ n }}{% endblock %}ignored",
    "{% extends 'mid.html' %}{% block title %}top({{ super() }}){% endblock %}", "{% extends 'mid.html' %}{% block title %}{{ super.super() }}{% endblock %}",
    "{% extends 'base.html' %}{% set q = 7 %}{% block body %}{{ q }}{% endblock %}", "{% extends 'base.html' %}{% macro m() %}M{% endmacro %}{% block body %}{{ m() }}{% endblock %}",
    "{% extends 'layout.html' %}{% block row %}<{{ i }}{{ page }}>{% endblock %}", "{% include 'layout.html' %}", "{% extends 'required.html' %}", "{% extends 'required.html' %}{% block need %}ok{% endblock %}",
    "{% block a %}A{% endblock %}{{ self.a() }}", "{% for i in xs %}{% block b %}[{{ i }}]{% endblock %}{% endfor %}", "{% for i in xs %}{% block b scoped %}[{{ i }}]{% endblock %}{% endfor %}",
    "{% block a %}{% endblock %}{% block a %}{% endblock %}", "{% block a %}x{% block b %}y{% endblock %}{% endblock a %}", "{% extends 'missing.html' %}", "{% extends ['missing.html', 'base.html'] %}", "{% if t %}{% extends 'base.html' %}{% endif %}",
    "{% block a %}{{ super() }}{% endblock %}",
    "{% include 'part.html' %}", "{% set local = 5 %}{% include 'part.html' %}", "{% set local = 5 %}{% include 'part.html' without context %}", "{% for local in xs %}{% include 'part.html' %}{% endfor %}",
    "{% include 'missing.html' ignore missing %}ok", "{% include 'missing.html' %}", "{% include ['missing.html', 'part.html'] %}", "{% include 'missing' ~ '.html' ignore missing with context %}x", "{% for i in [1] %}{% include 'loop.html' %}{% endfor %}",
    "{% import 'macros.html' as m %}{{ m.hi('A') }}{{ m.answer }}{{ m.seen() }}{{ m.nope is defined }}", "{% from 'macros.html' import hi, answer as a %}{{ hi('B', '?') }}{{ a }}",
    "{% from 'macros.html' import seen with context %}{{ seen() }}", "{% import 'macros.html' as m with context %}{{ m.seen() }}", "{% from 'macros.html' import zzz %}{{ zzz is defined }}", "{% from 'macros.html' import zzz %}{{ zzz() }}",
    "{% from 'macros.html' import _hidden %}", "{% from 'macros.html' import hi %}{% macro w() %}{{ hi('w') }}{% endmacro %}{{ w() }}",
    "{{ nothing }}", "{{ nothing.x }}", "{{ d.x.y }}", "{{ nothing() }}", "{{ nothing + 1 }}", "{{ n() }}", "{{ none.x }}|", "{{ none.x.y }}", "{{ nothing[0] }}", "{{ nothing | length }}", "{{ nothing == 1 }}", "{{ nothing < 1 }}", "{{ -nothing }}", "{{ nothing ~ 'a' }}", "{{ 'a' in nothing }}",
    ("{{ nothing }}", {"env": {"undefined": "strict"}}), ("{{ nothing is defined }}{{ nothing | default('x') }}", {"env": {"undefined": "strict"}}), ("{% if nothing %}{% endif %}", {"env": {"undefined": "strict"}}),
    ("{% for i in nothing %}{% endfor %}", {"env": {"undefined": "strict"}}), ("{{ nothing ~ 'a' }}", {"env": {"undefined": "strict"}}), ("{{ nothing == 1 }}", {"env": {"undefined": "strict"}}), ("{{ d.zz.y }}", {"env": {"undefined": "strict"}}),
    ("{{ nothing.x.y['z'] }}|", {"env": {"undefined": "chainable"}}), ("{{ nothing.x() }}", {"env": {"undefined": "chainable"}}), ("{{ d.q.r | default('dd') }}", {"env": {"undefined": "chainable"}}),
    "{{ 1 + 'a' }}", "{{ 'a' + 1 }}", "{{ [1] + 'a' }}", "{{ 1 < 'a' }}", "{{ none < 1 }}", "{{ {} < {} }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1.0 / 0 }}", "{{ 'a' * 'b' }}", "{{ {}['a'] }}|", "{{ {[]: 1} }}", "{{ 'x' in 5 }}", "{{ 5 | length }}", "{{ [1,'a'] | sort }}", "{{ xs | nope }}", "{{ xs is nope }}", "{{ 'abc'.nope() }}", "{{ '%d' % 'a' }}", "{{ '%s %s' % 'a' }}", "{{ '%s' % (1, 2) }}", "{{ '{}'.format() }}", "{{ '{'.format() }}", "{{ 'a'.index('z') }}", "{{ [].pop() }}", "{{ xs | batch(2) | list }}", "{{ 'a' | truncate(1, true) }}", "{{ 'abcdefghij' | truncate(2) }}", "{{ none | join }}",
    "{{ 1 + }}", "{{", "{% if %}", "{% if t %}", "{% for %}{% endfor %}", "{% nope %}", "{{ 1 2 }}", "{{ 'a }}", "{{ (1 }}", "{{ 1) }}", "{{ [1} }}", "{% endif %}", "{% for i in xs %}{% endif %}", "{# open", "{% raw %}x", "{{ a b }}", "{{ a. }}", "{{ a | }}", "{{ f(a=1, 2) }}", "{{ ? }}", "{% set 1 = 2 %}", "{% set true = 2 %}", "{% set a.b = 2 %}", "{% block %}{% endblock %}", "{% macro %}{% endmacro %}", "{{ x is defined is defined }}", "{% else %}", "{% if t %}{% else %}{% else %}{% endif %}", "{{ {1} }}", "{% call 5 %}{% endcall %}", "{% include %}", "{{ 1 if }}", "{% import 'macros.html' %}", "{{ }}", "{% %}", "{{ a[ }}", "{{ not }}",
    "{{ range(100001) | list }}", "{{ ''.__class__.__mro__ }}", "{{ d.__class__.x }}", "{{ (''|attr('__class__')).x }}", "{{ '{0.__class__.x}'.format(s) }}", 
    ("{{ html }}{{ html | safe }}{{ '<' ~ html }}{{ html | upper }}", {"env": {"autoescape": True}}), ("{% set x %}<b>{{ html }}</b>{% endset %}{{ x }}", {"env": {"autoescape": True}}), ("{% macro m(a) %}<i>{{ a }}</i>{% endmacro %}{{ m('<') }}", {"env": {"autoescape": True}}), ("{{ ['<', '>' | safe] | join(',') }}{{ '<a>' | replace('<', '>') }}", {"env": {"autoescape": True}}), ("{{ '%s' | safe | format('<') }}{{ {'a': '<'} | xmlattr }}{{ [1, '<'] }}", {"env": {"autoescape": True}}), ("{% filter upper %}<{{ '<' }}{% endfilter %}", {"env": {"autoescape": True}}),
    "{% autoescape true %}{{ '<' }}{% endautoescape %}{{ '<' }}", "{% autoescape true %}{{ html ~ (s | safe) }}{{ (html | safe) ~ html }}{% endautoescape %}", ("{% autoescape false %}{{ '<' }}{% endautoescape %}{{ '<' }}", {"env": {"autoescape": True}}),
    "{%- set payment_methods = ['credit_card', 'coupon'] -%}\nselect\n{% for m in payment_methods -%}\nsum(case when method = '{{ m }}' then amount end) as {{ m }}_amount{% if not loop.last %},{% endif %}\n{% endfor -%}\nfrom t",
    "{% set cols = users | map(attribute='name') | map('lower') | list %}{{ cols | join(',\n    ') }}", "{% set q %}select {{ n }}{% endset %}{{ q | indent(2) }}{{ q.strip() | length }}",
    "{% print 1 + 1 %}", "{% do xs.append(5) %}{{ xs | length }}", "{{ cycler('a', 'b').next() }}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.current }}",
    "{% set j = joiner() %}{% for i in xs %}{{ j() }}{{ i }}{% endfor %}", "{% for g in users | groupby('age') %}{{ g.grouper }}:{{ g.list | length }};{% endfor %}", "{% for age, list in users | groupby('age') %}{{ age }}={{ list | map(attribute='name') | join('+') }};{% endfor %}",
    "{% for row in [1,2,3,4,5] | batch(2, '-') %}{{ row | join }}/{% endfor %}", "{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}", "{{ [[1, 2], [3]] | map('join', '+') | join('|') }}", "{{ [1, 2] | map('string') | list }}",
    "{{ '\n'.join(['a', 'b']) }}", "{{ \"a\nb\" }}", "{{ {\n'a': 1,\n'b': 2\n}.b }}", "{{ x|default({'a': {'b': 1}}) }}", "{{{'a': 1}.a}}", "{{ {'a': {'b': {}}} }}", "a{{ 1 }}b{{ 2 }}c", "{{1}}{{2}}", "{%if t%}x{%endif%}", "{{ 'a' if t }}{{ 'b' if not t }}|",
    "{% set a = namespace(x=1) %}{% with %}{% set a.x = 2 %}{% endwith %}{{ a.x }}", "{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}", "{% set a = [1, 2] %}{% set b = a %}{% do b.append(3) %}{{ a }}",
]


def environment(options, templates):
    options = dict(options)
    undefined = {"strict": jinja2.StrictUndefined, "chainable": jinja2.ChainableUndefined}.get(options.pop("undefined", ""), jinja2.Undefined)
    return SandboxedEnvironment(loader=jinja2.DictLoader(templates), undefined=undefined, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], **options)


def kind_of(error):
    for kind, types in {
        "syntax": jinja2.TemplateSyntaxError, "undefined": jinja2.UndefinedError, "security": jinja2.sandbox.SecurityError,
        "missing": jinja2.TemplateNotFound,
    }.items():
        if isinstance(error, types):
            return kind
    return "error"


def main():
    cases = [(c, {}) if isinstance(c, str) else c for c in CASES]
    cases += [("{{ " + expression + " }}", {}) for expression in EXPRESSIONS]
    seen, rows = set(), []
    for template, options in cases:
        key = json.dumps([template, options], sort_keys=True)
        if key in seen:
            continue
        seen.add(key)
        row = {"template": template, **({"env": options["env"]} if "env" in options else {})}
        try:
            env = environment(options.get("env", {}), TEMPLATES)
            row["expected"] = env.from_string(template).render(json.loads(json.dumps(CONTEXT)))
        except Exception as error:  # every failure is an outcome to record
            row["error"] = kind_of(error)
            row["message"] = str(error)
        rows.append(row)
    path = pathlib.Path(__file__).with_name("cases.json")
    path.write_text(json.dumps({"context": CONTEXT, "templates": TEMPLATES, "cases": rows}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(len(rows), "cases,", sum("error" in row for row in rows), "of them errors")


main()
