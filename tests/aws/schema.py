"""Prints what the package cdktf-cdktf-provider-aws says about AWS resources, as JSON for `cb-schema-provider`.

    python schema.py WHEEL CONFIGURATION.tf…

The package holds bindings that were generated from the schema of a released hashicorp/aws. Their JavaScript names each
attribute and block with its type; the TypeScript beside it says which must be set. Only the resource types that the given
configurations name are read. What the bindings do not tell: whether an optional attribute is also computed (it is taken
for optional alone), defaults, and every rule that the provider checks in code.
"""

import io
import json
import re
import sys
import tarfile
import zipfile

SIMPLE = {"string": "string", "number": "number", "boolean": "bool", "stringList": ["list", "string"],
          "numberList": ["list", "number"], "stringMap": ["map", "string"]}
GETTERS = {"String": "string", "Number": "number", "Boolean": "bool", "List": ["list", "string"],
           "StringMap": ["map", "string"]}
ROW = re.compile(r"(\w+): \{\s+value: [^\n]*?\(?(?:struct\.|this\._)(\w+)[^\n]*\n\s+isBlock: (true|false),\s+"
                 r'type: "(\w+)",\s+storageClassType: "(\w+)",')
COMPUTED = re.compile(r"// (\w+) - computed: true, optional: false, required: false\s+get \w+\(\) \{\s+return this\.get(\w+)Attribute\(")


class Bindings:
    """One resource's files."""

    def __init__(self, script, types):
        self.script, self.types = script, types

    def part(self, start):
        """The text of a top-level function or class that begins with `start`."""
        begin = self.script.find("\n" + start)
        return "" if begin < 0 else self.script[begin:self.script.index("\n}", begin)]

    def required(self, interface):
        """The properties of an interface that have no question mark."""
        found = re.search(rf"export interface {interface} [^{{]*\{{(.*?)\n\}}", self.types, re.S)
        body = re.sub(r"/\*.*?\*/", "", found.group(1), flags=re.S) if found else ""
        return {name: "[]" in kind for name, kind in re.findall(r"readonly (\w+): ([^;]*)", body)}

    def many(self, interface, name):
        """Whether the property is an array."""
        found = re.search(rf"export interface {interface} [^{{]*\{{(.*?)\n\}}", self.types, re.S)
        kind = re.search(rf"readonly {name}\??: ([^;]*)", found.group(1)) if found else None
        return bool(kind) and "[]" in kind.group(1)

    def block(self, interface, rows, reader):
        """A block: `rows` is the text with the attributes that can be set, `reader` the one with those that are computed."""
        attributes, blocks = {}, {}
        required = self.required(interface)
        for name, camel, is_block, kind, storage in ROW.findall(rows):
            if name == "alias" and interface == "AwsProviderConfig":
                continue  # Terraform's own.
            if storage in SIMPLE:
                type_ = SIMPLE[storage]
                if kind == "set":
                    type_ = ["set", *type_[1:]]
                attributes[name] = {"type": type_, "required": camel in required, "computed": name == "id" and camel not in required}
            elif is_block == "true":
                inner = storage.removesuffix("List") if kind != "struct" else storage
                function = inner[0].lower() + inner[1:] + "ToHclTerraform"
                block = self.block(inner, self.part(f"function {function}("), self.part(f"class {inner}OutputReference "))
                block["nesting"] = {"struct": "single"}.get(kind, kind)
                block["min"] = int(camel in required)
                block["max"] = 0 if kind == "struct" or self.many(interface, camel) else 1
                blocks[name] = block
            else:
                raise SystemExit(f"{interface}.{name}: the type `{storage}` is not known")
        for name, getter in COMPUTED.findall(reader):
            if getter in GETTERS and name not in attributes and name not in blocks:
                attributes[name] = {"type": GETTERS[getter], "required": False, "computed": True}
        return {"attributes": attributes, "blocks": blocks}

    def top(self):
        """The block of the resource or provider itself."""
        found = re.search(r"\nclass (\w+) extends cdktf\.Terraform(?:Resource|Provider) ", self.script)
        text = self.part(f"class {found.group(1)} ")
        return self.block(found.group(1) + "Config", text[text.index("synthesizeHclAttributes()"):], text)


def read(wheel, kinds):
    """The schemas of `kinds`, from the bindings in `wheel`."""
    with zipfile.ZipFile(wheel) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".jsii.tgz"))
        wanted = {f"package/lib/{kind.removeprefix('aws_').replace('_', '-')}/index{end}": kind + end
                  for kind in kinds for end in (".js", ".d.ts")}
        texts = {}
        with tarfile.open(fileobj=io.BytesIO(outer.read(inner))) as bindings:
            for member in bindings:
                if member.name in wanted:
                    texts[wanted[member.name]] = bindings.extractfile(member).read().decode()
    missing = [kind for kind in kinds if kind + ".js" not in texts]
    if missing:
        raise SystemExit(f"hashicorp/aws has no resource type {', '.join(missing)}")
    return {kind: Bindings(texts[kind + ".js"], texts[kind + ".d.ts"]).top() for kind in kinds}


def main(wheel, *configurations):
    """The command."""
    kinds = set()
    for path in configurations:
        with open(path, encoding="utf-8") as file:
            kinds |= set(re.findall(r'^resource "(aws_\w+)"', file.read(), re.M))
    schemas = read(wheel, sorted(kinds) + ["provider"])
    json.dump({"provider": schemas.pop("provider"), "resources": schemas}, sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
