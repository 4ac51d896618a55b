#!/usr/bin/env python3
"""Writes src/perdura/_generated from the OpenAPI document: types, the table of operations, and the resource classes.

usage: generate.py [--document openapi.yaml] [--out DIR]

A generator of our own, because openapi-generator (7.14 from Maven Central, tried on this document) does not fit: its support of
OpenAPI 3.1 is "still in beta", a `const` becomes `Optional[Any]` and enumerations within objects plain `str`, so that type checkers
learn little; its generators for Python hand out classes with pydantic below them where this client hands out plain dictionaries; and
with templates of our own in place of its, what is left of it would be the reading of a YAML file, for a JDK in the build of a Python
package.

Types are TypedDicts that Python 3.9 can import without typing_extensions: what is required is in a base class, what may be
missing in a subclass with total=False.
"""

from __future__ import annotations

import argparse
import keyword
import re
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from surface import GROUPS, SURFACE  # noqa: E402

HERE = Path(__file__).resolve().parent.parent
DOCUMENT = HERE.parent.parent / "modules/api/src/main/resources/META-INF/openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch")
# Names of a method's own arguments; a field of that name could not be given as a keyword.
RESERVED = {"self", "body", "options", "message"}
HEAD = '"""Generated from the OpenAPI document by tools/generate.py. Do not edit."""\n\nfrom __future__ import annotations\n'

Schema = Dict[str, Any]


class Fault(Exception):
    """The document has something that this generator does not know how to say in Python."""


def camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def literal(values: List[Any]) -> str:
    return "Literal[" + ", ".join(repr(value) for value in values) + "]"


class Field(NamedTuple):
    name: str
    type: str
    required: bool
    description: str


