"""The syntax of expressions, and what each function answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.unit.emulator_templates.language import SUBSCRIPTION, Nowhere, template, value_of

from azserve.emulator.arm.deployments.template import values
from azserve.emulator.arm.deployments.template.checking import check_expressions
from azserve.emulator.arm.deployments.template.document import read_template
from azserve.emulator.arm.deployments.template.functions import FUNCTIONS
from azserve.emulator.arm.deployments.template.values import TemplateError

ROOT = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{ROOT}/resourceGroups/rg"

SYNTAX: list[tuple[Any, Any]] = [
    ("plain", "plain"),
    ("", ""),
    ("[", "["),
    ("[]x", "[]x"),
    ("[[x]", "[x]"),
    ("[[concat('x')]", "[concat('x')]"),
    ("[[x", "[[x"),
    (" [concat('a')]", " [concat('a')]"),
    ("['it''s']", "it's"),
    ("['']", ""),
    ("[5]", 5),
    ("[-5]", -5),
    ("[ concat ( 'a' , 'b' ) ]", "ab"),
    ("[CONCAT('a','b')]", "ab"),
    ("[createObject('Key', 1).kEy]", 1),
    ("[createObject('a-b', 1)['a-b']]", 1),
    ("[createArray('a', 'b')[1]]", "b"),
    ("[createArray(createObject('x', createArray(7)))[0].x[0]]", 7),
    ("['[not an expression]']", "[not an expression]"),
    ("['a.b[c]']", "a.b[c]"),
    (5, 5),
    (None, None),
    (True, True),
    ([["['x']"]], [["x"]]),
    ({"a": {"b": "[1]"}}, {"a": {"b": 1}}),
    ({"[concat('k', '1')]": 2}, {"k1": 2}),
]

FUNCTION_CASES: list[tuple[str, Any]] = [
    # text
    ("concat('a', 1, true())", "a1True"),
    ("concat(createArray(1), createArray(2, 3))", [1, 2, 3]),
    ("concat()", ""),
    ("format('{0}-{1}', 'a', 5)", "a-5"),
    ("format('{{{0}}}', 'a')", "{a}"),
    ("format('{0:D4}|{0,6}|{0,-6}|', 42)", "0042|    42|42    |"),
    ("format('{0:N0} {0:N1} {0:X} {0:x4} {0:F2} {0:P0} {0:G}', 1234)", "1,234 1,234.0 4D2 04d2 1234.00 123,400 % 1234"),
    ("format('{0:000}-{0:#,##0}-{0:0.00}', 7)", "007-7-7.00"),
    ("format('{0:#,##0}', -1234567)", "-1,234,567"),
    ("format('{0:#}', 0)", ""),
    ("format('{0:D3}', -5)", "-005"),
    ("format('{0:X}', -1)", "FFFFFFFF"),
    ("format('{0:D3}', 'text')", "text"),
    ("format('{0} {1}', true(), createArray(1, 'b'))", 'True [1,"b"]'),
    ("format('{0}', null())", ""),
    ("toLower('AbC')", "abc"),
    ("toUpper('AbC')", "ABC"),
    ("trim('  a ')", "a"),
    ("string(createObject('a', createArray(1, true())))", '{"a":[1,true]}'),
    ("string(5)", "5"),
    ("string(false())", "False"),
    ("substring('abcdef', 2)", "cdef"),
    ("substring('abcdef', 2, 3)", "cde"),
    ("substring('abc', 3)", ""),
    ("replace('a-b-c', '-', '')", "abc"),
    ("split('a,b;c', ',')", ["a", "b;c"]),
    ("split('a,b;c', createArray(',', ';'))", ["a", "b", "c"]),
    ("split('abc', '')", ["abc"]),
    ("join(createArray('a', 1), '-')", "a-1"),
    ("padLeft('5', 3, '0')", "005"),
    ("padLeft(5, 3)", "  5"),
    ("startsWith('abcdef', 'ABC')", True),
    ("endsWith('abcdef', 'EF')", True),
    ("indexOf('abcabc', 'C')", 2),
    ("lastIndexOf('abcabc', 'C')", 5),
    ("indexOf(createArray('a', 'b', 'a'), 'a')", 0),
    ("lastIndexOf(createArray('a', 'b', 'a'), 'a')", 2),
    ("indexOf(createArray(1), '1')", -1),
    ("base64('one, two')", "b25lLCB0d28="),
    ("base64ToString('b25lLCB0d28=')", "one, two"),
    ("base64ToJson(base64('{\"a\": 1}')).a", 1),
    ("dataUriToString('data:,Hello%20World')", "Hello World"),
    ("dataUriToString(dataUri('Hello'))", "Hello"),
    ("uri('https://contoso.org/firstpath', 'myscript.sh')", "https://contoso.org/myscript.sh"),
    ("uri('https://contoso.org/firstpath/', '/myscript.sh')", "https://contoso.org/myscript.sh"),
    ("uriComponent('a b/c')", "a%20b%2Fc"),
    ("uriComponentToString('a%20b%2Fc')", "a b/c"),
    ("json('{\"a\": [1, null]}')", {"a": [1, None]}),
    ("json('null')", None),
    ("length(guid('a'))", 36),
    ("equals(guid('a', 'b'), guid('a', 'b'))", True),
    ("equals(guid('a', 'b'), guid('b', 'a'))", False),
    ("uniqueString('test')", "rbgf3xv4ufgzg"),
    # arrays and objects
    ("length('abc')", 3),
    ("length(createArray(1, 2))", 2),
    ("length(createObject('a', 1))", 1),
    ("empty('')", True),
    ("empty(null())", True),
    ("empty(createArray(1))", False),
    ("contains(createArray('a', 1), 1)", True),
    ("contains(createArray(true()), 1)", False),
    ("contains(createObject('Key', 1), 'kEY')", True),
    ("contains('abc', 'bc')", True),
    ("take('abc', 2)", "ab"),
    ("take(createArray(1, 2, 3), 5)", [1, 2, 3]),
    ("skip('abc', 2)", "c"),
    ("skip(createArray(1, 2), -1)", [1, 2]),
    ("first(createArray(1, 2))", 1),
    ("last('abc')", "c"),
    ("first(createArray())", None),
    ("last('')", ""),
    ("union(createArray(1, 2), createArray(2, 3))", [1, 2, 3]),
    ("union(createObject('a', 1, 'n', createObject('x', 1)), createObject('A', 2, 'n', createObject('y', 2)))",
     {"a": 2, "n": {"x": 1, "y": 2}}),
    ("intersection(createArray(1, 2, 3), createArray(3, 2))", [2, 3]),
    ("intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))", {"a": 1}),
    ("range(2, 3)", [2, 3, 4]),
    ("range(2, 0)", []),
    ("min(3, 1, 2)", 1),
    ("max(createArray(3, 1, 2))", 3),
    ("flatten(createArray(createArray(1), createArray(2, createArray(3))))", [1, 2, [3]]),
    ("array('a')", ["a"]),
    ("array(createArray('a'))", ["a"]),
    ("createArray()", []),
    ("createObject()", {}),
    ("createObject('a', null())", {"a": None}),
    ("items(createObject('b', 2, 'A', 1))", [{"key": "A", "value": 1}, {"key": "b", "value": 2}]),
    ("objectKeys(createObject('b', 2, 'a', 1))", ["a", "b"]),
    ("shallowMerge(createArray(createObject('a', createObject('x', 1)), createObject('A', createObject('y', 2))))",
     {"a": {"y": 2}}),
    ("tryGet(createObject('a', createObject('b', 1)), 'a', 'B')", 1),
    ("tryGet(createObject('a', 1), 'x', 'y')", None),
    ("tryGet(createArray(1), 5)", None),
    ("tryGet(null(), 'x')", None),
    # numbers
    ("add(5, 3)", 8),
    ("sub(5, 3)", 2),
    ("mul(5, 3)", 15),
    ("div(8, 3)", 2),
    ("div(-8, 3)", -2),
    ("mod(7, 3)", 1),
    ("mod(-7, 3)", -1),
    ("int('42')", 42),
    ("int(' -7 ')", -7),
    ("int(7)", 7),
    ("indexFromEnd(createArray(1, 2, 3), 2)", 2),
    ("tryIndexFromEnd(createArray(1, 2, 3), 3)", 1),
    ("tryIndexFromEnd(createArray(1), 2)", None),
    # networks, as documented
    ("parseCidr('10.144.0.0/20')", {"network": "10.144.0.0", "netmask": "255.255.240.0", "broadcast": "10.144.15.255",
                                    "firstUsable": "10.144.0.1", "lastUsable": "10.144.15.254", "cidr": 20}),
    ("parseCidr('fdad:3236:5555::/48').firstUsable", "fdad:3236:5555::"),
    ("parseCidr('10.0.0.1/32').firstUsable", "10.0.0.1"),
    ("cidrSubnet('10.144.0.0/20', 24, 3)", "10.144.3.0/24"),
    ("cidrSubnet('fdad:3236:5555::/48', 52, 1)", "fdad:3236:5555:1000::/52"),
    ("cidrHost('10.144.3.0/24', 0)", "10.144.3.1"),
    ("cidrHost('10.144.3.0/24', 253)", "10.144.3.254"),
    # logic
    ("if(true(), 'a', fail())", "a"),
    ("if(false(), fail(), 'b')", "b"),
    ("and(true(), false(), fail())", False),
    ("or(false(), true(), fail())", True),
    ("and(true(), true())", True),
    ("not(false())", True),
    ("equals('a', 'A')", False),
    ("equals(createArray(1, createObject('a', null())), createArray(1, createObject('a', null())))", True),
    ("equals(1, true())", False),
    ("less(1, 2)", True),
    ("lessOrEquals(2, 2)", True),
    ("greater('b', 'a')", True),
    ("greaterOrEquals('a', 'b')", False),
    ("bool('true')", True),
    ("bool('0')", False),
    ("bool(1)", True),
    ("bool(false())", False),
    ("coalesce(null(), 'a', fail())", "a"),
    ("coalesce(null(), null())", None),
    # dates
    ("dateTimeAdd('2026-01-31 10:00:00Z', 'PT1H')", "2026-01-31T11:00:00Z"),
    ("dateTimeAdd('2020-04-07T14:53:14Z', '-P9D')", "2020-03-29T14:53:14Z"),
    ("dateTimeAdd('2020-04-07T14:53:14.1234567Z', 'P1Y2M3DT4H5M6S', 'o')", "2021-06-09T18:58:20.1234560Z"),
    ("dateTimeAdd('2026-11-22', 'P1D', 'd')", "11/23/2026"),
    ("dateTimeAdd('2026-11-22', 'P1W', 'dddd, d MMMM yyyy h')".replace(" h'", "'"), "Sunday, 29 November 2026"),
    ("dateTimeAdd('2026-11-22', 'PT15H', 'yyyyMMdd-hh:mm tt')", "20261122-03:00 PM"),
    ("dateTimeFromEpoch(1683040573)", "2023-05-02T15:16:13Z"),
    ("dateTimeToEpoch('2023-05-02T15:16:13Z')", 1683040573),
    # lambdas
    ("map(range(0, 3), lambda('i', add(lambdaVariables('i'), 1)))", [1, 2, 3]),
    ("map(createArray('a', 'b'), lambda('e', 'i', format('{0}{1}', lambdaVariables('e'), lambdaVariables('i'))))",
     ["a0", "b1"]),
    ("filter(range(0, 5), lambda('i', greater(lambdaVariables('i'), 2)))", [3, 4]),
    ("sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))", [1, 2, 3]),
    ("reduce(range(1, 4), 0, lambda('sum', 'x', add(lambdaVariables('sum'), lambdaVariables('x'))))", 10),
    ("toObject(createArray('a', 'b'), lambda('e', lambdaVariables('e')))", {"a": "a", "b": "b"}),
    ("toObject(createArray('a'), lambda('e', lambdaVariables('e')), lambda('e', toUpper(lambdaVariables('e'))))",
     {"a": "A"}),
    ("groupBy(createArray('ab', 'ac', 'b'), lambda('e', take(lambdaVariables('e'), 1)))",
     {"a": ["ab", "ac"], "b": ["b"]}),
    ("mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1)))", {"a": 2}),
    ("map(range(0, 2), lambda('i', map(range(0, 2), lambda('j', add(lambdaVariables('i'), lambdaVariables('j'))))))",
     [[0, 1], [1, 2]]),
    # ids
    ("resourceId('Test.Things/boxes', 'a')", f"{GROUP}/providers/Test.Things/boxes/a"),
    ("resourceId('Test.Things/boxes/lids', 'a', 'b')", f"{GROUP}/providers/Test.Things/boxes/a/lids/b"),
    ("resourceId('other', 'Test.Things/boxes', 'a')", f"{ROOT}/resourceGroups/other/providers/Test.Things/boxes/a"),
    ("resourceId('22222222-2222-4222-8222-222222222222', 'other', 'Test.Things/boxes', 'a')",
     "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/other/providers/Test.Things/boxes/a"),
    ("resourceId('22222222-2222-4222-8222-222222222222', 'Test.Things/boxes', 'a')",
     "/subscriptions/22222222-2222-4222-8222-222222222222/providers/Test.Things/boxes/a"),
    ("subscriptionResourceId('Test.Things/boxes', 'a')", f"{ROOT}/providers/Test.Things/boxes/a"),
    ("subscriptionResourceId('x', 'Test.Things/boxes', 'a')", "/subscriptions/x/providers/Test.Things/boxes/a"),
    ("subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg2')", f"{ROOT}/resourceGroups/rg2"),
    ("subscriptionResourceId('Microsoft.Resources/subscriptions', 'x')", "/subscriptions/x"),
    ("tenantResourceId('Test.Things/boxes', 'a')", "/providers/Test.Things/boxes/a"),
    ("extensionResourceId(resourceGroup().id, 'Test.Things/marks', 'm')", f"{GROUP}/providers/Test.Things/marks/m"),
    # surroundings
    ("subscription().subscriptionId", SUBSCRIPTION),
    ("resourceGroup().location", "eastus2"),
    ("deployment().name", "main"),
    ("deployer().objectId", "oid"),
    ("environment().suffixes.storage", "core.windows.net"),
    ("tenant().tenantId", "tid"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), SYNTAX, ids=lambda value: repr(value)[:40])
def test_a_string_of_a_template_means(source: Any, expected: Any) -> None:
    assert value_of(source) == expected


@pytest.mark.parametrize(("expression", "expected"), FUNCTION_CASES, ids=lambda value: str(value)[:60])
def test_a_function_answers(expression: str, expected: Any) -> None:
    found = value_of(f"[{expression}]")
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("expression", [case for case, _ in FUNCTION_CASES if "fail()" not in case])
def test_a_function_that_answers_passes_the_check_beforehand(expression: str) -> None:
    source = template(outputs={"o": {"type": "object", "value": f"[{expression}]"}})
    check_expressions(read_template(source), own_names=True)


def test_every_function_is_in_the_table() -> None:
    tested = {name.lower() for name in re.findall(r"[A-Za-z0-9]+(?=\()", " ".join(case for case, _ in FUNCTION_CASES))}
    elsewhere = {"parameters", "variables", "copyindex", "reference", "utcnow", "newguid"}
    assert set(FUNCTIONS) - tested - elsewhere == set()


REFUSED: list[tuple[str, str]] = [
    ("[concat('a']", "unexpected|expected"),
    ("[concat('a'))]", "unexpected"),
    ("[concat('a' 'b')]", "unexpected"),
    ("[]", "expected"),
    ("[a.b]", "expected"),
    ("[concat('a]", "unexpected"),
    ("[1.5]", "unexpected|expected"),
    ("[parameters]", "expected"),
    ("[99999999999999999999999999]", "not a valid integer"),
    ("[" + "not(" * 70 + "true()" + ")" * 70 + "]", "nests deeper"),
    ("[createObject('a', 1)" + ".a" * 70 + "]", "nests deeper"),
    ("[" + " " * 25_000 + "1]", "length limit"),
    ("[unknown()]", "template function 'unknown' is not valid"),
    ("[ns.own('x')]", "user-defined functions"),
    ("[indexFromEnd(createArray(1), 2)]", "not between 1 and 1"),
    ("[indexFromEnd(createArray(1), 0)]", "not between 1 and 1"),
    ("[tryIndexFromEnd(createArray(1), 'a')]", "index 'a'"),
    ("[parseCidr('10.0.0.0/99')]", "not a valid range"),
    ("[cidrSubnet('10.0.0.0/20', 16, 0)]", "between 20 and 32"),
    ("[cidrSubnet('10.0.0.0/20', 24, 16)]", "beyond the last subnet"),
    ("[cidrHost('10.0.0.0/24', 254)]", "beyond the last usable"),
    ("[pickZones('a', 'b', 'c')]", "does not model the template function 'pickZones'"),
    ("[managementGroup()]", "does not model"),
    ("[toLower()]", "requires 1 argument"),
    ("[toLower('a', 'b')]", "requires 1 argument"),
    ("[substring('a')]", "requires 2 to 3"),
    ("[resourceId('a')]", "requires at least 2"),
    ("[toLower(5)]", "must be of type 'String'"),
    ("[substring('abc', 2, 5)]", "location within the string"),
    ("[substring('abc', 'x')]", "must be of type 'Integer'"),
    ("[replace('a', '', 'b')]", "must not be empty"),
    ("[join('a', 'b')]", "must be of type 'Array'"),
    ("[padLeft('a', 100000)]", "reasonable"),
    ("[concat('a', createArray())]", "all must be strings"),
    ("[concat(createObject())]", "type 'Object'"),
    ("[base64ToString('%')]", "not a valid base64"),
    ("[base64ToString('//8=')]", "not a valid base64"),
    ("[json('{')]", "not valid JSON"),
    ("[dataUriToString('x')]", "not a valid data URI"),
    ("[format('{0')]", "not valid"),
    ("[format('{1}', 'a')]", "no argument"),
    ("[format('{0:Z9}', 5)]", "not modelled"),
    ("[format('{0:C}', 5)]", "not modelled"),
    ("[format('{0:%%}', 5)]", "not modelled"),
    ("[format('{0,999999}', 5)]", "too wide"),
    ("[length(5)]", "type 'Integer'"),
    ("[empty(5)]", "type 'Integer'"),
    ("[contains(5, 5)]", "type 'Integer'"),
    ("[take(5, 5)]", "array or string"),
    ("[first(5)]", "type 'Integer'"),
    ("[union(createArray(), createObject())]", "all must be objects"),
    ("[intersection(createArray(), createObject())]", "all must be objects"),
    ("[range('a', 1)]", "type 'Integer'"),
    ("[range(0, 10001)]", "between 0 and"),
    ("[min('a')]", "type 'Integer'"),
    ("[flatten(createArray(1))]", "must be of type 'Array'"),
    ("[createObject('a')]", "pairs"),
    ("[items(5)]", "must be of type 'Object'"),
    ("[tryGet('text', 'x')]", "can't be"),
    ("[add('a', 1)]", "must be of type 'Integer'"),
    ("[div(1, 0)]", "division by zero"),
    ("[mul(9223372036854775807, 2)]", "too large"),
    ("[int('abc')]", "can't be converted"),
    ("[int('+-5')]", "can't be converted"),
    ("[if('a', 1, 2)]", "must be of type 'Boolean'"),
    ("[less(1, 'a')]", "must be integers or strings"),
    ("[bool('maybe')]", "can't be converted"),
    ("[dateTimeAdd('x', 'P1D')]", "not a valid date"),
    ("[dateTimeAdd('2026-01-01', '1 day')]", "duration"),
    ("[dateTimeAdd('2026-01-01', 'P999999Y')]", "not a valid date"),
    ("[dateTimeAdd('2026-01-01', 'P1D', 'qq')]", "date format specifier"),
    ("[dateTimeFromEpoch(99999999999999999)]", "not a valid date"),
    ("[utcNow()]", "not expected at this location"),
    ("[newGuid()]", "not expected at this location"),
    ("[map(createArray(1), 5)]", "must be a lambda"),
    ("[map(createArray(1), lambda(5, 1))]", "string literals"),
    ("[map(createArray(1), lambda('a', 'b', 'c', 1))]", "must have 1 argument"),
    ("[lambdaVariables('x')]", "not found"),
    ("[lambda('x', 1)]", "not valid"),
    ("[resourceId('Test.Things/boxes', 'a', 'b')]", "requires '1' resource name"),
    ("[resourceId('a', 'b', 'c', 'd/e', 'f')]", "namespace/type"),
    ("[parameters('nope')]", "template parameter 'nope' is not found"),
    ("[variables('nope')]", "template variable 'nope' is not found"),
    ("[copyIndex()]", "not expected at this location"),
    ("[copyIndex('a', 1, 2)]", "argument"),
    ("[createObject('a', 1, 'b', 2).x]", "available properties are 'a, b'"),
    ("[concat('a').x]", "can't be selected on a value of type 'String'"),
    ("[createArray(1)[1]]", "out of bounds"),
    ("[createArray(1)['a']]", "can't be evaluated"),
    ("[null()[0]]", "type 'Null'"),
    ("[reference('x', '2025-01-01', 'Half')]", "must be 'Full'"),
]


@pytest.mark.parametrize(("source", "words"), REFUSED, ids=lambda value: value[:50])
def test_an_expression_is_refused_with_what_is_wrong(source: str, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        value_of(source, outside=Nowhere({}))
    assert re.search(words, caught.value.message)


def test_a_short_expression_cannot_grow_without_end() -> None:
    doubling = {f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 60)}
    with pytest.raises(TemplateError, match="exceeds the limit"):
        value_of("[variables('v59')]", variables={"v0": "xxxxxxxx", **doubling})


MUCH = [
    "[length(map(range(0, 9999), lambda('x', map(range(0, 9999), lambda('y', 1)))))]",
    "[length(filter(range(0, 9999), lambda('x', contains(range(0, 9999), 'y'))))]",
    "[length(intersection(range(0, 9999), range(9999, 9999)))]",
    "[length(union(range(0, 4999), range(0, 4999)))]",
]


@pytest.mark.parametrize("source", MUCH)
def test_a_short_expression_cannot_take_for_ever(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MOST_STEPS", 20_000)
    with pytest.raises(TemplateError, match="too much work"):
        value_of(source)


def test_a_nest_of_arrays_cannot_grow_without_end() -> None:
    doubling = {f"v{n}": f"[createArray(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 60)}
    with pytest.raises(TemplateError, match="exceeds the limit"):
        value_of("[string(variables('v59'))]", variables={"v0": "x", **doubling})


@pytest.mark.parametrize("expression", [
    "replace(padLeft('a', 9999, 'a'), 'a', padLeft('b', 9999, 'b'))",
    "join(range(0, 9999), padLeft('b', 9999, 'b'))",
    "format('{0}{0}{0}{0}{0}', replace(padLeft('a', 9999, 'a'), 'a', padLeft('b', 400)))",
    "union(range(0, 9999), range(0, 9999))",
])  # fmt: skip
def test_a_function_refuses_to_make_too_much(expression: str) -> None:
    with pytest.raises(TemplateError, match="too long"):
        value_of(f"[{expression}]")


def test_reference_passes_on_what_it_was_given() -> None:
    outside = Nowhere({"sym": {"kind": "AI"}})
    assert value_of("[reference('sym', '2025-01-01', 'Full')]", outside=outside) == {
        "target": "sym", "version": "2025-01-01", "full": True, "kind": "AI",
    }  # fmt: skip


def test_reference_takes_full_without_an_api_version() -> None:
    found = value_of("[reference('sym', 'full')]", outside=Nowhere({}))
    assert (found["version"], found["full"]) == (None, True)


def test_list_functions_name_their_action() -> None:
    found = value_of("[listKeys('sym', '2025-01-01', createObject('a', 1))]", outside=Nowhere({}))
    assert found == {"action": "listKeys", "target": "sym", "version": "2025-01-01", "body": {"a": 1}}