class Types:
    """The types of the document, in the order in which they were met."""

    def __init__(self, document: Schema) -> None:
        self.components: Dict[str, Schema] = document["components"]["schemas"]
        self.written: Dict[str, str] = {}
        self.fields: Dict[str, List[Field]] = {}

    def all(self) -> None:
        for name in self.components:
            self.component(name)

    def component(self, name: str) -> str:
        if name not in self.components:
            raise Fault(f"no schema {name}")
        if name not in self.written:
            self.written[name] = ""
            self.named(name, self.components[name])
        return name

    def named(self, name: str, schema: Schema) -> None:
        """Writes the schema under that name: a TypedDict, or an alias of something simpler."""
        whole = self.flat(schema)
        if self.is_record(whole) and not self.nullable(whole):
            self.record(name, whole)
            return
        # Aliases are evaluated at import, so what is below them is named in quotes.
        text = re.sub(r"\b[A-Z]\w+\b", lambda hit: hit[0], self.type_of(whole, name + "Value"))
        self.written[name] = f"{name} = {self.quoted(text)}{self.comment(whole)}\n"

    def quoted(self, text: str) -> str:
        return re.sub(r"(?<!['\w])[A-Z]\w+(?!['\w])", lambda hit: f'"{hit[0]}"' if hit[0] in self.written else hit[0], text)

    @staticmethod
    def comment(schema: Schema) -> str:
        words = " ".join(str(schema.get("description", "")).split())
        return f"\n\"\"\"{clean(words)}\"\"\"" if words else ""

    def flat(self, schema: Schema) -> Schema:
        """The schema with its allOf merged into one object, references of its parts followed."""
        if "allOf" not in schema:
            return schema
        merged: Schema = {"type": "object", "required": [], "properties": {}}
        for part in schema["allOf"]:
            part = self.flat(self.components[ref_name(part)] if "$ref" in part else part)
            merged["required"] += part.get("required", [])
            merged["properties"].update(part.get("properties", {}))
        if "description" in schema:
            merged["description"] = schema["description"]
        return merged

    @staticmethod
    def is_record(schema: Schema) -> bool:
        return bool(schema.get("properties"))

    @staticmethod
    def nullable(schema: Schema) -> bool:
        kind = schema.get("type")
        return isinstance(kind, list) and "null" in kind

    def record(self, name: str, schema: Schema) -> None:
        required = set(schema.get("required", []))
        fields = []
        for key, value in schema["properties"].items():
            if not key.isidentifier() or keyword.iskeyword(key):
                raise Fault(f"{name}.{key} cannot be the name of a field")
            fields.append(Field(key, self.type_of(value, name + camel(key)), key in required, words_of(value)))
        unknown = required - {field.name for field in fields}
        if unknown:
            raise Fault(f"{name} requires {sorted(unknown)}, which it does not describe")
        self.fields[name] = fields
        self.written[name] = self.record_text(name, words_of(schema), fields)

    @staticmethod
    def record_text(name: str, description: str, fields: List[Field]) -> str:
        def body(chosen: List[Field]) -> str:
            return "".join(f"    {field.name}: {field.type}\n" + docstring(field.description, 4) for field in chosen)

        needed = [field for field in fields if field.required]
        optional = [field for field in fields if not field.required]
        about = docstring(description, 4)
        if not optional:
            return f"class {name}(TypedDict):\n{about}{body(needed)}"
        if not needed:
            return f"class {name}(TypedDict, total=False):\n{about}{body(optional)}"
        base = f"_{name}Required"
        return f"class {base}(TypedDict):\n{body(needed)}\n\nclass {name}({base}, total=False):\n{about}{body(optional)}"

    def type_of(self, schema: Schema, name: str) -> str:
        """How the schema is said in an annotation; objects within it are written under the given name."""
        if "$ref" in schema:
            return self.component(ref_name(schema))
        if "oneOf" in schema or "anyOf" in schema:
            parts = [self.type_of(part, name) for part in schema.get("oneOf") or schema["anyOf"]]
            others = [part for part in parts if part != "None"]
            text = others[0] if len(others) == 1 else "Union[" + ", ".join(others) + "]"
            return f"Optional[{text}]" if len(others) < len(parts) else text
        if "const" in schema:
            return literal([schema["const"]])
        if "enum" in schema:
            values = [value for value in schema["enum"] if value is not None]
            return f"Optional[{literal(values)}]" if None in schema["enum"] else literal(values)
        schema = self.flat(schema)
        kind = schema.get("type")
        if isinstance(kind, list):
            kinds = [one for one in kind if one != "null"]
            parts = [self.type_of({**schema, "type": one}, name) for one in kinds]
            text = parts[0] if len(parts) == 1 else "Union[" + ", ".join(parts) + "]"
            return f"Optional[{text}]" if "null" in kind else text
        simple = {None: "Any", "string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
        if kind in simple and not (kind is None and self.is_record(schema)):
            return simple[kind]
        if kind == "array":
            return f"List[{self.type_of(schema.get('items', {}), name + 'Item')}]"
        if kind not in ("object", None):
            raise Fault(f"{name}: type {kind}")
        if self.is_record(schema):
            if name in self.written:
                raise Fault(f"two types are called {name}")
            self.written[name] = ""
            self.record(name, schema)
            return name
        extra = schema.get("additionalProperties", True)
        return f"Dict[str, {self.type_of(extra, name + 'Value') if isinstance(extra, dict) else 'Any'}]"

    def text(self) -> str:
        aliases = [text for text in self.written.values() if not text.startswith("class ")]
        records = [text for text in self.written.values() if text.startswith("class ")]
        imports = "\nfrom typing import Any, Dict, List, Literal, Optional, TypedDict, Union\n\n"
        imports += "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(self.written)) + "]\n\n"
        return HEAD + imports + "\n".join(aliases) + "\n\n" + "\n\n".join(records)


def ref_name(schema: Schema) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[1]


def words_of(schema: Schema) -> str:
    return "" if "$ref" in schema else " ".join(str(schema.get("description", "")).split())


def clean(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"""', "'''")


def docstring(words: str, indent: int) -> str:
    if not words:
        return ""
    pad = " " * indent
    words = clean(words)
    lines = textwrap.wrap(words + ('"' if words.endswith('"') else ""), 110 - indent)
    if len(lines) == 1:
        return f'{pad}"""{lines[0]}"""\n'
    return f'{pad}"""{lines[0]}\n' + "".join(f"{pad}{line}\n" for line in lines[1:]) + f'{pad}"""\n'


class Pager(NamedTuple):
    items: str
    by: str
    key: str


class Parameter(NamedTuple):
    name: str
    field: Field


class Operation(NamedTuple):
    id: str
    method: str
    path: str
    summary: str
    description: str
    path_names: List[Parameter]
    query: List[Parameter]
    headers: List[Parameter]
    body_type: Optional[str]
    body_required: bool
    answer: str
    answer_kind: str
    keyed: bool
    tenant_header: bool
    admin: bool
    admin_optional: bool
    open: bool
    read_only: bool
    pager: Optional[Pager]


# Headers that the client sets by itself.
OWN_HEADERS = {"x-request-id", "x-tenant-id", "idempotency-key", "x-admin-token", "accept"}


class Reader:
    """Reads the operations of the document."""

    def __init__(self, document: Schema, types: Types) -> None:
        self.document = document
        self.types = types

    def operations(self) -> List[Operation]:
        found = []
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    found.append(self.operation(method, path, item[method], item.get("parameters", [])))
        ids = [operation.id for operation in found]
        if len(set(ids)) != len(ids):
            raise Fault("an operationId is there twice")
        missing, surplus = sorted(set(ids) - set(SURFACE)), sorted(set(SURFACE) - set(ids))
        if missing or surplus:
            raise Fault(f"tools/surface.py lacks {missing} and has {surplus}, which the document does not")
        return found

    def operation(self, method: str, path: str, spec: Schema, shared: List[Schema]) -> Operation:
        name = camel(spec["operationId"])
        parameters = [self.resolve("parameters", one) for one in shared + spec.get("parameters", [])]

        def of(place: str) -> List[Parameter]:
            chosen = []
            for one in parameters:
                if one["in"] != place or (place == "header" and one["name"] in OWN_HEADERS):
                    continue
                python = one["name"].replace("-", "_")
                if not python.isidentifier() or python in RESERVED:
                    raise Fault(f"{spec['operationId']}: parameter {one['name']}")
                field = Field(python, self.query_type(one["schema"], name + camel(one["name"])), bool(one.get("required")),
                              " ".join(str(one.get("description", "")).split()))
                chosen.append(Parameter(one["name"], field))
            return chosen

        header_names = {one["name"] for one in parameters if one["in"] == "header"}
        body_type, body_required = self.body(name, spec)
        answer, kind = self.answer(name, spec)
        schemes = [scheme for choice in spec.get("security", self.document["security"]) for scheme in choice]
        page = spec.get("x-perdura-page")
        if page and page["by"] not in ("offset", "cursor", "before"):
            raise Fault(f"{spec['operationId']} pages by {page['by']}")
        return Operation(
            id=spec["operationId"], method=method.upper(), path=path, summary=spec.get("summary", ""),
            description=spec.get("description", ""), path_names=of("path"), query=of("query"), headers=of("header"),
            body_type=body_type, body_required=body_required, answer=answer, answer_kind=kind,
            keyed="idempotency-key" in header_names, tenant_header="x-tenant-id" in header_names,
            admin="adminToken" in schemes, admin_optional="x-admin-token" in header_names, open=not schemes,
            read_only=method == "get" or spec.get("x-perdura-safe") is True,
            pager=Pager(page["items"], page["by"], page.get("key", "")) if page else None)

    def resolve(self, kind: str, one: Schema) -> Schema:
        found: Schema = self.document["components"][kind][ref_name(one)] if "$ref" in one else one
        return found

    def query_type(self, schema: Schema, name: str) -> str:
        return self.types.type_of(schema, name)

    def body(self, name: str, spec: Schema) -> Tuple[Optional[str], bool]:
        if "requestBody" not in spec:
            return None, False
        body = self.resolve("requestBodies", spec["requestBody"])
        schema = body["content"]["application/json"].get("schema", {})
        return self.types.type_of(schema, name + "Request"), bool(body.get("required"))

    def answer(self, name: str, spec: Schema) -> Tuple[str, str]:
        """The type of the answer, and "json" or "text"."""
        good = [self.resolve("responses", one) for status, one in spec["responses"].items() if str(status).startswith("2")]
        with_content = [one["content"] for one in good if one.get("content")]
        if not with_content:
            raise Fault(f"{spec['operationId']} answers nothing")
        content = with_content[0]
        if "application/json" not in content:
            return "str", "text"
        answer = self.types.type_of(content["application/json"].get("schema", {}), name + "Answer")
        # Some answer, or none: a notification's.
        return (answer if len(with_content) == len(good) else f"Optional[{answer}]"), "json"


class Writer:
    """Writes the table of operations and the resource classes."""

    def __init__(self, types: Types, operations: List[Operation], version: str) -> None:
        self.types = types
        self.operations = operations
        self.version = version

    def qualified(self, text: str) -> str:
        def with_module(hit: "re.Match[str]") -> str:
            return f"types.{hit[0]}" if hit[0] in self.types.written else hit[0]

        return re.sub(r"(?<!['\w.])[A-Z]\w+(?!['\w])", with_module, text)

    def fields(self, operation: Operation) -> List[Field]:
        return self.types.fields.get(operation.body_type or "", [])

    def table(self) -> str:
        rows = []
        for one in self.operations:
            body = {field.name: field for field in self.fields(one)}
            query = {parameter.name: parameter.field for parameter in one.query}
            optional = {key for key, field in {**body, **query}.items() if not field.required}
            # A client's own tenant and scope are put where an operation on memory leaves them open, never where they name
            # what is listed or administered.
            memory = one.tenant_header or {"tenant_id", "scope"} <= set(body)
            defaults = [key for key in ("tenant_id", "scope") if memory and key in optional]
            rows.append(
                f"    {one.id!r}: Operation(\n"
                f"        {one.id!r}, {'.'.join(SURFACE[one.id])!r}, {one.method!r}, {one.path!r},\n"
                f"        path_names={tuple(parameter.name for parameter in one.path_names)!r},\n"
                f"        query={mapped(one.query)},\n"
                f"        headers={mapped(one.headers)},\n"
                f"        has_body={one.body_type is not None!r}, record_body={bool(body)!r},\n"
                f"        fields={wrapped(tuple(body))},\n"
                f"        answer={one.answer_kind!r},\n"
                f"        record_answer={(one.answer in self.types.fields or one.answer.startswith('Dict['))!r},\n"
                f"        keyed={one.keyed!r}, read_only={one.read_only!r},\n"
                f"        tenant_header={one.tenant_header!r}, defaults={tuple(defaults)!r},\n"
                f"        credential={(not one.open and not one.admin)!r}, admin={(one.admin or one.admin_optional)!r},\n"
                f"        pager={self.pager(one.pager)},\n"
                f"    ),\n")
        return (f"{HEAD}\nfrom typing import Dict\n\nfrom .._operation import Operation, Pager\n\nVERSION = {self.version!r}\n\n"
                f"OPERATIONS: Dict[str, Operation] = {{\n{''.join(rows)}}}\n")

    @staticmethod
    def pager(pager: Optional[Pager]) -> str:
        return "None" if pager is None else f"Pager({pager.items!r}, {pager.by!r}, {pager.key!r})"

    def resources(self, asynchronous: bool) -> str:
        base = "AsyncCaller" if asynchronous else "Caller"
        prefix = "Async" if asynchronous else ""
        iterator = "AsyncIterator" if asynchronous else "Iterator"
        parts = [HEAD, f"\nfrom typing import Any, Dict, {iterator}, List, Literal, Optional, Union, overload\n\n",
                 f"from .. import types\nfrom .._operation import {base}, CallOptions\n"]
        for group, about in GROUPS.items():
            parts.append(f'\n\nclass {prefix}{camel(group)}:\n    """{about}"""\n\n'
                         f"    def __init__(self, caller: {base}) -> None:\n        self._caller = caller\n")
            for one in self.operations:
                if SURFACE[one.id].group == group:
                    parts.append(self.method(one, asynchronous))
                    if one.pager:
                        parts.append(self.iterator(one, asynchronous))
        return "".join(parts)

    def signatures(self, one: Operation) -> List[List[str]]:
        """The ways to call it: with keywords, and with a whole body if it has one."""
        path = [f"{parameter.field.name}: str" for parameter in one.path_names]
        query = [self.query_argument(parameter.field) for parameter in one.query + one.headers]
        fields = self.fields(one)
        options = ["options: Optional[CallOptions] = None"]
        names = [p.field.name for p in one.path_names + one.query + one.headers] + [field.name for field in fields]
        clash = {name for name in names if names.count(name) > 1 or name in RESERVED}
        if clash:
            raise Fault(f"{one.id}: {sorted(clash)} cannot be keywords")
        if one.body_type is None:
            return [["self", *path, "*", *query, *options]]
        whole = f"body: {self.qualified(one.body_type)}"
        with_body = ["self", *path, whole, "*", *query, *options]
        if not fields:
            return [with_body]
        keywords = [self.argument(field) for field in fields]
        return [["self", *path, "*", *keywords, *query, *options], with_body]

    def argument(self, field: Field) -> str:
        text = self.qualified(field.type)
        return f"{field.name}: {text}" if field.required else f"{field.name}: {text} = ..."

    def query_argument(self, field: Field) -> str:
        text = self.qualified(field.type)
        return f"{field.name}: {text}" if field.required else f"{field.name}: Optional[{text}] = None"

    def method(self, one: Operation, asynchronous: bool) -> str:
        name = SURFACE[one.id].method
        answer = self.qualified(one.answer)
        word = "async def" if asynchronous else "def"
        wait = "await " if asynchronous else ""
        statement = f"answer: {answer} = {wait}self._caller.call({{arguments}})\n        return answer"
        return self.callable(one, name, answer, word, statement)

    def iterator(self, one: Operation, asynchronous: bool) -> str:
        pager = one.pager
        assert pager
        field = {each.name: each for each in self.types.fields[one.answer]}[pager.items]
        row = self.qualified(field.type[len("List["):-1])
        kind = "AsyncIterator" if asynchronous else "Iterator"
        return self.callable(one, SURFACE[one.id].method + "_iter", f"{kind}[{row}]", "def",
                             "return self._caller.pages({arguments})", every=True)

    def callable(self, one: Operation, name: str, answer: str, word: str, statement: str, every: bool = False) -> str:
        path = [parameter.field.name for parameter in one.path_names]
        places = "{" + ", ".join(f"{each!r}: {each}" for each in path) + "}"
        summary = one.summary.replace("*Perdura*: ", "").strip().rstrip(".")
        summary = summary[:1].upper() + summary[1:] + "."
        if every:
            summary += " Every row, page after page."
        about = docstring(summary, 8) if not one.description or every else (
            f'        """{clean(summary)}\n\n' + textwrap.indent(
                textwrap.fill(clean(" ".join(one.description.split())), 104), " " * 8) + '\n        """\n')
        signatures = self.signatures(one)
        text = ""
        if len(signatures) > 1:
            for way in signatures:
                text += f"\n    @overload\n    {word} {name}({broken(way)}) -> {answer}: ...\n"
        head = ["self", *(f"{each}: str" for each in path)]
        if one.body_type is not None:
            record = bool(self.fields(one))
            head.append("body: Any = None" if record else f"body: {self.qualified(one.body_type)}")
        arguments = f"{one.id!r}, {places}, {'body' if one.body_type else 'None'}, fields, options"
        text += (f"\n    {word} {name}({', '.join([*head, '*', 'options: Optional[CallOptions] = None', '**fields: Any'])})"
                 f" -> {answer}:\n{about}        {statement.format(arguments=arguments)}\n")
        if len(signatures) == 1:
            pairs = [f"{p.field.name!r}: {p.field.name}" for p in one.query + one.headers]
            given = "{" + ", ".join(pairs) + "}"
            if len(given) > 60:
                given = "{\n" + "".join(f"            {pair},\n" for pair in pairs) + "        }"
            text = (f"\n    {word} {name}({broken(signatures[0])}) -> {answer}:\n{about}"
                    f"        {statement.format(arguments=arguments.replace('fields', given, 1))}\n")
        return text


def broken(arguments: List[str]) -> str:
    """The arguments in one line, or a line each."""
    line = ", ".join(arguments)
    return line if len(line) < 70 else "\n" + "".join(f"        {each},\n" for each in arguments) + "    "


def mapped(parameters: List[Parameter]) -> str:
    pairs = [f"{one.field.name!r}: {one.name!r}" for one in parameters]
    if len(pairs) < 4:
        return "{" + ", ".join(pairs) + "}"
    return "{\n" + "".join(f"            {pair},\n" for pair in pairs) + "        }"


def wrapped(names: Tuple[str, ...]) -> str:
    text = repr(names)
    return text if len(text) < 100 else "(\n" + "".join(f"            {name!r},\n" for name in names) + "        )"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument("--out", type=Path, default=HERE / "src/perdura/_generated")
    given = parser.parse_args()
    document = yaml.safe_load(given.document.read_text("utf-8"))
    try:
        types = Types(document)
        types.all()
        operations = Reader(document, types).operations()
        writer = Writer(types, operations, str(document["info"]["version"]))
        files = {
            "__init__.py": '"""Generated in the build."""\n',
            "types.py": types.text(),
            "operations.py": writer.table(),
            "resources.py": writer.resources(False),
            "async_resources.py": writer.resources(True),
        }
    except Fault as fault:
        print(f"generate: {fault}", file=sys.stderr)
        return 1
    shutil.rmtree(given.out, ignore_errors=True)
    given.out.mkdir(parents=True)
    for name, text in files.items():
        (given.out / name).write_text(text, "utf-8")
    print(f"{len(operations)} operations, {len(types.written)} types in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
